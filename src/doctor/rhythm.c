/* SPDX-License-Identifier: MIT */
/* rhythm.c - see rhythm.h */

#include "doctor/rhythm.h"

/* Silences in a row that show that the client does not wait for the answers before them. */
#define SLOW_MAX 8u

void rhythm_init(struct rhythm *rhythm, uint64_t quiet_ns, unsigned length)
{
    *rhythm = (struct rhythm){
        .quiet_ns = quiet_ns, .length = length, .runs = length > 0 ? RHYTHM_RUNS : 0};
}

static void note_run(struct rhythm *rhythm)
{
    if (rhythm->run == rhythm->length) {
        rhythm->runs++;
        return;
    }
    rhythm->length = rhythm->run;
    rhythm->runs = 1;
}

unsigned rhythm_length(const struct rhythm *rhythm)
{
    return rhythm->runs >= RHYTHM_RUNS ? rhythm->length : 0;
}

void rhythm_note_signal(struct rhythm *rhythm, uint64_t now_ns)
{
    bool was_slow = now_ns - rhythm->last_ns >= rhythm->quiet_ns;

    if (rhythm->run > 0 && rhythm->since == 0)
        note_run(rhythm);
    if (rhythm->is_prompt && rhythm->since == 0) {
        rhythm->slow = was_slow ? rhythm->slow + 1 : 0;
        rhythm->is_paced |= rhythm->slow >= SLOW_MAX;
    }
    rhythm->is_hasty |= rhythm->since > 0;
    rhythm->since++;
    rhythm->is_free |= rhythm->since >= RHYTHM_FREE;
    rhythm->last_ns = now_ns;
}

void rhythm_note_answer(struct rhythm *rhythm, uint64_t now_ns)
{
    /* A second answer to the same signal is no run. */
    if (rhythm->since == 0)
        return;
    rhythm->is_prompt = now_ns - rhythm->last_ns < rhythm->quiet_ns;
    rhythm->run = rhythm->since;
    rhythm->since = 0;
}

bool rhythm_is_due(const struct rhythm *rhythm)
{
    return rhythm->since > 0 && rhythm->since == rhythm_length(rhythm);
}

bool rhythm_unit(const struct rhythm *rhythm, enum dialect_unit *ret)
{
    unsigned length = rhythm_length(rhythm);

    if (length != 1 && length != 7 && length != 8)
        return false;
    *ret = length == 1 ? UNIT_BIT : UNIT_OCTET;
    return true;
}

bool rhythm_is_free(const struct rhythm *rhythm)
{
    return rhythm->is_free || rhythm->is_paced;
}

bool rhythm_is_doubtful(const struct rhythm *rhythm)
{
    return rhythm->is_hasty || rhythm->is_paced;
}
