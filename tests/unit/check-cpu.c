/* check-cpu.c - a process moves to another CPU, and stays free to run on any */

#include <sched.h>

#include "cpu.h"
#include "suite.h"

static cpu_set_t usable_cpus(void)
{
    cpu_set_t usable;

    ck_assert_int_eq(sched_getaffinity(0, sizeof usable, &usable), 0);
    return usable;
}

/* The scheduler may move it back at any time, but does so rarely. */
START_TEST(a_process_moves)
{
    int moved = 0;

    for (int i = 0; i < 100; i++) {
        int before = sched_getcpu();

        cpu_change();
        moved += sched_getcpu() != before;
    }
    ck_assert_int_gt(moved, 50);
}
END_TEST

START_TEST(what_it_may_use_is_not_changed)
{
    cpu_set_t before = usable_cpus(), after;

    cpu_change();
    after = usable_cpus();
    ck_assert(CPU_EQUAL(&before, &after));
}
END_TEST

START_TEST(on_one_cpu_it_stays)
{
    cpu_set_t one;
    int here = sched_getcpu();

    CPU_ZERO(&one);
    CPU_SET((unsigned)here, &one);
    ck_assert_int_eq(sched_setaffinity(0, sizeof one, &one), 0);
    cpu_change();
    ck_assert_int_eq(sched_getcpu(), here);
    one = usable_cpus();
    ck_assert_int_eq(CPU_COUNT(&one), 1);
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const everywhere[] = {what_it_may_use_is_not_changed, on_one_cpu_it_stays, NULL};
    const TTest *const on_several[] = {a_process_moves, NULL};
    Suite *suite = suite_of("cpu", everywhere);
    cpu_set_t usable;

    if (sched_getaffinity(0, sizeof usable, &usable) == 0 && CPU_COUNT(&usable) > 1)
        suite_add(suite, on_several, NULL, NULL);
    return suite;
}
