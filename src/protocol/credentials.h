/* SPDX-License-Identifier: MIT */
/*
 * credentials.h - the process and the users that a message is from
 *
 * pid and uid are those of the first bit of the message, as the kernel attested them. Before the
 * first bit, a word has claimed the PID, and the user is that of the process in /proc.
 */
#pragma once

#include <sys/types.h>

struct credentials {
    pid_t pid;
    uid_t uid;     /* real user ID */
    uid_t account; /* the user whose quotas and turns the process uses */
};
