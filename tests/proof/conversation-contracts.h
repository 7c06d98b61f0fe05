/* SPDX-License-Identifier: MIT */
/*
 * conversation-contracts.h - what the proof of conversation.c assumes and shows, beyond the headers
 *
 * Global variables keep account of what the module does to the outer world. The functions of the
 * owner, op_NAME(), have the contracts that they owe.
 */
#pragma once

#include <errno.h>

#include "protocol/frame.h"
#include "protocol/timing.h"

/*
 * A frame is what its members say. The number, kind and value of its symbols depend on nothing else
 * here, because no function below changes its octets but frame_make_narrow().
 */
/*@ axiomatic Frame {
      logic integer count_of(integer length, integer content);
      logic integer kind_of(integer content, integer first_block, integer index);
      logic integer value_of(uint8_t *octets, integer content, integer first_block,
                             integer index);
    }
    logic integer frame_count(struct frame *f) = count_of(f->length, f->content);
    logic integer frame_kind(struct frame *f, integer i) =
      kind_of(f->content, f->first_block, i);
    logic integer frame_value(struct frame *f, integer i) =
      value_of(f->octets, f->content, f->first_block, i);
    predicate frame_is_sound(struct frame *f) = 8 < f->length && f->content < f->length; */

/*@ requires \valid_read(frame);
    assigns \nothing;
    ensures \result <==> frame->content > 0; */
bool seen_is_wide(const struct frame *frame);
/*@ requires \valid(frame) && frame_is_sound(frame) && frame->content > 0;
    assigns frame->content, frame->octets[0 .. frame->length - 1];
    ensures frame->content == 0 && 0 < frame_count(frame) <= UINT64_MAX / 2; */
void seen_make_narrow(struct frame *frame);
/*@ requires \valid_read(frame) && frame_is_sound(frame);
    assigns \nothing;
    ensures \result == frame_count(frame); */
uint64_t seen_symbols(const struct frame *frame);
/*@ requires \valid_read(frame) && frame_is_sound(frame) && index < frame_count(frame);
    assigns \nothing;
    ensures \result.kind == frame_kind(frame, index) && \result.value == frame_value(frame, index);
 */
struct symbol seen_symbol(const struct frame *frame, uint64_t index);

#include "protocol/conversation.h"

/* The signal that the owner has taken; NULL if it has found none pending. */
extern const struct lane_signal *taken;
extern bool is_noted; /* the barrier was told of it */
/* The word that the barrier has released, and whether arq was not told of it yet. */
extern bool is_released;
extern uint32_t released;
/* The news of the newest word. */
extern enum arq_news told;
/* The signal that was sent. */
extern enum { SENT_NOTHING, SENT_SYMBOL, SENT_WORD } sent;
extern struct arq_symbol sent_symbol;
extern uint32_t sent_word;
extern int sent_result;
extern bool was_ended; /* what has_ended() said */
extern struct arq_sender left; /* what the functions of arq.h have made of c->arq */

/*@ // Nothing but the functions of arq.h has changed what arq.c keeps.
    predicate is_left(struct conversation c) = c.arq == left;
    predicate is_quiet(struct conversation c) =
      taken == \null || (c.is_draining && c.takes_left == 0);
    predicate is_of(struct reply reply, integer word) =
      word == reply_word(reply.code, reply.count, reply.nonce);
    predicate has_verdict(struct arq_sender s) =
      s.phase == ARQ_COMMITTED || s.phase == ARQ_REFUSED;
    predicate may_send_symbol(struct arq_sender s) =
      !s.probe_due && s.phase == ARQ_SENDING && s.next < s.total &&
      !s.in_flight[(s.base + s.next) % LANES];
    logic integer next_nonce(integer nonce) = nonce == UINT16_MAX ? 0 : nonce + 1;
    logic integer least(integer a, integer b) = a < b ? a : b;
    logic integer most(integer a, integer b) = a > b ? a : b; */

/* ---- the owner ---- */

/*@ requires sent == SENT_NOTHING && \valid_read(symbol);
    requires c->outcome == CONVERSATION_OPEN && !c->is_draining;
    requires symbol->index + 1 == c->arq.total ==> c->is_in_doubt;
    assigns sent, sent_symbol, sent_result;
    ensures sent == SENT_SYMBOL && sent_symbol == *symbol && sent_result == \result <= 0; */
int op_send_symbol(const struct conversation *c, void *owner, const struct arq_symbol *symbol);
/*@ requires sent == SENT_NOTHING;
    requires c->outcome == CONVERSATION_OPEN && !c->is_draining;
    assigns sent, sent_word, sent_result;
    ensures sent == SENT_WORD && sent_word == word && sent_result == \result <= 0; */
int op_send_word(const struct conversation *c, void *owner, uint32_t word);
/*@ assigns was_ended;
    ensures was_ended == \result; */
bool op_has_ended(const struct conversation *c, void *owner);
/*@ requires \valid_read(symbol);
    assigns \nothing; */
