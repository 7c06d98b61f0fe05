/* SPDX-License-Identifier: MIT */
/*
 * fields.h - the journal fields of a message beside its text and priority
 *
 * In a frame, each field is a length (leb128.h) and that many octets:
 *
 *   NAME=VALUE  a field with a name of the sender's choice; any octets in the value
 *   tTAG        SYSLOG_IDENTIFIER: 1 to TAG_LENGTH_MAX octets of printable text (text.h)
 *   fNUMBER     SYSLOG_FACILITY: 0 to FACILITY_MAX, the facility of syslog(3) shifted right by 3
 *   iNUMBER     SYSLOG_PID: 1 or more
 *
 * Rules:
 *   - Each of the three fields with a letter may occur once. A name of the sender's choice may
 *     occur any number of times, as in the journal.
 *   - A name follows the rules of journald (systemd.journal-fields(7)).
 *   - A name is reserved if the daemon or journald writes that field itself, or if the field makes
 *     journald attribute the entry to another process. So a reader can trust these fields.
 *   - A tag is reserved if people could take it for TAG_OF_DAEMON: without leading spaces and
 *     without characters that are not ASCII, its first word is that, in small or capital letters. A
 *     word ends before the first character other than a letter, a digit, '-', '_' and '.'. So a
 *     reader can tell the daemon's own entries from messages.
 *
 * Policy: both ends check every field. The sender reports an invalid field to its user; the daemon
 * refuses the message as damaged. A decoded field points into the octets that it was read from, and
 * the caller owns those. Nothing here blocks.
 *
 * Pure, except for the memory of the fields that a sender builds.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Octets of all fields of a message together, with their lengths. */
#define FIELDS_SIZE_MAX ((size_t)64 << 10)
/* Fields of a message. */
#define FIELDS_COUNT_MAX 64u
/* Characters of a name: the limit of journald. */
#define FIELD_NAME_MAX 64u
/* The tag of the daemon's own entries. */
#define TAG_OF_DAEMON "minitalkd"
/* Octets of a tag. */
#define TAG_LENGTH_MAX 255u
#define FACILITY_MAX 23
#define FACILITY_NONE (-1)

enum field_kind {
    FIELD_OWN, /* a name of the sender's choice; name points to the whole NAME=VALUE */
    FIELD_TAG,
    FIELD_FACILITY,
    FIELD_PID,
};

struct field {
    enum field_kind kind;
    const char *name; /* name_length characters, without a NUL behind them */
    size_t name_length;
    const uint8_t *value; /* length octets of any value */
    size_t length;
};

/* ---- sending ---- */

/* The fields that a sender builds for a message. Starts as all 0. */
struct fields {
    uint8_t *octets; /* to be freed by fields_free() */
    size_t length;
    unsigned count;
};

enum fields_result {
    FIELDS_ADDED,
    FIELDS_BAD_NAME,  /* no '=', or the name breaks the rules of journald */
    FIELDS_RESERVED,  /* written by the daemon or journald, or to be set by a function below */
    FIELDS_BAD_VALUE, /* the tag or the number is out of its range */
    FIELDS_TOO_LARGE, /* more than FIELDS_COUNT_MAX, or than FIELDS_SIZE_MAX octets together */
    FIELDS_NO_MEMORY,
};

/*@ // A number in decimal, without leading zeros, and what its first digits are worth.
    predicate is_decimal{L}(uint8_t *value, integer length) =
      length >= 1 && (length > 1 ==> value[0] != '0') &&
      \forall integer i; 0 <= i < length ==> '0' <= value[i] <= '9';
    logic integer decimal{L}(uint8_t *value, integer digits) =
      digits <= 0 ? 0 : 10 * decimal(value, digits - 1) + value[digits - 1] - '0';
    // At most as many octets as are allowed, and each of them may be written.
    predicate fields_are_sound{L}(struct fields *f) = f->length <= FIELDS_SIZE_MAX &&
      \valid(f) && \valid(f->octets + (0 .. f->length - 1)) &&
      \separated(f, f->octets + (0 .. f->length - 1));
    // All octets that were there still are, at the same places.
    predicate fields_are_kept{L1, L2}(struct fields *f) =
      \at(f->length, L1) <= \at(f->length, L2) &&
      \forall integer i; 0 <= i < \at(f->length, L1) ==>
        \at(f->octets[i], L2) == \at(f->octets[i], L1);
    // A range of octets has gone, and those behind it have moved to its place.
    predicate is_range(integer at, integer size) = 0 <= at && 0 < size;
    predicate fields_are_cut{L1, L2}(struct fields *f) =
      \exists integer at, size; is_range(at, size) &&
      at <= \at(f->length, L1) - size <= \at(f->length, L2) &&
      \forall integer i, k; 0 <= i < \at(f->length, L1) - size && k == (i < at ? i : i + size) ==>
        \at(f->octets[i], L2) == \at(f->octets[k], L1);
    // At most one field has gone, and so many have come.
    predicate fields_are_updated{L1, L2}(struct fields *f, integer more) =
      fields_are_kept{L1, L2}(f) && \at(f->count, L2) == \at(f->count, L1) + more ||
      fields_are_cut{L1, L2}(f) && \at(f->count, L2) == (unsigned)(\at(f->count, L1) - 1) + more; */

