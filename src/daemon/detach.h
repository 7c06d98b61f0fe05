/* SPDX-License-Identifier: MIT */
/*
 * detach.h - becomes a daemon, as daemon(7) describes it, and lets the parent report how it went
 *
 * The parent stays until the daemon is ready: it then exits with 0. If the daemon ends before,
 * the parent exits with the daemon's exit status.
 */
#pragma once

#include <stdbool.h>

struct detach {
    int ready_fd; /* the daemon's end of a pipe to the parent; -1 where there is no parent */
};

#define DETACH_NONE ((struct detach){.ready_fd = -1})

/* Forks; returns in the daemon only. 0 or -errno. */
int detach_begin(struct detach *ret);

/*
 * Tells the parent that the daemon is ready. From here on the standard descriptors lead to
 * /dev/null, but for output and errors where keep_output is true. 0 or -errno.
 */
int detach_ready(struct detach *detach, bool keep_output);
