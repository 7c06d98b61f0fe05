/* SPDX-License-Identifier: MIT */
/*
 * arq.h - automatic repeat request: the receiving and the sending end as two state machines
 *
 * Rules:
 *   - Symbol i of a session, a bit or a block, travels on lane i mod 2, and its ack comes back on
 *     the same lane. A lane carries a new symbol only after the ack of the symbol before. So at
 *     most two symbols are in flight, and no lane ever holds two.
 *   - The receiver takes symbols in order only. A symbol that comes before its predecessor is held,
 *     at most one on each lane.
 *   - After a probe timeout the sender repeats no data. It sends a probe that asks for the count of
 *     symbols taken, and continues from that count (word.h).
 *   - The sender acts on a reply only if the reply carries the nonce of its newest probe. It also
 *     believes two replies to an older probe of the same message, because they stay true: all of
 *     this message is in the log; the daemon stops.
 *   - The receiver repeats its verdict on a message until it takes the first bit of the next one.
 *     So a verdict with the count at which this message began is about the message before, and the
 *     sender begins this message again.
 *
 * Policy: the caller carries the signals, decides when a probe timeout has expired, and puts a
 * barrier (barrier.h) before every word. Nothing here blocks. Any symbol, ack or word may be lost.
 *
 * Pure: no system calls, no clock, no memory of its own. minitalk(7) describes the whole protocol.
 */
#pragma once

#include "protocol/lane.h"
#include "protocol/word.h"

/* One symbol of a message. */
struct arq_symbol {
    uint64_t index; /* in its message, from 0 */
    enum lane lane; /* the lane on which it travels */
    struct symbol symbol;
};

/* The lanes of symbols in order alternate also where a count wraps round. */
_Static_assert(WORD_COUNT_MODULUS % LANES == 0, "a count tells the lane");

/* ---- the receiving end ---- */

struct arq_receiver {
    uint64_t count;              /* symbols taken in this session */
    bool held[LANES];            /* a symbol of this lane waits to be taken */
    struct symbol symbol[LANES]; /* held: the symbol */
};

/* Holds a symbol that came on a lane until it is the next in order. */
/*@ requires \valid(receiver) && lane < LANES;
    assigns receiver->held[0 .. 1], receiver->symbol[0 .. 1];
    ensures receiver->held[lane] && receiver->symbol[lane] == symbol;
    ensures receiver->held[1 - lane] == \old(receiver->held[1 - lane]);
    ensures receiver->symbol[1 - lane] == \old(receiver->symbol[1 - lane]); */
void arq_receiver_hold(struct arq_receiver *receiver, enum lane lane, struct symbol symbol);

/*
 * Returns true if the next symbol in order is held and has this kind, and stores it in *ret. index
 * is the index that the symbol has in its message. The caller then acknowledges the symbol on its
 * lane. If the ack went out, the caller calls arq_receiver_take(). A symbol of another kind is not
 * of this sender, and is forgotten.
 */
/*@ requires \valid(receiver) && \valid(ret) && \separated(receiver, ret);
    assigns receiver->held[0 .. 1], *ret;
    ensures \result ==> \old(receiver->held[receiver->count % LANES]);
    ensures \result ==> ret->lane == receiver->count % LANES && ret->index == index;
    ensures \result ==> ret->symbol == receiver->symbol[ret->lane];
    ensures \result ==> receiver->symbol[ret->lane].kind == kind;
    ensures receiver->held[receiver->count % LANES] <==> \result;
    ensures receiver->held[1 - receiver->count % LANES] ==
      \old(receiver->held[1 - receiver->count % LANES]); */
bool arq_receiver_next(struct arq_receiver *receiver, uint64_t index, enum symbol_kind kind,
                       struct arq_symbol *ret);

