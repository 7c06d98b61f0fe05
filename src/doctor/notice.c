/* SPDX-License-Identifier: MIT */
/* notice.c - see notice.h for the form of the lines */

#include "doctor/notice.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "doctor/line.h"
#include "doctor/stream.h"

#define REMARK_SIZE (DIALECT_TEXT_SIZE + 32)

static const char self[] = "PID: ";
static const char learnt[] = "learnt ";
static const char plus_one[] = " sends SIGSEGV, which is SIGUSR1 + 1 here: it has to send SIGUSR2";

/* ---- printing ---- */

void notice_self(void)
{
    printf("%s%d\n", self, (int)getpid());
}

/* The remark has a space before it, or is empty. */
static void print(pid_t pid, const char *remark, const uint8_t *text, size_t length)
{
    printf("%d%s: ", (int)pid, remark);
    line_print(text, length);
}

static const char *remark_of(bool is_doubtful)
{
    return is_doubtful ? " (doubtful)" : "";
}

void notice_message(pid_t pid, bool is_doubtful, const uint8_t *text, size_t length)
{
    print(pid, remark_of(is_doubtful), text, length);
}

/* Sets *ret_rest to the number of signals that are no message. Returns 0, or -ENOMEM. */
static int print_recording(const struct program_recording *recording, const struct dialect *dialect,
                           const char *remark, size_t *ret_rest)
{
    const struct stream *stream = &recording->stream;
    enum stream_status status = STREAM_MORE;
    struct stream_decoder decoder;
    size_t whole = 0;

    stream_decoder_init(&decoder, dialect, recording->pid);
    for (size_t i = 0; i <= stream->count && status != STREAM_WRONG && status != STREAM_FAILED;
         i++) {
        status = i < stream->count ? stream_decoder_take(&decoder, stream->signals[i])
                                   : stream_decoder_end(&decoder);
        if (status != STREAM_MESSAGE)
            continue;
        print(recording->pid, remark, decoder.text, decoder.length);
        whole = i + 1;
    }
    stream_decoder_free(&decoder);
    *ret_rest = status == STREAM_WRONG ? stream->count - whole : 0;
    return status == STREAM_FAILED ? -ENOMEM : 0;
}

int notice_recording(const struct program_recording *recording, const struct dialect *dialect)
{
    bool is_doubtful = recording->is_doubtful;
    size_t rest;
    int r = print_recording(recording, dialect, remark_of(is_doubtful), &rest);

    if (rest > 0 && rest < recording->stream.count)
        notice_rest(recording->pid, is_doubtful, rest, dialect);
    else if (rest > 0)
        notice_unknown(recording->pid, rest, dialect);
    return r;
}

int notice_ambiguity(const struct program_recording *recording, const struct learner_result *result)
{
    size_t rest;
    int r = 0;

    for (size_t i = 0; i < result->count && i < LEARNER_LISTED_MAX && r == 0; i++) {
        char form[DIALECT_TEXT_SIZE], remark[REMARK_SIZE];

        dialect_format(&result->dialects[i], form);
        snprintf(remark, sizeof remark, " (ambiguous, if %s)", form);
        r = print_recording(recording, &result->dialects[i], remark, &rest);
    }
    return r;
}

void notice_unknown(pid_t pid, size_t count, const struct dialect *dialect)
{
    char form[DIALECT_TEXT_SIZE];

    if (!dialect) {
        printf("%d sent %zu signals that no dialect explains\n", (int)pid, count);
        return;
    }
    dialect_format(dialect, form);
    printf("%d sent %zu signals that are no message in %s\n", (int)pid, count, form);
}

void notice_rest(pid_t pid, bool is_doubtful, size_t count, const struct dialect *dialect)
{
    if (is_doubtful || count > 1)
        notice_unknown(pid, count, dialect);
}

void notice_plus_one(pid_t pid)
{
    printf("%d%s\n", (int)pid, plus_one);
}

void notice_learnt(const struct dialect *dialect)
{
    char form[DIALECT_TEXT_SIZE];

    dialect_format(dialect, form);
    printf("%s%s\n", learnt, form);
}

/* ---- reading ---- */

/* Returns the first whole line of the output that begins and ends so; NULL if there is none. */
static const char *find_line(const char *output, const char *start, const char *end)
{
    size_t start_length = strlen(start), end_length = strlen(end);
    const char *behind;

    for (const char *line = output; line && (behind = strchr(line, '\n')); line = behind + 1)
        if ((size_t)(behind - line) >= start_length + end_length &&
            strncmp(line, start, start_length) == 0 &&
            strncmp(behind - end_length, end, end_length) == 0)
            return line;
    return NULL;
}

bool notice_has_self(const char *output)
{
    return find_line(output, self, "");
}

/* Returns the PID that a line begins with, or 0. */
static long pid_of(const char *line)
{
    return strtol(line, NULL, 10);
}

bool notice_has_only_message(const char *output, const char *text)
{
    const char *line, *before, *behind;
    char end[64];

    snprintf(end, sizeof end, ": %s", text);
    line = find_line(output, "", end);
    if (!line)
        return false;
    behind = strchr(line, '\n') + 1;
    for (before = line; before > output && (before == line || before[-1] != '\n'); before--)
        ;
    return (before == line || pid_of(before) != pid_of(line)) && pid_of(behind) != pid_of(line);
}

bool notice_has_plus_one(const char *output)
{
    return find_line(output, "", plus_one);
}

bool notice_has_learnt(const char *output, struct dialect *ret)
{
    const char *line = find_line(output, learnt, "");
    char form[DIALECT_TEXT_SIZE];

    if (!line)
        return false;
    line += strlen(learnt);
    snprintf(form, sizeof form, "%.*s", (int)strcspn(line, "\n"), line);
    return dialect_parse(form, ret);
}
