/* complaint.c - see complaint.h */

#include "complaint.h"

#include <err.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Paths are the longest that is filled in. */
static char newest[8192];

void complain(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(newest, sizeof newest, format, arguments);
    va_end(arguments);
}

void complain_of(int error, const char *format, ...)
{
    va_list arguments;
    size_t length;

    va_start(arguments, format);
    vsnprintf(newest, sizeof newest, format, arguments);
    va_end(arguments);
    length = strlen(newest);
    snprintf(newest + length, sizeof newest - length, ": %s", strerror(error));
}

void complaint_tell(void)
{
    if (newest[0])
        warnx("%s", newest);
    newest[0] = '\0';
}
