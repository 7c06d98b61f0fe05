/* SPDX-License-Identifier: MIT */
/* debts.c - see debts.h */

#include "debts.h"

#include <string.h>

#include "fuzz.h"

#define ONE_OF(reply) (1u << (reply))
#define GO_OR_WAIT (ONE_OF(REPLY_GO) | ONE_OF(REPLY_WAIT) | ONE_OF(REPLY_PENDING))

struct debts debts;

bool debts_are_paid(void)
{
    return !debts.to_commit && !debts.to_reply && !debts.to_judge && !debts.to_drop &&
           !debts.to_admit && !debts.to_refuse && !debts.to_report && !debts.want.peer;
}

/* ---- ends of messages ---- */

static void clear_slots(struct peer *peer)
{
    memset(peer->held, 0, sizeof peer->held);
}

static void end_message(struct peer *peer, enum session_state state, enum reply_code verdict)
{
    peer->state = state;
    peer->refusal = state == SESSION_REFUSED ? verdict : 0;
    peer->reserved = 0;
    clear_slots(peer);
    if (book.runner == peer)
        book.runner = NULL;
    debts.to_judge = peer;
    debts.verdict = verdict;
    debts.is_on_record = false;
}

void debts_refuse(struct peer *peer, enum reply_code reason)
{
    end_message(peer, SESSION_REFUSED, reason);
}

void debts_log(struct peer *peer, int result)
{
    if (result == 0) {
        book.counts.messages++;
        book.counts.bytes += book.committed_length;
    }
    if (!peer)
        return;
    if (result == 0) {
        peer->messages++;
        end_message(peer, SESSION_COMMITTED, REPLY_COMMITTED);
    } else {
        debts_refuse(peer, REPLY_UNLOGGED);
    }
}

/* ---- sessions and room ---- */

/* Opens a session on the probe admitted_by. The probe goes behind the barrier once more. */
static void admit(struct peer *peer)
{
    peer->is_session = true;
    peer->is_new = true;
    peer->asked = ++book.probes;
    book.counts.senders++;
    words_hold_again(&book.words, peer->pid, debts.admitted_by);
}

static void refuse_probe(struct peer *peer, struct probe probe, enum reply_code reply)
{
    peer->nonce = probe.nonce;
    debts.to_refuse = peer;
    debts.refusal = reply;
}

/*
 * Room is only a number. A session needs memory. Without memory, one idle session is evicted, which
 * brings none here.
 */
static void give(const struct want *want)
{
    if (want->good == GOOD_ROOM)
        want->peer->reserved += want->amount;
    else if (!book.no_memory)
        admit(want->peer);
    else if (fairness_has_idle() && !want->is_last)
        debts.want = (struct want){.peer = want->peer, .good = GOOD_SESSIONS, .is_last = true};
    else
        refuse_probe(want->peer, debts.admitted_by, REPLY_BUSY);
}

static void deny(const struct want *want)
{
    if (want->good == GOOD_ROOM)
        debts_refuse(want->peer, REPLY_BUSY);
    else
        refuse_probe(want->peer, debts.admitted_by, REPLY_BUSY);
}

void debts_want(struct want want)
{
    debts.want = (struct want){0};
    if (fairness_is_enough(&want))
        give(&want);
    else if (fairness_is_due(&want))
        debts.want = want;
    else
        deny(&want);
}

void debts_evicted(void)
{
    struct want want = debts.want;

    /* A new session takes the place of the evicted one. A message may need more than one eviction.
     */
    if (want.good == GOOD_ROOM) {
        debts_want(want);
    } else {
        debts.want = (struct want){0};
        give(&want);
    }
}

/* ---- bits ---- */

/* Wants room for the announced payload and fields as soon as the header is complete. */
static void note_content(struct peer *peer, const struct reading *reading)
{
    size_t length = reading->length + reading->fields_length;

    if (!reading->has_length)
        return;
    peer->content = peer->bits / 8 - (size_t)(reading->payload - peer->octets);
    if (length > 0 && peer->content == 0)
        debts_want((struct want){.peer = peer, .good = GOOD_ROOM, .amount = length});
}

static void judge_octets(struct peer *peer)
{
    const struct reading reading = book_read(peer);

    peer->received = reading.received;
    switch (reading.status) {
    case FRAME_MORE:
        note_content(peer, &reading);
        return;
    case FRAME_COMPLETE:
        peer->state = SESSION_COMMITTING;
        debts.to_commit = peer;
        return;
    case FRAME_TOO_LARGE:
        debts_refuse(peer, REPLY_TOO_LARGE);
        return;
    case FRAME_VERSION:
        debts_refuse(peer, REPLY_VERSION);
        return;
    default:
        debts_refuse(peer, REPLY_DAMAGED);
        return;
    }
}

