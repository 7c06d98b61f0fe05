/* SPDX-License-Identifier: MIT */
/*
 * conversation.h - the sender's side of the protocol: one message after another, to one daemon
 *
 * The counterpart of exchange.h. A conversation sends probes and bits, takes acks and replies,
 * and decides how long to wait, when to send a probe, and when to give up.
 *
 * The owner repeats three steps while the outcome is CONVERSATION_OPEN:
 *   1. It calls conversation_send() until that returns 0.
 *   2. It takes a signal, or finds none. It polls while conversation_holds_words(). If it has to
 *      sleep, it calls conversation_tick() first and sleeps until the time which that returns.
 *   3. It passes the signal to conversation_take(), or calls conversation_settle() if none is
 *      pending.
 *
 * Policy: data is never repeated without a probe. A message that ends as CONVERSATION_COMMITTED is
 * in the log, once. After any other outcome the conversation is of no further use.
 *
 * Pure: no system calls and no clock, so that the simulation, the fuzz targets and the unit tests
 * run this module and no copy of it.
 */
#pragma once

#include "protocol/arq.h"
#include "protocol/barrier.h"
#include "protocol/frame.h"

/* What the owner does for the conversation. */
struct conversation_ops {
    /* Sends a bit or a word to the daemon: 0; -ESRCH if the daemon has ended; another -errno. */
    int (*send_bit)(void *owner, const struct arq_bit *bit);
    int (*send_word)(void *owner, uint32_t word);
    /* Whether the daemon's process has ended. */
    bool (*has_ended)(void *owner);

    /* For a trace: the daemon acknowledged a bit; said a word; said a word that is stale. */
    void (*acked)(void *owner, enum lane lane, uint64_t index);
    void (*heard)(void *owner, uint32_t word);
    void (*dropped)(void *owner, uint32_t word);
    /* A signal counts for nothing: of a stranger, or too late. */
    void (*ignored)(void *owner, const struct lane_signal *signal, bool is_stranger);
    /* Bits from first to last will be sent again. */
    void (*repeats)(void *owner, uint64_t first, uint64_t last);
    /* The probe timeout has expired after waited_ns: this will be asked. */
    void (*expired)(void *owner, uint64_t waited_ns, enum ask ask);
};

enum conversation_outcome {
    CONVERSATION_OPEN,      /* none yet */
    CONVERSATION_COMMITTED, /* the message is in the log */
    CONVERSATION_REFUSED,   /* it is not: arq.refusal says why */
    CONVERSATION_ENDED,     /* the daemon has ended without a verdict */
    CONVERSATION_TIMED_OUT, /* no progress within the limit */
};

/* How the owner should wait for the daemon's next signal. */
enum conversation_hint {
    CONVERSATION_AS_BEFORE, /* nothing was heard that counts */
    CONVERSATION_POLL,      /* the next signal is near */
    CONVERSATION_SLEEP,     /* the daemon serves others first */
};

/* What was sent for the message under way. */
struct conversation_counts {
    uint64_t bits;    /* each time that one was sent */
    uint64_t repeats; /* bits sent again, and probes beyond the first */
};

struct conversation {
    const struct conversation_ops *ops;
    void *owner;
    pid_t daemon;   /* whose signals count */
    uint64_t limit; /* ns without progress after which to give up */
    struct barrier barrier;

    /* The message under way. */
    const struct frame *frame;
    struct arq_sender arq;
    enum conversation_outcome outcome;
    bool is_in_doubt;    /* all of its bits were sent: it may be in the log */
    uint64_t fresh;      /* the first bit that was not sent yet */
    bool has_asked;      /* a probe was sent */
    uint64_t confirmed;  /* bits that the daemon's words have confirmed */
    bool is_draining;    /* the daemon has ended: what it sent before is still taken, */
    unsigned takes_left; /* so many signals at most */
    struct conversation_counts counts;

    /* The wait for the daemon's next signal. */
    bool is_waiting;
    uint64_t wait_start;    /* is_waiting: when it began */
    uint64_t probe_timeout; /* ns from there to the next probe; 0: the first, not chosen yet */
    uint64_t waited;        /* ns of earlier waits, in all, since there was progress */
    uint64_t queue_timeout; /* ns that the probe timeout will be when told to wait again */
    bool is_queued;         /* told to wait: a GO will come unasked */
    bool is_called;         /* a GO came in the queue: the wait begins anew at the next tick */
    unsigned loss_window;   /* acks during which another loss is expected */

    /* What explains a timeout. */
    bool was_heard;   /* the daemon has said something that makes sense */
    bool is_log_full; /* the daemon's last word was that its log takes nothing */
    bool is_stripped; /* signals came without their sender */
};

/*
 * Prepares to talk to the daemon with this PID. nonce is random, so that replies to a process that
 * had this PID before are not believed. limit is in nanoseconds, > 0. The ops and the owner stay
 * the caller's.
 */
void conversation_init(struct conversation *conversation, const struct conversation_ops *ops,
                       void *owner, pid_t daemon, uint16_t nonce, uint64_t limit);

/* Begins a message. The one before, if any, is committed. The frame stays the caller's. */
void conversation_begin(struct conversation *conversation, const struct frame *frame);

/* Sends one bit or one word, if one may be sent now: 1; 0 if not; -errno of the ops but -ESRCH. */
int conversation_send(struct conversation *conversation);

/* A signal was taken. */
enum conversation_hint conversation_take(struct conversation *conversation,
                                         const struct lane_signal *signal);

/* No signal is pending: words that were held back are acted on. */
enum conversation_hint conversation_settle(struct conversation *conversation);

/*
 * The owner is about to sleep. now is its clock, in nanoseconds; may_poll says whether it usually
 * has an ack by polling. Returns when to call again at the latest. Where that is not after now, the
 * timeout has expired: go on at once.
 */
uint64_t conversation_tick(struct conversation *conversation, uint64_t now, bool may_poll);

/* Whether a word is held that can only be acted on once no signal is pending. */
bool conversation_holds_words(const struct conversation *conversation);

/* Bits of the message that were sent; and how many there are. */
uint64_t conversation_sent(const struct conversation *conversation);
uint64_t conversation_total(const struct conversation *conversation);

/*
 * After a failure: whether the message is certainly not in the log and another daemon may get it.
 */
bool conversation_may_retry(const struct conversation *conversation);
