/* SPDX-License-Identifier: MIT */
/* rest.c - see rest.h */

#include "doctor/rest.h"

#include "host/monotonic.h"
#include "host/procstat.h"

/* A process that has run so often has gone round its loop. */
#define ROUNDS 20u

bool rest_is_ready(const struct procstat *stat, bool is_busy)
{
    if (procstat_is_ready(stat))
        return true;
    return is_busy && stat->state == 'R' && stat->pending == PROCSTAT_NO_SIGNAL &&
           stat->blocked == PROCSTAT_NO_SIGNAL;
}

void rest_begin(struct rest *rest, bool is_busy)
{
    uint64_t now = monotonic_now();

    *rest = (struct rest){.is_busy = is_busy, .asleep_ns = now, .idle_ns = now};
}

void rest_look(struct rest *rest, pid_t pid, size_t printed)
{
    uint64_t now = monotonic_now(), turns = patient_turns(pid);
    struct procstat stat;
    bool has_work = procstat_read(pid, &stat) < 0 || stat.pending != PROCSTAT_NO_SIGNAL ||
                    (stat.state != 'S' && stat.state != 'R') || printed != rest->printed;

    if (rest->is_busy) {
        if (has_work || !rest_is_ready(&stat, true))
            rest->asleep_ns = rest->idle_ns = now;
        rest->turns = turns;
        rest->printed = printed;
        return;
    }
    /* What it did before the first look does not count. */
    if (has_work || rest->turns == 0)
        rest->begin = turns;
    if (has_work || (stat.state == 'R' && turns < rest->begin + ROUNDS))
        rest->idle_ns = now;
    if (has_work || stat.state == 'R' || turns != rest->turns)
        rest->asleep_ns = now;
    rest->turns = turns;
    rest->printed = printed;
}

static bool is_enough(uint64_t since_ns)
{
    return monotonic_now() - since_ns >= REST_ENOUGH;
}

bool rest_is_asleep(const struct rest *rest)
{
    return is_enough(rest->asleep_ns);
}

bool rest_is_idle(const struct rest *rest)
{
    return is_enough(rest->idle_ns);
}
