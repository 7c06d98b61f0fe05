/* SPDX-License-Identifier: MIT */
/*
 * exhausted.h - errors that say that the process or the system has no more to give
 *
 * They say nothing about what was asked for, and the same call can succeed later.
 */
#pragma once

#include <errno.h>
#include <stdbool.h>

/* Returns true if -errno is about descriptors (open(2)) or memory (malloc(3)). */
static inline bool is_exhausted(int r)
{
    return r == -EMFILE || r == -ENFILE || r == -ENOMEM;
}
