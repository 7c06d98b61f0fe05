/* SPDX-License-Identifier: MIT */
/*
 * conversation.h - the sender's side of the protocol: one message after another, to one daemon
 *
 * A conversation sends probes, bits and blocks, takes acks and replies, and decides how long to
 * wait, when to send a probe and when to give up. exchange.h is the counterpart, and minitalk(7)
 * describes the whole protocol.
 *
 * The owner repeats three steps while the outcome is CONVERSATION_OPEN:
 *   1. It calls conversation_send() until that returns 0.
 *   2. It takes a signal, or finds that none is pending. While conversation_holds_words() returns
 *      true, it polls. If it has to sleep, it calls conversation_tick() first and sleeps until the
 *      time that conversation_tick() returns.
 *   3. It passes the signal to conversation_take(), or calls conversation_settle() if no signal is
 *      pending.
 *
 * Rules:
 *   - After a probe timeout the sender repeats no data. It sends a probe and continues from the
 *     count in the reply.
 *   - The probe timeout doubles with each probe in a row, up to a maximum (timing.h).
 *   - A stale GO or WAIT shows that the daemon runs: the next probe follows soon.
 *   - A sender that is told WAIT or PENDING sleeps, with a longer probe timeout that a GO does not
 *     set back. The next reply will come unasked.
 *   - If the daemon refuses a message because its blocks arrive without their sender (NARROW), the
 *     sender sends it again, as bits.
 *   - The sender gives up after limit nanoseconds of waiting without progress.
 *   - When the daemon has ended, signals that it sent before are still taken: its verdict may be
 *     one of them.
 *
 * Policy:
 *   - A message that ends as CONVERSATION_COMMITTED is in the log, once.
 *   - After a refusal, conversation_may_go_on() tells if the same daemon takes further messages.
 *     After any other outcome, the conversation is of no further use.
 *   - conversation_may_retry() tells if a message that has failed may be sent again.
 *   - The frame, the ops and the owner stay the caller's. The conversation allocates no memory.
 *   - Nothing here blocks. Any signal may be lost, in both directions.
 *
 * Pure: no system calls and no clock, so that the simulation, the fuzz targets and the unit tests
 * run this module and no copy of it.
 */
#pragma once

#include "protocol/arq.h"
#include "protocol/barrier.h"
#include "protocol/frame.h"

/*
 * After a probe timeout, or after it was told WAIT, the sender waits for this many acks with the
 * shortest probe timeout, even if it sleeps for each ack: another loss is likely.
 */
#define LOSS_WINDOW 256

/* The functions that the owner supplies. */
struct conversation_ops {
    /* Send a symbol or a word to the daemon. Return 0, -ESRCH if the daemon has ended, or -errno.
     */
    int (*send_symbol)(void *owner, const struct arq_symbol *symbol);
    int (*send_word)(void *owner, uint32_t word);
    /* Returns true if the daemon's process has ended. */
    bool (*has_ended)(void *owner);

    /* The functions below report events to a trace. */

    /* The daemon acknowledged this symbol of the message. */
    void (*acked)(void *owner, const struct arq_symbol *symbol);
    /* A word of the daemon was taken, and is held by the barrier. */
    void (*heard)(void *owner, uint32_t word);
    /* A word of the daemon is stale. */
    void (*dropped)(void *owner, uint32_t word);
    /* A signal does not count: it came from a stranger, or too late. */
    void (*ignored)(void *owner, const struct lane_signal *signal, bool is_stranger);
    /* Symbols from first to last will be sent again. */
    void (*repeats)(void *owner, uint64_t first, uint64_t last);
    /* The probe timeout has expired after waited_ns nanoseconds: a probe with this ask follows. */
    void (*expired)(void *owner, uint64_t waited_ns, enum ask ask);
};

enum conversation_outcome {
    CONVERSATION_OPEN,      /* the message is under way */
    CONVERSATION_COMMITTED, /* the message is in the log */
    CONVERSATION_REFUSED,   /* the message is not in the log: see arq.refusal */
    CONVERSATION_ENDED,     /* the daemon has ended without a verdict */
    CONVERSATION_TIMED_OUT, /* no progress within the limit */
};

/* The best way for the owner to wait for the daemon's next signal. */
enum conversation_hint {
    CONVERSATION_AS_BEFORE, /* nothing that counts was heard */
    CONVERSATION_POLL,      /* the next signal is near */
    CONVERSATION_SLEEP,     /* the daemon serves others first */
};

