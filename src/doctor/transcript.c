/* SPDX-License-Identifier: MIT */
/* transcript.c - see transcript.h */

#include "doctor/transcript.h"

int transcript_signals(const struct wire *wire, struct stream *ret)
{
    struct stream stream = {0};

    for (size_t i = 0; i < wire->count; i++) {
        int r =
            wire->events[i].kind == WIRE_SIGNAL ? stream_add(&stream, wire->events[i].signal) : 0;

        if (r < 0) {
            stream_free(&stream);
            return r;
        }
    }
    *ret = stream;
    return 0;
}

/* How often the last bits of a unit came, and how often each signal answered one of them. */
struct tally {
    size_t seen;
    size_t answered[2];
};

/* The answers to a unit are at most so many signals: to the message, to its last octet and bit. */
#define ANSWERS_MAX 3u

/*
 * Notes the answers behind the signal at this index of the wire. If they are too many, they answer
 * signals that came before.
 */
static void note_answers(const struct wire *wire, size_t index, struct tally *tally)
{
    size_t come[2] = {0};

    for (size_t i = index + 1; i < wire->count && wire->events[i].kind != WIRE_SIGNAL; i++)
        if (wire->events[i].kind == WIRE_ANSWER)
            come[wire->events[i].signal]++;
    tally->seen++;
    for (unsigned i = 0; i < 2; i++)
        tally->answered[i] += come[i] > 0 && come[0] + come[1] <= ANSWERS_MAX;
}

static enum dialect_unit unit_of(const struct stream_decoder *decoder, enum stream_status status)
{
    if (status == STREAM_MESSAGE)
        return UNIT_MESSAGE;
    return stream_decoder_is_at_octet(decoder) ? UNIT_OCTET : UNIT_BIT;
}

/* Returns the answer to most of these units that is another one than this, or ANSWER_NONE. */
static enum dialect_answer answer_of(const struct tally *tally, enum dialect_answer other)
{
    for (unsigned i = 0; i < 2; i++) {
        enum dialect_answer answer = i == 0 ? ANSWER_USR1 : ANSWER_USR2;

        if (answer != other && 2 * tally->answered[i] > tally->seen)
            return answer;
    }
    return ANSWER_NONE;
}

void transcript_answers(const struct wire *wire, struct dialect *dialect)
{
    const struct dialect spoken = *dialect;
    struct tally tallies[UNITS] = {0};
    enum dialect_answer last = ANSWER_NONE;
    enum stream_status status = STREAM_MORE;
    struct stream_decoder decoder;
    size_t signals = 0;

    stream_decoder_init(&decoder, &spoken, 0);
    for (size_t i = 0; i < wire->count && status == STREAM_MORE; i++) {
        if (wire->events[i].kind != WIRE_SIGNAL)
            continue;
        status = stream_decoder_take(&decoder, wire->events[i].signal);
        if (signals++ >= spoken.hello_length)
            note_answers(wire, i, &tallies[unit_of(&decoder, status)]);
    }
    stream_decoder_free(&decoder);
    for (unsigned unit = 0; unit < UNITS; unit++) {
        dialect->answers[unit] = answer_of(&tallies[unit], last);
        if (dialect->answers[unit] != ANSWER_NONE)
            last = dialect->answers[unit];
    }
}
