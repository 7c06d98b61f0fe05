/* SPDX-License-Identifier: MIT */
/* check-work.c - tests that a process in a busy loop is told from one that sleeps */

#include "doctor/work.h"

#include <sched.h>
#include <time.h>
#include <unistd.h>

#include "child.h"
#include "doctor/patient.h"
#include "protocol/nsec.h"
#include "suite.h"

/* Forks a child that never sleeps, until child_ends(). */
static pid_t child_loops(void)
{
    pid_t child = fork();

    ck_assert_int_ge(child, 0);
    if (child == 0)
        for (;;)
            sched_yield();
    return child;
}

START_TEST(a_process_that_never_sleeps_is_busy)
{
    pid_t child = child_loops();
    struct work work = {0};

    ck_assert(!work_is_busy(&work, child));
    while (!work_is_busy(&work, child))
        sched_yield();
    ck_assert_uint_ge(patient_work(child), 300 * NSEC_PER_MSEC);
    child_ends(child);
}
END_TEST

/* Runs for as long, but sleeps in between. */
START_TEST(a_process_that_sleeps_now_and_then_is_not_busy)
{
    const struct timespec moment = {.tv_nsec = 1000};
    pid_t child = fork();
    struct work work = {0};

    ck_assert_int_ge(child, 0);
    if (child == 0)
        for (;;) {
            for (volatile unsigned i = 0; i < 100000; i++)
                ;
            nanosleep(&moment, NULL);
        }
    while (patient_work(child) < 500 * NSEC_PER_MSEC)
        ck_assert(!work_is_busy(&work, child));
    child_ends(child);
}
END_TEST

START_TEST(a_process_that_has_ended_is_not_busy)
{
    pid_t child = child_stays(child_does_nothing);
    struct work work = {0};

    child_ends(child);
    ck_assert(!work_is_busy(&work, child));
    ck_assert(!work_is_busy(&work, child));
}
END_TEST

/* It has never slept: only its work tells that it is gone. */
START_TEST(a_process_that_ended_in_a_busy_loop_is_not_busy)
{
    pid_t child = child_loops();
    struct work work = {0};

    while (work.begin_ns == 0)
        ck_assert(!work_is_busy(&work, child));
    child_ends(child);
    ck_assert(!work_is_busy(&work, child));
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        a_process_that_never_sleeps_is_busy,
        a_process_that_sleeps_now_and_then_is_not_busy,
        a_process_that_has_ended_is_not_busy,
        a_process_that_ended_in_a_busy_loop_is_not_busy,
        NULL,
    };

    return suite_around("work", tests, NULL, NULL);
}
