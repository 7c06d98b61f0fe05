/* SPDX-License-Identifier: MIT */
/*
 * seen.c - what conversation-contracts.h says of arq and barrier follows from their headers
 *
 * The proof of conversation.c calls these functions in the place of those of arq.h and barrier.h.
 * Each of them is that function, and keeps account in the global variables.
 */
#include "conversation-contracts.h"

void seen_begin(struct conversation *c, uint64_t total, uint16_t nonce)
{
    arq_sender_begin(&c->arq, total, nonce);
    left = c->arq;
}

struct arq_step seen_step(struct conversation *c)
{
    struct arq_step step = arq_sender_step(&c->arq);

    left = c->arq;
    return step;
}

void seen_timeout(struct conversation *c)
{
    arq_sender_timeout(&c->arq);
    left = c->arq;
}

bool seen_acked(struct conversation *c, enum lane lane, uint64_t *ret_index)
{
    bool is_acked = arq_sender_acked(&c->arq, lane, ret_index);

    left = c->arq;
    return is_acked;
}

enum arq_news seen_word(struct conversation *c, struct reply reply)
{
    told = arq_sender_word(&c->arq, reply);
    left = c->arq;
    is_released = false;
    return told;
}

/*
 * WP cannot follow predicates about pointers into a conversation. So these two say of a barrier
 * what seen_note() and seen_release() say of that of a conversation.
 */

/*@ predicate holds_one(struct barrier *b, integer daemon) =
      b->count == 0 || (b->count == 1 && b->held[0].pid == daemon); */

/*@ requires \valid(b) && holds_one(b, daemon) && \valid_read(signal) && \separated(b, signal);
    requires signal->slot < SLOTS && (signal->kind == SIGNAL_WORD ==> signal->pid == daemon);
    assigns *b;
    ensures holds_one(b, daemon); */
void note(struct barrier *b, pid_t daemon, const struct lane_signal *signal)
{
    barrier_note(b, signal);
    /*@ assert first: b->count > 0 ==> b->held[0].pid == daemon; */
    /*@ assert second: b->count == 2 ==> b->held[1].pid == daemon; */
    /*@ assert one: b->count < 2; */
}

/*@ requires \valid(b) && holds_one(b, daemon) && \valid(ret_pid) && \valid(ret_word);
    requires \separated(b, ret_pid, ret_word);
    assigns *b, *ret_pid, *ret_word;
    ensures holds_one(b, daemon);
    ensures \result ==> *ret_pid == daemon && b->count == \old(b->count) - 1;
    ensures !\result ==> b->count == \old(b->count);
    ensures empty && !\result ==> b->count == 0; */
bool release(struct barrier *b, pid_t daemon, bool empty, pid_t *ret_pid, uint32_t *ret_word)
{
    return barrier_release(b, empty, ret_pid, ret_word);
}
