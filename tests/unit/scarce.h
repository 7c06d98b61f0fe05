/* SPDX-License-Identifier: MIT */
/*
 * scarce.h - takes memory away from the code under test
 *
 * For programs linked with WRAP_ALLOCATORS, which puts these allocators before those of libc.
 */
#pragma once

#include <stdbool.h>

/* While true, nothing can be allocated: not by Check's assertions either. */
extern bool memory_is_scarce;
