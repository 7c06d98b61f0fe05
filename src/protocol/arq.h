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
    ensures receiver->held[lane] && receiver->held[1 - lane] == \old(receiver->held[1 - lane]); */
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
    ensures receiver->held[receiver->count % LANES] <==> \result;
    ensures receiver->held[1 - receiver->count % LANES] ==
      \old(receiver->held[1 - receiver->count % LANES]); */
bool arq_receiver_next(struct arq_receiver *receiver, uint64_t index, enum symbol_kind kind,
                       struct arq_symbol *ret);

/* Takes the next symbol in order, which must be held, and returns it. */
/*@ requires \valid(receiver) && receiver->held[receiver->count % LANES];
    requires receiver->count < UINT64_MAX;
    assigns receiver->held[0 .. 1], receiver->count;
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

/*
 * Begins a message of total symbols (> 0). nonce is that of the first probe, and no probe of this
 * session may have used it before.
 */
/*@ requires \valid(sender) && total > 0;
    assigns *sender;
    ensures sender->phase == ARQ_STARTING && sender->probe_due;
    ensures sender->nonce == nonce && sender->first_nonce == nonce && sender->base == 0;
    ensures sender->total == total;
    ensures sender->next == 0; */
void arq_sender_begin(struct arq_sender *sender, uint64_t total, uint16_t nonce);

/* Returns the signal to send now, and counts it as sent. To be called until it is ARQ_NOTHING. */
/*@ requires \valid(sender) && sender->total <= UINT64_MAX / 2 && sender->next <= sender->total;
    assigns sender->probe_due, sender->next, sender->in_flight[0 .. 1];
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
      ensures sender->next == \old(sender->next) + 1 && sender->in_flight[\result.lane];
      ensures sender->in_flight[1 - \result.lane] ==
        \old(sender->in_flight[1 - (sender->base + sender->next) % LANES]);
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
bool arq_sender_acked(struct arq_sender *sender, enum lane lane, uint64_t *ret_index);

/* Acts on a reply of the receiver that has passed the barrier. */
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
bool arq_sender_asks(const struct arq_sender *sender);

/* Returns true if the message has a verdict. */
static inline bool arq_sender_done(const struct arq_sender *sender)
{
    return sender->phase >= ARQ_COMMITTED;
}
