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

#include <stddef.h>
#include <stdint.h>

/* Octets of the longest character. */
#define TEXT_CHARACTER_MAX 4u

/*
 * Returns the length in octets, 1 to TEXT_CHARACTER_MAX, of the printable character at the
 * beginning of length octets. Returns 0 if there is none: at the end; at octets that are not valid
 * UTF-8; at a control character, U+0000 to U+001F and U+007F to U+009F; at a line or paragraph
 * separator, U+2028 and U+2029; and at a noncharacter, U+FDD0 to U+FDEF and those that end with
 * FFFE or FFFF.
 */
size_t text_printable(const uint8_t *octets, size_t length);
