/* SPDX-License-Identifier: MIT */
/*
 * status.h - reports to the service manager with sd_notify(3)
 *
 * The daemon reports that it is ready; its counts since then, which 'systemctl status' shows; that
 * it opens its log anew, and has done so; and that it stops.
 *
 * Policy: a change is reported soon, but several changes share one report. Without a change,
 * nothing is done. After a report that no sender is left, the memory that senders needed is given
 * back.
 */
#pragma once

#include <systemd/sd-event.h>

#include "daemon/shortage.h"
#include "daemon/sink.h"
#include "protocol/exchange.h"

struct status {
    const struct exchange_counts *counts;
    const struct sink *sink;
    const struct shortage *shortage;
    sd_event_source *update; /* on while the last report is out of date */
    struct exchange_counts shown;
    bool shown_shortage;
    /* The start of the counts, in local time, for people. */
    char since[sizeof "2026-11-24 11:05:12"];
};

/*
 * Prepares to report these counts, the newest failure of this sink, and this shortage while it
 * lasts. All three stay the caller's. Returns 0 or -errno.
 */
int status_open(struct status *status, sd_event *event, const struct exchange_counts *counts,
                const struct sink *sink, const struct shortage *shortage);
void status_close(struct status *status);

/* Reports that the daemon is ready. Its counts run from now on. */
void status_ready(struct status *status);

/*
 * Report that the daemon begins to open its log anew, and that it is ready again. Both are needed
 * for Type=notify-reload (systemd.service(5)). Must not be called after status_stopping().
 */
void status_reopening(void);
void status_reopened(struct status *status);

/* Must be called after the counts or the shortage may have changed. Returns 0 or -errno. */
int status_follow(struct status *status);

/* Reports that the daemon stops. */
void status_stopping(void);
