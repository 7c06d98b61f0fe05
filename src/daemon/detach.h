/* SPDX-License-Identifier: MIT */
/*
 * detach.h - makes the process a daemon, as in daemon(7), and lets its parent report the outcome
 *
 * The parent stays until the daemon is ready, and then exits with 0. If the daemon ends before it
 * is ready, the parent exits with the daemon's exit status.
 */
#pragma once

#include <stdbool.h>

struct detach {
    int ready_fd; /* the daemon's end of a pipe to the parent; -1 without a parent */
};

#define DETACH_NONE ((struct detach){.ready_fd = -1})

/* Forks, and returns in the daemon only. Returns 0 or -errno. */
int detach_begin(struct detach *ret);

/*
 * Tells the parent that the daemon is ready. From here on, the standard descriptors lead to
 * /dev/null; if keep_output is true, only standard input does. Does nothing without a parent.
 * Returns 0 or -errno.
 */
int detach_ready(struct detach *detach, bool keep_output);
