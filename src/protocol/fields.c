/* SPDX-License-Identifier: MIT */
/* fields.c - see fields.h for the layout and the rules */

#include "protocol/fields.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/leb128.h"
#include "protocol/text.h"

/*
 * Fields that travel with a letter instead of their name. These letters are lower case, so no name
 * begins with one of them.
 */
static const struct {
    char letter;
    const char *name;
} short_fields[] = {
    [FIELD_TAG] = {'t', "SYSLOG_IDENTIFIER"},
    [FIELD_FACILITY] = {'f', "SYSLOG_FACILITY"},
    [FIELD_PID] = {'i', "SYSLOG_PID"},
};

/* ---- valid names and values ---- */

static bool is_name(const char *name, size_t length)
{
    if (length < 1 || length > FIELD_NAME_MAX || (name[0] >= '0' && name[0] <= '9'))
        return false;
    /*@ loop invariant i <= length && \forall integer k; 0 <= k < i ==>
          'A' <= name[k] <= 'Z' || '0' <= name[k] <= '9' || name[k] == '_';
        loop assigns i;
        loop variant length - i; */
    for (size_t i = 0; i < length; i++)
        if (!((name[i] >= 'A' && name[i] <= 'Z') || (name[i] >= '0' && name[i] <= '9') ||
              name[i] == '_'))
            return false;
    return true;
}

static bool is_equal(const char *name, size_t length, const char *other)
{
    return length == strlen(other) && memcmp(name, other, length) == 0;
}

static bool begins_with(const char *name, size_t length, const char *prefix)
{
    return length >= strlen(prefix) && memcmp(name, prefix, strlen(prefix)) == 0;
}

static bool is_reserved(const char *name, size_t length)
{
    static const char *const own[] = {"MESSAGE", "MESSAGE_ID", "PRIORITY"};
    /*
     * journald drops the names that begin with '_' from a client, because they are its own. From a
     * daemon that runs as root, journald believes OBJECT_PID: journalctl would then show the entry
     * with the unit of that process.
     */
    static const char *const prefixes[] = {"_", "MINITALK_", "OBJECT_"};

    /*@ loop invariant i <= 3;
        loop assigns i;
        loop variant 3 - i; */
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        if (is_equal(name, length, own[i]))
            return true;
    /*@ loop invariant FIELD_TAG <= kind <= FIELD_PID + 1;
        loop assigns kind;
        loop variant FIELD_PID - kind; */
    for (unsigned kind = FIELD_TAG; kind <= FIELD_PID; kind++)
        if (is_equal(name, length, short_fields[kind].name))
            return true;
    /*@ loop invariant i <= 3;
        loop assigns i;
        loop variant 3 - i; */
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
        if (begins_with(name, length, prefixes[i]))
            return true;
    return false;
}

static bool is_tag(const uint8_t *value, size_t length)
{
    size_t at = 0, character;

    if (length < 1 || length > TAG_LENGTH_MAX)
        return false;
    /*@ loop invariant at <= length;
        loop assigns at, character;
        loop variant length - at; */
    while ((character = text_printable(value + at, length - at)) > 0)
        at += character;
    return at == length;
}

