/* SPDX-License-Identifier: MIT */
/* check-tally.c - tests the counts, the line and the exit status of a run with --keep-going */

#include <stdint.h>

#include "sender/tally.h"
#include "suite.h"

static char line[TALLY_SIZE];

static const char *line_of(struct tally tally, uint64_t confirmed, uint64_t last)
{
    tally_format(&tally, confirmed, last, line);
    return line;
}

START_TEST(each_failed_message_is_in_one_count)
{
    struct tally tally = {0};

    tally_add(&tally, 65, false);
    tally_add(&tally, 75, true);
    tally_add(&tally, 74, false);
    ck_assert_uint_eq(tally.unlogged, 2);
    ck_assert_uint_eq(tally.unconfirmed, 1);
}
END_TEST

START_TEST(the_status_is_that_of_the_first_message_that_failed)
{
    struct tally tally = {0};

    ck_assert_int_eq(tally.status, 0);
    tally_add(&tally, 74, false);
    tally_add(&tally, 65, true);
    ck_assert_int_eq(tally.status, 74);
}
END_TEST

START_TEST(the_line_has_every_count)
{
    ck_assert_str_eq(line_of((struct tally){.unlogged = 2, .unconfirmed = 3}, 40, UINT64_MAX),
                     "40 messages confirmed, 2 not logged, 3 unconfirmed");
    ck_assert_str_eq(line_of((struct tally){.unlogged = 0}, 1, UINT64_MAX),
                     "1 message confirmed, 0 not logged, 0 unconfirmed");
}
END_TEST

START_TEST(the_line_says_where_a_run_ended_early)
{
    ck_assert_str_eq(line_of((struct tally){.unlogged = 1}, 4, 5),
                     "4 messages confirmed, 1 not logged, 0 unconfirmed; the run ended at message "
                     "5: the rest of the input was not sent");
}
END_TEST

START_TEST(the_largest_numbers_fit)
{
    ck_assert_str_eq(
        line_of((struct tally){.unlogged = UINT64_MAX, .unconfirmed = UINT64_MAX}, UINT64_MAX,
                UINT64_MAX - 1),
        "18446744073709551615 messages confirmed, 18446744073709551615 not logged, "
        "18446744073709551615 unconfirmed; the run ended at message 18446744073709551614: the "
        "rest of the input was not sent");
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        each_failed_message_is_in_one_count,
        the_status_is_that_of_the_first_message_that_failed,
        the_line_has_every_count,
        the_line_says_where_a_run_ended_early,
        the_largest_numbers_fit,
        NULL,
    };

    return suite_of("tally", tests);
}
