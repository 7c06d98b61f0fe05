/* SPDX-License-Identifier: MIT */
/* company.c - see company.h */

#include "company.h"

#include "fuzz.h"
#include "protocol/timing.h"

/* Limits of the quiet phase: calls of each process, and time. */
#define QUIET_ROUNDS 20000
#define QUIET_TIME (60 * NSEC_PER_SEC)
/* Nanoseconds for one call of each process, about as on a real machine. */
#define ROUND 500
/* The daemon looks at the clock after so many rounds with signals. */
#define ROUNDS_PER_LOOK 32

/* Time without progress after which some senders give up, and the others. */
#define SHORT_LIMIT (20 * NSEC_PER_MSEC)
#define LONG_LIMIT (3600 * NSEC_PER_SEC)

static struct talker talkers[TALKERS_MAX];
static unsigned begun;
static struct talker *seats[SEATS];
static struct process bystander, innocent;
static struct rules chosen;
static unsigned rounds_run;

/* ---- processes ---- */

void company_begin(const struct rules *rules)
{
    chosen = *rules;
    channel_begin();
    listener_begin(rules->message_limit, rules->session_limit, rules->room);
    listener.process.order = rules->listener_order;
    bystander = (struct process){.pid = BYSTANDER_PID, .uid = 1000, .is_safe = true};
    channel_add(&bystander);
    innocent = (struct process){.pid = INNOCENT_PID, .uid = 1001};
    channel_add(&innocent);
    begun = 0;
    for (unsigned i = 0; i < SEATS; i++)
        seats[i] = NULL;
    rounds_run = 0;
}

struct talker *company_seat(unsigned seat)
{
    return seats[seat % SEATS];
}

pid_t company_free_pid(unsigned choice)
{
    for (unsigned i = 0; i < PIDS; i++) {
        pid_t pid = (pid_t)(1 + (choice + i) % PIDS);

        if (!channel_find(pid))
            return pid;
    }
    return 0;
}

void company_seat_talker(unsigned seat, uint8_t traits)
{
    pid_t pid = company_free_pid(traits);
    struct talker **place = &seats[seat % SEATS];

    if (begun == TALKERS_MAX || pid == 0 || (*place && talker_is_alive(*place)))
        return;
    *place = &talkers[begun];
    talker_begin(*place, &(struct traits){
                             .number = begun,
                             .pid = pid,
                             .uid = 1000 + traits / 4 % 2,
                             .messages = 1 + traits / 8 % ENTRIES_MAX,
                             .first = traits / 24 + begun,
                             .limit = traits % 16 == 15 ? SHORT_LIMIT : LONG_LIMIT,
                             .largest = chosen.message_limit,
                             .order = chosen.talker_order,
                         });
    begun++;
}

void company_reap(bool reaps_listener)
{
    for (unsigned i = 0; i < channel.count; i++) {
        struct process *process = channel.processes[i];

        if (process->life == LIFE_ZOMBIE && (process != &listener.process || reaps_listener))
            process->life = LIFE_REAPED;
    }
}

/* ---- their calls ---- */

static bool run_round(void)
{
    bool is_busy = false;

    channel.now += ROUND;
    for (unsigned i = 0; i < SEATS; i++)
        is_busy |= seats[i] && talker_step(seats[i]);
    /* It is the busiest of all. */
    if (listener_step()) {
        listener_step();
        is_busy = true;
    }
    if (++rounds_run % ROUNDS_PER_LOOK == 0)
        listener_look();
    return is_busy;
}

void company_run(unsigned rounds)
{
    while (rounds > 0 && run_round())
        rounds--;
}

/* ---- the quiet end ---- */

static bool is_anybody_waiting(void)
{
    for (unsigned i = 0; i < SEATS; i++)
        if (seats[i] && talker_is_alive(seats[i]))
            return true;
    return false;
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* All look at the clock before they sleep. Returns when the first of them wakes. */
static uint64_t look_at_clocks(void)
{
    uint64_t next = EXCHANGE_NEVER;

    for (unsigned i = 0; i < SEATS; i++)
        if (seats[i] && talker_is_alive(seats[i])) {
            talker_look(seats[i], true);
            next = earlier(next, seats[i]->deadline);
        }
    listener_look();
    return listener_is_alive() ? earlier(next, earlier(listener.deadline, listener.end_at)) : next;
}

/* Finishes what is under way outside of the protocol: noticed ends, a commit, a stop. */
static void tidy_up(void)
{
    listener_notice();
    listener_logged(0);
    if (listener_is_done())
        listener_end(false, false);
}

static void run_quietly(void)
{
    uint64_t start = channel.now;

    for (unsigned left = QUIET_ROUNDS; is_anybody_waiting(); left--) {
        PROMISE(left > 0);
        PROMISE(channel.now - start < QUIET_TIME);
        if (!run_round()) {
            uint64_t next;

            tidy_up();
            next = look_at_clocks();
            if (next > channel.now && next != EXCHANGE_NEVER)
                channel.now = next;
        }
    }
}

void company_end(void)
{
    listener.calm = 0;
    listener.log_result = 0;
    run_quietly();
    listener_end(false, false);
    for (unsigned i = 0; i < channel.count; i++)
        PROMISE(!listener.is_open[i]);
}
