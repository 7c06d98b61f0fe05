/* SPDX-License-Identifier: MIT */
/* format.c - see format.h */

#include "daemon/format.h"

#include <stdio.h>
#include <string.h>

#include "host/escape.h"
#include "host/pidfile.h"

/* The list has no stamp, so the message is the first field (entry.h). */
static const struct entry_field *message_of(const struct entry_fields *fields)
{
    return &fields->list[0];
}

/* Ends the line behind length octets of ret, if all of the message is there and there is room. */
static size_t end_line(const struct entry_field *message, struct position *position, char *ret,
                       size_t length, size_t size)
{
    if (position->octet < message->length || length == size)
        return length;
    ret[length] = '\n';
    position->is_over = true;
    return length + 1;
}

static size_t encode_escaped(const struct entry_fields *fields, struct position *position,
                             char *ret, size_t size)
{
    const struct entry_field *message = message_of(fields);
    size_t length;

    if (position->is_over)
        return 0;
    length = escape(message->value, message->length, DAEMON_COMMAND, &position->octet, ret, size);
    return end_line(message, position, ret, length, size);
}

static size_t encode_raw(const struct entry_fields *fields, struct position *position, char *ret,
                         size_t size)
{
    const struct entry_field *message = message_of(fields);
    size_t left = message->length - position->octet, length = left < size ? left : size;

    if (position->is_over)
        return 0;
    if (length > 0)
        memcpy(ret, message->value + position->octet, length);
    position->octet += length;
    return end_line(message, position, ret, length, size);
}

_Static_assert(RECORD_SIZE + sizeof DAEMON_COMMAND ": \n" <= FORMAT_PIECE_MIN, "one piece");

/* A record has no control characters. */
static size_t encode_record_line(const struct entry_fields *fields, struct position *position,
                                 char *ret, size_t size)
{
    const struct entry_field *message = message_of(fields);

    if (position->is_over)
        return 0;
    position->is_over = true;
    return (size_t)snprintf(ret, size, DAEMON_COMMAND ": %.*s\n", (int)message->length,
                            (const char *)message->value);
}

const struct format format_escaped = {
    .encode_message = encode_escaped,
    .encode_record = encode_record_line,
    .has_lines = true,
};

const struct format format_raw = {.encode_message = encode_raw, .has_lines = true};

/* ---- all fields ---- */

size_t format_encode_fields(const struct field_syntax *syntax, const struct entry_fields *fields,
                            struct position *position, char *ret, size_t size)
{
    size_t length = 0;

    while (position->field < fields->count && size - length >= syntax->around) {
        const struct entry_field *field = &fields->list[position->field];

        switch (position->part) {
        case PART_BEGIN:
            length += syntax->begin(fields, position, ret + length);
            position->part = PART_VALUE;
            break;
        case PART_VALUE:
            length += syntax->put(field, position, ret + length, size - length);
            if (position->octet == field->length)
                position->part = PART_END;
            break;
        case PART_END:
            length += syntax->end(fields, position, ret + length);
            *position = (struct position){.field = position->field + 1};
            break;
        }
    }
    return length;
}
