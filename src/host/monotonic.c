/* SPDX-License-Identifier: MIT */
/* monotonic.c - see monotonic.h */

#include "host/monotonic.h"

#include <time.h>

uint64_t monotonic_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NSEC_PER_SEC + (uint64_t)now.tv_nsec;
}
