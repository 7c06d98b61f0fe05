/* SPDX-License-Identifier: MIT */
/*
 * status.h - what the service manager is told of the daemon: sd_notify(3)
 *
 * That it is ready, what has come of it since then, as 'systemctl status' shows it, and that it
 * stops.
 *
 * Policy: a change shows soon, but not each one by itself; where nothing changes, nothing is done.
 * Once it shows that there are no senders any more, the memory they needed is given back.
 */
#pragma once

#include <systemd/sd-event.h>

#include "daemon/sink.h"
#include "protocol/exchange.h"

struct status {
    const struct exchange_counts *counts;
    const struct sink *sink;
    sd_event_source *update; /* on while what is shown is out of date */
    struct exchange_counts shown;
    /* When it began to count: local time, for people. */
    char since[sizeof "2026-11-24 11:05:12"];
};

/* To tell of these counts and this sink, which stay the caller's. 0 or -errno. */
int status_open(struct status *status, sd_event *event, const struct exchange_counts *counts,
                const struct sink *sink);
void status_close(struct status *status);

/* The daemon is ready: it counts from now on. */
void status_ready(struct status *status);

/* To be called where the counts may have changed. 0 or -errno. */
int status_follow(struct status *status);

/* The daemon stops. */
void status_stopping(void);
