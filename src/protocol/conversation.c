/* SPDX-License-Identifier: MIT */
/* conversation.c - see conversation.h for the rules */

#include "protocol/conversation.h"

#include <assert.h>
#include <errno.h>

#include "protocol/timing.h"

/*
 * Signals that are still taken after the daemon has ended. The daemon leaves four pending signals
 * at most, but strangers may fill the slots again while this process takes them.
 */
#define LAST_TAKES 1000

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* ---- beginning and end ---- */

void conversation_init(struct conversation *c, const struct conversation_ops *ops, void *owner,
                       pid_t daemon, uint16_t nonce, uint64_t limit)
{
    assert(limit > 0);
    *c = (struct conversation){
        .ops = ops,
        .owner = owner,
        .daemon = daemon,
        .limit = limit,
        .arq = {.nonce = nonce},
        .outcome = CONVERSATION_COMMITTED,
    };
}

/* Sends the frame from its first symbol on, in a message of its own. */
static void begin(struct conversation *c)
{
    arq_sender_begin(&c->arq, frame_symbols(c->frame), (uint16_t)(c->arq.nonce + 1));
    c->is_in_doubt = false;
    c->fresh = 0;
    c->confirmed = 0;
}

void conversation_begin(struct conversation *c, struct frame *frame)
{
    assert(c->outcome == CONVERSATION_COMMITTED || conversation_may_go_on(c));
    c->frame = frame;
    begin(c);
    c->outcome = CONVERSATION_OPEN;
    c->has_asked = false;
    c->is_draining = false;
    c->counts = (struct conversation_counts){0};
    c->is_waiting = false;
    c->probe_timeout = 0;
    c->reached = 0;
    c->waited = 0;
    c->queue_timeout = QUEUE_TIMEOUT_MIN;
    c->is_queued = false;
    c->interrupted = 0;
}

/* The blocks do not arrive, and the message is not in the log: sends all of it as bits. */
static void begin_again_as_bits(struct conversation *c)
{
    frame_make_narrow(c->frame);
    begin(c);
}

/* The message has a verdict. Only NARROW lets it go on. */
static void conclude(struct conversation *c)
{
    assert(arq_sender_done(&c->arq));
    if (c->arq.phase == ARQ_COMMITTED) {
        assert(c->is_in_doubt);
        c->outcome = CONVERSATION_COMMITTED;
    } else if (c->arq.refusal == REPLY_NARROW && frame_is_wide(c->frame)) {
        begin_again_as_bits(c);
    } else {
        c->outcome = CONVERSATION_REFUSED;
    }
}

/*
 * The daemon has ended, but may have sent its verdict before. So this process takes the pending
 * signals before it gives up.
 */
static void drain(struct conversation *c)
{
    c->is_draining = true;
    c->takes_left = LAST_TAKES;
}

static bool is_refused_for(const struct conversation *c, enum reply_code reason)
{
    return c->outcome == CONVERSATION_REFUSED && c->arq.refusal == reason;
}

bool conversation_may_go_on(const struct conversation *c)
{
    return is_refused_for(c, REPLY_TOO_LARGE) || is_refused_for(c, REPLY_DAMAGED) ||
           is_refused_for(c, REPLY_UNLOGGED) || is_refused_for(c, REPLY_BUSY) ||
           is_refused_for(c, REPLY_FORGOTTEN) || is_refused_for(c, REPLY_NARROW);
}

/* A refusal tells that the message is not in the log, except if the daemon does not know. */
bool conversation_is_unconfirmed(const struct conversation *c)
{
    return c->is_in_doubt && c->outcome != CONVERSATION_COMMITTED &&
           (c->outcome != CONVERSATION_REFUSED || is_refused_for(c, REPLY_FORGOTTEN) ||
            is_refused_for(c, REPLY_OUT_OF_STEP));
}

bool conversation_may_retry(const struct conversation *c)
{
    return !conversation_is_unconfirmed(c) &&
           (c->outcome == CONVERSATION_ENDED || is_refused_for(c, REPLY_UNLOGGED) ||
            is_refused_for(c, REPLY_BUSY) || is_refused_for(c, REPLY_STOPPING) ||
            is_refused_for(c, REPLY_FORGOTTEN));
}

/* ---- sending ---- */

static void count_probe(struct conversation *c)
{
    c->counts.repeats += c->has_asked;
    c->has_asked = true;
}

static void count_symbol(struct conversation *c, const struct arq_symbol *symbol)
{
    if (symbol->symbol.kind == SYMBOL_BLOCK)
        c->counts.blocks++;
    else
        c->counts.bits++;
    if (symbol->index < c->fresh)
        c->counts.repeats++;
    else
        c->fresh = symbol->index + 1;
}

static struct arq_symbol symbol_at(const struct conversation *c, enum lane lane, uint64_t index)
{
    return (struct arq_symbol){
        .index = index, .lane = lane, .symbol = frame_symbol(c->frame, index)};
}