/* Takes the next symbol in order, which must be held, and returns it. */
/*@ requires \valid(receiver) && receiver->held[receiver->count % LANES];
    requires receiver->count < UINT64_MAX;
    assigns receiver->held[0 .. 1], receiver->count;
    ensures \result == \old(receiver->symbol[receiver->count % LANES]);
    ensures receiver->count == \old(receiver->count) + 1;
    ensures !receiver->held[\old(receiver->count) % LANES];
    ensures receiver->held[1 - \old(receiver->count) % LANES] ==
      \old(receiver->held[1 - receiver->count % LANES]); */
struct symbol arq_receiver_take(struct arq_receiver *receiver);

/* Returns how many symbols are missing before one that comes on this lane now: 0 or 1. */
/*@ requires \valid_read(receiver) && lane < LANES;
    assigns \nothing;
    ensures (receiver->count + \result) % LANES == lane && \result <= 1; */
unsigned arq_receiver_ahead(const struct arq_receiver *receiver, enum lane lane);

/*
 * Forgets the symbols that are held for a lost one. To be called before the count is sent in a
 * reply: the sender sends all symbols from that count again.
 */
/*@ requires \valid(receiver);
    assigns receiver->held[0 .. 1];
    ensures !receiver->held[0] && !receiver->held[1]; */
void arq_receiver_clear(struct arq_receiver *receiver);

/* ---- the sending end: one message at a time ---- */

enum arq_phase {
    ARQ_STARTING,  /* waits for the reply to a probe to start */
    ARQ_SENDING,   /* sends symbols, or waits for acks and the verdict */
    ARQ_RESUMING,  /* waits for the reply to a probe to resume */
    ARQ_COMMITTED, /* done: the message is in the log */
    ARQ_REFUSED,   /* done: see refusal */
};

struct arq_sender {
    enum arq_phase phase;
    enum reply_code refusal; /* ARQ_REFUSED: the reason */
    bool probe_due;          /* the probe with the newest nonce is not sent yet */
    uint16_t nonce;          /* of the newest probe */
    uint16_t first_nonce;    /* of the first probe of this message */
    uint16_t base;           /* the receiver's count at symbol 0 of the message */
    uint64_t total;          /* symbols in the message */
    uint64_t next;           /* index of the symbol to send next */
    bool in_flight[LANES];   /* a symbol on this lane is not acknowledged yet */
};

/* The signal to send now. */
struct arq_step {
    enum { ARQ_NOTHING, ARQ_SYMBOL, ARQ_PROBE } what;
    enum lane lane;     /* ARQ_SYMBOL: the lane */
    uint64_t index;     /* ARQ_SYMBOL: the symbol's index in the message, from 0 */
    struct probe probe; /* ARQ_PROBE: the probe */
};

/* The news that a reply brings to the sender. */
enum arq_news {
    ARQ_STALE,   /* none: it is not the reply to the newest probe */
    ARQ_GO,      /* the next step may send symbols, or a new probe to start */
    ARQ_WAIT,    /* others are sending; a GO follows */
    ARQ_PENDING, /* the message waits for the log */
    ARQ_VERDICT, /* phase is now ARQ_COMMITTED or ARQ_REFUSED */
};