void op_acked(const struct conversation *c, void *owner, const struct arq_symbol *symbol);
/*@ assigns \nothing; */
void op_heard(const struct conversation *c, void *owner, uint32_t word);
/*@ assigns \nothing; */
void op_dropped(const struct conversation *c, void *owner, uint32_t word);
/*@ requires \valid_read(signal);
    assigns \nothing; */
void op_ignored(const struct conversation *c, void *owner, const struct lane_signal *signal,
                bool is_stranger);
/*@ assigns \nothing; */
void op_repeats(const struct conversation *c, void *owner, uint64_t first, uint64_t last);
/*@ assigns \nothing; */
void op_expired(const struct conversation *c, void *owner, uint64_t waited_ns, enum ask ask);

/* ---- modules below ---- */

/* The probes of a message have nonces that no other probe has had, as long as they last. */
/*@ requires \valid(c) && 0 < total <= INT64_MAX && nonce == (uint16_t)(c->arq.nonce + 1);
    assigns c->arq, left;
    ensures is_left(*c) && arq_is_valid(c->arq);
    ensures c->arq.phase == ARQ_STARTING && c->arq.probe_due && c->arq.next == 0;
    ensures c->arq.nonce == nonce && c->arq.first_nonce == nonce && c->arq.base == 0;
    ensures c->arq.total == total; */
void seen_begin(struct conversation *c, uint64_t total, uint16_t nonce);

/* One step is one signal that is sent. */
/*@ requires \valid(c) && is_left(*c) && arq_is_valid(c->arq) && sent == SENT_NOTHING;
    assigns c->arq.probe_due, c->arq.next, c->arq.in_flight[0 .. 1], left;
    ensures is_left(*c) && arq_is_valid(c->arq);
    ensures ARQ_NOTHING <= \result.what <= ARQ_PROBE;
    ensures \result.what == ARQ_PROBE <==> \old(c->arq.probe_due);
    ensures \result.what == ARQ_SYMBOL <==> \old(may_send_symbol(c->arq));
    ensures \result.what == ARQ_PROBE ==> !c->arq.probe_due &&
      \result.probe.nonce == c->arq.nonce &&
      \result.probe.ask == (c->arq.phase == ARQ_STARTING ? ASK_START : ASK_RESUME);
    ensures \result.what != ARQ_PROBE ==> c->arq.probe_due == \old(c->arq.probe_due);
    ensures \result.what == ARQ_SYMBOL ==> \result.index == \old(c->arq.next) &&
      \result.lane == (c->arq.base + \result.index) % LANES &&
      c->arq.next == \result.index + 1;
    ensures \result.what != ARQ_SYMBOL ==> c->arq.next == \old(c->arq.next); */
struct arq_step seen_step(struct conversation *c);

/* The probe that follows has a new nonce. */
/*@ requires \valid(c) && is_left(*c);
    assigns c->arq.phase, c->arq.nonce, c->arq.probe_due, left;
    ensures is_left(*c) && c->arq.probe_due;
    ensures c->arq.phase ==
      (\old(c->arq.phase) == ARQ_SENDING ? ARQ_RESUMING : \old(c->arq.phase));
    ensures c->arq.nonce == next_nonce(\old(c->arq.nonce)); */
void seen_timeout(struct conversation *c);

/* An ack is believed only if it is the signal that was taken, and comes from the daemon. */
/*@ requires \valid(c) && \valid(ret_index);
    requires is_conversation(*c) && is_left(*c);
    requires is_noted && taken != \null && \valid_read(taken);
    requires acked: taken->kind == SIGNAL_PLAIN && taken->pid == c->daemon && lane == taken->lane;
    requires lane < LANES;
    assigns c->arq.in_flight[0 .. 1], c->arq.phase, c->arq.probe_due, left, *ret_index;
    ensures is_conversation(*c) && is_left(*c);
    ensures \result <==> \old(c->arq.in_flight[lane]);
    ensures !c->arq.in_flight[lane];
    ensures c->arq.in_flight[1 - lane] == \old(c->arq.in_flight[1 - lane]);
    ensures \result ==> *ret_index < c->arq.next && c->arq.next - *ret_index <= LANES;
    ensures \result && \old(c->arq.phase) == ARQ_RESUMING ==>
      c->arq.phase == ARQ_SENDING && !c->arq.probe_due;
    ensures !(\result && \old(c->arq.phase) == ARQ_RESUMING) ==>
      c->arq.phase == \old(c->arq.phase) && c->arq.probe_due == \old(c->arq.probe_due); */
bool seen_acked(struct conversation *c, enum lane lane, uint64_t *ret_index);

