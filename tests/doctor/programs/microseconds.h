/* SPDX-License-Identifier: MIT */
/* microseconds.h - the unit of all times of the test programs */
#ifndef MICROSECONDS_H
#define MICROSECONDS_H

#include <time.h>

/* Sleeps, as usleep(3): a signal with a handler ends it early. */
static inline void sleep_microseconds(int microseconds)
{
    struct timespec time = {.tv_sec = microseconds / 1000000,
                            .tv_nsec = microseconds % 1000000 * 1000L};

    nanosleep(&time, NULL);
}

#endif