static void put_bit(struct peer *peer, bool bit)
{
    uint8_t mask = (uint8_t)(0x80 >> peer->bits % 8);

    PROMISE(peer->bits / 8 < sizeof peer->octets);
    peer->octets[peer->bits / 8] &= (uint8_t)~mask;
    if (bit)
        peer->octets[peer->bits / 8] |= mask;
    peer->bits++;
}

/* Puts the octets of a block. Returns false if there is more in it than the message still needs. */
static bool put_block(struct peer *peer, uint64_t value)
{
    for (unsigned width = book_read(peer).block; width > 0 && book_expects_block(peer); width--) {
        for (int bit = 7; bit >= 0; bit--)
            put_bit(peer, value >> bit & 1);
        value >>= 8;
    }
    return value == 0;
}

void debts_take(struct peer *peer, struct symbol symbol)
{
    bool is_right = true;

    PROMISE((symbol.kind == SYMBOL_BLOCK) == book_expects_block(peer));
    if (symbol.kind == SYMBOL_BLOCK)
        is_right = put_block(peer, symbol.value);
    else
        put_bit(peer, symbol.value);
    peer->symbols++;
    peer->count++;
    peer->is_stripped = false;
    peer->lost_blocks = 0;
    if (peer->bits % 8 == 0)
        judge_octets(peer);
    if (!is_right)
        debts_refuse(peer, REPLY_DAMAGED);
}

/* ---- the permitted replies to each probe ---- */

void debts_meet(struct peer *peer, struct probe probe)
{
    if (probe.ask == ASK_RESUME) {
        refuse_probe(peer, probe, REPLY_FORGOTTEN);
    } else if (book.is_stopping) {
        refuse_probe(peer, probe, REPLY_STOPPING);
    } else {
        debts.to_admit = peer;
        debts.admitted_by = probe;
    }
}

static void owe_reply(struct peer *peer, unsigned replies)
{
    debts.to_reply = peer;
    debts.replies = replies;
}

static void ask_start(struct peer *peer)
{
    if (book_is_mid_message(peer)) {
        owe_reply(peer, ONE_OF(REPLY_OUT_OF_STEP));
    } else if (book.is_stopping) {
        owe_reply(peer, ONE_OF(REPLY_STOPPING));
    } else if (!peer->is_invited && !fairness_may_begin(peer->user)) {
        owe_reply(peer, ONE_OF(REPLY_BUSY));
        book.counts.limited++;
        if (!book.used[peer->user].is_reported)
            debts.to_report = peer;
        book.used[peer->user].is_reported = true;
    } else {
        peer->turn_time = peer->is_invited ? peer->turn_time : 0;
        peer->is_invited = true;
        owe_reply(peer, GO_OR_WAIT);
    }
}

static void ask_resume(struct peer *peer)
{
    switch (peer->state) {
    case SESSION_IDLE:
        owe_reply(peer, peer->is_invited ? GO_OR_WAIT : ONE_OF(REPLY_FORGOTTEN));
        return;
    case SESSION_OPEN:
        peer->lost_blocks = peer->is_stripped ? peer->lost_blocks + 1 : 0;
        peer->is_stripped = false;
        if (peer->lost_blocks == SESSION_LOST_BLOCKS) {
            fairness_stop_waiting(peer);
            debts_refuse(peer, REPLY_NARROW);
        } else {
            owe_reply(peer, GO_OR_WAIT);
        }
        return;
    case SESSION_COMMITTING:
        owe_reply(peer, ONE_OF(REPLY_PENDING));
        return;
    case SESSION_COMMITTED:
    case SESSION_REFUSED:
        peer->is_invited = false;
        fairness_stop_waiting(peer);
        if (book.runner == peer)
            book.runner = NULL;
        owe_reply(peer, ONE_OF(peer->state == SESSION_COMMITTED ? REPLY_COMMITTED : peer->refusal));
        return;
    }
}

void debts_ask(struct peer *peer, struct probe probe)
{
    peer->asked = ++book.probes;
    peer->is_new = false;
    peer->nonce = probe.nonce;
    clear_slots(peer);
    if (book.runner == peer) {
        book.heard_at = book.now;
        book.is_heard = true;
    }
    if (probe.ask == ASK_START)
        ask_start(peer);
    else
        ask_resume(peer);
}
