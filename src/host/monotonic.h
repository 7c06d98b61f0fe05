/* SPDX-License-Identifier: MIT */
/* monotonic.h - a clock that does not jump and that nobody can set */
#pragma once

#include <stdint.h>

#include "protocol/nsec.h"

/* Returns the time of CLOCK_MONOTONIC (clock_gettime(2)) in nanoseconds; never 0. */
uint64_t monotonic_now(void);
