/* SPDX-License-Identifier: MIT */
/* input.c - see input.h */

#include "sender/input.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int append(struct input *in, const void *bytes, size_t length)
{
    size_t size = in->allocated ? in->allocated : 256;
    uint8_t *grown;

    if (length > MESSAGE_MAX - in->length)
        return -EMSGSIZE;
    while (size < in->length + length)
        size *= 2;
    if (size > in->allocated) {
        grown = realloc(in->bytes, size);
        if (!grown)
            return -ENOMEM;
        in->bytes = grown;
        in->allocated = size;
    }
    memcpy(in->bytes + in->length, bytes, length);
    in->length += length;
    return 0;
}

static int join_strings(struct input *in)
{
    int r = 0;

    in->ended = true;
    for (char **string = in->strings; *string && r == 0; string++) {
        if (string > in->strings)
            r = append(in, " ", 1);
        if (r == 0)
            r = append(in, *string, strlen(*string));
    }
    return r < 0 ? r : 1;
}

/*
 * If reading stopped only because a non-blocking stream had no data, waits for more and returns
 * true.
 */
static bool has_more_to_come(struct input *in)
{
    struct pollfd pollfd = {.events = POLLIN};

    if (!ferror(in->stream) || errno != EAGAIN)
        return false;
    clearerr(in->stream);
    pollfd.fd = fileno(in->stream);
    return poll(&pollfd, 1, -1) >= 0;
}

static int read_all(struct input *in)
{
    char chunk[16384];
    int r = 0;

    in->ended = true;
    do {
        size_t length;

        while (r == 0 && (length = fread(chunk, 1, sizeof chunk, in->stream)) > 0)
            r = append(in, chunk, length);
    } while (r == 0 && has_more_to_come(in));
    if (r == 0 && ferror(in->stream))
        r = -errno;
    return r < 0 ? r : 1;
}

static int read_byte(struct input *in)
{
    int c;

    do
        c = getc_unlocked(in->stream);
    while (c == EOF && has_more_to_come(in));
    return c;
}

static int read_line(struct input *in)
{
    int c, r = 0;

    while (r == 0 && (c = read_byte(in)) != EOF && c != '\n') {
        char byte = (char)c;

        in->taken++;
        r = in->length < INPUT_LINE_MAX ? append(in, &byte, 1) : -E2BIG;
    }
    if (r < 0)
        return r;
    in->taken += c == '\n';
    if (c == '\n')
        return 1;
    in->ended = true;
    if (ferror(in->stream))
        return -errno;
    return in->length > 0;
}

int input_skip(struct input *in)
{
    int c;

    if (in->ended)
        return 0;
    do {
        c = read_byte(in);
        in->taken += c != EOF;
    } while (c != EOF && c != '\n');
    in->ended = c == EOF;
    return c == EOF && ferror(in->stream) ? -errno : 0;
}

int input_next(struct input *in)
{
    if (in->ended)
        return 0;
    in->length = 0;
    in->number++;
    if (in->strings)
        return join_strings(in);
    return in->whole ? read_all(in) : read_line(in);
}

uint64_t input_size(const struct input *in)
{
    struct stat stat;
    off_t position;

    if (in->strings || in->whole || fstat(fileno(in->stream), &stat) < 0 || !S_ISREG(stat.st_mode))
        return 0;
    position = ftello(in->stream);
    return position >= 0 && position < stat.st_size ? (uint64_t)(stat.st_size - position) : 0;
}

void input_done(struct input *in)
{
    free(in->bytes);
    in->bytes = NULL;
}
