/* SPDX-License-Identifier: MIT */
/*
 * work.h - for how long a process has run on a CPU without a sleep
 *
 * As /proc/PID/schedstat and /proc/PID/status show it (proc(5)). A busy machine gives a process
 * less time on a CPU, so it takes longer until this is long enough, and no process seems busy by
 * that.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct work {
    uint64_t sleeps;   /* as of patient_sleeps() */
    uint64_t begin_ns; /* of patient_work(), when it slept last; 0 before the first look */
};

/*
 * Returns true if the process has run for 300 ms since the first look or since its last sleep: a
 * process that no signal keeps busy waits in a busy loop then. *work is 0 before the first look.
 */
bool work_is_busy(struct work *work, pid_t pid);