static int send_symbol(struct conversation *c, const struct arq_step *step)
{
    const struct arq_symbol symbol = symbol_at(c, step->lane, step->index);
    int r;

    /* Set before sending: the daemon can take the symbol before this process runs again. */
    c->is_in_doubt |= step->index + 1 == c->arq.total;
    r = c->ops->send_symbol(c->owner, &symbol);
    if (r == 0)
        count_symbol(c, &symbol);
    return r;
}

static int send_probe(struct conversation *c, struct probe probe)
{
    int r = c->ops->send_word(c->owner, probe_pack(probe));

    if (r == 0)
        count_probe(c);
    return r;
}

int conversation_send(struct conversation *c)
{
    struct arq_step step;
    int r = 0;

    if (c->outcome != CONVERSATION_OPEN || c->is_draining)
        return 0;
    step = arq_sender_step(&c->arq);
    switch (step.what) {
    case ARQ_NOTHING:
        return 0;
    case ARQ_SYMBOL:
        r = send_symbol(c, &step);
        break;
    case ARQ_PROBE:
        r = send_probe(c, step.probe);
        break;
    }
    if (r == -ESRCH) {
        drain(c);
        return 0;
    }
    return r < 0 ? r : 1;
}

uint64_t conversation_sent(const struct conversation *c)
{
    return c->arq.next;
}

/* ---- waiting ---- */

static void make_progress(struct conversation *c)
{
    c->is_waiting = false;
    c->waited = 0;
    c->probe_timeout = 0;
    c->reached = 0;
    c->is_queued = false;
    c->interrupted = 0;
}

static uint64_t longest_timeout(const struct conversation *c)
{
    return c->is_queued ? smaller(c->limit / 4, QUEUE_TIMEOUT_MAX) : PROBE_TIMEOUT_MAX;
}

/* The daemon has queued this sender, behind others or for the log: a reply will come unasked. */
static void join_queue(struct conversation *c)
{
    c->is_queued = true;
    c->reached = 0;
    c->probe_timeout = smaller(longest_timeout(c), c->queue_timeout);
    c->queue_timeout = smaller(2 * c->queue_timeout, QUEUE_TIMEOUT_MAX);
}

/*
 * A stale reply came: it is for an older probe, and the newest probe was lost or is still to be
 * handled. The daemon runs, so a reply to the next probe is near, and that probe need not wait. A
 * queued sender that gets a GO was given the turn, and sends the probe at once.
 *
 * The probe timeout after that probe goes on from what it had reached. Otherwise, each reply of a
 * daemon that takes longer than the shortest timeouts would be stale.
 */
static void hasten(struct conversation *c, enum reply_code code)
{
    if (c->is_queued && code == REPLY_GO)
        arq_sender_timeout(&c->arq);
    else
        c->reached = larger(c->reached, c->probe_timeout);
    if (c->is_waiting && c->interrupted == 0)
        c->interrupted = c->probe_timeout;
    c->probe_timeout = PROBE_TIMEOUT_MIN;
    c->is_queued = false;
}

/* The daemon has told its count. That is progress only if the count is higher than before. */
static void go_on(struct conversation *c)
{
    uint64_t waited = c->waited;

    /* In another phase, no bit had arrived and the message starts again at bit 0. */
    assert(c->arq.phase == ARQ_SENDING || c->arq.next == 0);
    make_progress(c);
    if (c->arq.next > c->confirmed)
        c->confirmed = c->arq.next;
    else
        c->waited = waited;
}

static void begin_wait(struct conversation *c, uint64_t now, bool may_poll)
{
    c->is_waiting = true;
    c->wait_start = now;
    if (c->probe_timeout == 0)
        c->probe_timeout =
            may_poll || c->loss_window > 0 ? PROBE_TIMEOUT_MIN : PROBE_TIMEOUT_SLEEPING;
    assert(c->waited < c->limit);
    c->probe_timeout = smaller(c->probe_timeout, c->limit - c->waited);
}

/*
 * Adds to the time that this process has waited. That is not the time since the last progress: a
 * sender that was stopped for an hour has not waited for an hour.
 */
static void add_wait(struct conversation *c, uint64_t duration)
{
    c->is_waiting = false;
    c->waited += duration;
    if (c->waited >= c->limit)
        c->outcome = CONVERSATION_TIMED_OUT;
}

/* A stale reply has ended the wait. The next wait begins at this tick. */
static void end_interrupted_wait(struct conversation *c, uint64_t now)
{
    uint64_t duration = smaller(now - c->wait_start, c->interrupted);

    c->interrupted = 0;
    add_wait(c, duration);
}

