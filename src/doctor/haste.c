/* SPDX-License-Identifier: MIT */
/* haste.c - see haste.h */

#include "doctor/haste.h"

#include <stdint.h>

/*
 * Returns the shortest time between two signals of the client, in nanoseconds; UINT64_MAX if it has
 * sent fewer than two. *ret_differ tells if one has another number than the one before.
 */
static uint64_t least_gap(const struct wire *wire, bool *ret_differ)
{
    const struct wire_event *before = NULL;
    uint64_t gap = UINT64_MAX;

    *ret_differ = false;
    for (size_t i = 0; i < wire->count; i++) {
        const struct wire_event *event = &wire->events[i];

        if (event->kind != WIRE_SIGNAL)
            continue;
        if (before && event->time_ns - before->time_ns < gap)
            gap = event->time_ns - before->time_ns;
        *ret_differ |= before && before->signal != event->signal;
        before = event;
    }
    return gap;
}

/*
 * Returns true if the client sends one bit after the other without an answer, and no faster with
 * answers. A client that sends the same bit again has signals of one number only. The stand-in
 * takes a client for one that waits if that pauses for as long as the stand-in before an answer.
 */
static bool is_paced(const struct haste *haste)
{
    bool differ, usual_differ;
    uint64_t gap = least_gap(haste->held, &differ);
    uint64_t usual = least_gap(haste->usual, &usual_differ);

    return differ && usual_differ && usual > gap / 2;
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
