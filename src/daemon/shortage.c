/* SPDX-License-Identifier: MIT */
/* shortage.c - see shortage.h for the looks at /proc */

#include "daemon/shortage.h"

#include <time.h>
#include <unistd.h>

#include "host/procstat.h"

/* Time from a look to the next. */
#define LOOK_USEC (1000 * UINT64_C(1000))
/* Looks in a row that find room when a shortage ends. */
#define LOOKS_TO_END 5

static void begin(struct shortage *shortage, const struct procstat *stat)
{
    shortage->is_on = true;
    shortage->room_found = 0;
    shortage->uid = stat->real_uid;
    shortage->limit = stat->signal_limit;
    sink_record(shortage->sink, RECORD_SHORTAGE, NULL,
                "user %u is at the limit of %llu pending signals, so signals arrive without the "
                "PID of their sender; end the process that has signals pending, or raise "
                "LimitSIGPENDING=",
                (unsigned)shortage->uid, shortage->limit);
}

static void end(struct shortage *shortage)
{
    shortage->is_on = false;
    sink_record(shortage->sink, RECORD_RELIEF, NULL,
                "user %u is below the limit of pending signals again", (unsigned)shortage->uid);
}

/* Looks at the entry in /proc, unless it cannot be read. Returns 0 or -errno. */
static int look(struct shortage *shortage)
{
    bool is_stripped = shortage->stripped != shortage->seen;
    struct procstat stat;
    int r;

    shortage->seen = shortage->stripped;
    if (procstat_read(getpid(), &stat) == 0) {
        bool has_room = procstat_has_room(&stat);

        if (!shortage->is_on && is_stripped && !has_room)
            begin(shortage, &stat);
        shortage->room_found = has_room ? shortage->room_found + 1 : 0;
        if (shortage->is_on && shortage->room_found >= LOOKS_TO_END)
            end(shortage);
    }
    if (!shortage->is_on && !is_stripped)
        return 0;
    r = sd_event_source_set_time_relative(shortage->look, LOOK_USEC);
    return r < 0 ? r : sd_event_source_set_enabled(shortage->look, SD_EVENT_ONESHOT);
}

static int on_look(sd_event_source *source, uint64_t usec, void *userdata)
{
    struct shortage *shortage = userdata;
    int r = look(shortage);

    (void)source, (void)usec;
    return r < 0 ? r : shortage->watcher(shortage->owner);
}

int shortage_open(struct shortage *shortage, sd_event *event, struct sink *sink,
                  shortage_watcher watcher, void *owner)
{
    int r;

    *shortage = (struct shortage){.sink = sink, .watcher = watcher, .owner = owner};
    r = sd_event_add_time(event, &shortage->look, CLOCK_MONOTONIC, 0, 0, on_look, shortage);
    if (r >= 0)
        r = sd_event_source_set_enabled(shortage->look, SD_EVENT_OFF);
    return r < 0 ? r : sd_event_source_set_exit_on_failure(shortage->look, true);
}

void shortage_close(struct shortage *shortage)
{
    sd_event_source_unref(shortage->look);
}

int shortage_follow(struct shortage *shortage)
{
    int enabled;
    int r;

    if (shortage->stripped == shortage->seen)
        return 0;
    r = sd_event_source_get_enabled(shortage->look, &enabled);
    if (r < 0 || enabled != SD_EVENT_OFF)
        return r < 0 ? r : 0;
    return look(shortage);
}
