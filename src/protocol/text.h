/* SPDX-License-Identifier: MIT */
/*
 * text.h - which octets of a stranger are text that can be shown to people
 *
 * Text is UTF-8. Octets that are not could be control characters of a terminal with another
 * encoding, and journalctl(1) does not show a tag that has them. It then shows the command name of
 * the daemon, as if the daemon had written the entry.
 *
 * Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Octets of the longest character. */
#define TEXT_CHARACTER_MAX 4u

/*
 * Returns the length in octets, 1 to TEXT_CHARACTER_MAX, of the printable character at the
 * beginning of length octets. Returns 0 if there is none: at the end; at octets that are not valid
 * UTF-8; at a control character, U+0000 to U+001F and U+007F to U+009F; at a line or paragraph
 * separator, U+2028 and U+2029; at a character that changes the direction of the text behind it,
 * U+202A to U+202E and U+2066 to U+2069 (Unicode Standard Annex 9); and at a noncharacter, U+FDD0
 * to U+FDEF and those that end with FFFE or FFFF.
 */
/*@ requires \valid_read(octets + (0 .. length - 1));
    assigns \nothing;
    ensures \result <= TEXT_CHARACTER_MAX && \result <= length;
    ensures \result > 0 ==> octets[0] >= 0x20 && octets[0] != 0x7f; */
size_t text_printable(const uint8_t *octets, size_t length);

/*
 * Returns true if length octets can look as if they began with this name. Small and capital letters
 * count as the same. Leading spaces and all characters that are not ASCII do not count, because
 * some of those cannot be seen. *ret_behind is the index of the first ASCII character behind the
 * name, or length. The name is ASCII.
 */
bool text_begins_as(const uint8_t *octets, size_t length, const char *name, size_t *ret_behind);
