/* SPDX-License-Identifier: MIT */
/* world.c - see world.h */

#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/timing.h"

/* Slightly more than the processes that run or are zombies at a time, so PIDs are soon reused. */
#define PIDS 32
#define MESSAGE_LIMIT 600
#define UNREAPED_MAX 12

/* The limit of a quiet part: a number of steps, and more for each bit of each message. */
#define QUIET_STEPS 100000
#define QUIET_STEPS_PER_BIT 64
/* In the quiet part, a step takes about as long as on a real machine: at most 500 ns. */
#define QUIET_TICK 500
#define QUIET_DAEMON_SHARE 8

/* ---- what a seed decides ---- */

static unsigned one_of(struct random *random, const unsigned *choices, unsigned count)
{
    return choices[random_below(random, count)];
}

#define ONE_OF(random, ...)                                                                        \
    one_of(random, (const unsigned[]){__VA_ARGS__},                                                \
           sizeof((const unsigned[]){__VA_ARGS__}) / sizeof(unsigned))

static struct nature draw_nature(struct random *r)
{
    struct nature n = {
        .senders = ONE_OF(r, 1, 1, 2, 2, 3, 4, SENDERS_MAX),
        .messages = 10 + random_below(r, 14),
        .longest = ONE_OF(r, 0, 1, 3, 6, 6, 12, 24),
        .has_fields = random_below(r, 4) == 0,
        .session_limit = ONE_OF(r, 1, 2, 3, 16, 16, 16),
        .limit = ONE_OF(r, 20, 3600000, 3600000, 3600000) * NSEC_PER_MSEC,
        .noisy_steps = ONE_OF(r, 0, 500, 4000, 16000),
        .daemon_share = ONE_OF(r, 1, 4, 8, 8, 12),
        .tick = ONE_OF(r, 100, 1000, 1000, 10000, 100000),
        .leap = ONE_OF(r, 0, 0, 10, 300),
        .noise = ONE_OF(r, 0, 0, 60, 600, 6000, 30000),
        .impatience = ONE_OF(r, 0, 0, 60, 600, 6000, 30000),
        .deaths = ONE_OF(r, 0, 0, 6, 60, 600),
        .stops = ONE_OF(r, 0, 0, 20, 200),
        .preemption = ONE_OF(r, 0, 6000, 30000, 60000),
        .slow_log = ONE_OF(r, 0, 0, 30000, 65536),
        .bad_log = ONE_OF(r, 0, 0, 0, 6000),
        .storm = ONE_OF(r, 0, 0, 0, 100, 2000),
        .storm_of_words = ONE_OF(r, 0, 10000, 60000),
        .storm_slots = 1 + random_below(r, (1u << SLOTS) - 1),
        .storm_at_daemon = random_below(r, 2),
        .has_rogues = random_below(r, 4) == 0,
        .forges_probes = random_below(r, 3) == 0,
        .forges_replies = random_below(r, 3) == 0,
        .guesses_nonces = random_below(r, 4) == 0,
        .daemon_ends_at = random_below(r, 8) == 0 ? 1 + random_below(r, 20000) : 0,
        .wide = ONE_OF(r, 0, 0, 16000, 65536),
    };

    /* In one of 40 seeds, messages may exceed a word's count modulus or the daemon's limit. */
    if (random_below(r, 40) == 0) {
        n.longest = MESSAGE_LIMIT + 20;
        n.messages = 4;
    }
    return n;
}

/* ---- the scheduler ---- */

static struct sender **vacancy(struct world *w)
{
    for (unsigned i = 0; i < w->nature.senders; i++)
        if (!w->senders[i])
            return &w->senders[i];
    return NULL;
}

static void begin_senders(struct world *w)
{
    struct sender **vacant;

    while (w->begun < w->nature.messages && (vacant = vacancy(w))) {
        unsigned left = w->nature.messages - w->begun;
        unsigned count = 1 + random_below(&w->random, left < 4 ? left : 4);

        *vacant = sender_new(w, count);
        w->begun += count;
        w->idle = 0;
    }
}

/*
 * Frees the place of a sender that has ended. Its ledger is kept, since the daemon may still log a
 * message of this sender.
 */
