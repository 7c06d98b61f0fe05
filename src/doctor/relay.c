/* SPDX-License-Identifier: MIT */
/* relay.c - see relay.h */

#include "doctor/relay.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "doctor/rest.h"
#include "doctor/wire.h"
#include "host/inbox.h"
#include "host/monotonic.h"
#include "host/procstat.h"
#include "protocol/nsec.h"

/* A client that does not wait can be so many signals ahead. What it sends then is dropped. */
#define QUEUE_MAX 256u

/* Signals of the client that came while the one before was passed on. */
struct queue {
    size_t count;
    struct lane_signal signals[QUEUE_MAX];
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

/* ---- states ---- */

static bool has_ended(const struct procstat *stat)
{
    return stat->state == 'Z';
}

/* Returns true if a process is in a state, or has ended. */
static bool is_so(pid_t pid, bool (*condition)(const struct procstat *))
{
    struct procstat stat;

    return procstat_read(pid, &stat) < 0 || has_ended(&stat) || condition(&stat);
}

/* Waits until a process is in a state, or has ended. */
static void await(pid_t pid, bool (*condition)(const struct procstat *))
{
    while (!is_so(pid, condition))
        sched_yield();
}

/* ---- signals ---- */

static void pass_to_client(const struct relay *relay, pid_t client, bool signal)
{
    if (relay->mode == RELAY_LATE)
        await(client, procstat_is_asleep);
    note_signal(WIRE_ANSWER, signal);
    kill(client, number_of(signal));
}

/*
 * Passes the answers of the server to the client, until it has given all to a signal. A server that
 * does not answer costs a rest once.
 */
static void pass_answers(struct relay *relay, pid_t client, struct queue *queue)
{
    bool is_due = relay->is_answered, is_over = false;
    struct lane_signal signal;
    struct rest rest;

    rest_begin(&rest);
    while (!is_over) {
        if (rest_is_idle(&rest))
            is_due = relay->is_answered = false;
        is_over = is_so(relay->server, is_due ? has_ended : procstat_is_ready);
        while (inbox_take(0, &signal) > 0)
            if (signal.pid == relay->server) {
                pass_to_client(relay, client, signal.bit);
                is_due = false;
            } else if (queue->count < QUEUE_MAX) {
                queue->signals[queue->count++] = signal;
            }
        rest_look(&rest, relay->server, 0);
        sched_yield();
    }
}

static void pass_to_server(struct relay *relay, const struct lane_signal *signal,
                           struct queue *queue)
{
    note_signal(WIRE_SIGNAL, signal->bit);
    if (relay->mode == RELAY_EARLY)
        note(WIRE_STOPPED);
    await(relay->server, procstat_is_ready);
    kill(relay->server, number_of(signal->bit));
    pass_answers(relay, signal->pid, queue);
    if (relay->mode == RELAY_EARLY)
        note(WIRE_GOES_ON);
}

/* It never sleeps: some clients send again if the server sleeps and has not answered. */
static _Noreturn void hold(const struct lane_signal *first)
{
    struct lane_signal signal = *first;

    note_signal(WIRE_SIGNAL, signal.bit);
    note(WIRE_HELD);
    for (;;)
        if (inbox_take(0, &signal) > 0)
            note_signal(WIRE_SIGNAL, signal.bit);
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

_Noreturn void relay_run(const struct relay *order)
{
    struct relay relay = *order;
    struct queue queue = {0};
    struct lane_signal signal;
    pid_t client = 0;

    inbox_show_handlers();
    for (;;) {
        if (!next_signal(&queue, &signal))
            continue;
        if (signal.pid == relay.server) {
            if (client > 0)
                pass_to_client(&relay, client, signal.bit);
            continue;
        }
        client = signal.pid;
        if (relay.mode == RELAY_HOLD)
            hold(&signal);
        pass_to_server(&relay, &signal, &queue);
    }
}
