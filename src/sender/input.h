/* SPDX-License-Identifier: MIT */
/*
 * input.h - the messages that a sender is to send, one after another
 *
 * They come from the words of a command line (one message) or from a stream: each line a message,
 * or all of it one. A line's newline is not part of it; a last line need not have one. What has no
 * newline for very long is no line, and refused before it takes all memory.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "protocol/frame.h"

/* The longest line that is a message, in octets. */
#define INPUT_LINE_MAX ((size_t)16 << 20)

struct input {
    char **words; /* NULL-terminated, or NULL to read the stream */
    FILE *stream;
    bool whole; /* the stream is one message */

    bool ended;
    uint64_t taken; /* octets that were lines, with their newlines */
    uint8_t *bytes; /* the current message */
    size_t length;
    size_t allocated;
    uintmax_t number; /* of the current message, from 1 */
};

/*
 * Reads the next message into input->bytes and length, valid until the next call. 1; 0 at the
 * end; -EMSGSIZE if it has more than MESSAGE_MAX bytes; -E2BIG if it is a line of more than
 * INPUT_LINE_MAX; another -errno.
 */
int input_next(struct input *input);

/*
 * How many octets there are in lines that wait for nobody, as a file's: before the first message is
 * read. 0 for everything else.
 */
uint64_t input_size(const struct input *input);

void input_done(struct input *input);
