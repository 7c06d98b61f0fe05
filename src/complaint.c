/* complaint.c - see complaint.h */

#include "complaint.h"

#include <bsd/string.h>
#include <err.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Paths are the longest that is filled in. */
static char newest[8192];

__attribute__((format(printf, 1, 0))) static void keep(const char *format, va_list arguments)
{
    vsnprintf(newest, sizeof newest, format, arguments);
}

static void add_error(int error)
{
    size_t length = strlen(newest);

    snprintf(newest + length, sizeof newest - length, ": %s", strerror(error));
}

/* Whatever the locale is: octets of other characters than ASCII's are none of these. */
static bool is_control(char c)
{
    return (c >= 0 && c < ' ') || c == '\177';
}

void complain(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    keep(format, arguments);
    va_end(arguments);
}

void complain_of(int error, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    keep(format, arguments);
    va_end(arguments);
    add_error(error);
}

void complaint_precede(const char *format, ...)
{
    char place[64];
    va_list arguments;
    size_t length;

    if (!newest[0])
        return;
    va_start(arguments, format);
    vsnprintf(place, sizeof place, format, arguments);
    va_end(arguments);
    strlcat(place, ": ", sizeof place);
    length = strlen(place);
    memmove(newest + length, newest, sizeof newest - length);
    newest[sizeof newest - 1] = '\0';
    memcpy(newest, place, length);
}

void complaint_tell(void)
{
    for (char *c = newest; *c; c++)
        if (is_control(*c))
            *c = '?';
    if (newest[0])
        warnx("%s", newest);
    newest[0] = '\0';
}

void fail(int status, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    keep(format, arguments);
    va_end(arguments);
    complaint_tell();
    exit(status);
}

void fail_of(int status, int error, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    keep(format, arguments);
    va_end(arguments);
    add_error(error);
    complaint_tell();
    exit(status);
}
