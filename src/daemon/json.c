/* SPDX-License-Identifier: MIT */
/*
 * json.c - entries in the form of journalctl -o json --all: one object of JSON (RFC 8259) a line
 *
 * Each key is the name of a field. Each value is a string, or an array of numbers, one for each
 * octet, if it is no text (printable.h). A name that occurs more than once has an array of such
 * values.
 *
 * Strings have no octet that controls a terminal or begins a new line. So the lines can be shown,
 * and each newline ends an entry.
 */

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "daemon/format.h"
#include "daemon/printable.h"
#include "protocol/text.h"

/* Octets that stand for one character or octet of a value at most: \u202e. */
#define UNIT_MAX 6u

/* Octets around a value at most: ,"NAME":["  or "]}\n */
#define FRAME_MAX (FIELD_NAME_MAX + 8)

_Static_assert(FRAME_MAX + 1 <= FORMAT_PIECE_MIN && UNIT_MAX <= FORMAT_PIECE_MIN,
               "each piece makes progress");

static size_t put_text(char *ret, const char *text)
{
    return (size_t)(stpcpy(ret, text) - ret);
}

/* Begins a value: ends the one before, and names the field unless that had the same name. */
static size_t begin_value(const struct entry_fields *fields, struct position *position, char *ret)
{
    unsigned at = position->field;
    const struct entry_field *field = &fields->list[at];
    size_t length;

    position->is_text = printable_lines(field->value, field->length);
    if (entry_fields_repeat(fields, at))
        length = put_text(ret, ",");
    else
        length = (size_t)sprintf(ret, "%c\"%.*s\":%s", at == 0 ? '{' : ',', (int)field->name_length,
                                 field->name, entry_fields_repeat(fields, at + 1) ? "[" : "");
    ret[length++] = position->is_text ? '"' : '[';
    return length;
}

static size_t end_value(const struct entry_fields *fields, const struct position *position,
                        char *ret)
{
    unsigned at = position->field;
    size_t length = put_text(ret, position->is_text ? "\"" : "]");

    if (entry_fields_repeat(fields, at) && !entry_fields_repeat(fields, at + 1))
        ret[length++] = ']';
    if (at + 1 == fields->count)
        length += put_text(ret + length, "}\n");
    return length;
}

/* Encodes one character of a text, and moves *octet behind it. Returns the number of octets. */
static size_t put_character(const struct entry_field *field, size_t *octet, char *ret)
{
    const uint8_t *at = field->value + *octet;
    size_t plain = text_printable(at, field->length - *octet);

    *octet += plain > 0 ? plain : 1;
    switch (*at) {
    case '"':
        return put_text(ret, "\\\"");
    case '\\':
        return put_text(ret, "\\\\");
    case '\n':
        return put_text(ret, "\\n");
    case '\t':
        return put_text(ret, "\\t");
    default:
        if (plain > 0) {
            memcpy(ret, at, plain);
            return plain;
        }
        /* U+2028 to U+202E, or U+2066 to U+2069 (printable.c). */
        *octet += 2;
        return (size_t)sprintf(ret, "\\u20%02x", (at[1] & 3u) << 6 | (at[2] & 0x3fu));
    }
}

/* Encodes one octet of what is no text. sprintf(3) would take most of the time of a message. */
static size_t put_octet(const struct entry_field *field, size_t *octet, char *ret)
{
    unsigned number = field->value[*octet];
    char *end = ret;

    if (*octet > 0)
        *end++ = ',';
    if (number >= 100)
        *end++ = (char)('0' + number / 100);
    if (number >= 10)
        *end++ = (char)('0' + number / 10 % 10);
    *end++ = (char)('0' + number % 10);
    ++*octet;
    return (size_t)(end - ret);
}

static size_t put_value(const struct entry_field *field, struct position *position, char *ret,
                        size_t size)
{
    size_t length = 0;

    while (position->octet < field->length && size - length > UNIT_MAX) {
        uint8_t octet = field->value[position->octet];

        if (!position->is_text) {
            length += put_octet(field, &position->octet, ret + length);
        } else if (octet >= ' ' && octet <= '~' && octet != '"' && octet != '\\') {
            ret[length++] = (char)octet;
            position->octet++;
        } else {
            length += put_character(field, &position->octet, ret + length);
        }
    }
    return length;
}

/* sprintf(3) also writes a NUL. */
static const struct field_syntax syntax = {
    .around = FRAME_MAX + 1,
    .begin = begin_value,
    .put = put_value,
    .end = end_value,
};

static size_t encode_json(const struct entry_fields *fields, struct position *position, char *ret,
                          size_t size)
{
    return format_encode_fields(&syntax, fields, position, ret, size);
}

const struct format format_json = {
    .encode_message = encode_json,
    .encode_record = encode_json,
    .has_fields = true,
    .has_lines = true,
};
