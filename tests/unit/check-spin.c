/* SPDX-License-Identifier: MIT */
/* check-spin.c - tests that polling stops where it does not pay, and is tried again later */

#include <sched.h>

#include "host/spin.h"
#include "suite.h"

/* Polls until spin tells to stop. Returns the number of polls. */
static unsigned polls_in_vain(struct spin *spin)
{
    unsigned polls = 0;

    while (spin_again(spin))
        polls++;
    return polls;
}

/* Polls without a result, sleeps, and then hears something. Returns the number of polls. */
static unsigned sleep_once(struct spin *spin)
{
    unsigned polls = polls_in_vain(spin);

    spin_heard(spin);
    return polls;
}

static struct spin on_several_cpus(void)
{
    return (struct spin){.longest = 64, .limit = 64};
}

static struct spin discouraged(void)
{
    struct spin spin = on_several_cpus();

    while (sleep_once(&spin) > 0)
        ;
    return spin;
}

START_TEST(polling_pays_on_more_than_one_cpu_only)
{
    cpu_set_t usable, one;
    size_t cpu = 0;
    struct spin spin;

    ck_assert_int_eq(sched_getaffinity(0, sizeof usable, &usable), 0);
    spin_init(&spin);
    ck_assert_int_eq(spin_again(&spin), CPU_COUNT(&usable) > 1);

    while (!CPU_ISSET(cpu, &usable))
        cpu++;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    ck_assert_int_eq(sched_setaffinity(0, sizeof one, &one), 0);
    spin_init(&spin);
    for (int i = 0; i < 1000; i++)
        ck_assert_uint_eq(sleep_once(&spin), 0);
}
END_TEST

START_TEST(after_the_last_poll_polling_stops_until_something_is_heard)
{
    struct spin spin = on_several_cpus();

    ck_assert_uint_eq(polls_in_vain(&spin), 64);
    ck_assert(!spin_again(&spin));
    spin_heard(&spin);
    ck_assert(spin_again(&spin));
}
END_TEST

START_TEST(polling_in_vain_halves_the_number_of_polls)
{
    struct spin spin = on_several_cpus();

    for (unsigned polls = 64; polls > 0; polls /= 2)
        ck_assert_uint_eq(sleep_once(&spin), polls);
    ck_assert_uint_eq(sleep_once(&spin), 0);
}
END_TEST

START_TEST(a_successful_poll_restores_the_full_number_of_polls)
{
    struct spin spin = on_several_cpus();

    sleep_once(&spin);
    sleep_once(&spin);
    ck_assert(spin_again(&spin));
    ck_assert(spin_again(&spin));
    spin_heard(&spin);
    ck_assert_uint_eq(polls_in_vain(&spin), 64);
}
END_TEST

/* The signal may come from a process that ran on this CPU just before. */
START_TEST(success_at_the_first_poll_proves_nothing)
{
    struct spin spin = on_several_cpus();

    sleep_once(&spin);
    ck_assert(spin_again(&spin));
    spin_heard(&spin);
    ck_assert_uint_eq(polls_in_vain(&spin), 32);
}
END_TEST

START_TEST(polling_is_retried_now_and_then)
{
    struct spin spin = discouraged();
    unsigned sleeps = 0;

    for (unsigned trial = 0; trial < 3; trial++) {
        for (sleeps = 0; sleep_once(&spin) < 64; sleeps++)
            ck_assert_uint_lt(sleeps, 1000);
    }
    ck_assert_uint_gt(sleeps, 10);
}
END_TEST

START_TEST(spin_stop_ends_polling_at_once_and_keeps_the_number_of_polls)
{
    struct spin spin = on_several_cpus();

    spin_stop(&spin);
    ck_assert(!spin_again(&spin));
    spin_heard(&spin);
    ck_assert_uint_eq(polls_in_vain(&spin), 64);
}
END_TEST

START_TEST(a_move_to_another_cpu_restores_the_full_number_of_polls)
{
    struct spin spin = discouraged();

    ck_assert(!spin_again(&spin));
    spin_anew(&spin);
    ck_assert_uint_eq(polls_in_vain(&spin), 64);
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        polling_pays_on_more_than_one_cpu_only,
        after_the_last_poll_polling_stops_until_something_is_heard,
        polling_in_vain_halves_the_number_of_polls,
        a_successful_poll_restores_the_full_number_of_polls,
        success_at_the_first_poll_proves_nothing,
        polling_is_retried_now_and_then,
        spin_stop_ends_polling_at_once_and_keeps_the_number_of_polls,
        a_move_to_another_cpu_restores_the_full_number_of_polls,
        NULL,
    };

    return suite_of("spin", tests);
}