/* Signals that were sent for the message under way. */
struct conversation_counts {
    uint64_t bits, blocks; /* one that was sent again counts again */
    uint64_t repeats;      /* symbols sent again, and probes beyond the first */
};

struct conversation {
    const struct conversation_ops *ops;
    void *owner;
    pid_t daemon;   /* only signals from this process count */
    uint64_t limit; /* ns of waiting without progress after which to give up */
    struct barrier barrier;

    /* The message under way. */
    struct frame *frame;
    struct arq_sender arq;
    enum conversation_outcome outcome;
    bool is_in_doubt;    /* all symbols were sent: the message may be in the log */
    uint64_t fresh;      /* index of the first symbol that was never sent */
    bool has_asked;      /* a probe was sent */
    uint64_t confirmed;  /* symbols that the daemon has confirmed by a word */
    bool is_draining;    /* the daemon has ended: only pending signals are still taken */
    unsigned takes_left; /* is_draining: signals to take, at most */
    struct conversation_counts counts;

    /* The wait for the daemon's next signal. */
    bool is_waiting;
    uint64_t wait_start;    /* is_waiting: when the wait began, on the owner's clock in ns */
    uint64_t probe_timeout; /* ns from wait_start to the next probe; 0: not chosen yet */
    uint64_t waited;        /* ns of all earlier waits since the last progress */
    uint64_t queue_timeout; /* ns of the probe timeout when next told WAIT or PENDING */
    bool is_queued;         /* told WAIT or PENDING: the next reply will come unasked */
    uint64_t interrupted;   /* ns that a wait which a stale reply ended counts at most; 0: none */
    uint64_t reached;       /* longest probe timeout that a stale reply has cut short; 0: none */
    unsigned loss_window;   /* for this many acks, another loss is expected */

    /* The reasons that can explain a timeout to the user. */
    bool was_heard;   /* the daemon has sent a valid ack or reply */
    bool is_log_full; /* the daemon's last reply was PENDING */
    bool is_stripped; /* signals came without their sender */
};

/*@ // The barrier holds one word of each process: at most one, and that of the daemon.
    predicate held_is_of_daemon(struct conversation c) =
      c.barrier.count == 0 || (c.barrier.count == 1 && c.barrier.held[0].pid == c.daemon);
    predicate is_refused(struct conversation c, integer reason) =
      c.outcome == CONVERSATION_REFUSED && c.arq.refusal == reason;
    predicate may_go_on(struct conversation c) =
      is_refused(c, REPLY_TOO_LARGE) || is_refused(c, REPLY_DAMAGED) ||
      is_refused(c, REPLY_UNLOGGED) || is_refused(c, REPLY_BUSY) ||
      is_refused(c, REPLY_FORGOTTEN) || is_refused(c, REPLY_NARROW);
    predicate is_unconfirmed(struct conversation c) =
      c.is_in_doubt && c.outcome != CONVERSATION_COMMITTED &&
      (c.outcome == CONVERSATION_REFUSED ==>
        c.arq.refusal == REPLY_FORGOTTEN || c.arq.refusal == REPLY_OUT_OF_STEP);
    predicate may_retry(struct conversation c) =
      !is_unconfirmed(c) &&
      (c.outcome == CONVERSATION_ENDED || is_refused(c, REPLY_UNLOGGED) ||
       is_refused(c, REPLY_BUSY) || is_refused(c, REPLY_STOPPING) ||
       is_refused(c, REPLY_FORGOTTEN));
    predicate is_whole(struct frame *f) =
      \valid(f) && frame_is_sound(f) && \valid(f->octets + (0 .. f->length - 1)) &&
      \base_addr(f) != \base_addr(f->octets); */
/*
 * What holds between two calls, once a message has begun. All symbols were sent: the message is in
 * doubt. The outcome tells the phase of the verdict. An open message has time left.
 */
/*@ predicate is_conversation(struct conversation c) =
      is_whole(c.frame) && held_is_of_daemon(c) &&
      0 < c.arq.total == frame_count(c.frame) <= UINT64_MAX / 2 &&
      arq_is_valid(c.arq) && (c.arq.next == c.arq.total ==> c.is_in_doubt) &&
      CONVERSATION_OPEN <= c.outcome <= CONVERSATION_TIMED_OUT &&
      ARQ_STARTING <= c.arq.phase <= ARQ_REFUSED &&
      (c.outcome == CONVERSATION_COMMITTED <==> c.arq.phase == ARQ_COMMITTED) &&
      (c.outcome == CONVERSATION_REFUSED <==> c.arq.phase == ARQ_REFUSED) &&
      (c.outcome == CONVERSATION_OPEN ==> c.waited < c.limit) &&
      (c.outcome == CONVERSATION_TIMED_OUT ==> !c.is_draining);
    predicate may_take(struct conversation c) =
      c.outcome == CONVERSATION_OPEN && c.is_draining ==> c.takes_left > 0; */

