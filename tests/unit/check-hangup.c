/* SPDX-License-Identifier: MIT */
/* check-hangup.c - tests that a pending SIGHUP is taken once, even if it is ignored */

#include "daemon/hangup.h"
#include "suite.h"

static void block(void)
{
    hangup_block();
    ck_assert(!hangup_came());
}

START_TEST(it_is_taken_once)
{
    block();
    ck_assert_int_eq(raise(SIGHUP), 0);
    ck_assert(hangup_came());
    ck_assert(!hangup_came());
}
END_TEST

START_TEST(it_is_taken_even_if_it_is_ignored)
{
    ck_assert(signal(SIGHUP, SIG_IGN) != SIG_ERR);
    block();
    ck_assert_int_eq(raise(SIGHUP), 0);
    ck_assert(hangup_came());
}
END_TEST

START_TEST(other_signals_stay_pending)
{
    sigset_t others, pending;

    block();
    sigemptyset(&others);
    sigaddset(&others, SIGTERM);
    ck_assert_int_eq(sigprocmask(SIG_BLOCK, &others, NULL), 0);
    ck_assert_int_eq(raise(SIGTERM), 0);
    ck_assert(!hangup_came());
    ck_assert_int_eq(sigpending(&pending), 0);
    ck_assert_int_eq(sigismember(&pending, SIGTERM), 1);
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        it_is_taken_once,
        it_is_taken_even_if_it_is_ignored,
        other_signals_stay_pending,
        NULL,
    };

    return suite_of("hangup", tests);
}
