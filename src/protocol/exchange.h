/* SPDX-License-Identifier: MIT */
/*
 * exchange.h - the daemon's side of the protocol: sessions, turns, acks, replies and commits
 *
 * The exchange gets every signal that the daemon takes. It acknowledges bits, replies to probes,
 * passes whole messages to the log and tells each sender the verdict. conversation.h is the
 * counterpart, and minitalk(7) describes the whole protocol.
 *
 * Turns:
 *   - The signals of different senders would meet in the same four slots and wipe each other out.
 *     So one sender at a time has the turn and sends at full speed.
 *   - All other senders are told to wait, sleep, and are told to go when their turn comes. Users
 *     take turns; the senders of one user share that user's turns, first come, first served.
 *   - A turn ends with the message, or with the session.
 *   - If others wait, a turn also ends after TURN_LAPSE without a signal of the sender, or after a
 *     slice. The slice is SLICE_SHORT if the message of a waiting sender is young, else SLICE_LONG
 *     (timing.h). A message is young until its sender has had the turn for YOUTH in all. So a short
 *     message that lost its turn to the scheduler does not wait for a long slice.
 *   - Silence counts up to the newest look of the owner that found no signal pending: a runner does
 *     not lapse because the scheduler kept the owner from its CPU.
 *   - A GO that gives a turn unasked is repeated until the sender is heard. If the sender is not
 *     heard for TURN_LAPSE, the turn ends even if nobody waits.
 *   - A sender that loses the turn in the middle of a message is not told. Its probe timeout
 *     expires, it sends a probe, and it is queued again. The bits taken so far are kept.
 *   - While a commit is under way, nobody is given a turn.
 *
 * Verdicts:
 *   - A verdict, COMMITTED or a refusal, stands until the first bit of the sender's next message. A
 *     probe to resume before that bit gets it again.
 *   - A message that is refused does not end its session: the sender may begin the next one.
 *   - A message whose blocks arrive without their sender, SESSION_LOST_BLOCKS times in a row, is
 *     refused as NARROW: the sender sends it again as bits.
 *
 * Limits:
 *   - The number of sessions is limited, and so are the octets of all messages under way:
 *     EXCHANGE_ROOM, or one message of the greatest length if that is more.
 *   - The last sessions are kept for root, and the last ones before those for users who have no
 *     session: see struct exchange.
 *   - At the limit of sessions, the exchange first evicts an idle session: one whose sender has no
 *     message under way and waits for nothing. It is a session of the user who has most idle ones.
 *     To make a new session costs its sender little, so an idle session is worth little.
 *   - If the owner has no room for one more peer (EXCHANGE_NO_ROOM), or if there is no memory for
 *     one more session, an idle session is evicted for the new sender, too. That is one session at
 *     most for each probe: somebody else may take what it leaves. Nobody else gives way.
 *   - At a limit, the user who has most sessions (or most octets) gives way, if that user has more
 *     than the asking user would then have.
 *   - Of the sessions that could be evicted, the exchange evicts the one that sent a probe least
 *     recently. An evicted sender that waits for something is told BUSY.
 *   - The session whose message is being committed is never evicted.
 *   - If no session can be evicted, or if that does not free enough, the asking sender is told
 *     BUSY.
 *   - The messages of each user but root can be limited (struct rate in user.h). A sender whose
 *     user has no token left is told BUSY when it asks to begin a message.
 *   - A daemon that stops serves only messages under way. It evicts no session for a new sender:
 *     the new sender is told STOPPING.
 *
 * Trust:
 *   - A bit counts only if the kernel names its sender (SIGNAL_PLAIN).
 *   - A block can be forged by whoever may signal the daemon. So a message begins and ends with
 *     bits, and the checksum at its end must match.
 *   - A word can be forged. So a word opens a session or asks about one, and changes no message.
 *   - An ack goes out before its bit is taken. If the ack could be sent, the PID still belongs to
 *     the session's process, and so this process has sent the bit.
 *   - Bits that were pending when a session began may come from an earlier process with the same
 *     PID. So the probe that opens a session goes behind the barrier once more, and these bits are
 *     dropped meanwhile.
 *
 * Policy:
 *   - The exchange owns the sessions, the users and the words that the barrier holds. It closes
 *     every peer that it has opened. The owner has the clock, the processes and the log.
 *   - Nothing here blocks. A log that needs time says so with -EINPROGRESS.
 *   - Any signal may be lost; the sender then probes again. A message is lost if its sender ends
 *     before it is whole, and lost() reports that.
 *
 * Pure: no system calls and no clock. The owner supplies the time and the outer world, so the owner
 * can be a simulation. The parameter 'now' is the owner's clock in nanoseconds and never goes back.
 * While signals come one after another, 'now' may be as old as the owner's last look at the clock.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "protocol/barrier.h"
#include "protocol/credentials.h"
#include "protocol/session.h"
#include "protocol/user.h"

#define EXCHANGE_NEVER UINT64_MAX
/* After this many signals in a row, the owner reads the clock and calls exchange_tick(). */
#define EXCHANGE_SIGNALS_PER_TICK 64
/* Of the sessions, one in so many is kept for root, and one in so many for new users. */
#define EXCHANGE_SESSIONS_PER_ROOT_PLACE 64
#define EXCHANGE_SESSIONS_PER_NEW_PLACE 8
/* Octets of all messages under way. */
#define EXCHANGE_ROOM ((size_t)256 << 20)

