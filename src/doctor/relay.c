/* SPDX-License-Identifier: MIT */
/* relay.c - see relay.h */

#include "doctor/relay.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "doctor/patient.h"
#include "doctor/wire.h"
#include "host/inbox.h"
#include "host/monotonic.h"
#include "host/procstat.h"
#include "protocol/nsec.h"

/* Limit of time for a process to reach its next state, on a busy machine. */
#define STATE_LIMIT (2 * NSEC_PER_SEC)

/* A client that does not wait can be so many signals ahead. What it sends then is dropped. */
#define QUEUE_MAX 256u

/* Signals of the client that came while the one before was passed on. */
struct queue {
    size_t count;
    struct lane_signal signals[QUEUE_MAX];
};

static void note_at(enum wire_kind kind, bool signal, uint64_t time_ns)
{
    char line[WIRE_LINE_SIZE];

    wire_write(kind, signal, time_ns, line);
    fputs(line, stdout);
    fflush(stdout);
}

static void note(enum wire_kind kind)
{
    note_at(kind, false, monotonic_now());
}

static int number_of(bool signal)
{
    return signal ? SIGUSR2 : SIGUSR1;
}

/* ---- states ---- */

static bool is_stopped(const struct procstat *stat)
{
    return stat->state == 'T';
}

static bool is_asleep(const struct procstat *stat)
{
    return stat->state == 'S' && stat->pending == PROCSTAT_NO_SIGNAL;
}

static bool is_ready(const struct procstat *stat)
{
    return is_asleep(stat) && stat->blocked == PROCSTAT_NO_SIGNAL;
}

static bool is_so(pid_t pid, bool (*condition)(const struct procstat *))
{
    struct procstat stat;

    return procstat_read(pid, &stat) < 0 || stat.state == 'Z' || condition(&stat);
}

/* A client that is stopped cannot see that the relay sleeps, and needs the CPU to stop. */
static void let_others_run(const struct relay *relay)
{
    const struct timespec moment = {.tv_nsec = 20 * NSEC_PER_USEC};

    if (relay->mode == RELAY_EARLY)
        nanosleep(&moment, NULL);
    else
        sched_yield();
}

/* Waits until a process is in a state, or has ended. */
static void await(const struct relay *relay, pid_t pid, bool (*condition)(const struct procstat *))
{
    uint64_t end = monotonic_now() + STATE_LIMIT;

    while (!is_so(pid, condition) && monotonic_now() < end)
        let_others_run(relay);
}

/* ---- signals ---- */

static void pass_to_client(const struct relay *relay, pid_t client, bool signal)
{
    if (relay->mode == RELAY_LATE)
        await(relay, client, is_asleep);
    note_at(WIRE_ANSWER, signal, monotonic_now());
    kill(client, number_of(signal));
}

/* Passes the answers of the server to the client, until it has given all to a signal. */
static void pass_answers(const struct relay *relay, pid_t client, struct queue *queue)
{
    uint64_t end = monotonic_now() + STATE_LIMIT;
    bool is_due = relay->is_answered, is_over = false;
    struct lane_signal signal;

    while (!is_over && monotonic_now() < end) {
        is_over = !is_due && is_so(relay->server, is_ready);
        while (inbox_take(0, &signal) > 0)
            if (signal.pid == relay->server) {
                pass_to_client(relay, client, signal.bit);
                is_due = false;
            } else if (queue->count < QUEUE_MAX) {
                queue->signals[queue->count++] = signal;
            }
        let_others_run(relay);
    }
}

static void pass_to_server(const struct relay *relay, const struct lane_signal *signal,
                           struct queue *queue)
{
    uint64_t came_ns = monotonic_now();

    if (relay->mode == RELAY_EARLY) {
        kill(signal->pid, SIGSTOP);
        await(relay, signal->pid, is_stopped);
    }
    note_at(WIRE_SIGNAL, signal->bit, came_ns);
    if (relay->mode == RELAY_EARLY)
        note(WIRE_STOPPED);
    await(relay, relay->server, is_ready);
    kill(relay->server, number_of(signal->bit));
    pass_answers(relay, signal->pid, queue);
    if (relay->mode == RELAY_EARLY) {
        note(WIRE_GOES_ON);
        kill(signal->pid, SIGCONT);
    }
}

/* It never sleeps: some clients send again if the server sleeps and has not answered. */
static _Noreturn void hold(const struct lane_signal *first)
{
    struct lane_signal signal = *first;

    note_at(WIRE_SIGNAL, signal.bit, monotonic_now());
    note(WIRE_HELD);
    for (;;)
        if (inbox_take(0, &signal) > 0)
            note_at(WIRE_SIGNAL, signal.bit, monotonic_now());
        else
            sched_yield();
}

static bool next_signal(struct queue *queue, struct lane_signal *ret)
{
    if (queue->count == 0)
        return inbox_take(NSEC_PER_SEC, ret) > 0 && ret->kind == SIGNAL_PLAIN;
    *ret = queue->signals[0];
    queue->count--;
    memmove(queue->signals, queue->signals + 1, queue->count * sizeof queue->signals[0]);
    return true;
}

_Noreturn void relay_run(const struct relay *relay)
{
    struct queue queue = {0};
    struct lane_signal signal;
    pid_t client = 0;

    inbox_show_handlers();
    if (relay->mode == RELAY_EARLY)
        patient_stay_on(relay->cpu);
    for (;;) {
        if (!next_signal(&queue, &signal))
            continue;
        if (signal.pid == relay->server) {
            if (client > 0)
                pass_to_client(relay, client, signal.bit);
            continue;
        }
        client = signal.pid;
        if (relay->mode == RELAY_HOLD)
            hold(&signal);
        pass_to_server(relay, &signal, &queue);
    }
}
