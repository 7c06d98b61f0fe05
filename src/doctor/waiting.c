/* SPDX-License-Identifier: MIT */
/* waiting.c - see waiting.h */

#include "doctor/waiting.h"

#include <stdbool.h>
#include <stdlib.h>
#include <sys/syscall.h>

#include "host/procstat.h"

#define ARGUMENTS 6u

/* A system call, as the line tells it: its number, and its arguments. */
struct call {
    long number;
    unsigned long arguments[ARGUMENTS];
};

/* A process that runs, or is stopped outside of a system call, has a line without arguments. */
static bool read_call(const char *line, struct call *ret)
{
    char *end;

    ret->number = strtol(line, &end, 10);
    if (end == line)
        return false;
    for (unsigned i = 0; i < ARGUMENTS; i++) {
        const char *start = end;

        ret->arguments[i] = strtoul(start, &end, 16);
        if (end == start)
            return false;
    }
    return true;
}

static bool is_ppoll(long number)
{
#ifdef SYS_ppoll_time64
    if (number == SYS_ppoll_time64)
        return true;
#endif
    return number == SYS_ppoll;
}

/* Where the kernel has no pause(2), libc calls ppoll(2) without a file, a timeout and a mask. */
static bool is_pause(const struct call *call)
{
#ifdef SYS_pause
    if (call->number == SYS_pause)
        return true;
#endif
    return is_ppoll(call->number) && call->arguments[1] == 0 && call->arguments[2] == 0 &&
           call->arguments[3] == 0;
}

/* A timeout in milliseconds; a negative one is none. */
static bool is_limited(unsigned long timeout)
{
    return (int)timeout >= 0;
}

static bool is_timed(const struct call *call)
{
    const unsigned long *arguments = call->arguments;

    switch (call->number) {
    case SYS_nanosleep:
    case SYS_clock_nanosleep:
#ifdef SYS_clock_nanosleep_time64
    case SYS_clock_nanosleep_time64:
#endif
    case SYS_restart_syscall: /* one of these that was interrupted */
        return true;
    case SYS_rt_sigtimedwait:
    case SYS_ppoll:
#ifdef SYS_ppoll_time64
    case SYS_rt_sigtimedwait_time64:
    case SYS_ppoll_time64:
#endif
        return arguments[2] != 0;
    case SYS_pselect6:
#ifdef SYS_pselect6_time64
    case SYS_pselect6_time64:
#endif
#ifdef SYS_select
    case SYS_select:
#endif
        return arguments[4] != 0;
#ifdef SYS_poll
    case SYS_poll:
        return is_limited(arguments[2]);
#endif
#ifdef SYS_epoll_wait
    case SYS_epoll_wait:
#endif
    case SYS_epoll_pwait:
        return is_limited(arguments[3]);
    default:
        return false;
    }
}

enum waiting waiting_parse(const char *line)
{
    struct call call;

    if (!read_call(line, &call))
        return WAITING_UNKNOWN;
    if (is_pause(&call))
        return WAITING_PAUSE;
    return is_timed(&call) ? WAITING_TIME : WAITING_UNKNOWN;
}

enum waiting waiting_read(pid_t pid)
{
    char line[256];

    return procstat_text(pid, "syscall", line, sizeof line) < 0 ? WAITING_UNKNOWN
                                                                : waiting_parse(line);
}