/* A result of open(): the owner has no room for one more peer. */
#define EXCHANGE_NO_ROOM 1

/* The functions that the owner supplies. Those that return int return 0 or -errno. */
struct exchange_ops {
    /*
     * Opens a peer: a handle with which to signal the process. Fails if the process has ended, or
     * if a signal would harm it. Returns 0; EXCHANGE_NO_ROOM if the exchange can only send a word
     * to the peer, and must close it before it opens another; -ENOMEM if there is not even room for
     * that; another -errno.
     */
    int (*open)(void *owner, pid_t pid, void **ret_peer);
    void (*close)(void *owner, void *peer);
    /* Returns the real user ID of the peer's process. */
    uid_t (*user)(void *owner, const void *peer);
    /*
     * Returns the account of the peer's process: the ID of the user whose quotas and turns it uses.
     * No person should be able to have several. 0 is root.
     */
    uid_t (*account)(void *owner, const void *peer);
    /* Returns true if the peer's process has ended. */
    bool (*ended)(void *owner, const void *peer);
    /* Acknowledges a symbol. The exchange takes it if this returns 0, and only then. */
    int (*send_ack)(void *owner, void *peer, const struct arq_symbol *symbol);
    /* Sends a word. Like send_ack(), it returns -ESRCH if the process is gone. */
    int (*send_word)(void *owner, void *peer, uint32_t word);
    /*
     * Puts a message into the log. The message's bytes belong to the owner from now on, whatever is
     * returned:
     *   0             the message is in the log
     *   -EINPROGRESS  the owner will call exchange_committed() with the outcome
     *   other -errno  the message is not in the log and will not be
     */
    int (*commit)(void *owner, void *peer, const struct credentials *from, struct message *message);
    /*
     * Returns true if a part of the message whose commit is under way can already be seen in the
     * log.
     */
    bool (*has_begun)(void *owner);
    /*
     * Reports that a user is at its limit of messages, which this process wanted to exceed. Reports
     * it again only after the user has not used up its limit for a while.
     */
    void (*limited)(void *owner, const struct credentials *from);
    /* Reports that a message was refused. */
    void (*refused)(void *owner, const struct credentials *from, enum reply_code reason);
    /*
     * Reports that a message is lost: its sender ended before it was whole. bytes is the length of
     * the payload that had arrived.
     */
    void (*lost)(void *owner, const struct credentials *from, size_t bytes);
};

struct exchange_counts {
    uint64_t messages; /* in the log */
    uint64_t bytes;    /* of the payloads of these messages */
    uint64_t refused;  /* messages */
    uint64_t limited;  /* probes to begin a message, of users at their limit of messages */
    uint64_t lost;     /* messages */
    uint64_t senders;  /* sessions open now */
};

