/* SPDX-License-Identifier: MIT */
/* nsec.h - units of time: all durations and clocks of the project count nanoseconds */
#pragma once

#include <stdint.h>

#define NSEC_PER_USEC UINT64_C(1000)
#define NSEC_PER_MSEC UINT64_C(1000000)
#define NSEC_PER_SEC UINT64_C(1000000000)
