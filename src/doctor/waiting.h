/* SPDX-License-Identifier: MIT */
/*
 * waiting.h - what a process that sleeps waits for, as /proc/PID/syscall shows it (proc(5))
 *
 * A process that sleeps for a time wakes up, and may do something then. One that waits for a signal
 * may sleep for ever.
 */
#pragma once

#include <sys/types.h>

enum waiting {
    WAITING_UNKNOWN, /* for something else, or it does not sleep */
    WAITING_PAUSE,   /* for any signal, with those blocked that were blocked before: pause(2) */
    WAITING_TIME,    /* for a time, at most: nanosleep(2), select(2) with a timeout, and so on */
};

/* Returns what the line of /proc/PID/syscall tells. Pure. */
enum waiting waiting_parse(const char *line);

/* Returns what a process waits for. */
enum waiting waiting_read(pid_t pid);
