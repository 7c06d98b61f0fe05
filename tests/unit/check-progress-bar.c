/* SPDX-License-Identifier: MIT */
/* check-progress-bar.c - tests the text of the progress bar, and when it is drawn */

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/monotonic.h"
#include "sender/progress-bar.h"
#include "suite.h"

static char line[PROGRESS_BAR_SIZE];

static const char *drawn(struct progress_bar_state state, size_t width)
{
    ck_assert_uint_eq(progress_bar_format(&state, width, line), strlen(line));
    ck_assert_uint_le(strlen(line), width);
    return line;
}

/* A quarter of 64 KiB, sent in one second. */
static const struct progress_bar_state quarter = {
    .sent = 16384, .total = 65536, .time_ns = NSEC_PER_SEC};

/* ---- the line ---- */

START_TEST(the_line_has_share_bytes_rate_and_time_left)
{
    ck_assert_str_eq(drawn(quarter, 80),
                     " 25%  [=========>                            ]  16.0 KiB  16.0 KiB/s  "
                     " 0:03 left");
}
END_TEST

START_TEST(parts_that_do_not_fit_the_width_are_left_out)
{
    ck_assert_str_eq(drawn(quarter, 52), " 25%  [==>       ]  16.0 KiB  16.0 KiB/s   0:03 left");
    ck_assert_str_eq(drawn(quarter, 51), " 25%  16.0 KiB  16.0 KiB/s   0:03 left");
    ck_assert_str_eq(drawn(quarter, 38), " 25%  16.0 KiB  16.0 KiB/s   0:03 left");
    ck_assert_str_eq(drawn(quarter, 37), " 25%  16.0 KiB/s   0:03 left");
    ck_assert_str_eq(drawn(quarter, 27), " 25%   0:03 left");
    ck_assert_str_eq(drawn(quarter, 15), " 25%");
    ck_assert_str_eq(drawn(quarter, 4), " 25%");
    ck_assert_str_eq(drawn(quarter, 3), "");
    ck_assert_str_eq(drawn(quarter, 0), "");
}
END_TEST

START_TEST(the_line_fits_every_width_even_with_the_largest_numbers)
{
    const struct progress_bar_state states[] = {
        quarter,
        {.sent = 0, .total = UINT64_MAX, .time_ns = 1},
        {.sent = UINT64_MAX, .total = UINT64_MAX, .time_ns = 1},
        {.sent = UINT64_MAX / 2, .total = UINT64_MAX, .time_ns = UINT64_MAX},
        {.sent = 1, .total = 8, .time_ns = 0},
    };

    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        for (size_t width = 0; width < PROGRESS_BAR_SIZE; width++)
            drawn(states[i], width);
}
END_TEST

START_TEST(the_line_is_at_most_92_columns_wide)
{
    size_t length = strlen(drawn(quarter, 92));

    ck_assert_uint_eq(length, 92);
    ck_assert_uint_eq(strlen(drawn(quarter, 200)), length);
}
END_TEST

START_TEST(the_time_left_is_unknown_before_the_first_bit)
{
    ck_assert_str_eq(drawn((struct progress_bar_state){.total = 8, .time_ns = NSEC_PER_SEC}, 52),
                     "  0%  [>         ]       0 B       0 B/s   -:-- left");
}
END_TEST

START_TEST(the_bar_is_full_when_all_is_sent)
{
    ck_assert_str_eq(
        drawn((struct progress_bar_state){.sent = 10, .total = 10, .time_ns = NSEC_PER_SEC}, 52),
        "100%  [==========]      10 B      10 B/s   0:00 left");
}
END_TEST

START_TEST(the_share_is_100_percent_only_when_all_is_sent)
{
    ck_assert_str_eq(drawn((struct progress_bar_state){.sent = 999, .total = 1000}, 4), " 99%");
}
END_TEST

START_TEST(sizes_have_at_most_four_digits)
{
    static const struct {
        uint64_t bytes;
        const char *text;
    } sizes[] = {
        {1023, "1023 B"},        {1024, "1.0 KiB"},
        {102348, "99.9 KiB"},    {102400, "100 KiB"},
        {1047552, "1023 KiB"},   {1048576, "1.0 MiB"},
        {1073741823, "1.0 GiB"}, {UINT64_C(1) << 40, "1024 GiB"},
    };

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        drawn((struct progress_bar_state){.sent = sizes[i].bytes,
                                          .total = sizes[i].bytes,
                                          .time_ns = NSEC_PER_SEC},
              38);
        ck_assert_ptr_nonnull(strstr(line, sizes[i].text));
    }
}
END_TEST

