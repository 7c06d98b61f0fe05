/* SPDX-License-Identifier: MIT */
/* delivery.c - see delivery.h */

#include "sender/delivery.h"

#include <assert.h>
#include <sys/random.h>

#include "host/inbox.h"
#include "host/monotonic.h"
#include "protocol/timing.h"
#include "sender/failure.h"

/*
 * Symbols after which the watcher is told again. They take a few milliseconds, so telling costs
 * next to nothing.
 */
#define SYMBOLS_TO_TELL 1024

/* ---- operations of the conversation ---- */

static int send_symbol(void *owner, const struct arq_symbol *symbol)
{
    const struct delivery *d = owner;
    uint64_t value = symbol->symbol.value;
    int r = symbol->symbol.kind == SYMBOL_BIT
                ? pidref_send_bit(&d->daemon, symbol->lane, value)
                : pidref_send_block(&d->daemon, symbol->lane, value, (uint32_t)symbol->index);

    if (r == 0)
        trace_symbol(d->trace, d->daemon.pid, symbol);
    return r;
}

static int send_word(void *owner, uint32_t word)
{
    const struct delivery *d = owner;
    int r = pidref_send_word(&d->daemon, word);

    if (r == 0)
        trace_word(d->trace, TRACE_SENDER, d->daemon.pid, word);
    return r;
}

static bool has_ended(void *owner)
{
    const struct delivery *d = owner;

    return pidref_ended(&d->daemon);
}

static void note_ack(void *owner, const struct arq_symbol *symbol)
{
    const struct delivery *d = owner;

    trace_ack(d->trace, d->daemon.pid, symbol);
}

static void note_word(void *owner, uint32_t word)
{
    const struct delivery *d = owner;

    trace_word(d->trace, TRACE_DAEMON, d->daemon.pid, word);
}

static void note_stale(void *owner, uint32_t word)
{
    const struct delivery *d = owner;

    trace_stale(d->trace, d->daemon.pid, word);
}

static void note_uncounted(void *owner, const struct lane_signal *signal, bool is_stranger)
{
    const struct delivery *d = owner;

    trace_uncounted(d->trace, signal, is_stranger);
}

static void note_repeat(void *owner, uint64_t first, uint64_t last)
{
    const struct delivery *d = owner;

    trace_repeat(d->trace, first, last);
}

static void note_timeout(void *owner, uint64_t waited_ns, enum ask ask)
{
    const struct delivery *d = owner;

    trace_timeout(d->trace, waited_ns, ask);
}

static const struct conversation_ops conversation_ops = {
    .send_symbol = send_symbol,
    .send_word = send_word,
    .has_ended = has_ended,
    .acked = note_ack,
    .heard = note_word,
    .dropped = note_stale,
    .ignored = note_uncounted,
    .repeats = note_repeat,
    .expired = note_timeout,
};

/* ---- one message ---- */

static void tell(const struct delivery *d, uint64_t sent, uint64_t total)
{
    if (d->watcher.tell)
        d->watcher.tell(d->watcher.owner, sent, total);
}

static void tell_progress(struct delivery *d)
{
    const struct frame *frame = d->conversation.frame;

    d->told = conversation_sent(&d->conversation);
    tell(d, frame_octets(frame, d->told), frame->length);
}

/* Polls while the next signal is near, then sleeps. Returns 1 with a signal; 0 without; -errno. */
static int next_signal(struct delivery *d, struct lane_signal *ret)
{
    struct conversation *c = &d->conversation;
    uint64_t now, deadline;

    if (conversation_holds_words(c) || spin_again(&d->spin))
        return inbox_take(0, ret);
    now = monotonic_now();
    deadline = conversation_tick(c, now, d->spin.limit > 0);
    if (deadline > now) {
        trace_sleep(d->trace, deadline - now);
        return inbox_take(deadline - now, ret);
    }
    tell_progress(d);
    if (c->waited >= STUCK_TIME)
        cpu_leave(&d->absence);
    return inbox_take(0, ret);
}

static void follow(struct spin *spin, enum conversation_hint hint)
{
    if (hint == CONVERSATION_AS_BEFORE)
        return;
    spin_heard(spin);
    if (hint == CONVERSATION_SLEEP)
        spin_stop(spin);
}

/* Returns 0 once the message is in the log; else, with a complaint, an exit status. */
static int converse(struct delivery *d)
{
    struct conversation *c = &d->conversation;

    while (c->outcome == CONVERSATION_OPEN) {
        struct lane_signal signal;
        int r;

        while ((r = conversation_send(c)) > 0)
            ;
        if (r < 0)
            return failure_to_signal(d->daemon.pid, -r);
        r = next_signal(d, &signal);
        if (r < 0)
            return failure_to_wait(-r);
        follow(&d->spin, r > 0 ? conversation_take(c, &signal) : conversation_settle(c));
        if (conversation_sent(c) - d->told >= SYMBOLS_TO_TELL)
            tell_progress(d);
    }
    return c->outcome == CONVERSATION_COMMITTED ? 0 : failure_of(c, d->target);
}

static void add_counts(struct delivery_counts *counts, const struct conversation_counts *more)
{
    counts->bits += more->bits;
    counts->blocks += more->blocks;
    counts->repeats += more->repeats;
}

static int deliver(struct delivery *d, struct frame *frame)
{
    int status;

    assert(d->conversation.owner == d);
    conversation_begin(&d->conversation, frame);
    tell_progress(d);
    status = converse(d);
    d->may_go_on = conversation_may_go_on(&d->conversation);
    d->may_retry = conversation_may_retry(&d->conversation);
    d->is_unconfirmed = conversation_is_unconfirmed(&d->conversation);
    cpu_return(&d->absence);
    tell(d, 0, 0);
    add_counts(d->counts, &d->conversation.counts);
    return status;
}

int delivery_send(struct delivery *d, const struct message *message)
{
    uint64_t start = monotonic_now();
    struct frame frame;
    int status;

    d->is_unconfirmed = false;
    if (pidref_ended(&d->daemon)) {
        d->may_go_on = false;
        d->may_retry = true;
        return failure_before_sending(d->daemon.pid);
    }
    if (frame_encode(message, d->is_wide, &frame) < 0) {
        d->may_go_on = true;
        d->may_retry = false;
        return failure_to_encode(message->length);
    }
    status = deliver(d, &frame);
    frame_free(&frame);
    d->counts->time_ns += monotonic_now() - start;
    if (status == 0) {
        d->counts->messages++;
        d->counts->bytes += message->length;
    }
    return status;
}

/* ---- beginning ---- */

/*
 * Returns a random number, so that replies to an earlier process with this PID are not believed. If
 * the kernel has no random number yet, the clock has to do.
 */
static uint16_t first_nonce(void)
{
    uint16_t nonce;

    return getrandom(&nonce, sizeof nonce, GRND_NONBLOCK) == sizeof nonce
               ? nonce
               : (uint16_t)monotonic_now();
}

void delivery_init(struct delivery *delivery, const struct pidref *daemon, enum target target,
                   uint64_t timeout_ns, struct delivery_counts *counts)
{
    *delivery = (struct delivery){.daemon = *daemon, .target = target, .counts = counts};
    spin_init(&delivery->spin);
    conversation_init(&delivery->conversation, &conversation_ops, delivery, daemon->pid,
                      first_nonce(), timeout_ns);
}
