/* SPDX-License-Identifier: MIT */
/* daemon.c - see daemon.h */

#include "daemon.h"

#include <errno.h>
#include <stdlib.h>

#include "protocol/timing.h"
#include "world.h"

#define SLOWEST_LOG (50 * NSEC_PER_MSEC)

/* ---- the operations of the exchange's owner ---- */

static int open_peer(void *owner, pid_t pid, void **ret_peer)
{
    struct world *w = owner;
    struct process *process;
    struct peer *peer;

    world_interrupt(w);
    process = kernel_find(&w->kernel, pid);
    if (!process)
        return -ESRCH;
    if (process == w->daemon.process)
        return -EINVAL;
    world_interrupt(w);
    if (!process->is_shielded || process->life != LIFE_RUNNING)
        return -EINVAL;
    peer = malloc(sizeof *peer);
    if (!peer)
        return -ENOMEM;
    *peer = (struct peer){.process = process, .next = w->daemon.peers};
    w->daemon.peers = peer;
    *ret_peer = peer;
    return 0;
}

static void close_peer(void *owner, void *closed)
{
    struct world *w = owner;
    struct peer **at = &w->daemon.peers;

    while (*at != closed)
        at = &(*at)->next;
    if ((*at)->has_session && (*at)->process->program)
        ((struct ledger *)(*at)->process->program)->session_has_ended = true;
    *at = (*at)->next;
    free(closed);
}

static uid_t user_of(void *owner, const void *opened)
{
    const struct peer *peer = opened;

    (void)owner;
    return peer->process->uid;
}

static bool has_ended(void *owner, const void *opened)
{
    struct world *w = owner;
    const struct peer *peer = opened;

    world_interrupt(w);
    return peer->process->life != LIFE_RUNNING && w->fault != FAULT_PID_IDENTITY;
}

/* Checks that a signal reaches the process that it is meant for, and that this one survives it. */
static void check_target(struct world *w, const struct peer *peer)
{
    const struct process *target = kernel_find(&w->kernel, peer->process->pid);

    if (target && target != peer->process && w->kernel.reuses_identity)
        check_fail(&w->check, "process %d got a signal that was meant for an earlier process",
                   (int)target->pid);
    else if (target && target == peer->process && !target->is_shielded)
        check_fail(&w->check, "process %d, which a signal ends, was signalled", (int)target->pid);
}

static int ack_bit(void *owner, void *opened, const struct arq_symbol *bit)
{
    struct world *w = owner;
    struct peer *peer = opened;
    int r;

    world_interrupt(w);
    check_target(w, peer);
    r = kernel_send_plain(&w->kernel, w->daemon.process, peer->process, bit->lane, false, 0, 0);
    if (r < 0) {
        peer->is_gone = true;
        return r;
    }
    kernel_trace(&w->kernel, w->daemon.process, "takes bit %u of %d", (unsigned)bit->index,
                 (int)peer->process->pid);
    check_bit(&w->check, peer->process, bit, &w->daemon.truth[bit->lane]);
    return 0;
}

static int tell_word(void *owner, void *opened, uint32_t word)
{
    struct world *w = owner;
    struct peer *peer = opened;
    struct ledger *ledger = peer->process->program;
    struct reply reply;

    world_interrupt(w);
    check_target(w, peer);
    if (!reply_unpack(word, &reply))
        check_fail(&w->check, "process %d was sent %08x, which is no reply",
                   (int)peer->process->pid, (unsigned)word);
    else if (ledger && reply.code == REPLY_BUSY)
        ledger->was_told_busy |= w->daemon.exchange.counts.senders >= w->nature.session_limit;
    else if (ledger && reply.code == REPLY_STOPPING)
        ledger->was_told_to_stop |=
            w->daemon.exchange.stopping || !w->daemon.exchange.sessions.buckets;
    peer->has_session |=
        reply.code != REPLY_BUSY && reply.code != REPLY_FORGOTTEN && reply.code != REPLY_STOPPING;
    return kernel_send_queued(&w->kernel, w->daemon.process, peer->process, LANE_PROCESS, true,
                              w->daemon.process->pid, word);
}

/* ---- the log ---- */