/*
 * Prepares to talk to the daemon with this PID. nonce should be random: then this sender does not
 * believe replies to an earlier process that had the sender's PID. limit is in nanoseconds, > 0.
 * The ops and the owner stay the caller's.
 */
/*@ requires \valid(conversation) && limit > 0;
    assigns *conversation;
    ensures conversation->ops == ops && conversation->owner == owner;
    ensures conversation->daemon == daemon && conversation->limit == limit;
    ensures conversation->arq.nonce == nonce && conversation->barrier.count == 0;
    ensures conversation->outcome == CONVERSATION_COMMITTED; */
void conversation_init(struct conversation *conversation, const struct conversation_ops *ops,
                       void *owner, pid_t daemon, uint16_t nonce, uint64_t limit);

/*
 * Begins a message. The message before it, if any, must be committed, or conversation_may_go_on()
 * must be true. The frame stays the caller's, and must stay valid until the message has an outcome.
 * If the daemon does not get its blocks, the conversation makes them bits (frame_make_narrow()).
 */
/*@ requires \valid(conversation) && conversation->limit > 0 && held_is_of_daemon(*conversation);
    requires conversation->outcome == CONVERSATION_COMMITTED || may_go_on(*conversation);
    requires is_whole(frame) && 0 < frame_count(frame) <= UINT64_MAX / 2;
    assigns conversation->frame, conversation->arq, conversation->outcome;
    assigns conversation->is_in_doubt, conversation->fresh, conversation->has_asked;
    assigns conversation->confirmed, conversation->is_draining, conversation->counts;
    assigns conversation->is_waiting, conversation->probe_timeout, conversation->waited;
    assigns conversation->queue_timeout, conversation->is_queued, conversation->interrupted;
    assigns conversation->reached;
    ensures is_conversation(*conversation) && may_take(*conversation);
    ensures conversation->frame == frame && conversation->outcome == CONVERSATION_OPEN;
    ensures !conversation->is_in_doubt && !conversation->is_draining && conversation->waited == 0;
    ensures conversation->arq.phase == ARQ_STARTING && conversation->arq.next == 0;
    ensures conversation->arq.nonce == (uint16_t)(\old(conversation->arq.nonce) + 1); */
void conversation_begin(struct conversation *conversation, struct frame *frame);

/*
 * Sends one symbol or one probe, if the protocol allows that now. Returns 1 if there may be more to
 * send, 0 if there is nothing to send now or the daemon has ended, or an -errno of the ops.
 */
/*@ requires \valid(conversation) && is_conversation(*conversation) && may_take(*conversation);
    assigns conversation->arq.probe_due, conversation->arq.next;
    assigns conversation->arq.in_flight[0 .. 1], conversation->is_in_doubt, conversation->fresh;
    assigns conversation->has_asked, conversation->is_draining, conversation->takes_left;
    assigns conversation->counts;
    ensures is_conversation(*conversation) && may_take(*conversation) && \result <= 1; */
int conversation_send(struct conversation *conversation);

/* Acts on a signal that the owner has taken. Returns how the owner should wait for the next. */
/*@ requires \valid(conversation) && is_conversation(*conversation) && may_take(*conversation);
    requires conversation->outcome == CONVERSATION_OPEN ||
      conversation->outcome == CONVERSATION_TIMED_OUT;
    requires \valid_read(signal) && signal->slot < SLOTS && signal->lane < LANES;
    assigns conversation->barrier, conversation->arq, conversation->outcome;
    assigns conversation->is_in_doubt, conversation->fresh, conversation->confirmed;
    assigns conversation->is_waiting, conversation->probe_timeout, conversation->waited;
    assigns conversation->queue_timeout, conversation->is_queued, conversation->interrupted;
    assigns conversation->reached, conversation->loss_window, conversation->was_heard;
    assigns conversation->is_log_full, conversation->frame->content;
    assigns conversation->frame->octets[0 .. conversation->frame->length - 1];
    assigns conversation->takes_left, conversation->is_stripped;
    ensures is_conversation(*conversation) && may_take(*conversation);
    ensures conversation->outcome == CONVERSATION_ENDED ==>
      conversation->is_draining && conversation->takes_left == 0; */
