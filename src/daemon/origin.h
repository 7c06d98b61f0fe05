/* SPDX-License-Identifier: MIT */
/*
 * origin.h - the origin of a sender: its command, unit and login session
 *
 * journald reads such data after it has received a message. For a short-lived process, that is
 * often too late. The daemon reads the data while the sender waits for its verdict.
 */
#pragma once

#include <sys/types.h>

#define ORIGIN_COMMAND_SIZE 64

struct origin {
    char command[ORIGIN_COMMAND_SIZE]; /* as in /proc/PID/comm; empty if unknown */
    char *unit;                        /* systemd.unit(5); NULL if none or unknown */
    char *user_unit;     /* unit of the user's own service manager; NULL if none or unknown */
    char *login_session; /* ID of the logind session; NULL if none or unknown */
};

#define ORIGIN_UNKNOWN ((struct origin){0})

/* Reads the origin of a process. A part that cannot be read is left unknown. */
struct origin origin_read(pid_t pid);

/* Returns a copy with memory of its own. A part for which there is no memory is unknown. */
struct origin origin_copy(const struct origin *origin);

/* Frees the memory, and sets the origin to ORIGIN_UNKNOWN. */
void origin_free(struct origin *origin);