static void bury(struct world *w, unsigned i)
{
    struct sender *sender = w->senders[i];

    sender->next = w->ended;
    w->ended = sender;
    w->senders[i] = NULL;
}

/* Reaps zombies: each with a chance of one in four, and all beyond UNREAPED_MAX. */
static void reap(struct world *w)
{
    unsigned zombies = 0;

    for (pid_t pid = 0; pid <= w->kernel.pids; pid++) {
        struct process *p = w->kernel.by_pid[pid];

        if (p && p->life == LIFE_ZOMBIE &&
            (++zombies > UNREAPED_MAX || random_below(&w->random, 4) == 0))
            kernel_reap(&w->kernel, p);
    }
}

static void step_sender(struct world *w, unsigned i)
{
    struct sender *sender = w->senders[i];

    if (sender->process->is_stopped)
        return;
    if (world_chance(w, w->nature.deaths))
        kernel_exit(&w->kernel, sender->process);
    else if (sender_step(w, sender))
        w->idle = 0;
    if (sender->process->life != LIFE_RUNNING)
        bury(w, i);
}

static void stop_or_continue(struct world *w)
{
    unsigned i = random_below(&w->random, w->nature.senders + 1);
    struct process *p = w->daemon.process;

    if (i < w->nature.senders)
        p = w->senders[i] ? w->senders[i]->process : NULL;
    if (!p || p->life != LIFE_RUNNING)
        return;
    p->is_stopped = !p->is_stopped;
    kernel_trace(&w->kernel, p, p->is_stopped ? "is stopped" : "is continued");
}

/* Makes one step of all processes but the daemon. */
static void step_others(struct world *w)
{
    unsigned i = random_below(&w->random, w->nature.senders);

    if (world_chance(w, w->nature.noise))
        stranger_step(w);
    if (world_chance(w, w->nature.stops))
        stop_or_continue(w);
    if (random_below(&w->random, 64) == 0)
        reap(w);
    begin_senders(w);
    if (w->senders[i])
        step_sender(w, i);
}

void world_interrupt(struct world *w)
{
    if (w->in_daemon)
        return;
    w->in_daemon = true;
    while (random_chance(&w->random, w->nature.preemption))
        step_others(w);
    w->in_daemon = false;
}

void world_taken(struct world *w, struct process *process)
{
    bool is_daemon = process == w->daemon.process;

    if (w->storm_left == 0 || w->is_quiet || is_daemon != w->nature.storm_at_daemon)
        return;
    w->storm_left--;
    stranger_flood(w, process, w->nature.storm_slots);
}

static uint64_t next_deadline(const struct world *w)
{
    uint64_t next = EXCHANGE_NEVER;

    if (w->daemon.process->life == LIFE_RUNNING)
        next = daemon_deadline(&w->daemon);
    for (unsigned i = 0; i < w->nature.senders; i++)
        if (w->senders[i] && sender_deadline(w->senders[i]) < next)
            next = sender_deadline(w->senders[i]);
    return next;
}

static void pass_time(struct world *w)
{
    w->kernel.now += 1 + random_below(&w->random, w->nature.tick);
    if (world_chance(w, w->nature.leap))
        w->kernel.now += random_below(&w->random, 10 * 1000 * 1000);
    /* If all processes sleep, time jumps to the next deadline. */
    if (++w->idle > 16 * (w->nature.senders + 1)) {
        uint64_t next = next_deadline(w);

        if (next != EXCHANGE_NEVER && next > w->kernel.now)
            w->kernel.now = next;
        w->idle = 0;
    }
}

static void step(struct world *w)
{
    struct process *daemon = w->daemon.process;

    w->step++;
    pass_time(w);
    if (random_below(&w->random, 16) >= w->nature.daemon_share) {
        step_others(w);
    } else if (daemon->life == LIFE_RUNNING && !daemon->is_stopped) {
        if (daemon_step(w))
            w->idle = 0;
    }
    if (w->step == w->nature.daemon_ends_at)
        daemon_stop(w);
}

/* ---- a run ---- */

static bool is_over(const struct world *w)
{
    if (w->begun < w->nature.messages)
        return false;
    for (unsigned i = 0; i < w->nature.senders; i++)
        if (w->senders[i])
            return false;
    return true;
}