/*
 * The functions below add only valid fields. If a function fails, the other fields stay as they
 * were.
 *
 * Adds the field NAME=VALUE, which is length octets long.
 */
/*@ requires fields_are_sound(fields) && \valid_read(text + (0 .. length - 1));
    requires \valid_read((uint8_t *)text + (0 .. length - 1));
    requires \separated(fields, (uint8_t *)text + (0 .. length - 1));
    requires \separated(fields->octets + (0 .. fields->length - 1),
      (uint8_t *)text + (0 .. length - 1));
    ensures fields_are_sound(fields) && FIELDS_ADDED <= \result <= FIELDS_NO_MEMORY;
    ensures \result == FIELDS_ADDED ==>
      \exists integer n; 1 <= n <= FIELD_NAME_MAX && n < length && \old(text[n]) == '=';
    ensures \result != FIELDS_ADDED ==> *fields == \old(*fields);
    ensures fields_are_kept{Old, Here}(fields);
    ensures \result == FIELDS_ADDED ==> fields->count == \old(fields->count) + 1 &&
      fields->length > \old(fields->length) + length;
    ensures \result == FIELDS_ADDED ==> \forall integer i; 0 <= i < length ==>
      fields->octets[fields->length - length + i] == \old(((uint8_t *)text)[i]); */
enum fields_result fields_add(struct fields *fields, const char *text, size_t length);

/*
 * Sets the tag, which ends with a NUL: 1 to TAG_LENGTH_MAX octets of printable text. Returns
 * FIELDS_RESERVED for a tag that people could take for the daemon's.
 */
/*@ requires fields_are_sound(fields);
    requires \exists integer n; 0 <= n && \valid_read(tag + (0 .. n)) && tag[n] == 0;
    ensures fields_are_sound(fields) && FIELDS_ADDED <= \result <= FIELDS_NO_MEMORY;
    ensures \result == FIELDS_BAD_VALUE || \result == FIELDS_RESERVED ==>
      *fields == \old(*fields);
    ensures fields_are_updated{Old, Here}(fields, \result == FIELDS_ADDED ? 1 : 0); */
enum fields_result fields_set_tag(struct fields *fields, const char *tag);

/* Sets the facility, 0 to FACILITY_MAX, or removes it: FACILITY_NONE. */
/*@ requires fields_are_sound(fields);
    ensures fields_are_sound(fields) && FIELDS_ADDED <= \result <= FIELDS_NO_MEMORY;
    ensures \result != FIELDS_BAD_VALUE ==>
      facility == FACILITY_NONE || 0 <= facility <= FACILITY_MAX;
    ensures \result == FIELDS_BAD_VALUE ==> *fields == \old(*fields);
    ensures fields_are_updated{Old, Here}(fields,
      \result == FIELDS_ADDED && facility != FACILITY_NONE ? 1 : 0); */
enum fields_result fields_set_facility(struct fields *fields, int facility);

/* Sets SYSLOG_PID, 1 or more. */
/*@ requires fields_are_sound(fields);
    ensures fields_are_sound(fields) && FIELDS_ADDED <= \result <= FIELDS_NO_MEMORY;
    ensures \result != FIELDS_BAD_VALUE ==> pid >= 1;
    ensures \result == FIELDS_BAD_VALUE ==> *fields == \old(*fields);
    ensures fields_are_updated{Old, Here}(fields, \result == FIELDS_ADDED ? 1 : 0); */
enum fields_result fields_set_pid(struct fields *fields, int pid);

/* Frees all fields. The struct is all 0 again. */
/*@ requires \valid(fields);
    assigns *fields;
    ensures fields->octets == \null && fields->length == 0 && fields->count == 0; */
void fields_free(struct fields *fields);

/* ---- receiving ---- */

/*
 * Returns true if a sequence of octets consists of valid fields: each is well-formed, none is
 * reserved, none with a letter occurs twice, and they are not more than FIELDS_COUNT_MAX. An empty
 * sequence is valid.
 */
/*@ requires \valid_read(octets + (0 .. length - 1));
    assigns \nothing;
    ensures length == 0 ==> \result; */
bool fields_are_valid(const uint8_t *octets, size_t length);

/*
 * Reads the field at *offset into *ret, and moves *offset behind it. Returns false at the end or if
 * the field is invalid; then *offset and *ret are untouched.
 */
/*@ requires \valid_read(octets + (0 .. length - 1)) && \valid(offset) && \valid(ret);
    requires \separated(octets + (0 .. length - 1), offset, ret) && *offset <= length;
    assigns *offset, *ret;
    ensures !\result ==> *offset == \old(*offset) && *ret == \old(*ret);
    ensures \result ==> \old(*offset) < *offset <= length;
    ensures \result ==> FIELD_OWN <= ret->kind <= FIELD_PID &&
      ret->length < *offset - \old(*offset) && ret->value == octets + *offset - ret->length; */
bool fields_next(const uint8_t *octets, size_t length, size_t *offset, struct field *ret);
