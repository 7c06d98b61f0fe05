/* SPDX-License-Identifier: MIT */
/*
 * spin.h - how long to poll for a signal that is near before sleeping until it comes
 *
 * Where the other side runs on a CPU of its own, its answer comes within a few polls, and to sleep
 * would cost ten times as much as the answer. Where both share a CPU, or the other side waits for
 * one, polling only keeps the answer from being given. Which of them is so changes from moment to
 * moment, and to ask (cpu.h) takes longer than an answer does; so it is learnt from what polling
 * brought.
 *
 * Policy: polls are given up after the time that it takes to wake the other side and to have its
 * answer; each time that they were in vain halves that, a poll that brought something restores it,
 * and now and then it is tried again. They are never followed by sched_yield(2): since Linux 6.18 a
 * process that yields forfeits its share of a busy CPU.
 */
#pragma once

#include <stdbool.h>

struct spin {
    unsigned longest; /* polls that are worth it at most; 0: none is */
    unsigned limit;   /* polls that seem worth it now */
    unsigned polls;   /* since the last signal */
    unsigned sleeps;
    bool gave_up; /* since the last signal */
};

/* With as many polls as pay: none where this process may use one CPU only (sched_getaffinity(2)).
 */
void spin_init(struct spin *spin);

/* Whether to poll once more; once it is false, it stays so until something is heard. */
bool spin_again(struct spin *spin);

/* What was waited for has come. */
void spin_heard(struct spin *spin);

/* There is nothing to poll for soon: sleep at once, and learn nothing from it. */
void spin_stop(struct spin *spin);

/* What was learnt no longer holds, as after a move to another CPU: begin with all polls. */
void spin_anew(struct spin *spin);
