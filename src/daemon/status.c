/* SPDX-License-Identifier: MIT */
/* status.c - see status.h for the reports */

#include "daemon/status.h"

#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <time.h>

#include "host/monotonic.h"
#include "protocol/nsec.h"

/* Time from a change to its report: the service manager need not hear of every message. */
#define DELAY_USEC (250 * UINT64_C(1000))

/*
 * Notes the local time of the start. No other function reads a clock that people can set, and only
 * the text of the status depends on that clock.
 */
static void note_start(struct status *status)
{
    struct timespec now;
    struct tm local;

    /* Not time(2): it can lag by up to one clock tick, and so give the second before. */
    clock_gettime(CLOCK_REALTIME, &now);
    if (!localtime_r(&now.tv_sec, &local) ||
        strftime(status->since, sizeof status->since, "%F %T", &local) == 0)
        snprintf(status->since, sizeof status->since, "its start");
}

/* Reports the current status, after these other lines. */
static void show(struct status *status, const char *lines)
{
    const struct exchange_counts *now = status->counts;
    int failure = status->sink->failure;
    char trouble[128] = "", limited[64] = "", shortage[96] = "";

    status->shown = *now;
    status->shown_shortage = status->shortage->is_on;
    if (status->shortage->is_on)
        snprintf(shortage, sizeof shortage, "; user %u is at the limit of %llu pending signals",
                 (unsigned)status->shortage->uid, status->shortage->limit);
    if (failure)
        snprintf(trouble, sizeof trouble, "; the last attempt to log to %s failed: %s",
                 status->sink->name, sink_reason(status->sink, failure));
    if (now->limited > 0)
        snprintf(limited, sizeof limited, ", %" PRIu64 " times the limit of a user was reached",
                 now->limited);
    sd_notifyf(0,
               "%sSTATUS=%" PRIu64 " messages (%" PRIu64 " bytes) logged, %" PRIu64
               " refused, %" PRIu64 " lost with their sender%s since %s; %" PRIu64
               " senders now%s%s",
               lines, now->messages, now->bytes, now->refused, now->lost, limited, status->since,
               now->senders, shortage, trouble);
}

static int on_update(sd_event_source *source, uint64_t usec, void *userdata)
{
    struct status *status = userdata;

    (void)source, (void)usec;
    show(status, "");
    /* Do not keep the memory that many senders have needed until as many come again. */
    if (status->shown.senders == 0)
        malloc_trim(0);
    return 0;
}

int status_open(struct status *status, sd_event *event, const struct exchange_counts *counts,
                const struct sink *sink, const struct shortage *shortage)
{
    int r;

    *status = (struct status){.counts = counts, .sink = sink, .shortage = shortage};
    r = sd_event_add_time(event, &status->update, CLOCK_MONOTONIC, 0, 0, on_update, status);
    if (r >= 0)
        r = sd_event_source_set_enabled(status->update, SD_EVENT_OFF);
    return r < 0 ? r : sd_event_source_set_exit_on_failure(status->update, true);
}

void status_close(struct status *status)
{
    sd_event_source_unref(status->update);
}

void status_ready(struct status *status)
{
    note_start(status);
    show(status, "READY=1\n");
}

void status_reopening(void)
{
    sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64, monotonic_now() / NSEC_PER_USEC);
}

void status_reopened(struct status *status)
{
    show(status, "READY=1\n");
}

int status_follow(struct status *status)
{
    int enabled;
    int r;

    if (memcmp(status->counts, &status->shown, sizeof status->shown) == 0 &&
        status->shortage->is_on == status->shown_shortage)
        return 0;
    r = sd_event_source_get_enabled(status->update, &enabled);
    if (r < 0 || enabled != SD_EVENT_OFF)
        return r < 0 ? r : 0;
    r = sd_event_source_set_time_relative(status->update, DELAY_USEC);
    return r < 0 ? r : sd_event_source_set_enabled(status->update, SD_EVENT_ONESHOT);
}

void status_stopping(void)
{
    sd_notify(0, "STOPPING=1");
}
