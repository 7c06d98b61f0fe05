/* SPDX-License-Identifier: MIT */
/*
 * spin.h - decides how often to poll for the next signal before going to sleep
 *
 * If the other side runs on a CPU of its own, its ack comes within a few polls, and sleeping
 * would cost ten times as much as the ack. If both sides share a CPU, or if the other side waits
 * for a CPU, polling only delays the ack. The situation can change at any moment, and a look at
 * it (cpu.h) takes longer than an ack. So this module learns from its polls.
 *
 * Policy: polling lasts, at the greatest limit, as long as it takes to wake the other side and to
 * get its ack. Polls without a result halve the limit. A poll that brings a signal restores it.
 * After some sleeps, the greatest limit is tried again. Polls are never followed by sched_yield(2):
 * since Linux 6.18, a process that yields forfeits its share of a busy CPU.
 */
#pragma once

#include <stdbool.h>

struct spin {
    unsigned longest; /* greatest limit; 0: never poll */
    unsigned limit;   /* polls after which to give up */
    unsigned polls;   /* since the last signal */
    unsigned sleeps;  /* after polls without a result */
    bool gave_up;     /* since the last signal */
};

/*
 * Starts with the greatest limit, or with 0 if this process may use one CPU only
 * (sched_getaffinity(2)).
 */
void spin_init(struct spin *spin);

/*
 * Returns true if the caller should poll once more. After it has returned false, it returns false
 * until the next spin_heard() or spin_anew().
 */
bool spin_again(struct spin *spin);

/* Must be called when the awaited signal has come. */
void spin_heard(struct spin *spin);

/* Ends polling at once, because the next signal is not near. Leaves the limit as it is. */
void spin_stop(struct spin *spin);

/* Forgets what was learnt, as is right after a move to another CPU: restores the greatest limit. */
void spin_anew(struct spin *spin);
