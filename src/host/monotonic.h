/* SPDX-License-Identifier: MIT */
/* monotonic.h - the clock that neither jumps nor is set */
#pragma once

#include <stdint.h>

#include "protocol/nsec.h"

/* CLOCK_MONOTONIC (clock_gettime(2)) in nanoseconds; never 0. */
uint64_t monotonic_now(void);
