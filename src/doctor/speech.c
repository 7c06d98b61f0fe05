/* SPDX-License-Identifier: MIT */
/* speech.c - see speech.h */

#include "doctor/speech.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "doctor/speaker.h"
#include "doctor/stream.h"
#include "host/complaint.h"
#include "host/monotonic.h"

/* A server that is not ready for a signal for so long hangs, or the machine is very busy. */
#define READY_LIMIT (10 * NSEC_PER_SEC)
/* For a whole message. */
#define SPEECH_LIMIT (30 * NSEC_PER_SEC)

/* ---- the process ---- */

struct speech {
    const struct pair *pair;
    const char *text;
    enum speech_stop stop;
    enum dialect_answer usual; /* SPEECH_IN_TURN: the answer to a first signal */
};

static void tell(int status, size_t signals, const struct speaker *speaker)
{
    struct speech_result result = {.status = status,
                                   .signals = signals,
                                   .answers = speaker_answers(speaker),
                                   .first = speaker->first};
    char line[SPEECH_LINE_SIZE];

    if (status != 0)
        snprintf(result.trouble, sizeof result.trouble, "%s", complaint_text());
    speech_result_write(&result, line);
    fputs(line, stdout);
    fflush(stdout);
}

/* Returns the number of signals after which the process may stop itself. */
static size_t first_part(const struct stream *stream, enum speech_stop stop)
{
    switch (stop) {
    case SPEECH_HALFWAY:
        return stream->count / 16 * 8 + 3;
    case SPEECH_BEGUN:
    case SPEECH_IN_TURN:
        return 1;
    case SPEECH_GOES_ON:
    case SPEECH_AT_END:
    case SPEECH_SLOWLY:
    case SPEECH_AT_LENGTH:
    case SPEECH_AT_ONCE:
        break;
    }
    return stream->count;
}

static bool has_to_stop(const struct speaker *speaker, const struct speech *speech)
{
    return speech->stop == SPEECH_HALFWAY || speech->stop == SPEECH_BEGUN ||
           speech->stop == SPEECH_AT_END ||
           (speech->stop == SPEECH_IN_TURN && speaker->first != speech->usual);
}

static bool is_answered(const struct speech *speech)
{
    return speech->pair->dialect.answers[UNIT_BIT] != ANSWER_NONE;
}

/* Returns the number of signals with which a process that has stopped itself goes on. */
static size_t go_on_from(struct speaker *speaker, const struct speech *speech, size_t first)
{
    speaker_look(speaker);
    if (speech->stop != SPEECH_IN_TURN || speaker->last == speech->usual ||
        speech->pair->dialect.hello_length == 0)
        return first;
    speaker->is_answered = is_answered(speech);
    return 0;
}

static int say_slowly(struct speaker *speaker, const struct stream *stream, uint64_t pause_ns)
{
    const struct timespec pause = {.tv_sec = (time_t)(pause_ns / NSEC_PER_SEC),
                                   .tv_nsec = (long)(pause_ns % NSEC_PER_SEC)};
    int status = 0;

    for (size_t i = 0; i < stream->count && status == 0; i++) {
        const struct stream one = {.signals = stream->signals + i, .count = 1};

        status = speaker_say(speaker, &one, READY_LIMIT);
        nanosleep(&pause, NULL);
    }
    tell(status, stream->count, speaker);
    return status;
}

static int say_at_once(struct speaker *speaker, const struct stream *stream)
{
    int status = speaker_say_at_once(speaker, stream, READY_LIMIT);

    tell(status, speaker->sent, speaker);
    return status;
}

static int say(struct speaker *speaker, const struct stream *stream, const struct speech *speech)
{
    size_t first = first_part(stream, speech->stop);
    struct stream part = {.signals = stream->signals, .count = first};
    int status = speaker_say(speaker, &part, READY_LIMIT);

    tell(status, first, speaker);
    if (status != 0)
        return status;
    if (has_to_stop(speaker, speech)) {
        kill(getpid(), SIGSTOP);
        first = go_on_from(speaker, speech, first);
    }
    part = (struct stream){.signals = stream->signals + first, .count = stream->count - first};
    status = speaker_say(speaker, &part, READY_LIMIT);
    tell(status, stream->count, speaker);
    return status;
}

static int speak(void *context)
{
    const struct speech *speech = context;
    struct speaker speaker = {0};
    struct stream stream;
    int status;

    if (stream_encode(&speech->pair->dialect, getpid(), (const uint8_t *)speech->text,
                      strlen(speech->text), &stream) < 0)
        return 1;
    status = speaker_open(speech->pair->server_pid, is_answered(speech), &speaker);
    speaker.is_busy = speech->pair->is_busy;
    if (status != 0)
        tell(status, 0, &speaker);
    else if (speech->stop == SPEECH_SLOWLY)
        status = say_slowly(&speaker, &stream, SPEECH_PAUSE);
    else if (speech->stop == SPEECH_AT_LENGTH)
        status = say_slowly(&speaker, &stream, SPEECH_LONG_PAUSE);
    else if (speech->stop == SPEECH_AT_ONCE)
        status = say_at_once(&speaker, &stream);
    else
        status = say(&speaker, &stream, speech);
    return status;
}

/* ---- the examiner ---- */

static void start(struct pair *pair, unsigned index, struct speech *speech)
{
    const struct patient_order order = {.run = speak, .context = speech};

    pair_start_patient(pair, index, &order);
}

void speech_start(struct pair *pair, unsigned index, const char *text, enum speech_stop stop)
{
    struct speech speech = {.pair = pair, .text = text, .stop = stop};

    start(pair, index, &speech);
}

void speech_start_in_turn(struct pair *pair, unsigned index, const char *text,
                          enum dialect_answer usual)
{
    struct speech speech = {.pair = pair, .text = text, .stop = SPEECH_IN_TURN, .usual = usual};

    start(pair, index, &speech);
}

bool speech_await(struct pair *pair, unsigned index, struct speech_result *ret)
{
    const struct patient *patient = &pair->clients[index];
    uint64_t end = monotonic_now() + SPEECH_LIMIT;

    while (!patient->has_ended && pair_state(patient->pid) != 'T' && monotonic_now() < end)
        pair_look(pair);
    pair_look(pair);
    return speech_result_read(patient->output, ret);
}

bool speech_continue(struct pair *pair, unsigned index, struct speech_result *ret)
{
    patient_signal(&pair->clients[index], SIGCONT);
    /* SIGCONT makes a stopped process runnable before kill(2) returns. */
    return speech_await(pair, index, ret);
}

bool speech_is_slow(const struct pair *pair, const struct speech_result *result)
{
    return result->status == EX_TEMPFAIL && pair_state(pair->server_pid) != 'S';
}
