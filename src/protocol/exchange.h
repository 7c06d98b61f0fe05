/* SPDX-License-Identifier: MIT */
/*
 * exchange.h - the daemon's side of the protocol: who may talk, what is answered, what is logged
 *
 * Signals of different senders meet in the same four slots, and there wipe each other out. So
 * one sender at a time has the turn and runs at full speed; the others are told to wait, sleep,
 * and are told to go: the users in turn, and the senders of each first come first served. A turn
 * ends with the message, with the sender's silence, or after a time slice if others wait, which is
 * shorter where one of them has yet to begin; the sender whose turn was taken away notices by the
 * silence, asks, and is queued again.
 *
 * What is bounded: sessions, and the octets of messages under way (EXCHANGE_ROOM, or one message
 * of the greatest length if that is more). Where one more would be too much, the user with most of
 * it loses the session that asked least lately, as long as that user has more than the one who asks
 * would have then; its sender is told that the daemon is busy. Where that does not make enough, the
 * one who asks is told so. Once the daemon stops, nobody makes way: who comes is turned away.
 *
 * What is taken on whose word: a bit counts only if the kernel names its sender (SIGNAL_PLAIN).
 * A control word opens a session or asks about one, and changes no message. An answer goes out
 * before its bit is taken: that it could be delivered proves that the PID still belongs to the
 * session's process, and so that the bit was this process's. Bits that waited already when a
 * session began may be of a process that had the PID before: so the word that opens a session goes
 * behind the barrier once more, and they are dropped meanwhile.
 *
 * Pure: no system calls and no clock. Time and the outer world come from the owner, so that a
 * simulation can be one. 'now' is the owner's clock in nanoseconds, which never goes back; where
 * signals come one after another it may be as old as the last look at the clock.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "protocol/barrier.h"
#include "protocol/session.h"
#include "protocol/user.h"

#define EXCHANGE_NEVER UINT64_MAX
/* After so many signals in a row the owner looks at the clock and calls exchange_tick(). */
#define EXCHANGE_SIGNALS_PER_TICK 64
#define EXCHANGE_ROOM ((size_t)256 << 20)

/* What the owner does for the exchange. Failures are -errno. */
struct exchange_ops {
    /* Opens a way to signal a process. Fails if it is gone or would be harmed by a signal. */
    int (*open)(void *owner, pid_t pid, void **ret_peer);
    void (*close)(void *owner, void *peer);
    /* The real user of the peer's process, and whether that has ended. */
    uid_t (*user)(void *owner, const void *peer);
    bool (*ended)(void *owner, const void *peer);
    /*
     * Acknowledges a bit, which is taken if this returns 0; sends a word. -ESRCH if the process is
     * gone.
     */
    int (*send_ack)(void *owner, void *peer, const struct arq_bit *bit);
    int (*send_word)(void *owner, void *peer, uint32_t word);
    /*
     * Puts a message of a sender into the log, and takes over its bytes in any case. 0: it is
     * there. -EINPROGRESS: exchange_committed() will tell. Else: it is not, and will not be.
     */
    int (*commit)(void *owner, void *peer, pid_t pid, uid_t uid, struct message *message);
    /* Whether some of the message whose commit is in progress can be seen in the log already. */
    bool (*has_begun)(void *owner);
    /* For the record: a message was refused; its sender ended before it was whole. */
    void (*refused)(void *owner, pid_t pid, uid_t uid, enum reply_code reason);
    void (*lost)(void *owner, pid_t pid, uid_t uid, size_t bytes);
};

struct exchange_counts {
    uint64_t messages; /* in the log */
    uint64_t bytes;    /* of their payloads */
    uint64_t refused;
    uint64_t lost;
    uint64_t senders; /* sessions there are now, as in the table */
};

struct exchange {
    const struct exchange_ops *ops;
    void *owner;
    size_t message_limit; /* octets */
    size_t room;          /* octets, of all messages under way together */
    struct sessions sessions;
    struct users users; /* whose sessions they are, and who waits */
    struct barrier barrier;
    struct exchange_counts counts;

    uint64_t now;              /* as of the last call */
    struct session *runner;    /* who has the turn, or NULL */
    uint64_t granted_at;       /* when it got it, */
    uint64_t heard_at;         /* when its last signal came, */
    uint64_t repeat_go_at;     /* and when to tell it again, until it was heard */
    bool committing;           /* a message is on its way into the log: no turns meanwhile */
    struct session *committer; /* whose it is; NULL if that sender has ended */
    size_t committing_bytes;   /* and how much */
    bool stopping;
};

/* 0 or -ENOMEM. message_limit is in octets; session_limit is in sessions, > 0. */
int exchange_init(struct exchange *exchange, const struct exchange_ops *ops, void *owner,
                  size_t message_limit, unsigned session_limit);

/*
 * Tells every sender that still waits for something that the daemon stops, and forgets all. Only
 * the one of whose message there is a part in the log is told nothing: that it is not there would
 * be as untrue as that it is.
 */
void exchange_done(struct exchange *exchange);

/* A signal was taken. */
void exchange_take(struct exchange *exchange, uint64_t now, const struct lane_signal *signal);

/*
 * Whether a signal would be a bit that is waited for: of the runner's message, which goes on. Then
 * *ret_index is its index in that message.
 */
bool exchange_wants(const struct exchange *exchange, const struct lane_signal *signal,
                    uint64_t *ret_index);

/* Whether a process has a session. */
bool exchange_knows(const struct exchange *exchange, pid_t pid);

/* The process that has the turn; 0 if none has. */
pid_t exchange_runner(const struct exchange *exchange);

/* Nothing was pending: words that were held back are acted on. */
void exchange_settle(struct exchange *exchange, uint64_t now);

/*
 * Time has passed: turns are taken and given. Returns when that next matters, or EXCHANGE_NEVER
 * while no turn is in question.
 */
uint64_t exchange_tick(struct exchange *exchange, uint64_t now);

/* The process behind a peer has ended. The peer is closed. */
void exchange_ended(struct exchange *exchange, uint64_t now, pid_t pid, const void *peer);

/* The outcome of a commit that was in progress: 0 or -errno. */
void exchange_committed(struct exchange *exchange, uint64_t now, int result);

/* From now on, only messages under way are served. */
void exchange_stop(struct exchange *exchange, uint64_t now);

/* Whether something was asked that can only be acted on once no signal is pending. */
bool exchange_holds_words(const struct exchange *ex);

/* Whether a sender is being served right now, so that its next signal is near. */
bool exchange_is_busy(const struct exchange *exchange);

/* Whether some message is under way. */
bool exchange_has_unfinished(const struct exchange *exchange);