/* A reply is believed only if it is the word that the barrier has released. */
/*@ requires \valid(c) && is_conversation(*c) && is_left(*c);
    requires is_released && is_of(reply, released) && is_code(reply.code);
    assigns c->arq, is_released, told, left;
    ensures is_left(*c) && arq_is_valid(c->arq) && !is_released && told == \result;
    ensures ARQ_STALE <= told <= ARQ_VERDICT;
    ensures ARQ_STARTING <= c->arq.phase <= ARQ_REFUSED;
    ensures told == ARQ_STALE || told == ARQ_WAIT || told == ARQ_PENDING ==>
      c->arq == \old(c->arq);
    ensures c->arq.total == \old(c->arq.total);
    ensures \old(has_verdict(c->arq)) ==> told == ARQ_STALE;
    ensures told == ARQ_GO ==> (c->arq.phase == ARQ_SENDING && c->arq.next <= \old(c->arq.next))
      || (c->arq.phase == ARQ_STARTING && c->arq.next == 0);
    ensures told == ARQ_VERDICT ==> has_verdict(c->arq) && c->arq.next == \old(c->arq.next) &&
      c->arq.nonce == \old(c->arq.nonce);
    ensures told == ARQ_VERDICT && c->arq.phase == ARQ_COMMITTED ==>
      \old(c->arq.next) == c->arq.total; */
enum arq_news seen_word(struct conversation *c, struct reply reply);

/* Each signal is told to the barrier as it came; that of a stranger never as a word. */
/*@ requires \valid(c) && is_conversation(*c);
    requires taken != \null && \valid_read(taken) && \valid_read(signal) && !is_noted;
    requires signal->slot == taken->slot < SLOTS;
    requires signal->kind == SIGNAL_WORD ==> taken->kind == SIGNAL_WORD &&
      signal->pid == c->daemon == taken->pid && signal->word == taken->word;
    requires taken->kind == SIGNAL_WORD && taken->pid == c->daemon ==>
      signal->kind == SIGNAL_WORD;
    assigns c->barrier, is_noted;
    ensures is_noted && is_conversation(*c); */
void seen_note(struct conversation *c, const struct lane_signal *signal);

/* Any word is released only if no signal is pending, or if the daemon has ended. */
/*@ requires \valid(c) && held_is_of_daemon(*c);
    requires \valid(ret_pid) && \valid(ret_word);
    requires taken != \null ==> is_noted;
    requires pending: empty ==> is_quiet(*c);
    requires is_released ==> !is_reply_word(released);
    assigns c->barrier, *ret_pid, *ret_word, is_released, released;
    ensures held_is_of_daemon(*c) && is_released == \result;
    ensures \result ==> *ret_pid == c->daemon && *ret_word == released;
    ensures \result ==> c->barrier.count == \old(c->barrier.count) - 1;
    ensures !\result ==> c->barrier.count == \old(c->barrier.count);
    ensures empty && !\result ==> c->barrier.count == 0; */
bool seen_release(struct conversation *c, bool empty, pid_t *ret_pid, uint32_t *ret_word);

/* ---- the functions of conversation.c, the public ones beyond the header ---- */

/* No sum of timeouts wraps. */
/*@ predicate is_timed(struct conversation c) =
      c.limit <= UINT64_MAX - QUEUE_TIMEOUT_MAX &&
      c.probe_timeout <= QUEUE_TIMEOUT_MAX && c.reached <= QUEUE_TIMEOUT_MAX &&
      c.interrupted <= QUEUE_TIMEOUT_MAX &&
      QUEUE_TIMEOUT_MIN <= c.queue_timeout <= QUEUE_TIMEOUT_MAX && c.limit >= 4 &&
      (c.is_waiting ==> c.probe_timeout > 0) &&
      (c.interrupted > 0 ==> c.is_waiting);
    predicate has_progressed(struct conversation c) =
      !c.is_waiting && c.reached == 0 && !c.is_queued && c.interrupted == 0 &&
      c.probe_timeout == 0;
    predicate has_begun(struct conversation c) =
      c.arq.phase == ARQ_STARTING && c.arq.probe_due && c.arq.next == 0 && c.arq.base == 0 &&
      arq_is_valid(c.arq) &&
      c.arq.total == frame_count(c.frame) && c.arq.first_nonce == c.arq.nonce &&
      !c.is_in_doubt && c.fresh == 0 && c.confirmed == 0;
    logic integer longest(struct conversation c) =
      c.is_queued ? least(c.limit / 4, QUEUE_TIMEOUT_MAX) : PROBE_TIMEOUT_MAX; */

/*@ assigns \nothing;
    ensures \result == least(a, b); */
static uint64_t smaller(uint64_t a, uint64_t b);
/*@ assigns \nothing;
    ensures \result == most(a, b); */
static uint64_t larger(uint64_t a, uint64_t b);

/*@ requires \valid(c) && is_whole(c->frame) && 0 < frame_count(c->frame) <= UINT64_MAX / 2;
    assigns c->arq, left, c->is_in_doubt, c->fresh, c->confirmed;
    ensures has_begun(*c) && is_left(*c);
    ensures c->arq.nonce == (uint16_t)(\old(c->arq.nonce) + 1); */
static void begin(struct conversation *c);

