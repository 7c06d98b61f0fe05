/* SPDX-License-Identifier: MIT */
/* haste.c - see haste.h */

#include "doctor/haste.h"

#include <stdint.h>

/* Where the signals of a client are in a wire. */
struct pace {
    const struct wire_event *first, *last;
    size_t gaps;  /* between two of them */
    bool differs; /* not all have the same number */
};

static struct pace pace_of(const struct wire *wire)
{
    struct pace pace = {0};

    for (size_t i = 0; i < wire->count; i++) {
        const struct wire_event *event = &wire->events[i];

        if (event->kind != WIRE_SIGNAL)
            continue;
        if (pace.first) {
            pace.gaps++;
            pace.differs |= event->signal != pace.first->signal;
        } else {
            pace.first = event;
        }
        pace.last = event;
    }
    return pace;
}

/* Returns the mean time between two signals, in nanoseconds. There must be a gap. */
static uint64_t mean_gap(const struct pace *pace)
{
    return (pace->last->time_ns - pace->first->time_ns) / pace->gaps;
}

/*
 * Returns how many signals but the first came so many nanoseconds after the event before, or
 * faster. That is the client's own time, without that of the server for its answer.
 */
static size_t count_fast(const struct wire *wire, const struct pace *pace, uint64_t gap_ns)
{
    size_t count = 0;

    for (size_t i = 1; i < wire->count; i++) {
        const struct wire_event *event = &wire->events[i];

        count += event->kind == WIRE_SIGNAL && event != pace->first &&
                 event->time_ns - event[-1].time_ns <= gap_ns;
    }
    return count;
}

/*
 * Returns true if the client sends one bit after the other without an answer, and no faster with
 * answers that come before it can wait: a later one could cut its pause short. A client that sends
 * the same bit again has signals of one number only. The stand-in takes a client for one that waits
 * if that pauses for as long as the stand-in before an answer.
 *
 * A busy machine makes a gap longer, and the next one shorter. So short gaps prove
 * nothing if fewer than a quarter are short.
 */
static bool is_paced(const struct haste *haste)
{
    struct pace held = pace_of(haste->held), prompt = pace_of(haste->prompt);

    return held.differs && prompt.differs &&
           count_fast(haste->prompt, &prompt, mean_gap(&held) / 2) * 4 < prompt.gaps;
}

enum cause haste_cause(const struct haste *haste)
{
    const struct speech_result *answers = haste->answers;
    bool is_known = answers->signals > 0, is_mute = is_known && answers->answers == 0;

    if (!is_paced(haste) && !is_mute && haste->dialect &&
        haste->dialect->answers[UNIT_BIT] != ANSWER_NONE)
        return CAUSE_IMPATIENT;
    if (!is_known)
        return haste->is_waiting ? CAUSE_LATE_ANSWER : CAUSE_NO_WAIT;
    return !is_mute && answers->answers < answers->signals / 2 ? CAUSE_LATE_ANSWER : CAUSE_NO_WAIT;
}
