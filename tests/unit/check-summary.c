/* SPDX-License-Identifier: MIT */
/* check-summary.c - tests the summary line of minitalk-send */

#include <stdint.h>

#include "host/monotonic.h"
#include "sender/summary.h"
#include "suite.h"

static char line[SUMMARY_SIZE];

static const char *summary_of(struct delivery_counts counts)
{
    summary_format(&counts, line);
    return line;
}

START_TEST(the_line_has_every_count)
{
    ck_assert_str_eq(summary_of((struct delivery_counts){.messages = 3,
                                                         .bytes = 65536,
                                                         .bits = 524432,
                                                         .repeats = 12,
                                                         .time_ns = 2 * NSEC_PER_SEC}),
                     "3 messages, 65536 bytes logged; 524432 bits sent, 12 repeats; "
                     "2.0 s, 262.1 kbit/s");
}
END_TEST

START_TEST(a_count_of_1_is_singular)
{
    ck_assert_str_eq(
        summary_of((struct delivery_counts){
            .messages = 1, .bytes = 1, .bits = 1, .repeats = 1, .time_ns = NSEC_PER_SEC}),
        "1 message, 1 byte logged; 1 bit sent, 1 repeat; 1.0 s, 8.0 bit/s");
}
END_TEST

START_TEST(a_duration_of_0_gives_a_rate_of_0)
{
    ck_assert_str_eq(summary_of((struct delivery_counts){.messages = 0}),
                     "0 messages, 0 bytes logged; 0 bits sent, 0 repeats; 0.0 ms, 0.0 bit/s");
}
END_TEST

START_TEST(a_duration_below_a_second_is_in_milliseconds)
{
    ck_assert_str_eq(
        summary_of((struct delivery_counts){.bytes = 5, .time_ns = 400 * NSEC_PER_USEC}),
        "0 messages, 5 bytes logged; 0 bits sent, 0 repeats; 0.4 ms, 100.0 kbit/s");
    ck_assert_str_eq(
        summary_of((struct delivery_counts){.bytes = 250, .time_ns = 999 * NSEC_PER_USEC}),
        "0 messages, 250 bytes logged; 0 bits sent, 0 repeats; 1.0 ms, 2.0 Mbit/s");
}
END_TEST

START_TEST(blocks_are_counted_beside_bits)
{
    ck_assert_str_eq(
        summary_of((struct delivery_counts){.bits = 56, .blocks = 1, .time_ns = NSEC_PER_SEC}),
        "0 messages, 0 bytes logged; 56 bits and 1 block sent, 0 repeats; 1.0 s, 0.0 bit/s");
}
END_TEST

START_TEST(the_largest_numbers_fit)
{
    ck_assert_str_eq(summary_of((struct delivery_counts){UINT64_MAX, UINT64_MAX, UINT64_MAX,
                                                         UINT64_MAX, UINT64_MAX, UINT64_MAX}),
                     "18446744073709551615 messages, 18446744073709551615 bytes logged; "
                     "18446744073709551615 bits and 18446744073709551615 blocks sent, "
                     "18446744073709551615 repeats; "
                     "18446744073.7 s, 8000.0 Mbit/s");
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        blocks_are_counted_beside_bits,
        the_line_has_every_count,
        a_count_of_1_is_singular,
        a_duration_of_0_gives_a_rate_of_0,
        a_duration_below_a_second_is_in_milliseconds,
        the_largest_numbers_fit,
        NULL,
    };

    return suite_of("summary", tests);
}
