/* SPDX-License-Identifier: MIT */
/* spares.c - see spares.h */

#include "daemon/spares.h"

#include <fcntl.h>
#include <unistd.h>

bool spares_open(struct spares *spares)
{
    bool are_open = true;

    for (int i = 0; i < SPARES; i++) {
        if (spares->fds[i] < 0)
            spares->fds[i] = open("/", O_PATH | O_CLOEXEC);
        are_open &= spares->fds[i] >= 0;
    }
    return are_open;
}

void spares_close(struct spares *spares)
{
    for (int i = 0; i < SPARES; i++) {
        if (spares->fds[i] >= 0)
            close(spares->fds[i]);
        spares->fds[i] = -1;
    }
}
