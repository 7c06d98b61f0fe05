/* SPDX-License-Identifier: MIT */
/* stop.c - see stop.h for the signals */

#include "host/stop.h"

#include <errno.h>
#include <stddef.h>
#include <time.h>

static const int numbers[] = {SIGTERM, SIGINT};

int stop_block(sigset_t *ret)
{
    sigset_t stops;

    sigemptyset(&stops);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct sigaction action;

        if (sigaction(numbers[i], NULL, &action) < 0)
            return -errno;
        if (action.sa_handler != SIG_IGN)
            sigaddset(&stops, numbers[i]);
    }
    if (sigprocmask(SIG_BLOCK, &stops, NULL) < 0)
        return -errno;
    *ret = stops;
    return 0;
}

bool stop_was_asked(const sigset_t *stops)
{
    return sigtimedwait(stops, NULL, &(struct timespec){0}) > 0;
}