START_TEST(the_time_left_may_have_hours_but_days_are_unknown)
{
    ck_assert_str_eq(
        drawn((struct progress_bar_state){.sent = 1, .total = 3661, .time_ns = NSEC_PER_SEC}, 20),
        "  0%  1:01:00 left");
    ck_assert_str_eq(
        drawn((struct progress_bar_state){.sent = 1, .total = 400000, .time_ns = NSEC_PER_SEC}, 20),
        "  0%   -:-- left");
}
END_TEST

/* ---- the pace ---- */

/*
 * Tells the pace the time at start, and then every millisecond, milliseconds times in all. Returns
 * how often the bar was due.
 */
static unsigned times_due(struct progress_bar_pace *pace, uint64_t start, unsigned milliseconds)
{
    unsigned times = 0;

    for (unsigned i = 0; i < milliseconds; i++)
        times += progress_bar_is_due(pace, start + i * NSEC_PER_MSEC);
    return times;
}

START_TEST(the_bar_appears_after_half_a_second)
{
    struct progress_bar_pace pace = {0};

    ck_assert_uint_eq(times_due(&pace, 7 * NSEC_PER_SEC, 500), 0);
    ck_assert(progress_bar_is_due(&pace, 7 * NSEC_PER_SEC + 500 * NSEC_PER_MSEC));
}
END_TEST

START_TEST(the_bar_is_drawn_five_times_a_second)
{
    struct progress_bar_pace pace = {0};

    ck_assert_uint_eq(times_due(&pace, 7 * NSEC_PER_SEC, 2500), 10);
}
END_TEST

START_TEST(the_next_message_restarts_the_clock)
{
    struct progress_bar_pace pace = {0};

    times_due(&pace, 7 * NSEC_PER_SEC, 1000);
    pace.is_running = false;
    ck_assert_uint_eq(times_due(&pace, 9 * NSEC_PER_SEC, 500), 0);
    ck_assert_uint_eq(pace.time_ns, 499 * NSEC_PER_MSEC);
}
END_TEST

START_TEST(time_in_which_the_process_was_stopped_does_not_count)
{
    struct progress_bar_pace pace = {0};

    times_due(&pace, 7 * NSEC_PER_SEC, 1001);
    progress_bar_is_due(&pace, 3600 * NSEC_PER_SEC);
    ck_assert_uint_eq(pace.time_ns, NSEC_PER_SEC);
    progress_bar_is_due(&pace, 3601 * NSEC_PER_SEC);
    ck_assert_uint_eq(pace.time_ns, 2 * NSEC_PER_SEC);
}
END_TEST

/* ---- the terminal ---- */

START_TEST(the_bar_needs_a_terminal_that_can_erase)
{
    int terminal = posix_openpt(O_RDWR | O_NOCTTY), null = open("/dev/null", O_RDWR);

    ck_assert_int_ge(terminal, 0);
    setenv("TERM", "xterm", 1);
    ck_assert(progress_bar_is_possible(terminal));
    ck_assert(!progress_bar_is_possible(null));
    setenv("TERM", "dumb", 1);
    ck_assert(!progress_bar_is_possible(terminal));
    setenv("TERM", "", 1);
    ck_assert(!progress_bar_is_possible(terminal));
    unsetenv("TERM");
    ck_assert(!progress_bar_is_possible(terminal));
    close(terminal);
    close(null);
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        the_line_has_share_bytes_rate_and_time_left,
        parts_that_do_not_fit_the_width_are_left_out,
        the_line_fits_every_width_even_with_the_largest_numbers,
        the_line_is_at_most_92_columns_wide,
        the_time_left_is_unknown_before_the_first_bit,
        the_bar_is_full_when_all_is_sent,
        the_share_is_100_percent_only_when_all_is_sent,
        sizes_have_at_most_four_digits,
        the_time_left_may_have_hours_but_days_are_unknown,
        the_bar_appears_after_half_a_second,
        the_bar_is_drawn_five_times_a_second,
        the_next_message_restarts_the_clock,
        time_in_which_the_process_was_stopped_does_not_count,
        the_bar_needs_a_terminal_that_can_erase,
        NULL,
    };

    return suite_of("progress", tests);
}