enum conversation_hint conversation_take(struct conversation *conversation,
                                         const struct lane_signal *signal);

/*
 * The owner has found no signal pending: acts on the words that the barrier holds. Returns how the
 * owner should wait for the next signal.
 */
/*@ requires \valid(conversation) && is_conversation(*conversation);
    requires conversation->outcome == CONVERSATION_OPEN ||
      conversation->outcome == CONVERSATION_TIMED_OUT;
    assigns conversation->barrier, conversation->arq, conversation->outcome;
    assigns conversation->is_in_doubt, conversation->fresh, conversation->confirmed;
    assigns conversation->is_waiting, conversation->probe_timeout, conversation->waited;
    assigns conversation->queue_timeout, conversation->is_queued, conversation->interrupted;
    assigns conversation->reached, conversation->loss_window, conversation->was_heard;
    assigns conversation->is_log_full, conversation->frame->content;
    assigns conversation->frame->octets[0 .. conversation->frame->length - 1];
    ensures is_conversation(*conversation) && conversation->barrier.count == 0;
    ensures conversation->outcome == CONVERSATION_ENDED ==> conversation->is_draining;
    ensures conversation->is_draining ==> conversation->outcome != CONVERSATION_OPEN; */
enum conversation_hint conversation_settle(struct conversation *conversation);

/*
 * The owner is about to sleep. The outcome must be CONVERSATION_OPEN, and no word may be held. now
 * is the owner's clock in nanoseconds and never goes back. may_poll is true if the owner usually
 * gets an ack by polling. Returns the time at which to call again at the latest. If that is not
 * after now, a timeout has expired: the owner must not sleep, but repeat its three steps at once.
 */
/*@ requires \valid(conversation) && is_conversation(*conversation) && may_take(*conversation);
    requires conversation->outcome == CONVERSATION_OPEN && conversation->barrier.count == 0;
    requires conversation->is_waiting ==> conversation->wait_start <= now;
    assigns conversation->arq.phase, conversation->arq.nonce, conversation->arq.probe_due;
    assigns conversation->outcome, conversation->is_draining, conversation->takes_left;
    assigns conversation->is_waiting, conversation->wait_start, conversation->probe_timeout;
    assigns conversation->waited, conversation->interrupted, conversation->reached;
    assigns conversation->loss_window;
    ensures is_conversation(*conversation) && may_take(*conversation) && \result >= now;
    ensures conversation->outcome == CONVERSATION_OPEN ||
      (conversation->outcome == CONVERSATION_TIMED_OUT &&
        conversation->waited >= conversation->limit); */
uint64_t conversation_tick(struct conversation *conversation, uint64_t now, bool may_poll);

/* Returns true if the barrier holds a word. The owner should then poll rather than sleep. */
/*@ requires \valid_read(conversation);
    assigns \nothing;
    ensures \result <==> conversation->barrier.count > 0; */
bool conversation_holds_words(const struct conversation *conversation);

/*
 * Returns how many symbols of the message have been sent. The number goes back when symbols have to
 * be sent again.
 */
/*@ requires \valid_read(conversation);
    assigns \nothing;
    ensures \result == conversation->arq.next; */
uint64_t conversation_sent(const struct conversation *conversation);

/*
 * Returns true if the message has failed, but the daemon serves this sender further: the next
 * message, or the same one again, may begin.
 */
/*@ requires \valid_read(conversation);
    assigns \nothing;
    ensures \result <==> may_go_on(*conversation); */
bool conversation_may_go_on(const struct conversation *conversation);

/*
 * Returns true if the message is not committed, but may be in the log: only the verdict is missing.
 */
/*@ requires \valid_read(conversation);
    assigns \nothing;
    ensures \result <==> is_unconfirmed(*conversation); */
bool conversation_is_unconfirmed(const struct conversation *conversation);

/*
 * Returns true if the message has failed, is certainly not in the log, and the reason may pass: the
 * log, a limit, or the end of the daemon. The message may then be sent again: to this daemon if
 * conversation_may_go_on() is true, or else to the next.
 */
/*@ requires \valid_read(conversation);
    assigns \nothing;
    ensures \result <==> may_retry(*conversation); */
bool conversation_may_retry(const struct conversation *conversation);
