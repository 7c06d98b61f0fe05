/* SPDX-License-Identifier: MIT */
/* status.c - see status.h for what is told */

#include "daemon/status.h"

#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <time.h>

/* How soon a change shows: the service manager need not hear of every message. */
#define DELAY_USEC (250 * UINT64_C(1000))

/* The one time that the clock is read which people set: nothing but this text depends on it. */
static void note_start(struct status *status)
{
    struct timespec now;
    struct tm local;

    /* Not time(2): that is behind by up to a tick, and may name the second before. */
    clock_gettime(CLOCK_REALTIME, &now);
    if (!localtime_r(&now.tv_sec, &local) ||
        strftime(status->since, sizeof status->since, "%F %T", &local) == 0)
        snprintf(status->since, sizeof status->since, "its start");
}

/* Tells how things stand, and these further lines. */
static void show(struct status *status, const char *lines)
{
    const struct exchange_counts *now = status->counts;
    int failure = status->sink->failure;
    char trouble[128] = "";

    status->shown = *now;
    if (failure)
        snprintf(trouble, sizeof trouble, "; %s failed when last tried: %s", status->sink->name,
                 strerror(failure));
    sd_notifyf(0,
               "%sSTATUS=%" PRIu64 " messages (%" PRIu64 " bytes) logged, %" PRIu64
               " refused, %" PRIu64 " lost with their sender since %s; %" PRIu64 " senders now%s",
               lines, now->messages, now->bytes, now->refused, now->lost, status->since,
               now->senders, trouble);
}

static int on_update(sd_event_source *source, uint64_t usec, void *userdata)
{
    struct status *status = userdata;

    (void)source, (void)usec;
    show(status, "");
    /* What many senders needed is not kept until there are as many again. */
    if (status->shown.senders == 0)
        malloc_trim(0);
    return 0;
}

int status_open(struct status *status, sd_event *event, const struct exchange_counts *counts,
                const struct sink *sink)
{
    int r;

    *status = (struct status){.counts = counts, .sink = sink};
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

int status_follow(struct status *status)
{
    int enabled;
    int r;

    if (memcmp(status->counts, &status->shown, sizeof status->shown) == 0)
        return 0;
    r = sd_event_source_get_enabled(status->update, &enabled);
    if (r != SD_EVENT_OFF)
        return r < 0 ? r : 0;
    r = sd_event_source_set_time_relative(status->update, DELAY_USEC);
    return r < 0 ? r : sd_event_source_set_enabled(status->update, SD_EVENT_ONESHOT);
}

void status_stopping(void)
{
    sd_notify(0, "STOPPING=1");
}
