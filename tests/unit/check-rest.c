/* SPDX-License-Identifier: MIT */
/* check-rest.c - tests that only a process that has nothing to do is told to be at rest */

#include <errno.h>

#include "doctor/rest.h"
#include "host/monotonic.h"
#include "host/procstat.h"
#include "suite.h"

#define PID 4711
/* Between two looks. */
#define STEP NSEC_PER_MSEC

/* What /proc shows of the process, and the clock. */
static struct procstat shown;
static int error;
static uint64_t now, turns;
static size_t printed;
static struct rest rest;

uint64_t __wrap_monotonic_now(void);
uint64_t __wrap_monotonic_now(void)
{
    return now;
}

uint64_t __wrap_patient_turns(pid_t pid);
uint64_t __wrap_patient_turns(pid_t pid)
{
    ck_assert_int_eq(pid, PID);
    return turns;
}

int __wrap_procstat_read(pid_t pid, struct procstat *ret);
int __wrap_procstat_read(pid_t pid, struct procstat *ret)
{
    ck_assert_int_eq(pid, PID);
    if (error == 0)
        *ret = shown;
    return error;
}

/* A process that has run for long, and sleeps. */
static void begin(void)
{
    shown = (struct procstat){.state = 'S'};
    error = 0;
    now = 1000 * NSEC_PER_SEC;
    turns = 100000;
    rest_begin(&rest, false);
    rest_look(&rest, PID, printed);
}

/* Looks at the process for so long. It begins to run so often at each look. */
static void watch(uint64_t time_ns, uint64_t turns_each)
{
    for (uint64_t end = now + time_ns; now < end;) {
        now += STEP;
        turns += turns_each;
        rest_look(&rest, PID, printed);
    }
}

static void expect(bool is_asleep, bool is_idle)
{
    ck_assert_int_eq(rest_is_asleep(&rest), is_asleep);
    ck_assert_int_eq(rest_is_idle(&rest), is_idle);
}

START_TEST(a_process_that_sleeps_for_long_enough_is_at_rest)
{
    watch(REST_ENOUGH - STEP, 0);
    expect(false, false);
    watch(STEP, 0);
    expect(true, true);
}
END_TEST

START_TEST(a_pending_signal_is_work)
{
    watch(REST_ENOUGH, 0);
    shown.pending = PROCSTAT_USR2;
    watch(STEP, 0);
    expect(false, false);
    shown.pending = PROCSTAT_NO_SIGNAL;
    watch(REST_ENOUGH, 0);
    expect(true, true);
}
END_TEST

START_TEST(printing_is_work)
{
    watch(REST_ENOUGH, 0);
    printed++;
    watch(STEP, 0);
    expect(false, false);
    watch(REST_ENOUGH, 0);
    expect(true, true);
}
END_TEST

START_TEST(a_process_in_another_state_is_not_at_rest)
{
    static const char states[] = {'T', 'D', 'Z', 't'};

    for (size_t i = 0; i < sizeof states; i++) {
        begin();
        watch(REST_ENOUGH, 0);
        shown.state = states[i];
        watch(STEP, 0);
        expect(false, false);
        watch(REST_ENOUGH, 0);
        expect(false, false);
    }
}
END_TEST

START_TEST(a_process_that_proc_does_not_show_is_not_at_rest)
{
    watch(REST_ENOUGH, 0);
    error = -ESRCH;
    watch(STEP, 0);
    expect(false, false);
}
END_TEST

/* A busy machine may give it no CPU for long. */
START_TEST(a_process_that_waits_for_a_cpu_is_not_at_rest)
{
    shown.state = 'R';
    watch(2 * REST_ENOUGH, 0);
    expect(false, false);
}
END_TEST

/* The same, from the first look on: all that it did before does not count. */
START_TEST(a_process_that_was_never_seen_asleep_is_not_at_rest)
{
    rest_begin(&rest, false);
    shown.state = 'R';
    watch(2 * REST_ENOUGH, 0);
    expect(false, false);
}
END_TEST

/* Between two looks it can run and sleep again. */
START_TEST(a_process_that_goes_round_a_loop_is_idle_and_not_asleep)
{
    watch(REST_ENOUGH, 1);
    expect(false, true);
}
END_TEST

START_TEST(a_loop_counts_once_it_has_gone_round_often)
{
    shown.state = 'R';
    watch(10 * STEP, 1);
    watch(REST_ENOUGH, 0);
    expect(false, false);
    watch(10 * STEP, 1);
    watch(REST_ENOUGH, 0);
    expect(false, true);
}
END_TEST

START_TEST(a_loop_counts_anew_after_work)
{
    shown.state = 'R';
    watch(2 * REST_ENOUGH, 1);
    expect(false, true);
    shown.pending = PROCSTAT_USR1;
    watch(STEP, 1);
    shown.pending = PROCSTAT_NO_SIGNAL;
    watch(10 * STEP, 1);
    watch(2 * REST_ENOUGH, 0);
    expect(false, false);
}
END_TEST

/* It is known to wait in a loop that does not sleep. */
START_TEST(a_busy_process_is_at_rest_once_it_has_taken_its_signals)
{
    rest_begin(&rest, true);
    shown.state = 'R';
    watch(REST_ENOUGH - STEP, 1);
    expect(false, false);
    watch(STEP, 1);
    expect(true, true);
    shown.blocked = PROCSTAT_USR1;
    watch(STEP, 1);
    expect(false, false);
    shown.blocked = PROCSTAT_NO_SIGNAL;
    watch(REST_ENOUGH, 1);
    expect(true, true);
    shown.pending = PROCSTAT_USR2;
    watch(STEP, 1);
    expect(false, false);
    shown.pending = PROCSTAT_NO_SIGNAL;
    watch(REST_ENOUGH, 1);
    printed++;
    watch(STEP, 1);
    expect(false, false);
}
END_TEST

START_TEST(only_a_busy_process_is_ready_while_it_runs)
{
    for (unsigned is_busy = 0; is_busy < 2; is_busy++) {
        ck_assert(rest_is_ready(&(struct procstat){.state = 'S'}, is_busy));
        ck_assert_int_eq(rest_is_ready(&(struct procstat){.state = 'R'}, is_busy), is_busy);
        ck_assert(
            !rest_is_ready(&(struct procstat){.state = 'R', .pending = PROCSTAT_USR1}, is_busy));
        ck_assert(
            !rest_is_ready(&(struct procstat){.state = 'R', .blocked = PROCSTAT_USR2}, is_busy));
        ck_assert(!rest_is_ready(&(struct procstat){.state = 'T'}, is_busy));
    }
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        a_process_that_sleeps_for_long_enough_is_at_rest,
        a_pending_signal_is_work,
        printing_is_work,
        a_process_in_another_state_is_not_at_rest,
        a_process_that_proc_does_not_show_is_not_at_rest,
        a_process_that_waits_for_a_cpu_is_not_at_rest,
        a_process_that_was_never_seen_asleep_is_not_at_rest,
        a_process_that_goes_round_a_loop_is_idle_and_not_asleep,
        a_loop_counts_once_it_has_gone_round_often,
        a_loop_counts_anew_after_work,
        a_busy_process_is_at_rest_once_it_has_taken_its_signals,
        only_a_busy_process_is_ready_while_it_runs,
        NULL,
    };

    return suite_around("rest", tests, begin, NULL);
}
