/* SPDX-License-Identifier: MIT */
/* haste.c - see haste.h */

#include "doctor/haste.h"

#include <stdint.h>
#include <stdlib.h>

/* The client's own time before each of its signals but the first. */
struct pace {
    uint64_t gaps_ns[WIRE_MAX];
    size_t count;
    bool differs; /* not all signals have the same number */
};

/* The event before a signal may be an answer: the server's time for it does not count. */
static void read_pace(const struct wire *wire, struct pace *ret)
{
    const struct wire_event *first = NULL;

    ret->count = 0;
    ret->differs = false;
    for (size_t i = 0; i < wire->count; i++) {
        const struct wire_event *event = &wire->events[i];

        if (event->kind != WIRE_SIGNAL)
            continue;
        if (first) {
            ret->gaps_ns[ret->count++] = event->time_ns - event[-1].time_ns;
            ret->differs |= event->signal != first->signal;
        } else {
            first = event;
        }
    }
}

static int compare(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

    return (left > right) - (left < right);
}

/*
 * Returns the lower quartile of the gaps, or 0 without any. A busy machine makes any number of them
 * longer, and a few shorter: signals that were sent one by one are seen together.
 */
static uint64_t pause_of(struct pace *pace)
{
    qsort(pace->gaps_ns, pace->count, sizeof pace->gaps_ns[0], compare);
    return pace->count > 0 ? pace->gaps_ns[pace->count / 4] : 0;
}

/*
 * Returns true if the client sends one bit after the other without an answer, and no faster with
 * answers that come before it can wait: a later one could cut its pause short. A client that sends
 * the same bit again has signals of one number only. The stand-in takes a client for one that waits
 * if that pauses for as long as the stand-in before an answer.
 */
static bool is_paced(const struct haste *haste)
{
    struct pace held, prompt;

    read_pace(haste->held, &held);
    read_pace(haste->prompt, &prompt);
    return held.differs && prompt.differs && pause_of(&prompt) > pause_of(&held) / 2;
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
