/* SPDX-License-Identifier: MIT */
/*
 * escape.h - messages as lines that do no harm to a terminal or to a log
 *
 * A message may have any octets. Written as they are, they could move the cursor, begin a second
 * line, or look like a line of the program itself. So each octet of the following is written as
 * \xHH, with two lower-case hexadecimal digits:
 *
 *   - of anything that is not printable text (text.h), such as a newline, except for a tab;
 *   - a backslash before an 'x', so that the octets of the message can be restored;
 *   - the first octet, if people could take the message for a line of the program, which begins
 *     with its name and a colon.
 *
 * Everything else is written as it is. To restore a message, replace each \xHH by its octet.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Octets that stand for one octet or character of a message at most. */
#define ESCAPE_MAX 4u

/*
 * Writes the escaped form of octets[*at] and the following ones to ret, as far as it fits in size
 * octets, without splitting a \xHH or a character. length is that of the whole message, and name
 * that of the program. Moves *at behind what was escaped. Returns the number of octets in ret. It
 * is 0 only if *at is length, or if the next ones do not fit, which take ESCAPE_MAX octets at most.
 */
size_t escape(const uint8_t *octets, size_t length, const char *name, size_t *at, char *ret,
              size_t size);

/*
 * Returns the escaped form of a whole message with a newline behind it. *ret_length is its length.
 * The caller frees it. Returns NULL if out of memory.
 */
char *escape_line(const uint8_t *octets, size_t length, const char *name, size_t *ret_length);
