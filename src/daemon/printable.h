/* SPDX-License-Identifier: MIT */
/*
 * printable.h - which values journalctl(1) shows as text
 *
 * journalctl -o json and -o export treat a value as text if it is UTF-8 without noncharacters and
 * without control characters, U+0000 to U+001F and U+007F to U+009F. A tab is permitted, and for
 * json a newline, too. These are the rules of utf8_is_printable_newline() in systemd 252 and newer
 * versions.
 *
 * Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Returns true if length octets are such text. */
bool printable_line(const uint8_t *octets, size_t length);  /* without newlines */
bool printable_lines(const uint8_t *octets, size_t length); /* perhaps with newlines */
