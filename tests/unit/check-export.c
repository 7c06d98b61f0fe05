/* SPDX-License-Identifier: MIT */
/* check-export.c - tests that entries have the Journal Export Format */

#include <stdio.h>
#include <string.h>

#include "pieces.h"
#include "suite.h"

static void expect(const void *expected, size_t length)
{
    ck_assert_uint_eq(pieces_encode(&format_export, sizeof pieces_output), length);
    ck_assert_mem_eq(pieces_output, expected, length);
}

static void expect_text(const char *expected)
{
    expect(expected, strlen(expected));
}

START_TEST(each_field_is_a_line_and_an_empty_line_ends_the_entry)
{
    pieces_add_text("MESSAGE", "text");
    pieces_add_text("PRIORITY", "5");
    pieces_add_text("A_1", "");
    expect_text("MESSAGE=text\nPRIORITY=5\nA_1=\n\n");
}
END_TEST

START_TEST(text_is_written_as_it_is)
{
    pieces_add_text("A", "Gr\xc3\xbc\xc3\x9f"
                         "e\t\"\\ \xe2\x80\xae=\xe2\x80\xac");
    expect_text("A=Gr\xc3\xbc\xc3\x9f"
                "e\t\"\\ \xe2\x80\xae=\xe2\x80\xac\n\n");
}
END_TEST

START_TEST(what_is_no_line_of_text_has_its_length_before_it)
{
    static const char expected[] = "A\n\4\0\0\0\0\0\0\0a\n\nb\n"
                                   "B\n\1\0\0\0\0\0\0\0\xff\n"
                                   "C\n\1\0\0\0\0\0\0\0\0\n\n";

    pieces_add_text("A", "a\n\nb");
    pieces_add_text("B", "\xff");
    pieces_add("C", "", 1);
    expect(expected, sizeof expected - 1);
}
END_TEST

START_TEST(a_length_has_its_least_significant_octet_first)
{
    static char octets[0x1234];

    pieces_add("A", octets, sizeof octets);
    ck_assert_uint_eq(pieces_encode(&format_export, sizeof pieces_output), sizeof octets + 12);
    ck_assert_mem_eq(pieces_output, "A\n\x34\x12\0\0\0\0\0\0\0", 11);
    ck_assert_mem_eq(pieces_output + 10 + sizeof octets, "\n\n", 2);
}
END_TEST

START_TEST(a_name_that_repeats_has_a_line_for_each_value)
{
    pieces_add_text("A", "1");
    pieces_add_text("A", "");
    pieces_add_text("A", "1");
    expect_text("A=1\nA=\nA=1\n\n");
}
END_TEST

START_TEST(pieces_of_any_size_are_the_same_entry)
{
    pieces_expect_same(&format_export);
}
END_TEST

START_TEST(the_longest_name_fits_a_piece)
{
    char name[FIELD_NAME_MAX + 1] = "", expected[2 * FIELD_NAME_MAX];

    memset(name, 'N', FIELD_NAME_MAX);
    pieces_add_text(name, "1");
    snprintf(expected, sizeof expected, "%s=1\n\n", name);
    pieces_encode(&format_export, FORMAT_PIECE_MIN);
    ck_assert_str_eq(pieces_output, expected);
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        each_field_is_a_line_and_an_empty_line_ends_the_entry,
        text_is_written_as_it_is,
        what_is_no_line_of_text_has_its_length_before_it,
        a_length_has_its_least_significant_octet_first,
        a_name_that_repeats_has_a_line_for_each_value,
        pieces_of_any_size_are_the_same_entry,
        the_longest_name_fits_a_piece,
        NULL,
    };

    return suite_around("export", tests, pieces_clear, NULL);
}