/*@
  // The newest symbol that went out on this lane, or a negative number. The symbols next - 1 and
  // next + 1 go out on the same lane.
  logic integer arq_newest(struct arq_sender s, integer lane) =
    (s.base + s.next + 1) % LANES == lane ? s.next - 1 : s.next - 2;

  // Only symbols that were sent are in flight.
  predicate arq_is_valid(struct arq_sender s) =
    0 <= s.next <= s.total <= INT64_MAX &&
    (s.in_flight[0] ==> s.next >= 2 || (s.next == 1 && s.base % LANES == 0)) &&
    (s.in_flight[1] ==> s.next >= 2 || (s.next == 1 && s.base % LANES == 1));

  // The oldest symbol in flight, or the next one to send.
  logic integer arq_oldest(struct arq_sender s) =
    s.next >= 2 && s.in_flight[(s.base + s.next - 2) % LANES] ? s.next - 2 :
    s.next >= 1 && s.in_flight[(s.base + s.next - 1) % LANES] ? s.next - 1 : s.next;

  // A daemon whose count is this has taken the symbols of this message below index.
  predicate arq_counts(struct arq_sender s, integer count, integer index) =
    arq_oldest(s) <= index <= s.next &&
    (s.base + index) % WORD_COUNT_MODULUS == count % WORD_COUNT_MODULUS;

  // How many probes were sent after the one with this nonce, modulo 65536.
  logic integer arq_probes_since(struct arq_sender s, integer nonce) =
    s.nonce >= nonce ? s.nonce - nonce : s.nonce - nonce + 65536;

  predicate arq_waits(struct arq_sender s) =
    s.phase == ARQ_STARTING || s.phase == ARQ_RESUMING;

  // The reply is to a probe of this message, and its count is that index.
  predicate arq_tells(struct arq_sender s, struct reply reply, integer index) =
    s.phase != ARQ_STARTING && arq_counts(s, reply.count, index) &&
    arq_probes_since(s, reply.nonce) <= arq_probes_since(s, s.first_nonce);

  predicate arq_is_committed_by(struct arq_sender s, struct reply reply) =
    reply.code == REPLY_COMMITTED && arq_tells(s, reply, s.total);

  predicate arq_is_stopped_by(struct arq_sender s, struct reply reply) =
    reply.code == REPLY_STOPPING && \exists integer i; arq_tells(s, reply, i);

  // The reply is to the newest probe.
  predicate arq_answers(struct arq_sender s, struct reply reply) =
    !s.probe_due && reply.nonce == s.nonce;

  // A verdict on the message before, since no symbol of this message was taken.
  predicate arq_is_before(struct arq_sender s, struct reply reply) =
    s.phase == ARQ_RESUMING && arq_counts(s, reply.count, 0);

  predicate arq_is_lasting(integer code) =
    code == REPLY_COMMITTED || code == REPLY_TOO_LARGE || code == REPLY_VERSION ||
    code == REPLY_DAMAGED || code == REPLY_UNLOGGED || code == REPLY_BUSY ||
    code == REPLY_NARROW;
*/

/*
 * Begins a message of total symbols (> 0). nonce is that of the first probe, and no probe of this
 * session may have used it before.
 */
/*@ requires \valid(sender) && total > 0;
    assigns *sender;
    ensures sender->phase == ARQ_STARTING && sender->probe_due;
    ensures sender->nonce == nonce && sender->first_nonce == nonce && sender->base == 0;
    ensures sender->total == total;
    ensures sender->next == 0;
    ensures \let now = *sender; !now.in_flight[0] && !sender->in_flight[0];
    ensures \let now = *sender; !now.in_flight[1] && !sender->in_flight[1]; */
void arq_sender_begin(struct arq_sender *sender, uint64_t total, uint16_t nonce);

/* Returns the signal to send now, and counts it as sent. To be called until it is ARQ_NOTHING. */
/*@ requires \valid(sender) && sender->next <= sender->total <= INT64_MAX;
    assigns sender->probe_due, sender->next, sender->in_flight[0 .. 1];
    ensures \old(arq_is_valid(*sender)) ==> arq_is_valid(*sender);
    behavior probe:
      assumes sender->probe_due;
      ensures \result.what == ARQ_PROBE && !sender->probe_due;
      ensures \result.probe.nonce == sender->nonce;
      ensures \result.probe.ask == (sender->phase == ARQ_STARTING ? ASK_START : ASK_RESUME);
    behavior symbol:
      assumes !sender->probe_due && sender->phase == ARQ_SENDING && sender->next < sender->total;
      assumes !sender->in_flight[(sender->base + sender->next) % LANES];
      ensures \result.what == ARQ_SYMBOL && \result.index == \old(sender->next);
      ensures \result.lane == (sender->base + \old(sender->next)) % LANES;
      ensures sender->next == \old(sender->next) + 1;
      ensures \result.lane == 0 ==>
        sender->in_flight[0] && sender->in_flight[1] == \old(sender->in_flight[1]);
      ensures \result.lane == 1 ==>
        sender->in_flight[1] && sender->in_flight[0] == \old(sender->in_flight[0]);
      ensures sender->probe_due == \old(sender->probe_due);
    behavior nothing:
      assumes !sender->probe_due && !(sender->phase == ARQ_SENDING &&
        sender->next < sender->total &&
        !sender->in_flight[(sender->base + sender->next) % LANES]);
      ensures \result.what == ARQ_NOTHING && sender->probe_due == \old(sender->probe_due);
    behavior no_symbol:
      assumes sender->probe_due || !(sender->phase == ARQ_SENDING &&
        sender->next < sender->total &&
        !sender->in_flight[(sender->base + sender->next) % LANES]);
      ensures sender->next == \old(sender->next);
      ensures sender->in_flight[0] == \old(sender->in_flight[0]);
      ensures sender->in_flight[1] == \old(sender->in_flight[1]); */
