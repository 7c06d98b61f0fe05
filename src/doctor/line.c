/* SPDX-License-Identifier: MIT */
/* line.c - see line.h */

#include "doctor/line.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "host/escape.h"

void line_print(const uint8_t *text, size_t length)
{
    size_t line_length;
    char *line = escape_line(text, length, program_invocation_short_name, &line_length);

    if (line)
        printf("%.*s", (int)line_length, line);
    else
        puts("[out of memory]");
    free(line);
}

int line_flush(void)
{
    return fflush(stdout) == EOF || ferror(stdout) ? -errno : 0;
}
