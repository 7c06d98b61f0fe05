/* SPDX-License-Identifier: MIT */
/* speech.c - see speech.h */

#include "doctor/speech.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
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
};

static void tell(int status, size_t signals, uint64_t answers)
{
    struct speech_result result = {.status = status, .signals = signals, .answers = answers};
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
    case SPEECH_UNANSWERED:
        return 1;
    case SPEECH_GOES_ON:
    case SPEECH_AT_END:
    case SPEECH_SLOWLY:
        break;
    }
    return stream->count;
}

static bool has_to_stop(const struct speaker *speaker, enum speech_stop stop)
{
    return stop == SPEECH_HALFWAY || stop == SPEECH_AT_END ||
           (stop == SPEECH_UNANSWERED && speaker_answers(speaker) == 0);
}

static int say_slowly(struct speaker *speaker, const struct stream *stream)
{
    const struct timespec pause = {.tv_nsec = SPEECH_PAUSE};
    int status = 0;

    for (size_t i = 0; i < stream->count && status == 0; i++) {
        const struct stream one = {.signals = stream->signals + i, .count = 1};

        status = speaker_say(speaker, &one, READY_LIMIT);
        nanosleep(&pause, NULL);
    }
    tell(status, stream->count, speaker_answers(speaker));
    return status;
}

static int say(struct speaker *speaker, const struct stream *stream, enum speech_stop stop)
{
    size_t first = first_part(stream, stop);
    struct stream part = {.signals = stream->signals, .count = first};
    int status = speaker_say(speaker, &part, READY_LIMIT);

    tell(status, first, speaker_answers(speaker));
    if (status != 0)
        return status;
    if (has_to_stop(speaker, stop))
        raise(SIGSTOP);
    part = (struct stream){.signals = stream->signals + first, .count = stream->count - first};
    status = speaker_say(speaker, &part, READY_LIMIT);
    tell(status, stream->count, speaker_answers(speaker));
    return status;
}

static int speak(void *context)
{
    const struct speech *speech = context;
    struct speaker speaker;
    struct stream stream;
    int status;

    if (stream_encode(&speech->pair->dialect, getpid(), (const uint8_t *)speech->text,
                      strlen(speech->text), &stream) < 0)
        return 1;
    status = speaker_open(speech->pair->server_pid,
                          speech->pair->dialect.answers[UNIT_BIT] != ANSWER_NONE, &speaker);
    if (status != 0)
        tell(status, 0, 0);
    else if (speech->stop == SPEECH_SLOWLY)
        status = say_slowly(&speaker, &stream);
    else
        status = say(&speaker, &stream, speech->stop);
    return status;
}

/* ---- the examiner ---- */

void speech_start(struct pair *pair, unsigned index, const char *text, enum speech_stop stop)
{
    struct speech speech = {pair, text, stop};
    const struct patient_order order = {.run = speak, .context = &speech};

    pair_start_patient(pair, index, &order);
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
