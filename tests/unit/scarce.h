/* SPDX-License-Identifier: MIT */
/*
 * scarce.h - lets the code under test run out of memory
 *
 * Works in programs linked with WRAP_ALLOCATORS, which puts these allocators before those of libc.
 */
#pragma once

#include <stdbool.h>

/* While true, all allocations fail. Check's assertions allocate too, so they must not run then. */
extern bool memory_is_scarce;
