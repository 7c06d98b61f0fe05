/* SPDX-License-Identifier: MIT */
/* escape.c - see escape.h for what is escaped */

#include "host/escape.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/text.h"

static bool begins_like_line_of(const char *name, const uint8_t *octets, size_t length)
{
    size_t behind;

    return text_begins_as(octets, length, name, &behind) && behind < length &&
           octets[behind] == ':';
}

/* Returns the length of the text at octets[at] that is written as it is, or 0. */
static size_t plain_at(const uint8_t *octets, size_t length, const char *name, size_t at)
{
    if (octets[at] == '\t')
        return 1;
    if (octets[at] == '\\' && at + 1 < length && octets[at + 1] == 'x')
        return 0;
    if (at == 0 && begins_like_line_of(name, octets, length))
        return 0;
    return text_printable(octets + at, length - at);
}

/*
 * Copies printable ASCII, nearly all of most messages, up to what needs a closer look. Returns the
 * number of octets copied, size at most.
 */
static size_t copy_ascii(const uint8_t *octets, size_t length, char *ret, size_t size)
{
    size_t i, most = length < size ? length : size;

    for (i = 0; i < most && octets[i] >= ' ' && octets[i] < 0x7f && octets[i] != '\\'; i++)
        ret[i] = (char)octets[i];
    return i;
}

size_t escape(const uint8_t *octets, size_t length, const char *name, size_t *at, char *ret,
              size_t size)
{
    static const char digits[] = "0123456789abcdef";
    size_t written = 0;

    while (*at < length) {
        const uint8_t *from = octets + *at;
        size_t plain = plain_at(octets, length, name, *at);
        const char escaped[ESCAPE_MAX] = {'\\', 'x', digits[*from >> 4], digits[*from & 0xf]};
        size_t put = plain > 0 ? plain : sizeof escaped;

        if (put > size - written)
            break;
        memcpy(ret + written, plain > 0 ? (const char *)from : escaped, put);
        written += put;
        *at += plain > 0 ? plain : 1;
        put = copy_ascii(octets + *at, length - *at, ret + written, size - written);
        written += put;
        *at += put;
    }
    return written;
}

char *escape_line(const uint8_t *octets, size_t length, const char *name, size_t *ret_length)
{
    char *line = reallocarray(NULL, length + 1, ESCAPE_MAX);
    size_t at = 0, written;

    if (!line)
        return NULL;
    written = escape(octets, length, name, &at, line, length * ESCAPE_MAX);
    line[written] = '\n';
    *ret_length = written + 1;
    return line;
}
