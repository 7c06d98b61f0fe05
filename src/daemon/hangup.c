/* SPDX-License-Identifier: MIT */
/* hangup.c - see hangup.h */

#include "daemon/hangup.h"

#include <stddef.h>
#include <time.h>

static sigset_t hangup;

void hangup_block(void)
{
    sigemptyset(&hangup);
    sigaddset(&hangup, SIGHUP);
    /* While SIGHUP is blocked, the kernel keeps it even if it is ignored (sigaction(2)). */
    sigprocmask(SIG_BLOCK, &hangup, NULL);
}

bool hangup_came(void)
{
    return sigtimedwait(&hangup, NULL, &(struct timespec){0}) > 0;
}