/*@ requires 4 <= conversation->limit <= UINT64_MAX - QUEUE_TIMEOUT_MAX;
    assigns left;
    ensures is_timed(*conversation) && has_begun(*conversation) && is_left(*conversation);
    ensures !conversation->has_asked && conversation->queue_timeout == QUEUE_TIMEOUT_MIN;
    ensures conversation->counts.bits == 0 && conversation->counts.blocks == 0;
    ensures conversation->counts.repeats == 0;
    ensures has_progressed(*conversation); */
void conversation_begin(struct conversation *conversation, struct frame *frame);

/*@ requires \valid(c) && is_whole(c->frame) && c->frame->content > 0;
    assigns c->arq, left, c->is_in_doubt, c->fresh, c->confirmed, c->frame->content;
    assigns c->frame->octets[0 .. c->frame->length - 1];
    ensures has_begun(*c) && is_left(*c) && is_whole(c->frame) && c->frame->content == 0;
    ensures 0 < frame_count(c->frame) <= UINT64_MAX / 2;
    ensures c->arq.nonce == (uint16_t)(\old(c->arq.nonce) + 1); */
static void begin_again_as_bits(struct conversation *c);

/*@ requires \valid(c) && is_whole(c->frame) && has_verdict(c->arq) && is_left(*c);
    requires c->arq.phase == ARQ_COMMITTED ==> c->is_in_doubt;
    assigns c->arq, left, c->is_in_doubt, c->fresh, c->confirmed, c->outcome;
    assigns c->frame->content, c->frame->octets[0 .. c->frame->length - 1];
    ensures is_whole(c->frame) && is_left(*c);
    behavior committed:
      assumes c->arq.phase == ARQ_COMMITTED;
      ensures c->outcome == CONVERSATION_COMMITTED;
    behavior narrow:
      assumes c->arq.phase == ARQ_REFUSED;
      assumes c->arq.refusal == REPLY_NARROW && c->frame->content > 0;
      ensures has_begun(*c) && c->frame->content == 0 && c->outcome == \old(c->outcome);
      ensures 0 < frame_count(c->frame) <= UINT64_MAX / 2;
      ensures c->arq.nonce == (uint16_t)(\old(c->arq.nonce) + 1);
    behavior refused:
      assumes c->arq.phase == ARQ_REFUSED;
      assumes c->arq.refusal != REPLY_NARROW || c->frame->content == 0;
      ensures c->outcome == CONVERSATION_REFUSED;
    behavior done:
      assumes c->arq.phase == ARQ_COMMITTED || c->arq.refusal != REPLY_NARROW ||
        c->frame->content == 0;
      ensures c->arq == \old(c->arq) && c->is_in_doubt == \old(c->is_in_doubt);
      ensures c->frame->content == \old(c->frame->content);
      ensures c->fresh == \old(c->fresh) && c->confirmed == \old(c->confirmed); */
static void conclude(struct conversation *c);

/* The daemon can have left a signal in each slot. */
/*@ requires \valid(c);
    assigns c->is_draining, c->takes_left;
    ensures c->is_draining && c->takes_left > SLOTS; */
static void drain(struct conversation *c);

/*@ requires \valid_read(c);
    assigns \nothing;
    ensures \result <==> is_refused(*c, reason); */
static bool is_refused_for(const struct conversation *c, enum reply_code reason);

/*@ requires \valid(c);
    assigns c->counts.repeats, c->has_asked;
    ensures c->has_asked;
    ensures c->counts.repeats == (uint64_t)(\old(c->counts.repeats) + \old(c->has_asked)); */
static void count_probe(struct conversation *c);

/*@ requires \valid(c) && \valid_read(symbol) && symbol->index < UINT64_MAX;
    assigns c->counts, c->fresh;
    ensures symbol->symbol.kind == SYMBOL_BLOCK ==>
      c->counts.blocks == (uint64_t)(\old(c->counts.blocks) + 1) &&
      c->counts.bits == \old(c->counts.bits);
    ensures symbol->symbol.kind != SYMBOL_BLOCK ==>
      c->counts.bits == (uint64_t)(\old(c->counts.bits) + 1) &&
      c->counts.blocks == \old(c->counts.blocks);
    ensures c->fresh == most(\old(c->fresh), symbol->index + 1);
    ensures c->counts.repeats ==
      (uint64_t)(\old(c->counts.repeats) + (symbol->index < \old(c->fresh) ? 1 : 0)); */
static void count_symbol(struct conversation *c, const struct arq_symbol *symbol);

/*@ requires \valid_read(c) && is_whole(c->frame) && index < frame_count(c->frame);
    assigns \nothing;
    ensures \result.index == index && \result.lane == lane;
    ensures \result.symbol.kind == frame_kind(c->frame, index);
    ensures \result.symbol.value == frame_value(c->frame, index); */
static struct arq_symbol symbol_at(const struct conversation *c, enum lane lane, uint64_t index);

