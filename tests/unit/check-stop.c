/* SPDX-License-Identifier: MIT */
/* check-stop.c - tests that pending stop signals stop a server, unless they are ignored */

#include "host/stop.h"
#include "suite.h"

static const int numbers[] = {SIGTERM, SIGINT};

#define NUMBERS (sizeof numbers / sizeof numbers[0])

static sigset_t stops;

/* The tests may be run by a process that ignores some of the signals, such as nohup(1). */
static void heed_all(void)
{
    for (size_t i = 0; i < NUMBERS; i++)
        ck_assert(signal(numbers[i], SIG_DFL) != SIG_ERR);
}

static void block(void)
{
    ck_assert_int_eq(stop_block(&stops), 0);
}

START_TEST(at_first_no_stop_is_requested)
{
    block();
    ck_assert(!stop_was_asked(&stops));
}
END_TEST

START_TEST(each_stop_signal_requests_one_stop)
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

START_TEST(an_ignored_signal_requests_no_stop)
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

START_TEST(other_signals_request_no_stop)
{
    block();
    ck_assert_int_eq(sigismember(&stops, SIGHUP), 0);
    ck_assert_int_eq(sigismember(&stops, SIGUSR1), 0);
    ck_assert_int_eq(sigismember(&stops, SIGUSR2), 0);
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        at_first_no_stop_is_requested,
        each_stop_signal_requests_one_stop,
        an_ignored_signal_requests_no_stop,
        other_signals_request_no_stop,
        NULL,
    };

    return suite_of("stop", tests);
}
