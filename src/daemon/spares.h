/* SPDX-License-Identifier: MIT */
/*
 * spares.h - spare descriptors, with which a daemon that is out of descriptors refuses a sender
 *
 * The limit of sessions is below the limit of open files, so the daemon runs out only if somebody
 * lowers that limit later (prlimit(1)), or if the system has no more open files (ENFILE). A new
 * sender would then get no reply, because the daemon could not even open its process. So the daemon
 * keeps as many descriptors open as one look at a process needs. It gives them up for a moment, to
 * tell the sender that it is busy.
 */
#pragma once

/* A pidfd, and a file in /proc. */
#define SPARES 2

struct spares {
    int fds[SPARES]; /* -1: given up, or not yet opened */
};

#define SPARES_NONE ((struct spares){.fds = {-1, -1}})

/* Opens those spares that are not open. Those for which there is no descriptor stay closed. */
void spares_open(struct spares *spares);

/* Gives all spares up. */
void spares_close(struct spares *spares);