/*@ requires \valid(c) && is_whole(c->frame) && sent == SENT_NOTHING;
    requires c->outcome == CONVERSATION_OPEN && !c->is_draining;
    requires c->arq.total == frame_count(c->frame) <= UINT64_MAX / 2;
    requires \valid_read(step) && step->index < c->arq.total;
    assigns sent, sent_symbol, sent_result, c->is_in_doubt, c->fresh, c->counts;
    ensures sent == SENT_SYMBOL && sent_result == \result <= 0;
    ensures sent_symbol.index == step->index && sent_symbol.lane == step->lane;
    ensures sent_symbol.symbol.kind == frame_kind(c->frame, step->index);
    ensures sent_symbol.symbol.value == frame_value(c->frame, step->index);
    ensures c->is_in_doubt <==> \old(c->is_in_doubt) || step->index + 1 == c->arq.total;
    ensures \result == 0 ==> c->fresh == most(\old(c->fresh), step->index + 1);
    ensures \result != 0 ==> c->fresh == \old(c->fresh); */
static int send_symbol(struct conversation *c, const struct arq_step *step);

/*@ requires \valid(c) && sent == SENT_NOTHING;
    requires c->outcome == CONVERSATION_OPEN && !c->is_draining;
    requires is_ask(probe.ask);
    assigns sent, sent_word, sent_result, c->has_asked, c->counts.repeats;
    ensures sent == SENT_WORD && sent_result == \result <= 0;
    ensures sent_word == probe_word(probe.ask, probe.nonce);
    ensures \result == 0 ==> c->has_asked; */
static int send_probe(struct conversation *c, struct probe probe);

/*@ predicate is_idle(struct conversation c) =
      c.outcome != CONVERSATION_OPEN || c.is_draining;
    predicate sends_symbol(struct conversation c) = !is_idle(c) && may_send_symbol(c.arq);
    predicate sends_probe(struct conversation c) = !is_idle(c) && c.arq.probe_due; */
/*@ requires sent == SENT_NOTHING && is_left(*conversation);
    assigns sent, sent_symbol, sent_word, sent_result, left;
    ensures is_left(*conversation);
    ensures sent == SENT_SYMBOL <==> \old(sends_symbol(*conversation));
    ensures sent == SENT_WORD <==> \old(sends_probe(*conversation));
    ensures SENT_NOTHING <= sent <= SENT_WORD;
    ensures sent == SENT_SYMBOL ==> sent_symbol.index == \old(conversation->arq.next) &&
      sent_symbol.lane == (conversation->arq.base + sent_symbol.index) % LANES &&
      conversation->arq.next == sent_symbol.index + 1 &&
      sent_symbol.symbol.kind == frame_kind(conversation->frame, sent_symbol.index) &&
      sent_symbol.symbol.value == frame_value(conversation->frame, sent_symbol.index);
    ensures sent == SENT_WORD ==> sent_word ==
      probe_word(conversation->arq.phase == ARQ_STARTING ? ASK_START : ASK_RESUME,
        conversation->arq.nonce);
    ensures conversation->is_in_doubt <==> \old(conversation->is_in_doubt) ||
      (sent == SENT_SYMBOL && sent_symbol.index + 1 == conversation->arq.total);
    ensures sent != SENT_NOTHING ==>
      (conversation->is_draining <==> sent_result == -ESRCH) &&
      \result == (sent_result == 0 ? 1 : sent_result == -ESRCH ? 0 : sent_result);
    ensures sent == SENT_NOTHING ==> \result == 0 &&
      conversation->arq.next == \old(conversation->arq.next) &&
      conversation->arq.probe_due == \old(conversation->arq.probe_due) &&
      conversation->is_draining == \old(conversation->is_draining) &&
      conversation->takes_left == \old(conversation->takes_left); */
int conversation_send(struct conversation *conversation);

/*@ requires \valid(c);
    assigns c->is_waiting, c->probe_timeout, c->waited, c->reached, c->is_queued, c->interrupted;
    ensures has_progressed(*c) && c->waited == 0; */
static void make_progress(struct conversation *c);

/*@ requires \valid_read(c);
    assigns \nothing;
    ensures \result == longest(*c); */
static uint64_t longest_timeout(const struct conversation *c);

/*@ requires \valid(c) && is_timed(*c);
    assigns c->is_queued, c->reached, c->probe_timeout, c->queue_timeout;
    ensures c->is_queued && c->reached == 0;
    ensures c->probe_timeout == least(longest(*c), \old(c->queue_timeout));
    ensures c->queue_timeout == least(2 * \old(c->queue_timeout), QUEUE_TIMEOUT_MAX); */
static void join_queue(struct conversation *c);