static void log_message(struct world *w, const struct process *process, pid_t pid, uid_t uid,
                        const struct message *message)
{
    kernel_trace(&w->kernel, w->daemon.process, "logs a message of %d, of %zu octets", (int)pid,
                 message->length);
    if (w->fault == FAULT_FORGETFUL_LOG)
        return;
    check_logged(&w->check, process, pid, uid, message);
    if (w->fault == FAULT_DOUBLE_LOG)
        check_logged(&w->check, process, pid, uid, message);
}

static int fail_to_log(const struct process *process)
{
    struct ledger *ledger = process->program;

    if (ledger)
        ledger->sent[ledger->current].was_unloggable = true;
    return -EIO;
}

static int commit(void *owner, void *opened, const struct credentials *from,
                  struct message *message)
{
    struct world *w = owner;
    struct daemon *d = &w->daemon;
    const struct peer *peer = opened;
    const struct process *process = peer->process;
    int r = 0;

    if (d->log_at != EXCHANGE_NEVER)
        check_fail(&w->check, "a message was to be committed while another was being committed");
    world_interrupt(w);
    if (world_chance(w, w->nature.slow_log)) {
        d->pending = *message;
        d->pending_of = process;
        d->pending_pid = from->pid;
        d->pending_uid = from->uid;
        d->log_at = w->kernel.now + random_below(&w->random, SLOWEST_LOG);
        return -EINPROGRESS;
    }
    if (world_chance(w, w->nature.bad_log))
        r = fail_to_log(process);
    else
        log_message(w, process, from->pid, from->uid, message);
    free(message->bytes);
    return r;
}

static void finish_commit(struct world *w)
{
    struct daemon *d = &w->daemon;
    int r = 0;

    d->log_at = EXCHANGE_NEVER;
    if (world_chance(w, w->nature.bad_log))
        r = fail_to_log(d->pending_of);
    else
        log_message(w, d->pending_of, d->pending_pid, d->pending_uid, &d->pending);
    free(d->pending.bytes);
    d->pending.bytes = NULL;
    exchange_committed(&d->exchange, w->kernel.now, r);
}

/* The exchange has no limit of messages, so a refusal for it is one that the check will find. */
static void note_limited(void *owner, const struct credentials *from)
{
    const struct world *w = owner;

    kernel_trace(&w->kernel, w->daemon.process, "limits the messages of %d", (int)from->pid);
}

static void note_refused(void *owner, const struct credentials *from, enum reply_code reason)
{
    const struct world *w = owner;

    kernel_trace(&w->kernel, w->daemon.process, "refuses a message of %d (%d)", (int)from->pid,
                 (int)reason);
}

static void note_lost(void *owner, const struct credentials *from, size_t bytes)
{
    const struct world *w = owner;

    kernel_trace(&w->kernel, w->daemon.process, "loses the message of %d after %zu octets",
                 (int)from->pid, bytes);
}

/* This log takes a message in one piece, so no message is partly in the log. */
static bool has_begun(void *owner)
{
    (void)owner;
    return false;
}

static const struct exchange_ops ops = {
    .open = open_peer,
    .close = close_peer,
    .user = user_of,
    .account = user_of,
    .ended = has_ended,
    .send_ack = ack_bit,
    .send_word = tell_word,
    .commit = commit,
    .has_begun = has_begun,
    .limited = note_limited,
    .refused = note_refused,
    .lost = note_lost,
};

/* ---- the loop ---- */

static void look_at_clock(struct world *w)
{
    w->daemon.deadline = exchange_tick(&w->daemon.exchange, w->kernel.now);
}

/* The daemon notices the end of a sender some time later. Returns true if it noticed one now. */
static bool notice_end(struct world *w)
{
    struct daemon *d = &w->daemon;

    if (w->fault == FAULT_PID_IDENTITY)
        return false;
    for (const struct peer *peer = d->peers; peer; peer = peer->next)
        if (peer->process->life != LIFE_RUNNING && random_below(&w->random, 8) == 0) {
            exchange_ended(&d->exchange, w->kernel.now, peer->process->pid, peer);
            look_at_clock(w);
            return true;
        }
    return false;
}

/*
 * A delivered ack proves that the bit came from the process that the session belongs to. A session
 * with an ack that could not be delivered must therefore be closed.
 */