/* Returns true for an octet that can be in the middle of the name of a program. */
static bool is_of_word(uint8_t octet)
{
    return (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z') ||
           (octet >= '0' && octet <= '9') || octet == '-' || octet == '_' || octet == '.';
}

/* Returns true if people could take the tag for TAG_OF_DAEMON: if this is its first word. */
static bool is_tag_of_daemon(const uint8_t *value, size_t length)
{
    size_t behind;

    return text_begins_as(value, length, TAG_OF_DAEMON, &behind) &&
           (behind == length || !is_of_word(value[behind]));
}

/* Returns true for a decimal number from least to most, without leading zeros. */
static bool is_number(const uint8_t *value, size_t length, unsigned least, unsigned most)
{
    uint64_t number = 0;

    if (length < 1 || (length > 1 && value[0] == '0'))
        return false;
    /*@ loop invariant i <= length && (i > 0 ==> number <= most);
        loop invariant number == decimal(value, i);
        loop invariant \forall integer k; 0 <= k < i ==> '0' <= value[k] <= '9';
        loop assigns i, number;
        loop variant length - i; */
    for (size_t i = 0; i < length; i++) {
        if (value[i] < '0' || value[i] > '9')
            return false;
        number = 10 * number + (unsigned)(value[i] - '0');
        if (number > most)
            return false;
    }
    return number >= least;
}

static bool is_short_value(enum field_kind kind, const uint8_t *value, size_t length)
{
    switch (kind) {
    case FIELD_TAG:
        return is_tag(value, length) && !is_tag_of_daemon(value, length);
    case FIELD_FACILITY:
        return is_number(value, length, 0, FACILITY_MAX);
    case FIELD_PID:
        return is_number(value, length, 1, INT_MAX);
    case FIELD_OWN:
        break;
    }
    return false;
}

static enum fields_result check_own(const char *text, size_t length)
{
    const char *equals = memchr(text, '=', length);

    if (!equals || !is_name(text, (size_t)(equals - text)))
        return FIELDS_BAD_NAME;
    return is_reserved(text, (size_t)(equals - text)) ? FIELDS_RESERVED : FIELDS_ADDED;
}

/* ---- receiving ---- */

/*
 * Returns the text of the field at *offset, without its length, and moves *offset behind the field.
 * Returns NULL if the field is not whole.
 */
static const uint8_t *next_text(const uint8_t *octets, size_t length, size_t *offset,
                                size_t *ret_length)
{
    enum leb128_status status = LEB128_MORE;
    struct leb128 number = {0};
    size_t at = *offset;

    /*@ loop invariant \at(*offset, Pre) <= at <= length;
        loop invariant status == LEB128_MORE ==> number.octets <= LEB128_OCTETS &&
          number.value < power_of_128(number.octets);
        loop invariant status != LEB128_MORE ==> at > \at(*offset, Pre);
        loop assigns at, status, number;
        loop variant length - at; */
    while (at < length && status == LEB128_MORE)
        status = leb128_take(&number, octets[at++]);
    if (status != LEB128_WHOLE || number.value < 1 || number.value > length - at)
        return NULL;
    *offset = at + number.value;
    *ret_length = number.value;
    return octets + at;
}

/* Parses a text that next_text() has returned. Returns false if the field is invalid. */
static bool read_text(const uint8_t *text, size_t length, struct field *ret)
{
    const char *name = (const char *)text, *equals;

    /*@ loop invariant FIELD_TAG <= kind <= FIELD_PID + 1 && *ret == \at(*ret, Pre);
        loop assigns kind, *ret;
        loop variant FIELD_PID - kind; */
    for (unsigned kind = FIELD_TAG; kind <= FIELD_PID; kind++)
        if (name[0] == short_fields[kind].letter) {
            if (!is_short_value(kind, text + 1, length - 1))
                return false;
            *ret = (struct field){.kind = kind,
                                  .name = short_fields[kind].name,
                                  .name_length = strlen(short_fields[kind].name),
                                  .value = text + 1,
                                  .length = length - 1};
            return true;
        }
    if (check_own(name, length) != FIELDS_ADDED)
        return false;
    equals = memchr(name, '=', length);
    *ret = (struct field){.kind = FIELD_OWN,
                          .name = name,
                          .name_length = (size_t)(equals - name),
                          .value = (const uint8_t *)equals + 1,
                          .length = length - (size_t)(equals - name) - 1};
    return true;
}

bool fields_next(const uint8_t *octets, size_t length, size_t *offset, struct field *ret)
{
    size_t next = *offset, text_length;
    const uint8_t *text = next_text(octets, length, &next, &text_length);

    if (!text || !read_text(text, text_length, ret))
        return false;
    *offset = next;
    return true;
}

bool fields_are_valid(const uint8_t *octets, size_t length)
{
    size_t offset = 0;
    unsigned count = 0, seen = 0;

    /*@ loop invariant offset <= length;
        loop assigns offset, count, seen;
        loop variant length - offset; */
    while (offset < length) {
        struct field field;

        if (!fields_next(octets, length, &offset, &field) || ++count > FIELDS_COUNT_MAX)
            return false;
        if (field.kind != FIELD_OWN && seen & 1u << field.kind)
            return false;
        seen |= 1u << field.kind;
    }
    return true;
}

/* ---- sending ---- */

/* Writes the length of a field to head, and returns how many octets that are. */
static size_t put_length(uint8_t *head, size_t length)
{
    return (size_t)(leb128_put(head, length) - head);
}

static enum fields_result append_text(struct fields *fields, const uint8_t *text, size_t length)
{
    uint8_t head[LEB128_OCTETS], *octets;
    size_t head_length = put_length(head, length);

    if (fields->count >= FIELDS_COUNT_MAX || length > FIELDS_SIZE_MAX ||
        fields->length + head_length + length > FIELDS_SIZE_MAX)
        return FIELDS_TOO_LARGE;
    octets = realloc(fields->octets, fields->length + head_length + length);
    if (!octets)
        return FIELDS_NO_MEMORY;
    memcpy(mempcpy(octets + fields->length, head, head_length), text, length);
    fields->octets = octets;
    fields->length += head_length + length;
    fields->count++;
    return FIELDS_ADDED;
}

enum fields_result fields_add(struct fields *fields, const char *text, size_t length)
{
    enum fields_result result = check_own(text, length);

    return result == FIELDS_ADDED ? append_text(fields, (const uint8_t *)text, length) : result;
}

/* Removes a field that may occur once, if it is there. */
static void remove_short(struct fields *fields, enum field_kind kind)
{
    size_t before = 0, behind = 0;
    struct field field;

    /*@ loop invariant before == behind && behind <= fields->length;
        loop assigns before, behind, field;
        loop variant fields->length - behind; */
    while (fields_next(fields->octets, fields->length, &behind, &field)) {
        if (field.kind == kind) {
            memmove(fields->octets + before, fields->octets + behind, fields->length - behind);
            fields->length -= behind - before;
            fields->count--;
            return;
        }
        before = behind;
    }
}

/* Sets a field that may occur once, to a valid text: its letter and its value. */
static enum fields_result set_short(struct fields *fields, enum field_kind kind,
                                    const uint8_t *text, size_t length)
{
    remove_short(fields, kind);
    return append_text(fields, text, length);
}

static enum fields_result set_number(struct fields *fields, enum field_kind kind, int number)
{
    uint8_t text[16] = {(uint8_t)short_fields[kind].letter};
    int length = snprintf((char *)text + 1, sizeof text - 1, "%d", number);

    /*@ assert fields_are_kept{Pre, Here}(fields); */
    if (!is_short_value(kind, text + 1, (size_t)length))
        return FIELDS_BAD_VALUE;
    return set_short(fields, kind, text, 1 + (size_t)length);
}

enum fields_result fields_set_tag(struct fields *fields, const char *tag)
{
    uint8_t text[1 + TAG_LENGTH_MAX];
    const uint8_t *value = (const uint8_t *)tag;
    size_t length = strlen(tag);

    if (!is_tag(value, length))
        return FIELDS_BAD_VALUE;
    if (is_tag_of_daemon(value, length))
        return FIELDS_RESERVED;
    text[0] = (uint8_t)short_fields[FIELD_TAG].letter;
    memcpy(text + 1, value, length);
    /*@ assert fields_are_kept{Pre, Here}(fields); */
    return set_short(fields, FIELD_TAG, text, 1 + length);
}

enum fields_result fields_set_facility(struct fields *fields, int facility)
{
    if (facility != FACILITY_NONE)
        return set_number(fields, FIELD_FACILITY, facility);
    remove_short(fields, FIELD_FACILITY);
    return FIELDS_ADDED;
}

enum fields_result fields_set_pid(struct fields *fields, int pid)
{
    return set_number(fields, FIELD_PID, pid);
}

void fields_free(struct fields *fields)
{
    free(fields->octets);
    *fields = (struct fields){0};
}