/*@ requires \valid(c) && arq_waits(c->arq) && is_left(*c);
    assigns c->arq.phase, c->arq.nonce, c->arq.probe_due, left;
    assigns c->reached, c->interrupted, c->probe_timeout, c->is_queued;
    ensures is_left(*c) && !c->is_queued && c->probe_timeout == PROBE_TIMEOUT_MIN;
    ensures \old(c->is_queued) && code == REPLY_GO ==>
      c->arq.nonce == next_nonce(\old(c->arq.nonce)) && c->arq.probe_due &&
      c->reached == \old(c->reached);
    ensures !(\old(c->is_queued) && code == REPLY_GO) ==>
      c->arq.nonce == \old(c->arq.nonce) && c->arq.probe_due == \old(c->arq.probe_due) &&
      c->reached == most(\old(c->reached), \old(c->probe_timeout));
    ensures c->arq.phase == \old(c->arq.phase);
    ensures c->interrupted == (\old(c->interrupted) == 0 && c->is_waiting ?
      \old(c->probe_timeout) : \old(c->interrupted)); */
static void hasten(struct conversation *c, enum reply_code code);

/*@ requires \valid(c) && (c->arq.phase == ARQ_SENDING || c->arq.next == 0);
    assigns c->is_waiting, c->probe_timeout, c->waited, c->reached, c->is_queued, c->interrupted;
    assigns c->confirmed;
    ensures has_progressed(*c);
    ensures c->waited == (c->arq.next > \old(c->confirmed) ? 0 : \old(c->waited));
    ensures c->confirmed == most(c->arq.next, \old(c->confirmed)); */
static void go_on(struct conversation *c);

/*@ requires \valid(c) && c->waited < c->limit;
    assigns c->is_waiting, c->wait_start, c->probe_timeout;
    ensures c->is_waiting && c->wait_start == now && c->probe_timeout > 0;
    ensures c->probe_timeout == least(c->limit - c->waited,
      \old(c->probe_timeout) > 0 ? \old(c->probe_timeout) :
      may_poll || c->loss_window > 0 ? PROBE_TIMEOUT_MIN : PROBE_TIMEOUT_SLEEPING); */
static void begin_wait(struct conversation *c, uint64_t now, bool may_poll);

/*@ requires \valid(c) && c->waited + duration <= UINT64_MAX;
    requires c->outcome == CONVERSATION_OPEN;
    assigns c->is_waiting, c->waited, c->outcome;
    ensures !c->is_waiting && c->waited == \old(c->waited) + duration;
    ensures c->outcome ==
      (c->waited >= c->limit ? CONVERSATION_TIMED_OUT : CONVERSATION_OPEN); */
static void add_wait(struct conversation *c, uint64_t duration);

/*@ requires \valid(c) && is_timed(*c) && c->outcome == CONVERSATION_OPEN;
    requires c->waited < c->limit && c->wait_start <= now;
    assigns c->interrupted, c->is_waiting, c->waited, c->outcome;
    ensures c->interrupted == 0 && !c->is_waiting;
    ensures c->waited ==
      \old(c->waited) + least(now - c->wait_start, \old(c->interrupted));
    ensures c->outcome ==
      (c->waited >= c->limit ? CONVERSATION_TIMED_OUT : CONVERSATION_OPEN); */
static void end_interrupted_wait(struct conversation *c, uint64_t now);

/* The next step is a probe with a new nonce, and no symbol. */
/*@ requires \valid(c) && is_timed(*c) && c->outcome == CONVERSATION_OPEN;
    requires ARQ_STARTING <= c->arq.phase <= ARQ_RESUMING && is_left(*c);
    requires c->waited < c->limit && c->wait_start + c->probe_timeout <= now;
    assigns c->is_waiting, c->waited, c->outcome, c->loss_window, c->probe_timeout, c->reached;
    assigns c->arq.phase, c->arq.nonce, c->arq.probe_due, left;
    ensures is_left(*c) && !c->is_waiting && c->waited == \old(c->waited) + \old(c->probe_timeout);
    ensures c->outcome ==
      (c->waited >= c->limit ? CONVERSATION_TIMED_OUT : CONVERSATION_OPEN);
    ensures arq_waits(c->arq) || (c->outcome == CONVERSATION_TIMED_OUT && c->arq == \old(c->arq));
    ensures asks: c->outcome == CONVERSATION_OPEN ==> c->arq.probe_due && c->reached == 0 &&
      c->arq.nonce == next_nonce(\old(c->arq.nonce)) && c->loss_window == LOSS_WINDOW;
    ensures c->outcome == CONVERSATION_OPEN ==> c->probe_timeout ==
      least(2 * most(\old(c->probe_timeout), \old(c->reached)), longest(*c));
    ensures c->probe_timeout <= QUEUE_TIMEOUT_MAX && c->reached <= QUEUE_TIMEOUT_MAX; */
static void expire(struct conversation *c, uint64_t now);

