/* SPDX-License-Identifier: MIT */
/* fields.c - contracts for static functions of the shipped fields.c, which follows them */

#include <limits.h>

#include "protocol/fields.h"
#include "protocol/leb128.h"

/*@ requires \valid_read(name + (0 .. length - 1));
    assigns \nothing;
    ensures \result <==> 1 <= length <= FIELD_NAME_MAX && !('0' <= name[0] <= '9') &&
      \forall integer i; 0 <= i < length ==>
      'A' <= name[i] <= 'Z' || '0' <= name[i] <= '9' || name[i] == '_'; */
static bool is_name(const char *name, size_t length);

/*@ requires \valid_read(value + (0 .. length - 1));
    assigns \nothing;
    ensures \result ==> is_decimal(value, length) && least <= decimal(value, length) <= most; */
static bool is_number(const uint8_t *value, size_t length, unsigned least, unsigned most);

/*@ requires \valid_read(octets + (0 .. length - 1)) && \valid(offset) && \valid(ret_length);
    requires \separated(octets + (0 .. length - 1), offset, ret_length) && *offset <= length;
    assigns *offset, *ret_length;
    ensures \result == \null ==> *offset == \old(*offset) && *ret_length == \old(*ret_length);
    ensures \result != \null ==> *ret_length >= 1 && \old(*offset) < *offset <= length;
    ensures \result != \null ==> \result == octets + *offset - *ret_length &&
      \old(*offset) < *offset - *ret_length; */
static const uint8_t *next_text(const uint8_t *octets, size_t length, size_t *offset,
                                size_t *ret_length);

/*@ requires \valid_read(value + (0 .. length - 1));
    assigns \nothing;
    ensures \result ==> 1 <= length <= TAG_LENGTH_MAX; */
static bool is_tag(const uint8_t *value, size_t length);

/*@ assigns \nothing;
    ensures \result <==> 'a' <= octet <= 'z' || 'A' <= octet <= 'Z' || '0' <= octet <= '9' ||
      octet == '-' || octet == '_' || octet == '.'; */
static bool is_of_word(uint8_t octet);

/*@ requires \valid_read(value + (0 .. length - 1));
    assigns \nothing; */
static bool is_tag_of_daemon(const uint8_t *value, size_t length);

/*@ requires \valid_read(value + (0 .. length - 1));
    assigns \nothing;
    ensures \result ==> length >= 1 && (kind == FIELD_TAG || kind == FIELD_FACILITY ||
      kind == FIELD_PID);
    ensures \result && kind == FIELD_TAG ==> length <= TAG_LENGTH_MAX;
    ensures \result && kind != FIELD_TAG ==> is_decimal(value, length);
    ensures \result && kind == FIELD_FACILITY ==> decimal(value, length) <= FACILITY_MAX;
    ensures \result && kind == FIELD_PID ==> 1 <= decimal(value, length) <= INT_MAX; */
static bool is_short_value(enum field_kind kind, const uint8_t *value, size_t length);

/*@ requires \valid_read(name + (0 .. length - 1)) && is_constant(other);
    assigns \nothing; */
static bool is_equal(const char *name, size_t length, const char *other);

/*@ requires \valid_read(name + (0 .. length - 1)) && is_constant(prefix);
    assigns \nothing; */
static bool begins_with(const char *name, size_t length, const char *prefix);

/*@ requires \valid_read(name + (0 .. length - 1));
    assigns \nothing; */
static bool is_reserved(const char *name, size_t length);

/*@ requires \valid_read(text + (0 .. length - 1));
    assigns \nothing;
    ensures \result == FIELDS_ADDED || \result == FIELDS_BAD_NAME || \result == FIELDS_RESERVED;
    ensures \result != FIELDS_BAD_NAME ==>
      \exists integer n; 1 <= n <= FIELD_NAME_MAX && n < length && text[n] == '='; */
static enum fields_result check_own(const char *text, size_t length);

/*@ requires length > 0 && \valid_read(text + (0 .. length - 1)) && \valid(ret);
    requires \separated(ret, text + (0 .. length - 1));
    assigns *ret;
    ensures !\result ==> *ret == \old(*ret);
    ensures \result ==> FIELD_OWN <= ret->kind <= FIELD_PID && 0 <= ret->length < length &&
      ret->value == text + length - ret->length; */
