/* SPDX-License-Identifier: MIT */
/*
 * spares.h - spare descriptors, for a new sender when the daemon is out of descriptors
 *
 * The limit of sessions is below the limit of open files, so the daemon runs out only if somebody
 * lowers that limit later (prlimit(1)), or if the system has no more open files (ENFILE). A new
 * sender would then get no reply, because the daemon could not even open its process. So the daemon
 * keeps as many descriptors open as one look at a process needs. It gives them up for a moment, to
 * open the process or to tell it that the daemon is busy. The memory for that is kept, too: see
 * peer_new_spare().
 *
 * The limit applies to the number of a new descriptor (getrlimit(2)), and so does not spare a spare
 * with a high number. So the spares are opened before all that the daemon opens for itself, except
 * for pidfile and log. Below those numbers, the daemon stays silent.
 */
#pragma once

#include <stdbool.h>

/* A pidfd, and a file in /proc. */
#define SPARES 2

struct spares {
    int fds[SPARES]; /* -1: given up, or not yet opened */
};

#define SPARES_NONE ((struct spares){.fds = {-1, -1}})

/*
 * Opens those spares that are not open. Those for which there is no descriptor stay closed. Returns
 * true if all are open now.
 */
bool spares_open(struct spares *spares);

/* Gives all spares up. */
void spares_close(struct spares *spares);
