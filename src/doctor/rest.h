/* SPDX-License-Identifier: MIT */
/*
 * rest.h - for how long a process has done nothing, as /proc shows it
 *
 * A busy machine makes each program slow, so a clock alone does not tell if a program waits for
 * ever. But a process that is ready to run is not in the state 'S' (proc(5)), and one that has run
 * has more context switches than before. A process that waits in a busy loop is always ready to
 * run. If that is known of it, it is at rest if no signal is pending or blocked.
 *
 * Policy: whoever waits looks about each millisecond.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "doctor/patient.h"
#include "host/procstat.h"
#include "protocol/nsec.h"

/* A process that has been at rest for so long, in nanoseconds, has done all that it will do. */
#define REST_ENOUGH (500 * NSEC_PER_MSEC)

struct rest {
    bool is_busy;       /* the process waits in a busy loop */
    uint64_t asleep_ns; /* since then, it has slept, and no signal was pending for it */
    uint64_t idle_ns;   /* the same, or it has gone round a loop with short sleeps in it */
    uint64_t turns;     /* as of patient_turns() */
    uint64_t begin;     /* the same, when it last had a signal pending or had printed something */
    size_t printed;     /* octets */
};

/* is_busy: the process waits in a busy loop. */
void rest_begin(struct rest *rest, bool is_busy);

/* Looks at the process pid. printed is the number of octets that it has printed. */
void rest_look(struct rest *rest, pid_t pid, size_t printed);

/*
 * Returns true if a process that waits in a busy loop, or in a sleep, has taken all its signals and
 * runs no handler (procstat_is_ready()).
 */
bool rest_is_ready(const struct procstat *stat, bool is_busy);

/* Return true if the process has been at rest for REST_ENOUGH. */
bool rest_is_asleep(const struct rest *rest);
bool rest_is_idle(const struct rest *rest);
