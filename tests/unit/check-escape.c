/* SPDX-License-Identifier: MIT */
/* check-escape.c - tests that each message is one harmless line, from which it can be restored */

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "host/escape.h"
#include "suite.h"

#define NAME "minitalkd"

/* Copies octets to memory that ends with them, so that a sanitizer notices an octet too many. */
static uint8_t *exact_copy(const void *octets, size_t length)
{
    uint8_t *copy = malloc(length + !length);

    ck_assert_ptr_nonnull(copy);
    memcpy(copy, octets, length);
    return copy;
}

static void expect_line(const char *message, size_t length, const char *expected)
{
    uint8_t *copy = exact_copy(message, length);
    size_t line_length;
    char *line = escape_line(copy, length, NAME, &line_length);

    ck_assert_ptr_nonnull(line);
    ck_assert_msg(line_length == strlen(expected) + 1 &&
                      memcmp(line, expected, strlen(expected)) == 0 &&
                      line[line_length - 1] == '\n',
                  "'%.*s' is not '%s'", (int)line_length, line, expected);
    free(line);
    free(copy);
}

static void expect_text(const char *message, const char *expected)
{
    expect_line(message, strlen(message), expected);
}

/* Restores a message by the rule of escape.h. Returns its length. */
static size_t restore(const char *line, size_t length, uint8_t *ret)
{
    size_t restored = 0;

    for (size_t i = 0; i < length; restored++)
        if (line[i] == '\\' && i + 3 < length && line[i + 1] == 'x') {
            const char digits[] = {line[i + 2], line[i + 3], '\0'};

            ret[restored] = (uint8_t)strtoul(digits, NULL, 16);
            i += 4;
        } else {
            ret[restored] = (uint8_t)line[i++];
        }
    return restored;
}

static void expect_restored(const uint8_t *message, size_t length)
{
    size_t line_length;
    char *line = escape_line(message, length, NAME, &line_length);
    uint8_t *restored = malloc(line_length);

    ck_assert(line && restored);
    ck_assert_uint_eq(restore(line, line_length - 1, restored), length);
    ck_assert(length == 0 || memcmp(restored, message, length) == 0);
    free(restored);
    free(line);
}

START_TEST(text_and_tabs_are_written_as_they_are)
{
    expect_text("", "");
    expect_text("a message", "a message");
    expect_text("Zo\xc3\xab\t\xf0\x9f\x91\x8b ", "Zo\xc3\xab\t\xf0\x9f\x91\x8b ");
    expect_text("C:\\new \\d \\", "C:\\new \\d \\");
}
END_TEST

START_TEST(what_could_harm_a_terminal_or_end_the_line_is_escaped)
{
    expect_text("two\nlines\r", "two\\x0alines\\x0d");
    expect_text("\033[2J\177", "\\x1b[2J\\x7f");
    expect_text("\xc2\x9b", "\\xc2\\x9b");
    expect_text("\x9b\xff", "\\x9b\\xff");
    expect_text("\xe2\x80\xa8", "\\xe2\\x80\\xa8");
    expect_line("a\0b", 3, "a\\x00b");
    expect_text("half \xe2\x82", "half \\xe2\\x82");
}
END_TEST

START_TEST(a_backslash_before_an_x_is_escaped)
{
    expect_text("\\x41", "\\x5cx41");
    expect_text("\\\\x", "\\\\x5cx");
    expect_text("\\", "\\");
}
END_TEST

START_TEST(a_message_that_looks_like_a_line_of_the_program_is_escaped)
{
    expect_text("minitalkd: stopped", "\\x6dinitalkd: stopped");
    expect_text("Minitalkd: stopped", "\\x4dinitalkd: stopped");
    expect_text(" minitalkd:", "\\x20minitalkd:");
    expect_text("\xe2\x80\x8bminitalkd: stopped", "\\xe2\\x80\\x8bminitalkd: stopped");
    expect_text("mini\xe2\x80\x8btalkd: x", "\\x6dini\xe2\x80\x8btalkd: x");
    expect_text("minitalkd stopped", "minitalkd stopped");
    expect_text("minitalkd", "minitalkd");
    expect_text("minitalk-send: x", "minitalk-send: x");
    expect_text("a minitalkd: x", "a minitalkd: x");
}
END_TEST

START_TEST(every_message_can_be_restored)
{
    static const char letters[] = {'\\', 'x', '0', 'a', '\n', (char)0xc3, (char)0xab, 'm'};
    uint8_t octets[256];

    for (unsigned i = 0; i < sizeof octets; i++)
        octets[i] = (uint8_t)i;
    expect_restored(octets, sizeof octets);
    expect_restored((const uint8_t *)"minitalkd: \\x6d", 15);
    for (unsigned n = 0; n < 8 * 8 * 8 * 8 * 8; n++) {
        for (unsigned i = 0, rest = n; i < 5; i++, rest /= 8)
            octets[i] = (uint8_t)letters[rest % 8];
        expect_restored(octets, 5);
    }
}
END_TEST

START_TEST(a_line_has_only_printable_text_and_tabs)
{
    for (unsigned n = 0; n < 1 << 16; n++) {
        const uint8_t octets[] = {(uint8_t)(n >> 8), (uint8_t)n};
        size_t length;
        char *line = escape_line(octets, sizeof octets, NAME, &length);

        ck_assert_ptr_nonnull(line);
        for (size_t i = 0; i + 1 < length; i++) {
            uint8_t octet = (uint8_t)line[i];

            if (octet != '\t' && (octet < ' ' || octet == 0x7f))
                ck_abort_msg("%04x: %02x", n, octet);
        }
        free(line);
    }
}
END_TEST

START_TEST(a_small_buffer_gets_whole_characters_and_escapes)
{
    static const char message[] = "ab\n\xf0\x9f\x91\x8b", expected[] = "ab\\x0a\xf0\x9f\x91\x8b";
    const uint8_t *octets = (const uint8_t *)message;
    const size_t length = sizeof message - 1;

    for (size_t size = 0; size <= sizeof expected; size++) {
        size_t whole = size < 2 ? size : size < 6 ? 2 : size < 10 ? 6 : 10, at = 0;
        char *buffer = malloc(size + !size);

        ck_assert_ptr_nonnull(buffer);
        ck_assert_uint_eq(escape(octets, length, NAME, &at, buffer, size), whole);
        ck_assert_uint_eq(at, whole < 6 ? whole : whole == 6 ? 3 : 7);
        ck_assert(whole == 0 || memcmp(buffer, expected, whole) == 0);
        free(buffer);
    }
}
END_TEST

START_TEST(a_message_can_be_escaped_in_pieces)
{
    static const char message[] = "minitalkd: \\x \n and more";
    const uint8_t *octets = (const uint8_t *)message;
    const size_t length = sizeof message - 1;
    char pieces[128];
    size_t at = 0, written = 0;

    while (at < length)
        written += escape(octets, length, NAME, &at, pieces + written, ESCAPE_MAX);
    pieces[written] = '\0';
    ck_assert_str_eq(pieces, "\\x6dinitalkd: \\x5cx \\x0a and more");
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        text_and_tabs_are_written_as_they_are,
        what_could_harm_a_terminal_or_end_the_line_is_escaped,
        a_backslash_before_an_x_is_escaped,
        a_message_that_looks_like_a_line_of_the_program_is_escaped,
        every_message_can_be_restored,
        a_line_has_only_printable_text_and_tabs,
        a_small_buffer_gets_whole_characters_and_escapes,
        a_message_can_be_escaped_in_pieces,
        NULL,
    };

    return suite_of("escape", tests);
}