/*@ requires is_timed(*conversation) && now <= UINT64_MAX - QUEUE_TIMEOUT_MAX;
    requires is_left(*conversation);
    assigns was_ended, left;
    ensures is_timed(*conversation) && is_left(*conversation);
    ensures conversation->waited <= \old(conversation->waited) +
      (\old(conversation->is_waiting) ? now - \old(conversation->wait_start) : 0);
    ensures \old(conversation->is_draining) ==> \result == now &&
      conversation->outcome == CONVERSATION_OPEN;
    ensures \result > now ==> conversation->outcome == CONVERSATION_OPEN &&
      conversation->is_waiting && conversation->wait_start <= now &&
      conversation->arq == \old(conversation->arq) && !conversation->is_draining &&
      \result == conversation->wait_start + conversation->probe_timeout;
    ensures \result > now && !\old(conversation->is_waiting) ==>
      \result <= now + conversation->limit - conversation->waited;
    ensures \result == now && !conversation->is_draining &&
      conversation->outcome == CONVERSATION_OPEN ==>
        !was_ended && arq_waits(conversation->arq) && conversation->arq.probe_due &&
        !conversation->is_waiting &&
        conversation->waited > \old(conversation->waited) &&
        conversation->arq.nonce == next_nonce(\old(conversation->arq.nonce));
    ensures conversation->is_draining && !\old(conversation->is_draining) ==>
      was_ended && conversation->takes_left > SLOTS &&
      conversation->outcome == CONVERSATION_OPEN; */
uint64_t conversation_tick(struct conversation *conversation, uint64_t now, bool may_poll);

/*@ requires \valid(c) && is_left(*c);
    assigns c->arq.phase, c->arq.nonce, c->arq.probe_due, left;
    assigns c->reached, c->interrupted, c->probe_timeout, c->is_queued;
    ensures is_left(*c) && c->arq.phase == \old(c->arq.phase);
    behavior hastened:
      assumes c->outcome == CONVERSATION_OPEN && arq_waits(c->arq);
      assumes reply.code == REPLY_GO || (reply.code == REPLY_WAIT && !c->is_queued);
      ensures \result == CONVERSATION_POLL;
      ensures !c->is_queued && c->probe_timeout == PROBE_TIMEOUT_MIN;
      ensures \old(c->is_queued) ==>
        c->arq.nonce == next_nonce(\old(c->arq.nonce)) && c->arq.probe_due &&
        c->reached == \old(c->reached);
      ensures !\old(c->is_queued) ==>
        c->arq.nonce == \old(c->arq.nonce) && c->arq.probe_due == \old(c->arq.probe_due) &&
        c->reached == most(\old(c->reached), \old(c->probe_timeout));
      ensures c->interrupted == (\old(c->interrupted) == 0 && c->is_waiting ?
        \old(c->probe_timeout) : \old(c->interrupted));
    behavior dropped:
      assumes !(c->outcome == CONVERSATION_OPEN && arq_waits(c->arq) &&
        (reply.code == REPLY_GO || (reply.code == REPLY_WAIT && !c->is_queued)));
      ensures \result == CONVERSATION_AS_BEFORE && c->arq == \old(c->arq);
      ensures c->reached == \old(c->reached) && c->interrupted == \old(c->interrupted);
      ensures c->probe_timeout == \old(c->probe_timeout);
      ensures c->is_queued == \old(c->is_queued); */
static enum conversation_hint take_stale(struct conversation *c, uint32_t word, struct reply reply);

/*@ requires \valid(c) && is_conversation(*c) && is_left(*c) && is_timed(*c);
    requires is_released && is_of(reply, released) && is_code(reply.code);
    assigns is_released, told, left;
    assigns c->arq, c->is_in_doubt, c->fresh, c->confirmed, c->outcome;
    assigns c->is_waiting, c->probe_timeout, c->waited, c->reached, c->is_queued, c->interrupted;
    assigns c->queue_timeout, c->loss_window, c->was_heard, c->is_log_full;
    assigns c->frame->content, c->frame->octets[0 .. c->frame->length - 1];
    ensures is_conversation(*c) && is_left(*c) && is_timed(*c) && !is_released;
    ensures CONVERSATION_OPEN <= \old(c->outcome) <= CONVERSATION_TIMED_OUT;
    ensures told != ARQ_VERDICT ==> c->outcome == \old(c->outcome) &&
      c->is_in_doubt == \old(c->is_in_doubt);
    ensures told == ARQ_STALE || told == ARQ_PENDING ==>
      c->waited == \old(c->waited) && c->is_waiting == \old(c->is_waiting);
    ensures told == ARQ_STALE ==> c->was_heard == \old(c->was_heard) &&
      c->arq.next == \old(c->arq.next);
    ensures told != ARQ_STALE ==> c->was_heard && \result != CONVERSATION_AS_BEFORE &&
      (c->is_log_full <==> reply.code == REPLY_PENDING);
    ensures told == ARQ_GO ==> has_progressed(*c) &&
      c->confirmed == most(c->arq.next, \old(c->confirmed)) &&
      c->waited == (c->arq.next > \old(c->confirmed) ? 0 : \old(c->waited));
    ensures told == ARQ_WAIT || told == ARQ_PENDING ==> c->is_queued && c->reached == 0 &&
      c->probe_timeout == least(longest(*c), \old(c->queue_timeout)) &&
      \result == CONVERSATION_SLEEP;
    ensures told == ARQ_WAIT ==> c->waited == 0 && !c->is_waiting && c->interrupted == 0 &&
      c->loss_window == LOSS_WINDOW;
    ensures told == ARQ_VERDICT ==> has_progressed(*c) && c->waited == 0 &&
      (c->outcome == CONVERSATION_COMMITTED || c->outcome == CONVERSATION_REFUSED ||
       (has_begun(*c) && c->frame->content == 0 && \old(c->frame->content) > 0 &&
        c->outcome == \old(c->outcome))); */
