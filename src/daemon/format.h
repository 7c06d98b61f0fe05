/* SPDX-License-Identifier: MIT */
/*
 * format.h - how an entry becomes the octets of a stream (stream.h)
 *
 *   escaped  each message is a line of text (escape.h); records look different from all messages
 *   raw      the exact octets of each message, and a newline behind them
 *   json     each entry is an object of JSON with all fields, on a line (json.c)
 *   export   each entry is one of the Journal Export Format, with all fields (export.c)
 *
 * Policy: an entry may be many MiB long, so it is encoded piece by piece, and the caller keeps the
 * position between the pieces. Nothing is allocated.
 *
 * Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "daemon/entry.h"

/* Each piece has room for this many octets at least. */
#define FORMAT_PIECE_MIN 512u

/* How far an entry is encoded. All members are 0 at the beginning. */
struct position {
    unsigned field; /* index of the field that is next */
    enum { PART_BEGIN, PART_VALUE, PART_END } part;
    bool is_text; /* its value is encoded as text */
    size_t octet; /* octets of its value that are encoded */
    bool is_over; /* all of the entry is encoded, in a format of messages alone */
};

/*
 * Encodes the next octets of an entry into ret, size octets at most, and moves the position behind
 * them. Returns the number of octets in ret; 0 if the position is at the end of the entry.
 */
typedef size_t format_encoder(const struct entry_fields *fields, struct position *position,
                              char *ret, size_t size);

struct format {
    format_encoder *encode_message;
    format_encoder *encode_record; /* NULL: records never go into the stream */
    /*
     * Entries have all their fields, with the time. So a program can tell records from messages,
     * and records go to standard output, too.
     */
    bool has_fields;
    /* Readers ignore an entry without the ID of the boot: systemd-journal-remote 257 does. */
    bool needs_boot;
    /* A newline ends the part of an entry that a failed write has left. */
    bool has_lines;
};

/*
 * How a format with all fields writes each of them. begin() and end() write what is around a value,
 * around octets at most. put() encodes octets of the value from position->octet on, size
 * octets at most, and moves position->octet behind them. All return the number of octets in ret.
 */
struct field_syntax {
    size_t around; /* FORMAT_PIECE_MIN at most */
    size_t (*begin)(const struct entry_fields *fields, struct position *position, char *ret);
    size_t (*put)(const struct entry_field *field, struct position *position, char *ret,
                  size_t size);
    size_t (*end)(const struct entry_fields *fields, const struct position *position, char *ret);
};

/* Encodes all fields in this syntax, as a format_encoder. */
size_t format_encode_fields(const struct field_syntax *syntax, const struct entry_fields *fields,
                            struct position *position, char *ret, size_t size);

extern const struct format format_escaped;
extern const struct format format_raw;
extern const struct format format_json;
extern const struct format format_export;
