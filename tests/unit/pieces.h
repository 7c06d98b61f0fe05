/* SPDX-License-Identifier: MIT */
/* pieces.h - a list of fields, and what a format makes of it */
#pragma once

#include "daemon/format.h"

/* The list, and a fixture that empties it. */
extern struct entry_fields pieces_list;
void pieces_clear(void);

/* Add a field to the list, which keeps the name and the value. */
void pieces_add(const char *name, const void *value, size_t length);
void pieces_add_text(const char *name, const char *text);

/* What was encoded last, with a NUL behind it. */
extern char pieces_output[1 << 16];

/*
 * Encodes the list as a message in pieces of this size, FORMAT_PIECE_MIN to that of the output.
 * Returns the number of octets in the output. Checks that nothing is written behind a piece.
 */
size_t pieces_encode(const struct format *format, size_t size);

/*
 * Fills a value with characters of all kinds behind shift octets; if it shall be no text, with one
 * more octet. Returns its length.
 */
size_t pieces_make_value(char *ret, size_t size, bool is_text, size_t shift);

/* Checks that pieces of any size are the same entry: a piece ends at each octet of it. */
void pieces_expect_same(const struct format *format);
