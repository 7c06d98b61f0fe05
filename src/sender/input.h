/* SPDX-License-Identifier: MIT */
/*
 * input.h - reads the messages to be sent, one after another
 *
 * The strings of a command line are one message. Of a stream, each line is a message, or the whole
 * stream is one. The newline of a line is not part of the message; the last line may lack it. A
 * line that is too long is refused before it takes all memory.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "protocol/frame.h"

/* The longest line that is accepted, in octets without the newline. */
#define INPUT_LINE_MAX ((size_t)16 << 20)

struct input {
    char **strings; /* NULL-terminated, or NULL to read the stream */
    FILE *stream;
    bool whole; /* the stream is one message */

    bool ended;
    uint64_t taken; /* octets of the lines read so far, with their newlines */
    uint8_t *bytes; /* the current message */
    size_t length;
    size_t allocated;
    uintmax_t number; /* of the current message, from 1 */
};

/*
 * Reads the next message into input->bytes and input->length, which stay valid until the next call.
 * Returns 1; 0 at the end of the input; -EMSGSIZE if the message has more than MESSAGE_MAX bytes;
 * -E2BIG if it is a line of more than INPUT_LINE_MAX bytes; another -errno.
 */
int input_next(struct input *input);

/*
 * Reads on to the end of the line that input_next() has just refused, so that the next call returns
 * the line after it. Returns 0, or -errno.
 */
int input_skip(struct input *input);

/*
 * Returns the octets from here to the end of a regular file of which each line is a message.
 * Returns 0 for any other input: its end is not known, or it is one message. Must be called before
 * the first message is read.
 */
uint64_t input_size(const struct input *input);

/* Frees the memory of the newest message. The stream stays open. */
void input_done(struct input *input);
