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

/* An error of 0 is none. */
__attribute__((format(printf, 2, 0))) static void keep(int error, const char *format,
                                                       va_list arguments)
{
    int length = vsnprintf(newest, sizeof newest, format, arguments);

    if (error != 0 && length >= 0 && (size_t)length < sizeof newest)
        snprintf(newest + length, sizeof newest - (size_t)length, ": %s", strerror(error));
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
