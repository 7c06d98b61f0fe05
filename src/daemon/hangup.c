/* SPDX-License-Identifier: MIT */
/* hangup.c - see hangup.h */

#include "daemon/hangup.h"

#include <errno.h>
#include <stddef.h>
#include <time.h>

static sigset_t hangup;

int hangup_block(sigset_t *set)
{
    sigemptyset(&hangup);
    sigaddset(&hangup, SIGHUP);
    /* While SIGHUP is blocked, the kernel keeps it even if it is ignored (sigaction(2)). */
    if (sigprocmask(SIG_BLOCK, &hangup, NULL) < 0)
        return -errno;
    sigaddset(set, SIGHUP);
    return 0;
}

bool hangup_came(void)
{
    return sigtimedwait(&hangup, NULL, &(struct timespec){0}) > 0;
}
