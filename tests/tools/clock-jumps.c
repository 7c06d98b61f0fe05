/* SPDX-License-Identifier: MIT */
/*
 * clock-jumps.c - simulates for one command a system clock that is set all the time
 *
 *   LD_PRELOAD=clock-jumps.so COMMAND...
 *
 * Each time the command or one of its libraries reads the time of day, it gets a random time: up to
 * 6 hours too early or too late. The other clocks, such as CLOCK_MONOTONIC, are right. The kernel's
 * timers on the system clock do not change, as they would if that clock were set.
 */

#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define JUMP (6 * 3600)

typedef int clock_reader(clockid_t clock, struct timespec *ret);

static int read_clock(clockid_t clock, struct timespec *ret)
{
    static clock_reader *real;

    if (!real)
        real = (clock_reader *)dlsym(RTLD_NEXT, "clock_gettime");
    if (!real)
        abort();
    return real(clock, ret);
}

/* Returns a random number of seconds from -JUMP to JUMP (xorshift, with a seed of the process). */
static time_t jump(void)
{
    static uint32_t state;
    struct timespec now;

    if (state == 0 && read_clock(CLOCK_MONOTONIC, &now) == 0)
        state = ((uint32_t)now.tv_nsec ^ (uint32_t)getpid() << 16) | 1;
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return (time_t)(state % (2 * JUMP + 1)) - JUMP;
}

int clock_gettime(clockid_t clock_id, struct timespec *tp)
{
    int r = read_clock(clock_id, tp);

    switch (clock_id) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
    case CLOCK_REALTIME_ALARM:
    case CLOCK_TAI:
        if (r == 0)
            tp->tv_sec += jump();
        break;
    default:
        break;
    }
    return r;
}

int gettimeofday(struct timeval *restrict tv, void *restrict tz)
{
    struct timespec now;
    int r = clock_gettime(CLOCK_REALTIME, &now);

    (void)tz;
    if (r == 0)
        *tv = (struct timeval){.tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1000};
    return r;
}

time_t time(time_t *timer)
{
    struct timespec now;

    if (clock_gettime(CLOCK_REALTIME, &now) < 0)
        return -1;
    if (timer)
        *timer = now.tv_sec;
    return now.tv_sec;
}
