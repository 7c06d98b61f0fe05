/* SPDX-License-Identifier: MIT */
/* credentials.h - the process and the users that a message is from */
#pragma once

#include <sys/types.h>

struct credentials {
    pid_t pid;     /* as the kernel attested it */
    uid_t uid;     /* real user ID, as the kernel attested it */
    uid_t account; /* the user whose quotas and turns the process uses */
};
