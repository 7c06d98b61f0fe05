/* SPDX-License-Identifier: MIT */
/*
 * fuzz-entry.c - fuzzes the formats of a log with any message and any fields
 *
 * Each format with fields encodes the entry in pieces of a size that the input says. A simple
 * decoder of each format must get the same fields again, octet by octet.
 *
 * The first octet of the input is the size of a piece beyond the least one, and the second the
 * octets of the message. Then each field begins with two octets: which name it has, and the octets
 * of its value.
 */
#include <stdlib.h>
#include <string.h>

#include "daemon/format.h"
#include "fuzz.h"

/* Octets that stand for one octet of an entry at most, and those of all that the target adds. */
#define EXPANSION 6
#define OVERHEAD 10000

/* ---- what was encoded ---- */

struct output {
    const uint8_t *at, *end;
};

static uint8_t next(struct output *output)
{
    PROMISE(output->at < output->end);
    return *output->at++;
}

static void expect(struct output *output, const void *octets, size_t length)
{
    PROMISE((size_t)(output->end - output->at) >= length);
    PROMISE(length == 0 || memcmp(output->at, octets, length) == 0);
    output->at += length;
}

static void expect_octet(struct output *output, uint8_t octet)
{
    PROMISE(next(output) == octet);
}

static uint8_t peek(const struct output *output)
{
    PROMISE(output->at < output->end);
    return *output->at;
}

/* ---- text, as systemd has it ---- */

/* Returns the length of the character at octets, and the character; 0 if there is none. */
static size_t read_character(const uint8_t *octets, size_t length, uint32_t *ret)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t count = octets[0] < 0x80 ? 1 : octets[0] < 0xe0 ? 2 : octets[0] < 0xf0 ? 3 : 4;
    uint32_t character = octets[0];

    if ((octets[0] >= 0x80 && octets[0] < 0xc0) || octets[0] > 0xf7 || count > length)
        return 0;
    for (size_t i = 1; i < count; i++) {
        if (octets[i] >> 6 != 2)
            return 0;
        character = character << 6 | (octets[i] & 0x3f);
    }
    if (count > 1)
        character &= (1u << (5 * count + 1)) - 1;
    *ret = character;
    return character >= least[count] && character <= 0x10ffff ? count : 0;
}

/* unichar_is_valid() and unichar_is_control() of systemd */
static bool is_text_character(uint32_t character, bool with_newline)
{
    if (character < ' ')
        return character == '\t' || (with_newline && character == '\n');
    return !(character >= 0x7f && character <= 0x9f) && (character & 0xfffff800) != 0xd800 &&
           !(character >= 0xfdd0 && character <= 0xfdef) && (character & 0xfffe) != 0xfffe;
}

static bool is_text(const struct entry_field *field, bool with_newline)
{
    for (size_t at = 0; at < field->length;) {
        uint32_t character;
        size_t length = read_character(field->value + at, field->length - at, &character);

        if (length == 0 || !is_text_character(character, with_newline))
            return false;
        at += length;
    }
    return true;
}

/* ---- JSON, as RFC 8259 has it ---- */

static unsigned next_hex(struct output *output)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t digit = next(output);
    const char *found = strchr(digits, digit);

    PROMISE(digit && found);
    return (unsigned)(found - digits);
}

/* Reads what follows a backslash. Returns the length of its UTF-8 in ret. */
static size_t read_escape(struct output *output, uint8_t ret[3])
{
    static const char letters[] = "\"\\nt", meanings[] = "\"\\\n\t";
    uint8_t letter = next(output);
    const char *found = strchr(letters, letter);
    unsigned character = 0;

    if (letter != 'u') {
        PROMISE(letter && found);
        ret[0] = (uint8_t)meanings[found - letters];
        return 1;
    }
    for (int i = 0; i < 4; i++)
        character = character << 4 | next_hex(output);
    PROMISE(character >= 0x800);
    ret[0] = (uint8_t)(0xe0 | character >> 12);
    ret[1] = (uint8_t)(0x80 | (character >> 6 & 0x3f));
    ret[2] = (uint8_t)(0x80 | (character & 0x3f));
    return 3;
}

static void expect_string(struct output *output, const struct entry_field *field)
{
    size_t at = 0;
    uint8_t octet;

    while ((octet = next(output)) != '"') {
        uint8_t decoded[3] = {octet};
        size_t length = octet == '\\' ? read_escape(output, decoded) : 1;

        /* Nothing of a string controls a terminal. */
        PROMISE(octet >= ' ' && octet != 0x7f);
        PROMISE(at + length <= field->length);
        PROMISE(memcmp(field->value + at, decoded, length) == 0);
        at += length;
    }
    PROMISE(at == field->length);
}

