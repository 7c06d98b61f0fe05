/* SPDX-License-Identifier: MIT */
/*
 * arq.h - what is sent, taken, answered and asked: the two ends of the protocol as state machines
 *
 * Bit i of a session travels on lane i mod 2 and is answered on the same lane, so that two bits
 * may be in flight and no lane ever holds two. The receiver takes bits in order only. After a
 * silence the sender repeats no data: it asks for the count of bits taken, and goes on from there
 * (word.h). minitalk(7) tells the whole story.
 *
 * Pure: no system calls, no clock, no memory of its own. The caller carries the signals, decides
 * what a silence is, and puts a barrier (barrier.h) before every word.
 */
#pragma once

#include "protocol/lane.h"
#include "protocol/word.h"

/* One bit of a message. */
struct arq_bit {
    uint64_t index; /* in its message, from 0 */
    enum lane lane; /* on which it travels */
    bool value;
};

/* ---- the receiving end ---- */

struct arq_receiver {
    uint64_t count;   /* bits taken in this session */
    bool held[LANES]; /* a bit waits on this lane, */
    bool bit[LANES];  /* this one */
};

/* Holds a bit that came on a lane until it is its turn. */
void arq_receiver_hold(struct arq_receiver *receiver, enum lane lane, bool bit);

/*
 * The next bit in order, if it is here: true, with what it is; it becomes bit index of its message.
 * It is the caller's to acknowledge it on its lane and, where the ack went out, to call
 * arq_receiver_take().
 */
bool arq_receiver_next(const struct arq_receiver *receiver, uint64_t index, struct arq_bit *ret);

/* Takes the next bit, which must be here, and returns its value. */
bool arq_receiver_take(struct arq_receiver *receiver);

/* How many bits in order are missing before one that comes on this lane now: 0 or 1. */
unsigned arq_receiver_ahead(const struct arq_receiver *receiver, enum lane lane);

/* Forgets bits that wait for a lost one. To be done before a count is told. */
void arq_receiver_clear(struct arq_receiver *receiver);

/* ---- the sending end: one message at a time ---- */

enum arq_phase {
    ARQ_STARTING,  /* asked to begin */
    ARQ_SENDING,   /* bits, or the verdict, under way */
    ARQ_RESUMING,  /* asked how far the receiver is */
    ARQ_COMMITTED, /* done: the message is in the log */
    ARQ_REFUSED,   /* done: see refusal */
};

struct arq_sender {
    enum arq_phase phase;
    enum reply_code refusal; /* ARQ_REFUSED: why */
    bool probe_due;          /* the probe with this nonce is still to be sent */
    uint16_t nonce;          /* of the newest probe */
    uint16_t first_nonce;    /* of the first probe of this message */
    uint16_t base;           /* the receiver's count at bit 0 of the message */
    uint64_t total;          /* bits in the message */
    uint64_t next;           /* the bit to be sent next */
    bool in_flight[LANES];   /* a bit on this lane is not answered yet */
};

/* What to put on the wire now. */
struct arq_step {
    enum { ARQ_NOTHING, ARQ_BIT, ARQ_PROBE } what;
    enum lane lane;     /* ARQ_BIT: the lane */
    uint64_t index;     /* ARQ_BIT: which bit of the message, from 0 */
    struct probe probe; /* ARQ_PROBE: what to ask */
};

/* What an answer told the sender. */
enum arq_news {
    ARQ_STALE,   /* nothing: not the answer to what was asked */
    ARQ_GO,      /* go on */
    ARQ_WAIT,    /* others are sending */
    ARQ_PENDING, /* the message waits for the log */
    ARQ_VERDICT, /* phase is now ARQ_COMMITTED or ARQ_REFUSED */
};

/* Begins a message of total bits (> 0). The nonce must not have been used in this session. */
void arq_sender_begin(struct arq_sender *sender, uint64_t total, uint16_t nonce);

/* Returns what to put on the wire and counts it as sent; call until it says ARQ_NOTHING. */
struct arq_step arq_sender_step(struct arq_sender *sender);

/* A plain signal came from the receiver. True if it acknowledges a bit in flight: this index. */
bool arq_sender_acked(struct arq_sender *sender, enum lane lane, uint64_t *ret_index);

/* A word came from the receiver and has passed the barrier. */
enum arq_news arq_sender_word(struct arq_sender *sender, struct reply reply);

/* Nothing came for too long: the next step will be a probe. */
void arq_sender_timeout(struct arq_sender *sender);

static inline bool arq_sender_done(const struct arq_sender *sender)
{
    return sender->phase >= ARQ_COMMITTED;
}
