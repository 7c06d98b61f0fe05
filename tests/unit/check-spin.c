/* SPDX-License-Identifier: MIT */
/* check-spin.c - polling is given up where it is in vain, and taken up again where it pays */

#include <sched.h>

#include "host/spin.h"
#include "suite.h"

/* As many polls as it allows until it gives up. */
static unsigned polls_in_vain(struct spin *spin)
{
    unsigned polls = 0;

    while (spin_again(spin))
        polls++;
    return polls;
}

/* One sleep: polls in vain, then something comes. */
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

START_TEST(who_gave_up_sleeps_until_something_is_heard)
{
    struct spin spin = on_several_cpus();

    ck_assert_uint_eq(polls_in_vain(&spin), 64);
    ck_assert(!spin_again(&spin));
    spin_heard(&spin);
    ck_assert(spin_again(&spin));
}
END_TEST

START_TEST(polling_in_vain_is_given_up_by_halves)
{
    struct spin spin = on_several_cpus();

    for (unsigned polls = 64; polls > 0; polls /= 2)
        ck_assert_uint_eq(sleep_once(&spin), polls);
    ck_assert_uint_eq(sleep_once(&spin), 0);
}
END_TEST

START_TEST(a_poll_that_brings_something_restores_all)
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

/* It may have been sent by a process that had this CPU just before. */
START_TEST(the_first_poll_proves_nothing)
{
    struct spin spin = on_several_cpus();

    sleep_once(&spin);
    ck_assert(spin_again(&spin));
    spin_heard(&spin);
    ck_assert_uint_eq(polls_in_vain(&spin), 32);
}
END_TEST

START_TEST(now_and_then_polling_is_tried_again)
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

START_TEST(who_is_told_to_wait_sleeps_at_once_and_learns_nothing)
{
    struct spin spin = on_several_cpus();

    spin_stop(&spin);
    ck_assert(!spin_again(&spin));
    spin_heard(&spin);
    ck_assert_uint_eq(polls_in_vain(&spin), 64);
}
END_TEST

START_TEST(after_a_move_all_polls_are_tried_at_once)
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
        who_gave_up_sleeps_until_something_is_heard,
        polling_in_vain_is_given_up_by_halves,
        a_poll_that_brings_something_restores_all,
        the_first_poll_proves_nothing,
        now_and_then_polling_is_tried_again,
        who_is_told_to_wait_sleeps_at_once_and_learns_nothing,
        after_a_move_all_polls_are_tried_at_once,
        NULL,
    };

    return suite_of("spin", tests);
}