struct arq_step arq_sender_step(struct arq_sender *sender);

/*
 * Acts on a plain signal of the receiver on this lane. Returns true if the signal acknowledges a
 * symbol in flight, and stores that symbol's index in *ret_index.
 */
/*@ requires \valid(sender) && \valid(ret_index) && \separated(sender, ret_index);
    requires lane < LANES && arq_is_valid(*sender);
    assigns sender->in_flight[0 .. 1], sender->phase, sender->probe_due, *ret_index;
    ensures \result <==> \old(sender->in_flight[lane]);
    ensures !sender->in_flight[lane];
    ensures sender->in_flight[1 - lane] == \old(sender->in_flight[1 - lane]);
    ensures \result ==>
      *ret_index == \old(sender->next) - 1 || *ret_index == \old(sender->next) - 2;
    ensures \result ==> (sender->base + *ret_index) % LANES == lane;
    ensures \result && \old(sender->phase) == ARQ_RESUMING ==>
      sender->phase == ARQ_SENDING && !sender->probe_due;
    ensures !\result || \old(sender->phase) != ARQ_RESUMING ==>
      sender->phase == \old(sender->phase) && sender->probe_due == \old(sender->probe_due);
    ensures arq_is_valid(*sender); */
bool arq_sender_acked(struct arq_sender *sender, enum lane lane, uint64_t *ret_index);

