/* SPDX-License-Identifier: MIT */
/*
 * origin.h - where a sender comes from, in the words of its system: command, unit, login session
 *
 * journald reads such things for a short-lived process after it has got the message, and often
 * too late. Here they are read while the sender waits for its verdict.
 */
#pragma once

#include <sys/types.h>

#define ORIGIN_COMMAND_SIZE 64

struct origin {
    char command[ORIGIN_COMMAND_SIZE]; /* as in /proc/PID/comm; empty if unknown */
    char *unit;                        /* systemd.unit(5); NULL if none or unknown */
    char *user_unit;                   /* the same, of its user's own service manager */
    char *session;                     /* the ID of its logind session; NULL if none or unknown */
};

#define ORIGIN_UNKNOWN ((struct origin){0})

/* Reads about a process; what cannot be found out is left unknown. */
struct origin origin_read(pid_t pid);
/* A copy with memory of its own; what there is no memory for is unknown. */
struct origin origin_copy(const struct origin *origin);
void origin_free(struct origin *origin);