static void expect_octets(struct output *output, const struct entry_field *field)
{
    PROMISE(field->length > 0);
    for (size_t i = 0; i < field->length; i++) {
        unsigned number = 0;

        while (peek(output) >= '0' && peek(output) <= '9')
            number = 10 * number + (next(output) - '0');
        PROMISE(number == field->value[i]);
        expect_octet(output, i + 1 < field->length ? ',' : ']');
    }
}

static void expect_value(struct output *output, const struct entry_field *field)
{
    if (is_text(field, true)) {
        expect_octet(output, '"');
        expect_string(output, field);
    } else {
        expect_octet(output, '[');
        expect_octets(output, field);
    }
}

static bool has_name_of(const struct entry_fields *fields, unsigned index, unsigned other)
{
    const struct entry_field *list = fields->list;

    return other < fields->count && list[index].name_length == list[other].name_length &&
           memcmp(list[index].name, list[other].name, list[index].name_length) == 0;
}

static void expect_json(struct output *output, const struct entry_fields *fields)
{
    unsigned i = 0;

    while (i < fields->count) {
        bool is_array = has_name_of(fields, i, i + 1);
        unsigned first = i;

        expect_octet(output, i == 0 ? '{' : ',');
        expect_octet(output, '"');
        expect(output, fields->list[i].name, fields->list[i].name_length);
        expect(output, "\":", 2);
        if (is_array)
            expect_octet(output, '[');
        do {
            if (i > first)
                expect_octet(output, ',');
            expect_value(output, &fields->list[i]);
        } while (has_name_of(fields, first, ++i));
        if (is_array)
            expect_octet(output, ']');
    }
    expect(output, "}\n", 2);
}

/* ---- the Journal Export Format ---- */

static void expect_export(struct output *output, const struct entry_fields *fields)
{
    for (unsigned i = 0; i < fields->count; i++) {
        const struct entry_field *field = &fields->list[i];

        expect(output, field->name, field->name_length);
        if (is_text(field, false)) {
            expect_octet(output, '=');
        } else {
            uint64_t length = 0;

            expect_octet(output, '\n');
            for (unsigned shift = 0; shift < 64; shift += 8)
                length |= (uint64_t)next(output) << shift;
            PROMISE(length == field->length);
        }
        expect(output, field->value, field->length);
        expect_octet(output, '\n');
    }
    expect_octet(output, '\n');
}

/* ---- the entry ---- */

static void check(const struct format *format, const struct entry_fields *fields, size_t piece,
                  uint8_t *octets, size_t size,
                  void (*expect_entry)(struct output *, const struct entry_fields *))
{
    struct output output = {.at = octets, .end = octets};
    struct position position = {0};
    size_t length;

    do {
        /* A sanitizer sees a write behind the piece. */
        char *room = malloc(piece);

        PROMISE(room);
        length = format->encode_message(fields, &position, room, piece);
        PROMISE(length <= piece && (size_t)(output.end - octets) + length <= size);
        memcpy(octets + (output.end - octets), room, length);
        output.end += length;
        free(room);
    } while (length > 0);
    expect_entry(&output, fields);
    PROMISE(output.at == output.end);
}

static size_t input_octets(struct input *input, const uint8_t **ret)
{
    size_t wanted = input_octet(input), length = wanted < input->left ? wanted : input->left;

    *ret = input->at;
    input->at += length;
    input->left -= length;
    return length;
}

/* Adds the rest of the input as fields, as many as a sender may add. */
static void add_fields(struct fields *fields, struct input *input)
{
    static const char names[] = "ABCDEFGH";

    while (input->left > 0) {
        char text[2 + UINT8_MAX] = {names[input_octet(input) % 8], '='};
        const uint8_t *value;
        size_t length = input_octets(input, &value);

        memcpy(text + 2, value, length);
        if (fields_add(fields, text, 2 + length) != FIELDS_ADDED)
            return;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {.at = data, .left = size};
    size_t piece = FORMAT_PIECE_MIN + input_octet(&input), room = EXPANSION * size + OVERHEAD;
    struct entry entry = {.from = {.pid = 7, .uid = 8, .account = 9}};
    struct fields fields = {0};
    struct entry_fields list;
    uint8_t *octets = malloc(room);
    const uint8_t *bytes;

    PROMISE(octets);
    entry.message.length = input_octets(&input, &bytes);
    entry.message.bytes = (uint8_t *)bytes;
    add_fields(&fields, &input);
    entry.message.fields = fields.octets;
    entry.message.fields_length = fields.length;
    entry_fields_begin(&list);
    entry_fields_add_message(&list, &entry);
    check(&format_json, &list, piece, octets, room, expect_json);
    check(&format_export, &list, piece, octets, room, expect_export);
    fields_free(&fields);
    free(octets);
    return 0;
}