static void expire(struct conversation *c, uint64_t now)
{
    uint64_t start = c->wait_start;

    add_wait(c, c->probe_timeout);
    if (c->outcome != CONVERSATION_OPEN)
        return;
    arq_sender_timeout(&c->arq);
    c->ops->expired(c->owner, now - start, c->arq.phase == ARQ_STARTING ? ASK_START : ASK_RESUME);
    c->loss_window = LOSS_WINDOW;
    c->probe_timeout = smaller(2 * larger(c->probe_timeout, c->reached), longest_timeout(c));
    c->reached = 0;
}

uint64_t conversation_tick(struct conversation *c, uint64_t now, bool may_poll)
{
    assert(c->outcome == CONVERSATION_OPEN && !conversation_holds_words(c));
    if (c->is_draining)
        return now;
    if (c->interrupted > 0)
        end_interrupted_wait(c, now);
    if (c->outcome != CONVERSATION_OPEN)
        return now;
    if (!c->is_waiting)
        begin_wait(c, now, may_poll);
    if (now < c->wait_start + c->probe_timeout)
        return c->wait_start + c->probe_timeout;
    if (c->ops->has_ended(c->owner))
        drain(c);
    else
        expire(c, now);
    return now;
}

/* ---- taking ---- */

static enum conversation_hint take_stale(struct conversation *c, uint32_t word, struct reply reply)
{
    c->ops->dropped(c->owner, word);
    if (c->outcome != CONVERSATION_OPEN || !arq_sender_asks(&c->arq) ||
        !(reply.code == REPLY_GO || (reply.code == REPLY_WAIT && !c->is_queued)))
        return CONVERSATION_AS_BEFORE;
    hasten(c, reply.code);
    return CONVERSATION_POLL;
}

static enum conversation_hint take_reply(struct conversation *c, uint32_t word, struct reply reply)
{
    enum conversation_hint hint = CONVERSATION_POLL;
    uint64_t sent = c->arq.next;

    switch (arq_sender_word(&c->arq, reply)) {
    case ARQ_STALE:
        return take_stale(c, word, reply);
    case ARQ_GO:
        if (c->arq.next < sent)
            c->ops->repeats(c->owner, c->arq.next, sent - 1);
        go_on(c);
        break;
    case ARQ_VERDICT:
        conclude(c);
        make_progress(c);
        break;
    case ARQ_WAIT:
        /* Other senders wait too, and their probes wipe out bits. */
        c->loss_window = LOSS_WINDOW;
        make_progress(c);
        join_queue(c);
        hint = CONVERSATION_SLEEP;
        break;
    case ARQ_PENDING:
        join_queue(c);
        hint = CONVERSATION_SLEEP;
        break;
    }
    c->was_heard = true;
    c->is_log_full = reply.code == REPLY_PENDING;
    return hint;
}

static enum conversation_hint release_words(struct conversation *c, bool is_empty,
                                            enum conversation_hint hint)
{
    struct reply reply;
    uint32_t word;
    pid_t pid;

    while (barrier_release(&c->barrier, is_empty, &pid, &word))
        if (reply_unpack(word, &reply)) {
            enum conversation_hint newest = take_reply(c, word, reply);

            hint = newest == CONVERSATION_AS_BEFORE ? hint : newest;
        }
    return hint;
}

static void take_ack(struct conversation *c, enum lane lane, uint64_t index)
{
    const struct arq_symbol symbol = symbol_at(c, lane, index);

    assert(index < c->arq.next && c->arq.next - index <= LANES);
    c->ops->acked(c->owner, &symbol);
    c->was_heard = true;
    c->loss_window -= c->loss_window > 0;
    make_progress(c);
}

static enum conversation_hint take_signal(struct conversation *c, const struct lane_signal *signal)
{
    bool is_stranger = signal->pid != c->daemon;
    struct lane_signal noise = *signal;
    uint64_t index;

    if (is_stranger) {
        c->is_stripped |= signal->pid == 0;
        noise.kind = SIGNAL_NOISE;
    }
    barrier_note(&c->barrier, &noise);
    if (noise.kind == SIGNAL_PLAIN && arq_sender_acked(&c->arq, signal->lane, &index)) {
        take_ack(c, signal->lane, index);
        return CONVERSATION_POLL;
    }
    if (noise.kind == SIGNAL_WORD)
        c->ops->heard(c->owner, signal->word);
    else
        c->ops->ignored(c->owner, signal, is_stranger);
    return CONVERSATION_AS_BEFORE;
}

enum conversation_hint conversation_take(struct conversation *c, const struct lane_signal *signal)
{
    enum conversation_hint hint = take_signal(c, signal);

    if (c->is_draining && --c->takes_left == 0)
        return conversation_settle(c);
    return release_words(c, false, hint);
}

enum conversation_hint conversation_settle(struct conversation *c)
{
    enum conversation_hint hint = release_words(c, true, CONVERSATION_AS_BEFORE);

    if (c->is_draining && c->outcome == CONVERSATION_OPEN)
        c->outcome = CONVERSATION_ENDED;
    return hint;
}

bool conversation_holds_words(const struct conversation *c)
{
    return c->barrier.count > 0;
}
