/* SPDX-License-Identifier: MIT */
/* printable.c - see printable.h */

#include "daemon/printable.h"

#include "protocol/text.h"

/*
 * Returns the length of the character at the beginning of length octets if text.h refuses the
 * character for what it does to the text around it, U+2028 to U+202E and U+2066 to U+2069; else 0.
 * To journald, these are characters as any other.
 */
static size_t separator_or_direction(const uint8_t *octets, size_t length)
{
    if (length < 3 || octets[0] != 0xe2)
        return 0;
    if (octets[1] == 0x80)
        return octets[2] >= 0xa8 && octets[2] <= 0xae ? 3 : 0;
    return octets[1] == 0x81 && octets[2] >= 0xa6 && octets[2] <= 0xa9 ? 3 : 0;
}

static bool is_printable(const uint8_t *octets, size_t length, uint8_t also)
{
    size_t at = 0;

    while (at < length) {
        size_t step = 1;

        /* Nearly all octets of most values are printable ASCII. */
        if ((octets[at] < ' ' || octets[at] > '~') && octets[at] != '\t' && octets[at] != also) {
            step = text_printable(octets + at, length - at);
            if (step == 0)
                step = separator_or_direction(octets + at, length - at);
        }
        if (step == 0)
            return false;
        at += step;
    }
    return true;
}

bool printable_line(const uint8_t *octets, size_t length)
{
    return is_printable(octets, length, '\t');
}

bool printable_lines(const uint8_t *octets, size_t length)
{
    return is_printable(octets, length, '\n');
}
