/* SPDX-License-Identifier: MIT */
/* relay.c - see relay.h */

#include "doctor/relay.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "doctor/rest.h"
#include "doctor/waiting.h"
#include "doctor/wire.h"
#include "host/inbox.h"
#include "host/monotonic.h"
#include "host/procstat.h"
#include "protocol/nsec.h"

/* A client that does not wait can be so many signals ahead. What it sends then is dropped. */
#define QUEUE_MAX 256u
/* Between two looks at a client that is stopped. */
#define LOOK (50 * NSEC_PER_USEC)
/* What a client does between two bits takes less time on a CPU, in nanoseconds. */
#define BUSY (20 * NSEC_PER_MSEC)
/* A client that sleeps for a time and not for a signal may pause for so long before it waits. */
#define NAP (3 * NSEC_PER_MSEC)

struct queue {
    size_t count;
    struct lane_signal signals[QUEUE_MAX];
};

/* What came while something else was passed on. */
struct post {
    struct queue signals; /* of the client */
    struct queue answers; /* of the server */
};

static void note_signal(enum wire_kind kind, bool signal)
{
    char line[WIRE_LINE_SIZE];

    wire_write(kind, signal, monotonic_now(), line);
    fputs(line, stdout);
    fflush(stdout);
}

static void note(enum wire_kind kind)
{
    note_signal(kind, false);
}

static int number_of(bool signal)
{
    return signal ? SIGUSR2 : SIGUSR1;
}

static bool take_first(struct queue *queue, struct lane_signal *ret)
{
    if (queue->count == 0)
        return false;
    *ret = queue->signals[0];
    queue->count--;
    memmove(queue->signals, queue->signals + 1, queue->count * sizeof queue->signals[0]);
    return true;
}

/* Takes all signals that are pending, or the first one that comes within the time. */
static void collect(const struct relay *relay, struct post *post, uint64_t timeout_ns)
{
    struct lane_signal signal;

    while (inbox_take(timeout_ns, &signal) > 0) {
        struct queue *queue = signal.pid == relay->server ? &post->answers : &post->signals;

        timeout_ns = 0;
        if (signal.kind != SIGNAL_PLAIN)
            continue;
        if (queue == &post->signals)
            note_signal(WIRE_SIGNAL, signal.bit);
        if (queue->count < QUEUE_MAX)
            queue->signals[queue->count++] = signal;
    }
}

/* ---- states ---- */

static bool has_ended(const struct procstat *stat)
{
    return stat->state == 'Z';
}

/* Returns true if the process has ended. Else, sets *ret. */
static bool read_or_ended(pid_t pid, struct procstat *ret)
{
    return procstat_read(pid, ret) < 0 || has_ended(ret);
}

static bool is_server_ready(const struct relay *relay)
{
    struct procstat stat;

    return read_or_ended(relay->server, &stat) || rest_is_ready(&stat, relay->is_busy);
}

/* When a client that may wait began to run, and how long it had run on a CPU before. */
struct since {
    uint64_t time_ns;
    uint64_t work_ns;
};

static struct since now_of(pid_t client)
{
    return (struct since){.time_ns = monotonic_now(), .work_ns = patient_work(client)};
}

/* Returns true if the client sleeps for a signal, or pauses, or waits in a busy loop. */
static bool is_waiting(pid_t client, const struct procstat *stat, const struct since *since)
{
    if (procstat_is_asleep(stat))
        return waiting_read(client) != WAITING_TIME || monotonic_now() >= since->time_ns + NAP;
    return stat->state == 'R' && patient_work(client) >= since->work_ns + BUSY;
}

/*
 * Waits for the client to wait, and takes all that comes meanwhile. Does not sleep while the client
 * runs: some send again if the server sleeps and has not answered.
 */
static void await_client(const struct relay *relay, pid_t client, struct post *post)
{
    struct since since = now_of(client);
    struct procstat stat;

    while (!read_or_ended(client, &stat) && !is_waiting(client, &stat, &since))
        if (stat.state == 't') {
            /* The brake lets it go on once this process sleeps. */
            collect(relay, post, LOOK);
            since = now_of(client);
        } else {
            collect(relay, post, 0);
            sched_yield();
        }
}

/* ---- signals ---- */

static void pass_to_client(const struct relay *relay, pid_t client, bool signal, struct post *post)
{
    if (relay->mode == RELAY_LATE)
        await_client(relay, client, post);
    note_signal(WIRE_ANSWER, signal);
    kill(client, number_of(signal));
}

/*
 * Passes the answers of the server to the client, until it has given all to a signal. A server that
 * does not answer costs a rest once.
 */
static void pass_answers(struct relay *relay, pid_t client, struct post *post)
{
    bool is_due = relay->is_answered, is_over = false;
    struct lane_signal signal;
    struct procstat stat;
    struct rest rest;

    rest_begin(&rest, relay->is_busy);
    while (!is_over) {
        if (rest_is_idle(&rest))
            is_due = relay->is_answered = false;
        is_over = is_due ? read_or_ended(relay->server, &stat) : is_server_ready(relay);
        collect(relay, post, 0);
        while (take_first(&post->answers, &signal)) {
            pass_to_client(relay, client, signal.bit, post);
            is_due = false;
        }
        rest_look(&rest, relay->server, 0);
        sched_yield();
    }
}

static void pass_to_server(struct relay *relay, const struct lane_signal *signal, struct post *post)
{
    if (relay->mode == RELAY_EARLY)
        note(WIRE_STOPPED);
    while (!is_server_ready(relay))
        sched_yield();
    kill(relay->server, number_of(signal->bit));
    pass_answers(relay, signal->pid, post);
    if (relay->mode == RELAY_EARLY)
        note(WIRE_GOES_ON);
}

/* Never sleeps, as await_client(). */
static _Noreturn void hold(void)
{
    struct lane_signal signal;

    note(WIRE_HELD);
    for (;;)
        if (inbox_take(0, &signal) > 0)
            note_signal(WIRE_SIGNAL, signal.bit);
        else
            sched_yield();
}

_Noreturn void relay_run(const struct relay *order)
{
    struct relay relay = *order;
    struct post post = {0};
    struct lane_signal signal;
    pid_t client = 0;

    inbox_show_handlers();
    for (;;) {
        collect(&relay, &post, post.signals.count == 0 ? NSEC_PER_SEC : 0);
        while (take_first(&post.answers, &signal))
            if (client > 0)
                pass_to_client(&relay, client, signal.bit, &post);
        if (!take_first(&post.signals, &signal))
            continue;
        client = signal.pid;
        if (relay.mode == RELAY_HOLD)
            hold();
        pass_to_server(&relay, &signal, &post);
    }
}