static void make_quiet(struct world *w)
{
    w->is_quiet = true;
    w->nature.tick = QUIET_TICK;
    w->nature.daemon_share = QUIET_DAEMON_SHARE;
    w->kernel.strip = 0;
    w->daemon.process->is_stopped = false;
    for (unsigned i = 0; i < w->nature.senders; i++)
        if (w->senders[i])
            w->senders[i]->process->is_stopped = false;
    kernel_trace(&w->kernel, NULL, "the quiet part begins");
}

/* A misled sender may wait for a verdict that never comes. */
static void kill_misled(struct world *w)
{
    for (unsigned i = 0; i < w->nature.senders; i++)
        if (w->senders[i] && w->senders[i]->ledger.is_misled) {
            kernel_exit(&w->kernel, w->senders[i]->process);
            bury(w, i);
        }
}

static uint64_t quiet_limit(const struct world *w)
{
    uint64_t octets = (uint64_t)w->nature.messages * (w->nature.longest + SENDER_FIELDS_MAX + 8);

    return QUIET_STEPS + QUIET_STEPS_PER_BIT * 8 * octets;
}

static void run(struct world *w, struct world_counts *counts)
{
    uint64_t quiet = 0;

    while (!check_failed(&w->check) && !is_over(w) && w->step < w->nature.noisy_steps)
        step(w);
    make_quiet(w);
    kill_misled(w);
    while (!check_failed(&w->check) && !is_over(w) && quiet < quiet_limit(w)) {
        step(w);
        quiet++;
    }
    if (!is_over(w))
        check_fail(&w->check, "after %u quiet steps a sender still waits for its verdict",
                   (unsigned)quiet);
    if (quiet > counts->longest_quiet)
        counts->longest_quiet = quiet;
}

static void begin(struct world *w, bool trace)
{
    w->nature = draw_nature(&w->random);
    w->storm_left = w->nature.storm;
    kernel_init(&w->kernel, &w->random, PIDS);
    w->kernel.trace = trace;
    w->kernel.order = (enum order)random_below(&w->random, 3);
    w->kernel.strip = ONE_OF(&w->random, 0, 0, 0, 600, 20000);
    w->kernel.reuses_identity = w->fault == FAULT_PID_IDENTITY;
    if (w->fault == FAULT_ORDER_TRUSTED) {
        w->kernel.is_trusted = true;
        w->kernel.order = ORDER_ANY;
    }
    w->check.kernel = &w->kernel;
    w->check.message_limit = MESSAGE_LIMIT;
    daemon_init(w);
    w->innocent = kernel_spawn(&w->kernel, "innocent", 3000, false);
    for (int i = 0; i < STRANGERS_MAX; i++)
        w->strangers[i] = kernel_spawn(&w->kernel, "stranger", 2000, i > 0);
}

static void end(struct world *w)
{
    struct sender *next;

    daemon_done(w);
    for (unsigned i = 0; i < w->nature.senders; i++)
        if (w->senders[i])
            sender_free(w->senders[i]);
    for (struct sender *c = w->ended; c; c = next) {
        next = c->next;
        sender_free(c);
    }
    kernel_done(&w->kernel);
}

static void add(uint64_t *sums, const uint64_t *numbers, size_t size)
{
    for (size_t i = 0; i < size / sizeof *sums; i++)
        sums[i] += numbers[i];
}

bool world_run(uint64_t seed, enum fault fault, bool trace, struct world_counts *counts,
               char *ret_failure, size_t size)
{
    struct world *w = calloc(1, sizeof *w);
    bool is_good;

    if (!w)
        abort();
    w->fault = fault;
    w->random.state = seed * UINT64_C(0xd1342543de82ef95);
    begin(w, trace);
    run(w, counts);
    end(w);
    is_good = !check_failed(&w->check);
    snprintf(ret_failure, size, "%s", w->check.failure);
    add((uint64_t *)&counts->check, (const uint64_t *)&w->check.counts, sizeof counts->check);
    add((uint64_t *)&counts->kernel, (const uint64_t *)&w->kernel.counts, sizeof counts->kernel);
    counts->steps += w->step;
    counts->fingerprint =
        counts->fingerprint * 31 + (w->random.state ^ w->kernel.now ^ w->kernel.counts.lost);
    free(w);
    return is_good;
}
