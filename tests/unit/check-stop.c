/* SPDX-License-Identifier: MIT */
/* check-stop.c - the daemon is asked to stop by signals that wait, and only by those it may heed */

#include "daemon/stop.h"
#include "suite.h"

static const int numbers[] = {SIGTERM, SIGINT, SIGHUP};

#define NUMBERS (sizeof numbers / sizeof numbers[0])

static sigset_t stops;

/* Whoever runs the tests may ignore some of them, as nohup(1) does. */
static void heed_all(void)
{
    for (size_t i = 0; i < NUMBERS; i++)
        ck_assert(signal(numbers[i], SIG_DFL) != SIG_ERR);
}

static void block(void)
{
    ck_assert_int_eq(stop_block(&stops), 0);
}

START_TEST(nobody_asks_at_first)
{
    block();
    ck_assert(!stop_was_asked(&stops));
}
END_TEST

START_TEST(each_of_the_signals_asks_once)
{
    heed_all();
    block();
    for (size_t i = 0; i < NUMBERS; i++) {
        ck_assert_int_eq(sigismember(&stops, numbers[i]), 1);
        ck_assert_int_eq(raise(numbers[i]), 0);
        ck_assert(stop_was_asked(&stops));
        ck_assert(!stop_was_asked(&stops));
    }
}
END_TEST

START_TEST(what_is_ignored_does_not_ask)
{
    heed_all();
    ck_assert(signal(SIGINT, SIG_IGN) != SIG_ERR);
    block();
    ck_assert_int_eq(sigismember(&stops, SIGINT), 0);
    ck_assert_int_eq(raise(SIGINT), 0);
    ck_assert(!stop_was_asked(&stops));
    ck_assert_int_eq(raise(SIGTERM), 0);
    ck_assert(stop_was_asked(&stops));
}
END_TEST

START_TEST(signals_that_carry_bits_do_not_ask)
{
    block();
    ck_assert_int_eq(sigismember(&stops, SIGUSR1), 0);
    ck_assert_int_eq(sigismember(&stops, SIGUSR2), 0);
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        nobody_asks_at_first,
        each_of_the_signals_asks_once,
        what_is_ignored_does_not_ask,
        signals_that_carry_bits_do_not_ask,
        NULL,
    };

    return suite_of("stop", tests);
}
