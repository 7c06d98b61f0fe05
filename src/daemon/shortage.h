/* SPDX-License-Identifier: MIT */
/*
 * shortage.h - notices that the daemon's user is at the limit of pending signals
 *
 * The kernel counts the pending signals of all processes of a user together, by the number of the
 * user ID (RLIMIT_SIGPENDING, setrlimit(2)). A process in a container counts, too, if it has the
 * same number and no user namespace of its own. At the limit, probes and bits of the thread lane
 * arrive without their sender. The daemon can answer none of them, so senders time out.
 *
 * Policy: for each signal, the daemon only counts. It looks at its entry in /proc at the first
 * signal without a sender, and then once a second at most. A signal of another PID namespace has no
 * sender either, so a shortage begins only if the entry confirms it. Its begin and its end are
 * logged once each. It ends when the daemon has found room at each look for some seconds, so that
 * somebody who takes and frees the room in turns cannot flood the log.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <systemd/sd-event.h>

#include "daemon/sink.h"

/* Is told that the shortage may have begun or ended. Returns 0; or -errno, which ends the daemon.
 */
typedef int (*shortage_watcher)(void *owner);

struct shortage {
    struct sink *sink;
    shortage_watcher watcher;
    void *owner;           /* of the watcher */
    sd_event_source *look; /* on while no look is due yet */
    uint64_t stripped;     /* signals that came without their sender */
    uint64_t seen;         /* of these, before the last look */
    unsigned room_found;   /* is_on: looks in a row that found room */
    bool is_on;
    uid_t uid;                /* is_on: the user at the limit */
    unsigned long long limit; /* is_on: the limit, in signals */
};

/*
 * Prepares to log to this sink, which stays the caller's. The watcher is told after each look that
 * the event loop starts. Returns 0 or -errno.
 */
int shortage_open(struct shortage *shortage, sd_event *event, struct sink *sink,
                  shortage_watcher watcher, void *owner);
void shortage_close(struct shortage *shortage);

/* A signal came without its sender. */
static inline void shortage_note(struct shortage *shortage)
{
    shortage->stripped++;
}

/* Must be called after signals were taken. Returns 0 or -errno. */
int shortage_follow(struct shortage *shortage);
