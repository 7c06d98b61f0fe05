/* SPDX-License-Identifier: MIT */
/*
 * export.c - entries in the Journal Export Format (https://systemd.io/JOURNAL_EXPORT_FORMATS),
 * which systemd-journal-remote(8) reads
 *
 * Each field is a line NAME=VALUE if its value is text without a newline (printable.h). Otherwise
 * it is a line NAME, the length of the value in 8 octets, least significant octet first, the value,
 * and a newline. An empty line ends the entry.
 */

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "daemon/format.h"
#include "daemon/printable.h"

#define LENGTH_SIZE 8u

/* Octets around a value at most. */
#define FRAME_MAX (FIELD_NAME_MAX + 1 + LENGTH_SIZE)

_Static_assert(FRAME_MAX < FORMAT_PIECE_MIN, "each piece makes progress");

static size_t put_length(uint64_t length, char *ret)
{
    for (unsigned i = 0; i < LENGTH_SIZE; i++)
        ret[i] = (char)(length >> 8 * i);
    return LENGTH_SIZE;
}

static size_t begin_value(const struct entry_fields *fields, struct position *position, char *ret)
{
    const struct entry_field *field = &fields->list[position->field];
    char *end = mempcpy(ret, field->name, field->name_length);

    if (printable_line(field->value, field->length)) {
        *end++ = '=';
    } else {
        *end++ = '\n';
        end += put_length(field->length, end);
    }
    return (size_t)(end - ret);
}

static size_t put_value(const struct entry_field *field, struct position *position, char *ret,
                        size_t size)
{
    size_t left = field->length - position->octet, length = left < size ? left : size;

    if (length > 0)
        memcpy(ret, field->value + position->octet, length);
    position->octet += length;
    return length;
}

/* Ends the field and, if it is the last one, the entry. */
static size_t end_value(const struct entry_fields *fields, const struct position *position,
                        char *ret)
{
    size_t length = position->field + 1 < fields->count ? 1 : 2;

    memset(ret, '\n', length);
    return length;
}

static const struct field_syntax syntax = {
    .around = FRAME_MAX,
    .begin = begin_value,
    .put = put_value,
    .end = end_value,
};

static size_t encode_export(const struct entry_fields *fields, struct position *position, char *ret,
                            size_t size)
{
    return format_encode_fields(&syntax, fields, position, ret, size);
}

const struct format format_export = {
    .encode_message = encode_export,
    .encode_record = encode_export,
    .has_fields = true,
    .needs_boot = true,
};
