/* SPDX-License-Identifier: MIT */
/*
 * fields.h - what else a journal entry says of a message: its tag, and fields of the sender's own
 *
 * Each field is a length (leb128.h) and so many octets:
 *
 *   NAME=VALUE  a field of the sender's own; any octets in the value
 *   tTAG        SYSLOG_IDENTIFIER
 *   fNUMBER     SYSLOG_FACILITY, as in syslog(3), shifted: 0 to 23
 *   iNUMBER     SYSLOG_PID, 1 or more
 *
 * Those with a letter can be there once each. A name of the sender's own can be there again, as in
 * the journal.
 *
 * Policy: a name follows journald's rules (systemd.journal-fields(7)), and is none that the daemon
 * writes itself, or that makes journald believe more of an entry: what a reader takes for the
 * daemon's word must be its word. Both ends check.
 *
 * Pure, but for the memory of the fields that a sender puts together.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of all fields of a message together, in octets, and how many there can be. */
#define FIELDS_SIZE_MAX ((size_t)64 << 10)
#define FIELDS_COUNT_MAX 64u
/* As journald has it. */
#define FIELD_NAME_MAX 64u
#define TAG_LENGTH_MAX 255u
#define FACILITY_MAX 23
#define FACILITY_NONE (-1)

enum field_kind {
    FIELD_OWN, /* the sender's own: NAME=VALUE is in one piece, at name */
    FIELD_TAG,
    FIELD_FACILITY,
    FIELD_PID,
};

struct field {
    enum field_kind kind;
    const char *name; /* name_length characters, no NUL behind them */
    size_t name_length;
    const uint8_t *value; /* length octets, any */
    size_t length;
};

/* ---- sending ---- */

/* Starts as all 0. */
struct fields {
    uint8_t *octets; /* to be freed by fields_free() */
    size_t length;
    unsigned count;
};

enum fields_result {
    FIELDS_ADDED,
    FIELDS_BAD_NAME, /* not capital letters, digits and '_', or too long */
    FIELDS_RESERVED, /* the daemon's own, or journald's; or there is another way to set it */
    FIELDS_BAD_VALUE,
    FIELDS_TOO_LARGE, /* together, or too many */
    FIELDS_NO_MEMORY,
};

/*
 * What has been added so is valid. Where a field cannot be added, the others stay as they were.
 *
 * Adds NAME=VALUE, length octets in all.
 */
enum fields_result fields_add(struct fields *fields, const char *text, size_t length);

/* Sets the tag: 1 to TAG_LENGTH_MAX octets without control characters. */
enum fields_result fields_set_tag(struct fields *fields, const char *tag);

/* Sets the facility, 0 to FACILITY_MAX; or FACILITY_NONE. */
enum fields_result fields_set_facility(struct fields *fields, int facility);

/* Sets the PID that the sender goes by, 1 or more. */
enum fields_result fields_set_pid(struct fields *fields, int pid);

void fields_free(struct fields *fields);

/* ---- receiving ---- */

/*
 * Whether a row of octets is fields that may be logged: each well-formed, none reserved, no more
 * than there can be. No octets are no fields, and valid.
 */
bool fields_are_valid(const uint8_t *octets, size_t length);

/*
 * Reads the field at *offset, and moves that behind it. False at the end, or where there is none
 * that may be logged; then *offset and *ret are as they were.
 */
bool fields_next(const uint8_t *octets, size_t length, size_t *offset, struct field *ret);
