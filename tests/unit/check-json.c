/* SPDX-License-Identifier: MIT */
/* check-json.c - tests that entries become lines of JSON */

#include <stdio.h>
#include <string.h>

#include "pieces.h"
#include "suite.h"

static void expect(const char *expected)
{
    pieces_encode(&format_json, sizeof pieces_output);
    ck_assert_str_eq(pieces_output, expected);
}

static void expect_value(const void *value, size_t length, const char *expected)
{
    char line[1024];

    pieces_clear();
    pieces_add("MESSAGE", value, length);
    snprintf(line, sizeof line, "{\"MESSAGE\":%s}\n", expected);
    expect(line);
}

static void expect_text(const char *text, const char *expected)
{
    expect_value(text, strlen(text), expected);
}

START_TEST(each_field_is_a_member_of_one_object)
{
    pieces_add_text("MESSAGE", "text");
    pieces_add_text("PRIORITY", "5");
    pieces_add_text("A_1", "");
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
    expect_text("\xe2\x80\xa8|\xe2\x80\xa9|\xe2\x80\xaa|\xe2\x80\xac",
                "\"\\u2028|\\u2029|\\u202a|\\u202c\"");
    expect_text("\xe2\x80\xae|\xe2\x80\xac|\xe2\x81\xa6|\xe2\x81\xa9",
                "\"\\u202e|\\u202c|\\u2066|\\u2069\"");
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
    pieces_add_text("A", "1");
    pieces_add_text("A", "");
    pieces_add_text("A", "\xff\xfe");
    pieces_add_text("AB", "2");
    pieces_add_text("B", "\x01");
    pieces_add_text("B", "x");
    expect("{\"A\":[\"1\",\"\",[255,254]],\"AB\":\"2\",\"B\":[[1],\"x\"]}\n");
}
END_TEST

START_TEST(pieces_of_any_size_are_the_same_entry)
{
    pieces_expect_same(&format_json);
}
END_TEST

/* The longest name, with the most around it. */
START_TEST(the_longest_name_fits_a_piece)
{
    char name[FIELD_NAME_MAX + 1] = "", expected[2 * FIELD_NAME_MAX];

    memset(name, 'N', FIELD_NAME_MAX);
    pieces_add_text("A", "1");
    pieces_add_text(name, "1");
    pieces_add_text(name, "\x01");
    snprintf(expected, sizeof expected, "{\"A\":\"1\",\"%s\":[\"1\",[1]]}\n", name);
    pieces_encode(&format_json, FORMAT_PIECE_MIN);
    ck_assert_str_eq(pieces_output, expected);
}
END_TEST

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

    return suite_around("json", tests, pieces_clear, NULL);
}
