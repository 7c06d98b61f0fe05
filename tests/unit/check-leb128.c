/* SPDX-License-Identifier: MIT */
/* check-leb128.c - tests that a number is decoded unchanged, and has only one valid encoding */

#include <stdbool.h>

#include "protocol/leb128.h"
#include "suite.h"

/* Takes octets, of which all but the last give LEB128_MORE. Returns the last status. */
static enum leb128_status take(struct leb128 *number, const uint8_t *octets, size_t length)
{
    *number = (struct leb128){0};
    for (size_t i = 0; i + 1 < length; i++)
        ck_assert_int_eq(leb128_take(number, octets[i]), LEB128_MORE);
    return leb128_take(number, octets[length - 1]);
}

static void expect(enum leb128_status status, const uint8_t *octets, size_t length)
{
    struct leb128 number;

    ck_assert_int_eq(take(&number, octets, length), status);
}
#define EXPECT(status, ...)                                                                        \
    expect(status, (const uint8_t[]){__VA_ARGS__}, sizeof(uint8_t[]){__VA_ARGS__})

/*
 * Steps *number through the powers of two and their neighbours, and ends with SIZE_MAX. Returns
 * false at the end.
 */
static bool next_number(size_t *number)
{
    size_t power = 1;

    if (*number == SIZE_MAX)
        return false;
    while (power < *number && power << 1 != 0)
        power <<= 1;
    if (*number + 1 < power)
        *number = power - 1;
    else if (*number > power)
        *number = SIZE_MAX;
    else
        ++*number;
    return true;
}

START_TEST(a_number_is_decoded_unchanged)
{
    size_t value = 0;

    do {
        uint8_t octets[LEB128_OCTETS];
        size_t length = (size_t)(leb128_put(octets, value) - octets);
        struct leb128 number;

        ck_assert_uint_le(length, LEB128_OCTETS);
        ck_assert_int_eq(take(&number, octets, length), LEB128_WHOLE);
        ck_assert_uint_eq(number.value, value);
        ck_assert_uint_eq(number.octets, length);
    } while (next_number(&value));
}
END_TEST

START_TEST(a_number_has_as_few_octets_as_it_needs)
{
    size_t value = 0;

    do {
        uint8_t octets[LEB128_OCTETS];
        size_t length = (size_t)(leb128_put(octets, value) - octets), needed = 1;

        for (size_t rest = value >> 7; rest > 0; rest >>= 7)
            needed++;
        ck_assert_uint_eq(length, needed);
    } while (next_number(&value));
}
END_TEST

START_TEST(the_least_significant_bits_come_first)
{
    static const uint8_t expected[] = {0xe5, 0x8e, 0x26};
    uint8_t octets[LEB128_OCTETS];

    ck_assert_ptr_eq(leb128_put(octets, 624485), octets + sizeof expected);
    ck_assert_mem_eq(octets, expected, sizeof expected);
}
END_TEST

START_TEST(the_largest_number_has_the_most_octets)
{
    uint8_t octets[LEB128_OCTETS];

    ck_assert_ptr_eq(leb128_put(octets, SIZE_MAX), octets + LEB128_OCTETS);
}
END_TEST

START_TEST(a_number_beyond_size_max_is_too_large_at_the_octet_that_exceeds_it)
{
    uint8_t octets[LEB128_OCTETS];
    struct leb128 number;

    leb128_put(octets, SIZE_MAX);
    octets[LEB128_OCTETS - 1] = (uint8_t)(octets[LEB128_OCTETS - 1] + 1);
    ck_assert_int_eq(take(&number, octets, LEB128_OCTETS), LEB128_TOO_LARGE);
    octets[LEB128_OCTETS - 1] |= 0x80;
    ck_assert_int_eq(take(&number, octets, LEB128_OCTETS), LEB128_TOO_LARGE);
}
END_TEST

START_TEST(a_number_with_more_octets_than_the_largest_is_too_large)
{
    uint8_t octets[LEB128_OCTETS + 1];
    struct leb128 number;

    for (size_t i = 0; i < LEB128_OCTETS; i++)
        octets[i] = 0x80;
    for (unsigned last = 0; last < 256; last++) {
        octets[LEB128_OCTETS] = (uint8_t)last;
        ck_assert_int_eq(take(&number, octets, sizeof octets), LEB128_TOO_LARGE);
    }
}
END_TEST

START_TEST(a_number_with_more_octets_than_it_needs_is_padded)
{
    EXPECT(LEB128_PADDED, 0x80, 0);
    EXPECT(LEB128_PADDED, 0xff, 0);
    EXPECT(LEB128_PADDED, 0x80, 0x81, 0);
    EXPECT(LEB128_WHOLE, 0);
    EXPECT(LEB128_WHOLE, 0x80, 1);
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        a_number_is_decoded_unchanged,
        a_number_has_as_few_octets_as_it_needs,
        the_least_significant_bits_come_first,
        the_largest_number_has_the_most_octets,
        a_number_beyond_size_max_is_too_large_at_the_octet_that_exceeds_it,
        a_number_with_more_octets_than_the_largest_is_too_large,
        a_number_with_more_octets_than_it_needs_is_padded,
        NULL,
    };

    return suite_of("leb128", tests);
}
