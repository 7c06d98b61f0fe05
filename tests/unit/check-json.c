/* SPDX-License-Identifier: MIT */
/* check-json.c - tests that entries become lines of JSON */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/format.h"
#include "suite.h"

static struct entry_fields list;

static void add(const char *name, const void *value, size_t length)
{
    list.list[list.count++] = (struct entry_field){name, strlen(name), value, length};
}

static void add_text(const char *name, const char *text)
{
    add(name, text, strlen(text));
}

static char output[1 << 16];

/* Encodes the list in pieces of this size. Returns the number of octets in the output. */
static size_t encode_in_pieces_of(size_t size)
{
    static const char guard[] = "?????????";
    static char octets[sizeof output + sizeof guard];
    struct position position = {0};
    size_t length = 0, piece;

    do {
        memcpy(octets + size, guard, sizeof guard);
        piece = format_json.encode_message(&list, &position, octets, size);
        ck_assert_uint_le(piece, size);
        ck_assert_mem_eq(octets + size, guard, sizeof guard);
        ck_assert_uint_lt(length + piece, sizeof output);
        memcpy(output + length, octets, piece);
        length += piece;
    } while (piece > 0);
    output[length] = '\0';
    return length;
}

static void expect(const char *expected)
{
    encode_in_pieces_of(sizeof output);
    ck_assert_str_eq(output, expected);
}

static void expect_value(const void *value, size_t length, const char *expected)
{
    char line[1024];

    list.count = 0;
    add("MESSAGE", value, length);
    snprintf(line, sizeof line, "{\"MESSAGE\":%s}\n", expected);
    expect(line);
}

static void expect_text(const char *text, const char *expected)
{
    expect_value(text, strlen(text), expected);
}

START_TEST(each_field_is_a_member_of_one_object)
{
    add_text("MESSAGE", "text");
    add_text("PRIORITY", "5");
    add_text("A_1", "");
    expect("{\"MESSAGE\":\"text\",\"PRIORITY\":\"5\",\"A_1\":\"\"}\n");
}
END_TEST

START_TEST(text_is_a_string)
{
    expect_text("", "\"\"");
    expect_text("Gr\xc3\xbc\xc3\x9f"
                "e, \xe4\xbd\xa0\xe5\xa5\xbd \xf0\x9f\x91\x8b~",
                "\"Gr\xc3\xbc\xc3\x9f"
                "e, \xe4\xbd\xa0\xe5\xa5\xbd \xf0\x9f\x91\x8b~\"");
    expect_text("two\nlines\t", "\"two\\nlines\\t\"");
    expect_text("\"\\/u", "\"\\\"\\\\/u\"");
}
END_TEST

/* They are text to journald, but would change what a terminal shows. */
START_TEST(separators_and_directions_are_escaped)
{
    expect_text("\xe2\x80\xa8|\xe2\x80\xa9|\xe2\x80\xaa", "\"\\u2028|\\u2029|\\u202a\"");
    expect_text("\xe2\x80\xae|\xe2\x81\xa6|\xe2\x81\xa9", "\"\\u202e|\\u2066|\\u2069\"");
    expect_text("\xe2\x80\xa7\xe2\x80\xaf\xe2\x81\xa5\xe2\x81\xaa",
                "\"\xe2\x80\xa7\xe2\x80\xaf\xe2\x81\xa5\xe2\x81\xaa\"");
}
END_TEST

START_TEST(what_is_no_text_is_an_array_of_octets)
{
    expect_value("\0", 1, "[0]");
    expect_value("a\xff\n\0b", 5, "[97,255,10,0,98]");
    expect_text("\xc3", "[195]");
    expect_text("\x1b[2J", "[27,91,50,74]");
    expect_text("\x7f", "[127]");
    expect_text("\xc2\x9b", "[194,155]");
}
END_TEST

START_TEST(a_name_that_repeats_has_an_array_of_values)
{
    add_text("A", "1");
    add_text("A", "");
    add_text("A", "\xff\xfe");
    add_text("AB", "2");
    add_text("B", "\x01");
    add_text("B", "x");
    expect("{\"A\":[\"1\",\"\",[255,254]],\"AB\":\"2\",\"B\":[[1],\"x\"]}\n");
}
END_TEST

/* Fills value with characters of all kinds. Returns its length. */
static size_t make_value(char *value, size_t size, bool is_text, size_t shift)
{
    static const char text[] = "a\"\\\n\t\xc3\xbc\xe2\x80\xae\xf0\x9f\x91\x8b";
    size_t length = shift;

    memset(value, 'x', shift);
    while (length + sizeof text < size) {
        memcpy(value + length, text, sizeof text - 1);
        length += sizeof text - 1;
    }
    if (!is_text)
        value[length++] = '\xff';
    return length;
}

/* The end of a piece is at each octet of a value, of a name and of what is around them. */
START_TEST(pieces_of_any_size_are_the_same_entry)
{
    static char whole[sizeof output], values[2][1200];
    size_t length;

    for (size_t shift = 0; shift < 8; shift++)
        for (int is_text = 0; is_text <= 1; is_text++) {
            list.count = 0;
            add("A", values[0], make_value(values[0], sizeof values[0], is_text, shift));
            add("A", values[1], make_value(values[1], sizeof values[1], true, 0));
            for (int i = 0; i < 30; i++)
                add_text(i % 4 < 2 ? "NAME" : "OTHER", i % 3 ? "value" : "");
            length = encode_in_pieces_of(sizeof output);
            memcpy(whole, output, length + 1);
            for (size_t size = FORMAT_PIECE_MIN; size < FORMAT_PIECE_MIN + 200; size++) {
                ck_assert_uint_eq(encode_in_pieces_of(size), length);
                ck_assert_mem_eq(output, whole, length);
            }
        }
}
END_TEST

/* The longest name, with the most around it. */
START_TEST(the_longest_name_fits_a_piece)
{
    char name[FIELD_NAME_MAX + 1] = "", expected[2 * FIELD_NAME_MAX];

    memset(name, 'N', FIELD_NAME_MAX);
    add_text("A", "1");
    add_text(name, "1");
    add_text(name, "\x01");
    snprintf(expected, sizeof expected, "{\"A\":\"1\",\"%s\":[\"1\",[1]]}\n", name);
    encode_in_pieces_of(FORMAT_PIECE_MIN);
    ck_assert_str_eq(output, expected);
}
END_TEST

static void begin(void)
{
    list.count = 0;
}

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        each_field_is_a_member_of_one_object,
        text_is_a_string,
        separators_and_directions_are_escaped,
        what_is_no_text_is_an_array_of_octets,
        a_name_that_repeats_has_an_array_of_values,
        pieces_of_any_size_are_the_same_entry,
        the_longest_name_fits_a_piece,
        NULL,
    };

    return suite_around("json", tests, begin, NULL);
}
