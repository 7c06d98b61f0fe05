/* SPDX-License-Identifier: MIT */
/* wrong-pid.c - see wrong-pid.h */

#include "doctor/wrong-pid.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/monotonic.h"

/* Limits of time, for a busy machine. */
#define START_LIMIT (10 * NSEC_PER_SEC)
#define CLIENT_LIMIT (3 * NSEC_PER_SEC)

static int stand_by(void *context)
{
    (void)context;
    patient_reset_signals();
    pause();
    return 0;
}

static void start_bystander(struct pair *pair)
{
    uint64_t end = monotonic_now() + START_LIMIT;

    if (!pair_start_stand_in(pair, stand_by))
        return;
    while (pair_state(pair->server_pid) != 'S' && monotonic_now() < end)
        pair_look(pair);
}

/*
 * Runs a client in the process group of a bystander. pid is NULL for the PID of the bystander.
 * Returns the signal that has ended the bystander, or 0. Then *ret tells if the client has ended.
 */
static int signal_that_hit(struct pair *pair, const char *pid, enum progress *ret)
{
    const struct patient *bystander = &pair->server;
    struct patient_order order = {.command = pair->client_command, .arguments = {pid, "x"}};
    char own[32];

    start_bystander(pair);
    snprintf(own, sizeof own, "%d", (int)pair->server_pid);
    if (!pid)
        order.arguments[0] = own;
    order.group = pair->server_pid;
    pair_start_patient(pair, 0, &order);
    *ret = pair_await_client(pair, 0, CLIENT_LIMIT);
    pair_look(pair);
    return bystander->has_ended && WIFSIGNALED(bystander->status) ? WTERMSIG(bystander->status) : 0;
}

static void try_pid(struct pair *pair, struct report *report, enum cause cause, const char *pid,
                    const char *name)
{
    enum progress progress;
    int signal = signal_that_hit(pair, pid, &progress);
    char tried[TRIED_SIZE];

    snprintf(tried, sizeof tried, "%s in place of the server's PID", name);
    if (signal != 0)
        report_check(report, CHECK_FAILED, tried, "a bystander was ended");
    else if (progress == PROGRESS_SLOW)
        report_check(report, CHECK_OPEN, tried, "took too long");
    else
        report_check(report, CHECK_PASSED, tried, "no harm");
    if (signal != 0)
        report_find(report, cause, "'%s %s x' ended another process with signal %d (%s)",
                    pair->client_command, pid ? pid : "PID", signal, strsignal(signal));
    pair_clear(pair);
}

void wrong_pid_try(struct pair *pair, struct report *report)
{
    try_pid(pair, report, CAUSE_BYSTANDER, NULL, "the PID of another program");
    try_pid(pair, report, CAUSE_NO_PID, "0", "0");
    try_pid(pair, report, CAUSE_NO_PID, "-1", "-1");
}
