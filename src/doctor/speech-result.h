/* SPDX-License-Identifier: MIT */
/*
 * speech-result.h - what a process that sends a message (speech.h) tells of itself
 *
 * The process writes a result as a line of its output, each time before it stops itself and at its
 * end. The examiner reads the last one.
 *
 * Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "doctor/dialect.h"

#define SPEECH_TROUBLE_SIZE 160u

struct speech_result {
    int status;                        /* 0, or that of a speaker that could not go on */
    size_t signals;                    /* sent so far */
    uint64_t answers;                  /* to them */
    enum dialect_answer first;         /* to the first one, before the second one was sent */
    char trouble[SPEECH_TROUBLE_SIZE]; /* status is not 0: why, in one line */
};

/* Octets of the longest line, with a NUL: four numbers have 53 digits and signs. */
#define SPEECH_LINE_SIZE (SPEECH_TROUBLE_SIZE + 64u)

/* Writes a result as a line, with a newline. */
void speech_result_write(const struct speech_result *result, char ret[SPEECH_LINE_SIZE]);

/*
 * Reads the last whole line of an output. Returns true with *ret if speech_result_write() would
 * write the same. output is NULL if nothing was written.
 */
bool speech_result_read(const char *output, struct speech_result *ret);
