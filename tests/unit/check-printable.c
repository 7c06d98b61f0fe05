/* SPDX-License-Identifier: MIT */
/* check-printable.c - tests which values are text to journalctl(1) */

#include <stdio.h>
#include <string.h>

#include "daemon/printable.h"
#include "suite.h"

static bool is_line(const char *text)
{
    return printable_line((const uint8_t *)text, strlen(text));
}

/* Encodes a character in UTF-8. */
static size_t encode(uint32_t character, uint8_t ret[4])
{
    static const uint8_t first[] = {[1] = 0, [2] = 0xc0, [3] = 0xe0, [4] = 0xf0};
    size_t length = character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;

    for (size_t i = length; i-- > 0; character >>= 6)
        ret[i] = (uint8_t)(i == 0 ? first[length] | character : 0x80 | (character & 0x3f));
    return length;
}

/* The rules of systemd: unichar_is_valid() and unichar_is_control(). */
static bool is_text(uint32_t character)
{
    if ((character & 0xfffff800) == 0xd800 || (character >= 0xfdd0 && character <= 0xfdef) ||
        (character & 0xfffe) == 0xfffe)
        return false;
    return character == '\t' || (character >= ' ' && (character < 0x7f || character > 0x9f));
}

START_TEST(each_character_is_text_as_in_systemd)
{
    for (uint32_t character = 0; character < 0x110000; character++) {
        uint8_t octets[4];
        size_t length = encode(character, octets);
        bool is_newline = character == '\n';

        if (printable_line(octets, length) != is_text(character) ||
            printable_lines(octets, length) != (is_newline || is_text(character)))
            ck_abort_msg("U+%04X", (unsigned)character);
    }
}
END_TEST

START_TEST(what_is_not_utf_8_is_no_text)
{
    static const char *const texts[] = {
        "\xff",         "\x80",        "\xc3",         "\xc0\xaf",
        "\xe0\x80\xaf", "\xe2\x80",    "\xe2\x82\x41", "\xf4\x90\x80\x80",
        "\xf0\x9f\x91", "\xed\xa0\x80"};

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        ck_assert_msg(!is_line(texts[i]), "%zu", i);
}
END_TEST

START_TEST(every_octet_counts)
{
    char text[] = "\xc3\xbc and more \xe2\x80\xae text \xe2\x80\xac \xf0\x9f\x91\x8b ";

    ck_assert(is_line(""));
    ck_assert(is_line(text));
    text[sizeof text - 2] = '\x01';
    ck_assert(!is_line(text));
    text[sizeof text - 2] = '\n';
    ck_assert(!is_line(text));
    ck_assert(printable_lines((const uint8_t *)text, strlen(text)));
    ck_assert(!printable_lines((const uint8_t *)text, strlen(text) - 2));
    ck_assert(!printable_line((const uint8_t *)"a\0b", 3));
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        each_character_is_text_as_in_systemd,
        what_is_not_utf_8_is_no_text,
        every_octet_counts,
        NULL,
    };

    return suite_of("printable", tests);
}
