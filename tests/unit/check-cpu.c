/* SPDX-License-Identifier: MIT */
/*
 * check-cpu.c - tests that a process can move to another CPU, or away from the CPU of another
 * process, and may still run on every CPU that it was permitted to use
 */

#include <errno.h>
#include <sched.h>
#include <stdbool.h>

#include "child.h"
#include "host/cpu.h"
#include "suite.h"

#define TRIES 100

int __real_sched_setaffinity(pid_t pid, size_t size, const cpu_set_t *cpus);
int __wrap_sched_setaffinity(pid_t pid, size_t size, const cpu_set_t *cpus);

static bool is_forbidden;

/* A sandbox may forbid this call. */
int __wrap_sched_setaffinity(pid_t pid, size_t size, const cpu_set_t *cpus)
{
    if (!is_forbidden)
        return __real_sched_setaffinity(pid, size, cpus);
    errno = EPERM;
    return -1;
}

static cpu_set_t usable_cpus(void)
{
    cpu_set_t usable;

    ck_assert_int_eq(sched_getaffinity(0, sizeof usable, &usable), 0);
    return usable;
}

static void may_use(const cpu_set_t *cpus)
{
    ck_assert_int_eq(sched_setaffinity(0, sizeof *cpus, cpus), 0);
}

static void may_use_only(size_t cpu)
{
    cpu_set_t one;

    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    may_use(&one);
}

/* Returns the first usable CPU with this number or a higher one. */
static size_t usable_from(size_t cpu)
{
    cpu_set_t usable = usable_cpus();

    while (!CPU_ISSET(cpu, &usable)) {
        cpu++;
        ck_assert_uint_lt(cpu, CPU_SETSIZE);
    }
    return cpu;
}

static size_t first_cpu(void)
{
    return usable_from(0);
}

static size_t second_cpu(void)
{
    return usable_from(first_cpu() + 1);
}

static void is_on_the_first(void)
{
    may_use_only(first_cpu());
}

static void is_on_the_second(void)
{
    may_use_only(second_cpu());
}

/* Moves this process to the first CPU, and then permits all CPUs again. */
static void begin_on_the_first(void)
{
    cpu_set_t usable = usable_cpus();

    is_on_the_first();
    may_use(&usable);
}

/* The scheduler may move the process back at any time, but does so rarely: most tries succeed. */
START_TEST(cpu_change_moves_the_process)
{
    int moved = 0;

    for (int i = 0; i < TRIES; i++) {
        int before = sched_getcpu();

        ck_assert_int_eq(cpu_change(), 1);
        moved += sched_getcpu() != before;
    }
    ck_assert_int_gt(moved, TRIES / 2);
}
END_TEST

/*
 * Calls cpu_part_from() on the first CPU, TRIES times. Returns how often it had this result and
 * left this process on the first CPU (stays) or not. The scheduler may move the process at any
 * time, so not every try counts.
 */
static int count_results(pid_t other, int result, bool stays)
{
    int count = 0;

    for (int i = 0; i < TRIES; i++) {
        begin_on_the_first();
        count += cpu_part_from(other) == result && (sched_getcpu() == (int)first_cpu()) == stays;
    }
    return count;
}

START_TEST(a_process_moves_away_from_another_on_the_same_cpu)
{
    pid_t other = child_stays(is_on_the_first);
    int parted = count_results(other, 1, false);

    child_ends(other);
    ck_assert_int_gt(parted, TRIES / 2);
}
END_TEST

START_TEST(a_process_stays_if_the_other_is_on_another_cpu)
{
    pid_t other = child_stays(is_on_the_second);
    int stayed = count_results(other, 0, true);

    child_ends(other);
    ck_assert_int_gt(stayed, TRIES / 2);
}
END_TEST

START_TEST(a_process_stays_if_the_other_has_ended)
{
    pid_t other = child_stays(is_on_the_first);
    int stayed = 0;

    child_ends(other);
    for (int i = 0; i < TRIES; i++) {
        begin_on_the_first();
        ck_assert_int_eq(cpu_part_from(other), -ESRCH);
        stayed += sched_getcpu() == (int)first_cpu();
    }
    ck_assert_int_gt(stayed, TRIES / 2);
}
END_TEST