/* Acts on a reply of the receiver that has passed the barrier. */
/*@ requires \valid(sender) && arq_is_valid(*sender) && sender->total > 0;
    requires ARQ_STARTING <= sender->phase <= ARQ_REFUSED;
    requires REPLY_GO <= reply.code <= REPLY_LAST;
    assigns *sender;
    ensures sender->total == \old(sender->total) && arq_is_valid(*sender);
    ensures \result != ARQ_GO ==> sender->base == \old(sender->base) &&
      sender->next == \old(sender->next) && sender->nonce == \old(sender->nonce) &&
      sender->first_nonce == \old(sender->first_nonce);
    behavior done:
      assumes sender->phase >= ARQ_COMMITTED;
      ensures \result == ARQ_STALE && *sender == \old(*sender);
    behavior committed:
      assumes sender->phase <= ARQ_RESUMING && arq_is_committed_by(*sender, reply);
      ensures \result == ARQ_VERDICT && sender->phase == ARQ_COMMITTED;
    behavior stopped:
      assumes sender->phase <= ARQ_RESUMING && arq_is_stopped_by(*sender, reply);
      ensures \result == ARQ_VERDICT && sender->phase == ARQ_REFUSED;
      ensures sender->refusal == REPLY_STOPPING;
    behavior stale:
      assumes sender->phase <= ARQ_RESUMING && !arq_is_committed_by(*sender, reply) &&
        !arq_is_stopped_by(*sender, reply);
      assumes !arq_answers(*sender, reply) || (!arq_waits(*sender) &&
        (reply.code == REPLY_GO || reply.code == REPLY_WAIT || reply.code == REPLY_PENDING));
      ensures ignored: \result == ARQ_STALE && *sender == \old(*sender);
    behavior go:
      assumes reply.code == REPLY_GO && arq_answers(*sender, reply) && arq_waits(*sender);
      ensures \result == ARQ_GO ==> sender->phase == ARQ_SENDING && !sender->in_flight[0] &&
        !sender->in_flight[1] && !sender->probe_due && sender->nonce == \old(sender->nonce) &&
        sender->first_nonce == \old(sender->first_nonce);
      ensures \old(sender->phase) == ARQ_STARTING ==>
        \result == ARQ_GO && sender->base == reply.count && sender->next == 0;
      ensures \old(sender->phase) == ARQ_RESUMING && \result == ARQ_GO ==>
        sender->base == \old(sender->base) &&
        \old(arq_counts(*sender, reply.count, \at(sender->next, Post)));
      ensures \result == ARQ_GO || (\result == ARQ_VERDICT && sender->phase == ARQ_REFUSED &&
        sender->refusal == REPLY_FORGOTTEN &&
        \old(!(\exists integer i; arq_counts(*sender, reply.count, i))));
    behavior wait:
      assumes arq_answers(*sender, reply) && arq_waits(*sender);
      assumes reply.code == REPLY_WAIT || reply.code == REPLY_PENDING;
      ensures \result == (reply.code == REPLY_WAIT ? ARQ_WAIT : ARQ_PENDING);
      ensures *sender == \old(*sender);
    behavior before:
      assumes sender->phase <= ARQ_RESUMING && !arq_is_committed_by(*sender, reply);
      assumes arq_answers(*sender, reply) && arq_is_lasting(reply.code);
      assumes arq_is_before(*sender, reply);
      ensures again: \result == ARQ_GO && sender->phase == ARQ_STARTING && sender->probe_due;
      ensures again: sender->next == 0 && !sender->in_flight[0] && !sender->in_flight[1];
      ensures sender->nonce == (\old(sender->nonce) == 65535 ? 0 : \old(sender->nonce) + 1);
      ensures sender->first_nonce == sender->nonce && sender->base == 0;
    behavior refused:
      assumes sender->phase <= ARQ_RESUMING && !arq_is_committed_by(*sender, reply);
      assumes !arq_is_stopped_by(*sender, reply) && arq_answers(*sender, reply);
      assumes reply.code == REPLY_STOPPING || reply.code == REPLY_FORGOTTEN ||
        reply.code == REPLY_OUT_OF_STEP ||
        (arq_is_lasting(reply.code) && !arq_is_before(*sender, reply));
      ensures \result == ARQ_VERDICT && sender->phase == ARQ_REFUSED;
      ensures sender->refusal ==
        (reply.code == REPLY_COMMITTED ? REPLY_OUT_OF_STEP : reply.code);
    complete behaviors; */
enum arq_news arq_sender_word(struct arq_sender *sender, struct reply reply);

/* The probe timeout has expired: the next step is a probe with a new nonce. */
/*@ requires \valid(sender);
    assigns sender->phase, sender->nonce, sender->probe_due;
    ensures sender->phase ==
      (\old(sender->phase) == ARQ_SENDING ? ARQ_RESUMING : \old(sender->phase));
    ensures sender->probe_due;
    ensures \old(sender->nonce) < UINT16_MAX ==> sender->nonce == \old(sender->nonce) + 1;
    ensures \old(sender->nonce) == UINT16_MAX ==> sender->nonce == 0; */
void arq_sender_timeout(struct arq_sender *sender);

/* Returns true if a probe of the sender has no reply yet, or is to be sent. */
/*@ requires \valid_read(sender);
    assigns \nothing;
    ensures \result <==> arq_waits(*sender); */
bool arq_sender_asks(const struct arq_sender *sender);

/* Returns true if the message has a verdict. */
/*@ requires \valid_read(sender);
    assigns \nothing;
    ensures \result <==> sender->phase >= ARQ_COMMITTED; */
static inline bool arq_sender_done(const struct arq_sender *sender)
{
    return sender->phase >= ARQ_COMMITTED;
}