static void check_gone(struct world *w)
{
    for (const struct peer *peer = w->daemon.peers; peer; peer = peer->next)
        if (peer->is_gone)
            check_fail(&w->check, "process %d kept its session without the ack of a bit",
                       (int)peer->process->pid);
}

/* Returns the number that a block must have now, if it comes from the runner. */
static uint32_t expected_number(const struct daemon *d, const struct lane_signal *signal)
{
    const struct session *runner = d->exchange.runner;

    return runner ? (uint32_t)session_index_on(runner, signal->lane) : signal->number;
}

static bool take(struct world *w)
{
    struct daemon *d = &w->daemon;
    struct lane_signal signal;
    struct arq_symbol symbol;
    struct pending truth;

    if (!kernel_take(&w->kernel, d->process, &signal, &truth)) {
        d->at = DAEMON_SAW_NOTHING;
        return true;
    }
    world_taken(w, d->process);
    if (w->fault == FAULT_ANY_NUMBER && signal.kind == SIGNAL_BLOCK)
        signal.number = expected_number(d, &signal);
    if (exchange_wants(&d->exchange, &signal, &symbol))
        d->truth[signal.lane] = truth;
    exchange_take(&d->exchange, w->kernel.now, &signal);
    check_gone(w);
    if (w->fault == FAULT_HASTY_DAEMON)
        exchange_settle(&d->exchange, w->kernel.now);
    if (++d->taken % EXCHANGE_SIGNALS_PER_TICK == 0)
        look_at_clock(w);
    return true;
}

static void end(struct world *w)
{
    struct daemon *d = &w->daemon;

    /* A message that is still being committed is dropped: nothing of it is in the log. */
    free(d->pending.bytes);
    d->pending.bytes = NULL;
    d->log_at = EXCHANGE_NEVER;
    exchange_done(&d->exchange);
    kernel_exit(&w->kernel, d->process);
}

static bool is_finished(const struct world *w)
{
    const struct daemon *d = &w->daemon;

    return d->exchange.stopping &&
           (w->kernel.now >= d->end_at || !exchange_has_unfinished(&d->exchange));
}

bool daemon_step(struct world *w)
{
    struct daemon *d = &w->daemon;

    if (is_finished(w)) {
        end(w);
        return true;
    }
    if (notice_end(w))
        return true;
    if (w->kernel.now >= d->log_at) {
        finish_commit(w);
        look_at_clock(w);
        return true;
    }
    switch (d->at) {
    case DAEMON_SLEEPS:
        if (!d->process->full && w->kernel.now < d->deadline)
            return false;
        look_at_clock(w);
        d->at = DAEMON_TAKES;
        return true;
    case DAEMON_TAKES:
        return take(w);
    case DAEMON_SAW_NOTHING:
        exchange_settle(&d->exchange, w->kernel.now);
        look_at_clock(w);
        d->at =
            d->process->full || exchange_holds_words(&d->exchange) ? DAEMON_TAKES : DAEMON_SLEEPS;
        return true;
    }
    return false;
}

void daemon_stop(struct world *w)
{
    kernel_trace(&w->kernel, w->daemon.process, "is told to stop");
    w->daemon.end_at = w->kernel.now + STOP_GRACE;
    exchange_stop(&w->daemon.exchange, w->kernel.now);
    look_at_clock(w);
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

uint64_t daemon_deadline(const struct daemon *d)
{
    return earlier(earlier(d->deadline, d->log_at), d->end_at);
}

/* ---- beginning and end ---- */

void daemon_init(struct world *w)
{
    struct daemon *d = &w->daemon;

    *d = (struct daemon){
        .process = kernel_spawn(&w->kernel, "daemon", 100, true),
        .deadline = EXCHANGE_NEVER,
        .log_at = EXCHANGE_NEVER,
        .end_at = EXCHANGE_NEVER,
    };
    if (exchange_init(&d->exchange, &ops, w, w->check.message_limit, w->nature.session_limit) < 0)
        abort();
}

void daemon_done(struct world *w)
{
    if (w->daemon.process->life == LIFE_RUNNING)
        end(w);
    if (w->daemon.peers)
        check_fail(&w->check, "a peer was left open");
}
