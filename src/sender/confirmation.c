/* SPDX-License-Identifier: MIT */
/* confirmation.c - see confirmation.h */

#include "sender/confirmation.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const words[] = {
    [FATE_LOGGED] = "logged",
    [FATE_EMPTY] = "empty",
    [FATE_UNLOGGED] = "unlogged",
    [FATE_UNCONFIRMED] = "unconfirmed",
};

/* The reader may share a descriptor that does not block. */
static int write_all(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t written = write(fd, bytes, length);

        if (written < 0 && errno != EAGAIN)
            return -errno;
        if (written < 0 && poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1, -1) < 0)
            return -errno;
        if (written > 0) {
            bytes += written;
            length -= (size_t)written;
        }
    }
    return 0;
}

int confirmation_write(int fd, uintmax_t number, enum fate fate, int status, const char *reason)
{
    char *line;
    int r;

    if (fate == FATE_UNLOGGED || fate == FATE_UNCONFIRMED)
        r = asprintf(&line, "%ju %s %d %s\n", number, words[fate], status, reason);
    else
        r = asprintf(&line, "%ju %s\n", number, words[fate]);
    if (r < 0)
        return -ENOMEM;
    r = write_all(fd, line, (size_t)r);
    free(line);
    return r;
}
