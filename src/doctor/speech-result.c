/* SPDX-License-Identifier: MIT */
/* speech-result.c - see speech-result.h */

#include "doctor/speech-result.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void speech_result_write(const struct speech_result *result, char ret[SPEECH_LINE_SIZE])
{
    snprintf(ret, SPEECH_LINE_SIZE, "%d %zu %llu %u %s\n", result->status, result->signals,
             (unsigned long long)result->answers, (unsigned)result->first, result->trouble);
}

/* Returns the beginning of the last line that has a newline, or NULL. */
static const char *last_line(const char *output)
{
    const char *line = NULL, *end;

    while ((end = strchr(output, '\n'))) {
        line = output;
        output = end + 1;
    }
    return line;
}

bool speech_result_read(const char *output, struct speech_result *ret)
{
    const char *line = output ? last_line(output) : NULL;
    struct speech_result result = {0};
    char expected[SPEECH_LINE_SIZE];
    unsigned long first;
    char *end;

    if (!line)
        return false;
    result.status = (int)strtol(line, &end, 10);
    result.signals = strtoull(end, &end, 10);
    result.answers = strtoull(end, &end, 10);
    first = strtoul(end, &end, 10);
    if (first > ANSWER_USR2)
        return false;
    result.first = (enum dialect_answer)first;
    end += *end == ' ';
    snprintf(result.trouble, sizeof result.trouble, "%.*s", (int)strcspn(end, "\n"), end);
    speech_result_write(&result, expected);
    if (strncmp(line, expected, strlen(expected)) != 0)
        return false;
    *ret = result;
    return true;
}
