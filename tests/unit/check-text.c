/* SPDX-License-Identifier: MIT */
/* check-text.c - tests that a character counts as printable only if it does no harm on a terminal
 */

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/text.h"
#include "suite.h"

/* Encodes any number of up to 21 bits in this length, even a forbidden one. */
static void encode(uint32_t character, size_t length, uint8_t ret[TEXT_CHARACTER_MAX])
{
    static const uint8_t marks[] = {[1] = 0, [2] = 0xc0, [3] = 0xe0, [4] = 0xf0};

    for (size_t i = length; i-- > 1; character >>= 6)
        ret[i] = 0x80 | (character & 0x3f);
    ret[0] = marks[length] | (uint8_t)character;
}

static size_t shortest(uint32_t character)
{
    return character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
}

static bool is_among(uint32_t character, uint32_t first, uint32_t last)
{
    return character >= first && character <= last;
}

/* As text.h says it. */
static bool is_bad(uint32_t character)
{
    return is_among(character, 0, 0x1f) || is_among(character, 0x7f, 0x9f) ||
           is_among(character, 0x2028, 0x2029) || is_among(character, 0x202a, 0x202e) ||
           is_among(character, 0x2066, 0x2069) || is_among(character, 0xd800, 0xdfff) ||
           is_among(character, 0xfdd0, 0xfdef) || character % 0x10000 == 0xfffe ||
           character % 0x10000 == 0xffff || character > 0x10ffff;
}

START_TEST(every_character_is_printable_but_the_listed_ones)
{
    for (uint32_t character = 0; character < 1 << 21; character++) {
        size_t length = shortest(character);
        uint8_t octets[TEXT_CHARACTER_MAX];
        size_t expected = is_bad(character) ? 0 : length;

        encode(character, length, octets);
        if (text_printable(octets, length) != expected)
            ck_abort_msg("U+%04X", character);
    }
}
END_TEST

START_TEST(a_character_has_its_shortest_form)
{
    uint8_t octets[TEXT_CHARACTER_MAX];

    for (uint32_t character = 0; character < 0x10000; character++)
        for (size_t length = shortest(character) + 1; length <= TEXT_CHARACTER_MAX; length++) {
            encode(character, length, octets);
            if (text_printable(octets, length) != 0)
                ck_abort_msg("U+%04X in %zu octets", character, length);
        }
}
END_TEST

/* The memory ends with the text, so that a sanitizer notices an octet too many. */
static size_t printable(const char *text, size_t length)
{
    uint8_t *octets = malloc(length + !length);
    size_t result;

    ck_assert_ptr_nonnull(octets);
    memcpy(octets, text, length);
    result = text_printable(octets, length);
    free(octets);
    return result;
}

START_TEST(what_follows_a_character_does_not_matter)
{
    ck_assert_uint_eq(printable("ab", 2), 1);
    ck_assert_uint_eq(printable("a\x9b", 2), 1);
    ck_assert_uint_eq(printable("\xc3\xab\xab", 3), 2);
    ck_assert_uint_eq(printable("\xf0\x9f\x98\x80\x80", 5), 4);
}
END_TEST

START_TEST(a_character_that_is_not_whole_is_not_printable)
{
    static const char whole[] = "\xf0\x9f\x98\x80";

    ck_assert_uint_eq(printable("", 0), 0);
    for (size_t length = 1; length < 4; length++)
        ck_assert_uint_eq(printable(whole, length), 0);
    ck_assert_uint_eq(printable("\xe2\x82", 2), 0);
    ck_assert_uint_eq(printable("\xe2\x82x", 3), 0);
    ck_assert_uint_eq(printable("\xc3\xc3\xab", 3), 0);
}
END_TEST

START_TEST(an_octet_that_begins_no_character_is_not_printable)
{
    for (unsigned octet = 0x80; octet < 0x100; octet++) {
        const char text[] = {(char)octet, 'x', 'x', 'x'};

        ck_assert_uint_eq(printable(text, sizeof text), 0);
    }
}
END_TEST

/* Returns the index behind the name, or -1 if the text does not begin with the name. */
static int begins(const char *text, const char *name)
{
    size_t behind = 42;
    bool result = text_begins_as((const uint8_t *)text, strlen(text), name, &behind);

    if (!result)
        ck_assert_uint_eq(behind, 42);
    return result ? (int)behind : -1;
}

START_TEST(text_that_can_look_as_if_it_began_with_a_name_is_recognised)
{
    ck_assert_int_eq(begins("name", "name"), 4);
    ck_assert_int_eq(begins("name: text", "name"), 4);
    ck_assert_int_eq(begins("nAMe", "Name"), 4);
    ck_assert_int_eq(begins("  name ", "name"), 6);
    ck_assert_int_eq(begins("\xe2\x80\x8bna\xe2\x80\x8bme\xe2\x80\x8b: text", "name"), 13);
    ck_assert_int_eq(begins("", "name"), -1);
    ck_assert_int_eq(begins("nam", "name"), -1);
    ck_assert_int_eq(begins("na me", "name"), -1);
    ck_assert_int_eq(begins("a name", "name"), -1);
    ck_assert_int_eq(begins("\tname", "name"), -1);
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        every_character_is_printable_but_the_listed_ones,
        a_character_has_its_shortest_form,
        what_follows_a_character_does_not_matter,
        a_character_that_is_not_whole_is_not_printable,
        an_octet_that_begins_no_character_is_not_printable,
        text_that_can_look_as_if_it_began_with_a_name_is_recognised,
        NULL,
    };

    return suite_of("text", tests);
}