struct exchange {
    const struct exchange_ops *ops;
    void *owner;
    size_t message_limit; /* octets of a payload */
    size_t room;          /* octets, of all messages under way together */
    /* Of the sessions, the last ones are kept for root, and the ones before for new users. */
    unsigned kept_for_root;      /* account 0 */
    unsigned kept_for_new_users; /* users without a session */
    struct sessions sessions;
    struct users users; /* of these sessions, with the queues for the turn */
    struct barrier barrier;
    struct exchange_counts counts;

    uint64_t now;              /* as of the last call */
    struct session *runner;    /* has the turn; NULL if no session has it */
    uint64_t granted_at;       /* time at which the runner got the turn */
    uint64_t heard_at;         /* the tick after the runner's last signal, or granted_at */
    bool is_heard;             /* a signal of the runner has come since the last tick */
    uint64_t empty_at;         /* time before the newest look that found no signal pending */
    uint64_t repeat_go_at;     /* time to repeat the GO; EXCHANGE_NEVER: the runner was heard */
    bool committing;           /* a commit is under way: nobody is given a turn */
    struct session *committer; /* sent the message of that commit; NULL if its session has ended */
    size_t committing_bytes;   /* of the payload of that message */
    bool stopping;
};

/*
 * Prepares an exchange without sessions. message_limit is the greatest payload in octets;
 * session_limit is in sessions, > 0. The messages of a user are not limited. The ops and the owner
 * stay the caller's. Returns 0 or -ENOMEM.
 */
int exchange_init(struct exchange *exchange, const struct exchange_ops *ops, void *owner,
                  size_t message_limit, unsigned session_limit);

/* Limits the messages of each user but root. */
void exchange_limit_rate(struct exchange *exchange, struct rate rate);

/*
 * Tells every sender that waits for a turn or a verdict that the daemon stops, and frees all
 * sessions. A sender whose message is partly in the log is told nothing, because neither "logged"
 * nor "not logged" would be true.
 */
void exchange_done(struct exchange *exchange);

/* Acts on a signal that the owner has taken. */
void exchange_take(struct exchange *exchange, uint64_t now, const struct lane_signal *signal);

/*
 * Returns true if the exchange waits for this signal: it is a bit or a block of the runner, which
 * may send some. *ret is then that symbol.
 */
bool exchange_wants(const struct exchange *exchange, const struct lane_signal *signal,
                    struct arq_symbol *ret);

/* Returns true if the process has a session. */
bool exchange_knows(const struct exchange *exchange, pid_t pid);

/* Returns the PID of the runner; 0 if no session has the turn. */
pid_t exchange_runner(const struct exchange *exchange);

/*
 * The owner has looked for signals after the time now, and found none pending: acts on the words
 * that the barrier holds.
 */
void exchange_settle(struct exchange *exchange, uint64_t now);

/*
 * Ends a turn whose time is over, gives the turn to the next session, and repeats a GO that is due.
 * Returns the time at which to look for signals and to call again at the latest, which may have
 * passed; EXCHANGE_NEVER if no time limit runs. None runs while exchange_is_busy() is false.
 */
uint64_t exchange_tick(struct exchange *exchange, uint64_t now);

/* The process of a peer has ended: ends its session, if that has this peer, and closes the peer. */
void exchange_ended(struct exchange *exchange, uint64_t now, pid_t pid, const void *peer);

/*
 * The owner has no memory left to go on: evicts an idle session, or else one of the user who has
 * most. Returns false if there is no session that can be evicted.
 */
bool exchange_relieve(struct exchange *exchange, uint64_t now);

/* The commit under way has ended. result is 0 if the message is in the log, or -errno. */
void exchange_committed(struct exchange *exchange, uint64_t now, int result);

/* The daemon is to stop: from now on, the exchange serves only messages under way. */
void exchange_stop(struct exchange *exchange, uint64_t now);

/*
 * Returns true if the barrier holds a word. The owner should then look for pending signals rather
 * than sleep, and call exchange_settle() once it finds none.
 */
bool exchange_holds_words(const struct exchange *ex);

/* Returns true if the runner's next signal is near: it has not been silent for TURN_LAPSE. */
bool exchange_is_busy(const struct exchange *exchange);

/* Returns true if any message is under way. */
bool exchange_has_unfinished(const struct exchange *exchange);