static enum conversation_hint take_reply(struct conversation *c, uint32_t word, struct reply reply);

/*@ requires \valid(c) && is_conversation(*c) && is_left(*c) && is_timed(*c);
    requires is_empty ==> is_quiet(*c);
    requires taken != \null ==> is_noted;
    requires !is_released;
    assigns is_released, released, told, left, c->barrier;
    assigns c->arq, c->is_in_doubt, c->fresh, c->confirmed, c->outcome;
    assigns c->is_waiting, c->probe_timeout, c->waited, c->reached, c->is_queued, c->interrupted;
    assigns c->queue_timeout, c->loss_window, c->was_heard, c->is_log_full;
    assigns c->frame->content, c->frame->octets[0 .. c->frame->length - 1];
    ensures is_conversation(*c) && is_left(*c) && is_timed(*c);
    ensures is_released ==> !is_reply_word(released);
    ensures is_empty ==> c->barrier.count == 0;
    ensures c->outcome == CONVERSATION_ENDED ==> \old(c->outcome) == CONVERSATION_ENDED; */
static enum conversation_hint release_words(struct conversation *c, bool is_empty,
                                            enum conversation_hint hint);

/*@ requires \valid(c) && is_whole(c->frame) && c->arq.total == frame_count(c->frame);
    requires index < c->arq.next <= c->arq.total && c->arq.next - index <= LANES;
    assigns c->is_waiting, c->probe_timeout, c->waited, c->reached, c->is_queued, c->interrupted;
    assigns c->was_heard, c->loss_window;
    ensures c->was_heard && has_progressed(*c) && c->waited == 0;
    ensures c->loss_window == \old(c->loss_window) - (\old(c->loss_window) > 0 ? 1 : 0); */
static void take_ack(struct conversation *c, enum lane lane, uint64_t index);

/*@ requires \valid(c) && is_conversation(*c) && is_left(*c) && is_timed(*c);
    requires signal == taken && !is_noted;
    requires \valid_read(signal) && signal->slot < SLOTS && signal->lane < LANES;
    assigns is_noted, left, c->barrier, c->is_stripped;
    assigns c->arq.in_flight[0 .. 1], c->arq.phase, c->arq.probe_due;
    assigns c->is_waiting, c->probe_timeout, c->waited, c->reached, c->is_queued, c->interrupted;
    assigns c->was_heard, c->loss_window;
    ensures is_conversation(*c) && is_left(*c);
    ensures is_timed(*c) && is_noted;
    behavior ack:
      assumes signal->pid == c->daemon && signal->kind == SIGNAL_PLAIN;
      assumes c->arq.in_flight[signal->lane];
      ensures \result == CONVERSATION_POLL && c->was_heard && c->waited == 0;
      ensures has_progressed(*c) && !c->arq.in_flight[signal->lane];
      ensures c->is_stripped == \old(c->is_stripped);
    behavior other:
      assumes signal->pid != c->daemon || signal->kind != SIGNAL_PLAIN ||
        !c->arq.in_flight[signal->lane];
      ensures \result == CONVERSATION_AS_BEFORE && c->arq.phase == \old(c->arq.phase);
      ensures c->arq.probe_due == \old(c->arq.probe_due);
      ensures c->waited == \old(c->waited) && c->was_heard == \old(c->was_heard);
      ensures c->is_waiting == \old(c->is_waiting);
    behavior stranger:
      assumes signal->pid != c->daemon;
      ensures c->is_stripped <==> \old(c->is_stripped) || signal->pid == 0; */
static enum conversation_hint take_signal(struct conversation *c, const struct lane_signal *signal);

/*@ requires is_timed(*conversation) && is_left(*conversation);
    requires signal == taken && !is_noted && !is_released;
    assigns is_noted, is_released, released, told, left;
    ensures is_timed(*conversation) && is_left(*conversation) && is_noted;
    ensures conversation->is_draining ==>
      conversation->takes_left == \old(conversation->takes_left) - 1;
    ensures conversation->is_draining && conversation->takes_left == 0 ==>
      conversation->outcome != CONVERSATION_OPEN && conversation->barrier.count == 0; */
enum conversation_hint conversation_take(struct conversation *conversation,
                                         const struct lane_signal *signal);

/*@ requires is_timed(*conversation) && is_left(*conversation);
    requires is_quiet(*conversation) && !is_released;
    requires taken != \null ==> is_noted;
    assigns is_released, released, told, left;
    ensures is_timed(*conversation) && is_left(*conversation); */
enum conversation_hint conversation_settle(struct conversation *conversation);