START_TEST(cpu_leave_excludes_the_cpu_until_cpu_return)
{
    cpu_set_t before = usable_cpus(), away, after;
    struct cpu_absence absence = {.is_away = false};

    may_use_only(first_cpu());
    may_use(&before);
    ck_assert_int_eq(cpu_leave(&absence), 1);
    away = usable_cpus();
    ck_assert_int_eq(CPU_COUNT(&away), CPU_COUNT(&before) - 1);
    ck_assert(CPU_ISSET((size_t)sched_getcpu(), &away));
    cpu_return(&absence);
    after = usable_cpus();
    ck_assert(CPU_EQUAL(&before, &after));
}
END_TEST

START_TEST(a_second_cpu_leave_permits_the_first_cpu_again)
{
    cpu_set_t before = usable_cpus(), first, second, either;
    struct cpu_absence absence = {.is_away = false};

    ck_assert_int_eq(cpu_leave(&absence), 1);
    first = usable_cpus();
    ck_assert_int_eq(cpu_leave(&absence), 1);
    second = usable_cpus();
    ck_assert(!CPU_EQUAL(&first, &second));
    CPU_OR(&either, &first, &second);
    ck_assert(CPU_EQUAL(&either, &before));
    cpu_return(&absence);
    either = usable_cpus();
    ck_assert(CPU_EQUAL(&either, &before));
}
END_TEST

START_TEST(cpu_return_changes_nothing_if_the_process_has_not_left)
{
    struct cpu_absence absence = {.is_away = false};

    may_use_only(first_cpu());
    cpu_return(&absence);
    ck_assert_int_eq(cpu_leave(&absence), 0);
    cpu_return(&absence);
    ck_assert_int_eq(sched_getcpu(), (int)first_cpu());
}
END_TEST

START_TEST(an_error_of_sched_setaffinity_is_returned)
{
    struct cpu_absence absence = {.is_away = false};

    is_forbidden = true;
    ck_assert_int_eq(cpu_change(), -EPERM);
    ck_assert_int_eq(cpu_leave(&absence), -EPERM);
    ck_assert(!absence.is_away);
}
END_TEST

START_TEST(cpu_change_keeps_the_set_of_permitted_cpus)
{
    cpu_set_t before = usable_cpus(), after;

    cpu_change();
    after = usable_cpus();
    ck_assert(CPU_EQUAL(&before, &after));
}
END_TEST

START_TEST(a_process_with_one_permitted_cpu_stays_there)
{
    pid_t other = child_stays(is_on_the_first);
    cpu_set_t one;

    is_on_the_first();
    ck_assert_int_eq(cpu_change(), 0);
    ck_assert_int_eq(cpu_part_from(other), 0);
    child_ends(other);
    ck_assert_int_eq(sched_getcpu(), (int)first_cpu());
    one = usable_cpus();
    ck_assert_int_eq(CPU_COUNT(&one), 1);
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const everywhere[] = {cpu_change_keeps_the_set_of_permitted_cpus,
                                       a_process_with_one_permitted_cpu_stays_there, NULL};
    const TTest *const on_several[] = {
        cpu_change_moves_the_process,
        a_process_moves_away_from_another_on_the_same_cpu,
        a_process_stays_if_the_other_is_on_another_cpu,
        a_process_stays_if_the_other_has_ended,
        cpu_leave_excludes_the_cpu_until_cpu_return,
        a_second_cpu_leave_permits_the_first_cpu_again,
        cpu_return_changes_nothing_if_the_process_has_not_left,
        an_error_of_sched_setaffinity_is_returned,
        NULL,
    };
    Suite *suite = suite_of("cpu", everywhere);
    cpu_set_t usable;

    if (sched_getaffinity(0, sizeof usable, &usable) == 0 && CPU_COUNT(&usable) > 1)
        suite_add(suite, on_several, NULL, NULL);
    return suite;
}
