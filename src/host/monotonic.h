/* monotonic.h - the clock that neither jumps nor is set */
#pragma once

#include <stdint.h>

#define MONOTONIC_USEC UINT64_C(1000)
#define MONOTONIC_MSEC UINT64_C(1000000)
#define MONOTONIC_SEC UINT64_C(1000000000)

/* CLOCK_MONOTONIC (clock_gettime(2)) in nanoseconds; never 0. */
uint64_t monotonic_now(void);
