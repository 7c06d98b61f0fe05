/* SPDX-License-Identifier: MIT */
/* complaint.c - see complaint.h */

#include "host/complaint.h"

#include <bsd/string.h>
#include <err.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/text.h"

/*
 * Sizes in octets. LENGTH_MAX fits the longest path and the text around it, REASON_SIZE the text of
 * an errno, PREFIX_SIZE a prefix.
 */
#define LENGTH_MAX 5000
#define REASON_SIZE 64
#define PREFIX_SIZE 64
#define ELLIPSIS " [...] "

static char newest[PREFIX_SIZE + LENGTH_MAX + REASON_SIZE];

/* Keeps the beginning and the end of a text that is too long: they name the cause and the cure. */
static void keep_ends(const char *text, size_t length)
{
    const size_t part = (LENGTH_MAX - strlen(ELLIPSIS)) / 2;

    snprintf(newest, sizeof newest, "%.*s" ELLIPSIS "%s", (int)part, text, text + length - part);
}

/* Formats a text and keeps it as the newest complaint. error is an errno, or 0 for none. */
__attribute__((format(printf, 2, 0))) static void keep(int error, const char *format,
                                                       va_list arguments)
{
    va_list again;
    char *text;
    int length;

    va_copy(again, arguments);
    length = vsnprintf(newest, LENGTH_MAX + 1, format, arguments);
    if (length > LENGTH_MAX && vasprintf(&text, format, again) == length) {
        keep_ends(text, (size_t)length);
        free(text);
    }
    va_end(again);
    if (error != 0) {
        strlcat(newest, ": ", sizeof newest);
        strlcat(newest, strerror(error), sizeof newest);
    }
}

void complain(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    keep(0, format, arguments);
    va_end(arguments);
}

void complain_of(int error, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    keep(error, format, arguments);
    va_end(arguments);
}

void complaint_precede(const char *format, ...)
{
    char prefix[PREFIX_SIZE];
    va_list arguments;
    size_t length;

    if (!newest[0])
        return;
    va_start(arguments, format);
    vsnprintf(prefix, sizeof prefix, format, arguments);
    va_end(arguments);
    strlcat(prefix, ": ", sizeof prefix);
    length = strlen(prefix);
    memmove(newest + length, newest, sizeof newest - length);
    newest[sizeof newest - 1] = '\0';
    memcpy(newest, prefix, length);
}

const char *complaint_text(void)
{
    size_t length = strlen(newest), at = 0;

    while (at < length) {
        size_t character = text_printable((const uint8_t *)newest + at, length - at);

        if (character == 0)
            newest[at] = '?';
        at += character > 0 ? character : 1;
    }
    return newest;
}

void complaint_tell(void)
{
    if (*complaint_text())
        warnx("%s", newest);
    newest[0] = '\0';
}

void fail(int status, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    keep(0, format, arguments);
    va_end(arguments);
    complaint_tell();
    exit(status);
}

void fail_of(int status, int error, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    keep(error, format, arguments);
    va_end(arguments);
    complaint_tell();
    exit(status);
}