static bool read_text(const uint8_t *text, size_t length, struct field *ret);

/* ---- sending ---- */

/*@ // A text that the fields do not have yet.
    predicate may_be_added{L}(struct fields *f, uint8_t *text, integer length) =
      fields_are_sound(f) && \valid_read(text + (0 .. length - 1)) &&
      \separated(f, text + (0 .. length - 1)) &&
      \separated(f->octets + (0 .. f->length - 1), text + (0 .. length - 1));
    // The fields have the memory that they had, or some that is not that of the text.
    predicate stay_apart{L1, L2}(struct fields *f, uint8_t *text) =
      fields_are_sound{L2}(f) && (\at(f->octets, L2) == \at(f->octets, L1) ||
        \base_addr{L2}(\at(f->octets, L2)) != \base_addr{L2}(text));
    // All that can be said of a text that is valid.
    predicate tells_if_added(integer result) =
      result == FIELDS_ADDED || result == FIELDS_TOO_LARGE || result == FIELDS_NO_MEMORY; */

/*@ requires \valid(head + (0 .. LEB128_OCTETS - 1));
    assigns head[0 .. LEB128_OCTETS - 1];
    ensures \result == leb128_size(length) <= LEB128_OCTETS;
    ensures \forall integer i; 0 <= i < \result ==> head[i] == length_octet(length, i); */
static size_t put_length(uint8_t *head, size_t length);

/*@ requires may_be_added(fields, text, length);
    ensures stay_apart{Old, Here}(fields, text) && tells_if_added(\result);
    ensures \result == FIELDS_TOO_LARGE <==> \old(fields->count) >= FIELDS_COUNT_MAX ||
      \old(fields->length) + leb128_size(length) + length > FIELDS_SIZE_MAX;
    ensures \result != FIELDS_ADDED ==> *fields == \old(*fields);
    ensures fields_are_kept{Old, Here}(fields);
    ensures \result == FIELDS_ADDED ==> fields->count == \old(fields->count) + 1 &&
      fields->length == \old(fields->length) + leb128_size(length) + length;
    ensures \result == FIELDS_ADDED ==> \forall integer i; 0 <= i < leb128_size(length) ==>
      fields->octets[\old(fields->length) + i] == length_octet(length, i);
    ensures \result == FIELDS_ADDED ==> \forall integer i; 0 <= i < length ==>
      fields->octets[fields->length - length + i] == \old(text[i]); */
static enum fields_result append_text(struct fields *fields, const uint8_t *text, size_t length);

/*@ requires fields_are_sound(fields);
    assigns fields->length, fields->count, fields->octets[0 .. fields->length - 1];
    ensures fields_are_sound(fields);
    ensures fields->length <= \old(fields->length);
    ensures fields_are_updated{Old, Here}(fields, 0); */
static void remove_short(struct fields *fields, enum field_kind kind);

/*@ requires may_be_added(fields, text, length);
    ensures stay_apart{Old, Here}(fields, text) && tells_if_added(\result);
    ensures fields_are_updated{Old, Here}(fields, \result == FIELDS_ADDED ? 1 : 0);
    ensures \result == FIELDS_ADDED ==> \forall integer i; 0 <= i < length ==>
      fields->octets[fields->length - length + i] == \old(text[i]); */
static enum fields_result set_short(struct fields *fields, enum field_kind kind,
                                    const uint8_t *text, size_t length);

/*@ requires fields_are_sound(fields) && (kind == FIELD_FACILITY || kind == FIELD_PID);
    ensures fields_are_sound(fields) && FIELDS_ADDED <= \result <= FIELDS_NO_MEMORY;
    ensures \result != FIELDS_BAD_VALUE ==>
      (kind == FIELD_FACILITY ? 0 <= number <= FACILITY_MAX : number >= 1);
    ensures \result != FIELDS_RESERVED && \result != FIELDS_BAD_NAME;
    ensures \result == FIELDS_BAD_VALUE ==> *fields == \old(*fields);
    ensures fields_are_updated{Old, Here}(fields, \result == FIELDS_ADDED ? 1 : 0); */
static enum fields_result set_number(struct fields *fields, enum field_kind kind, int number);

#include "protocol/fields.c"
