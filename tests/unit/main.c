/* SPDX-License-Identifier: MIT */
/* main.c - runs the suite of a test program and reports in TAP, for the build's test driver */

#include <stdlib.h>

#include "suite.h"

/* Seconds after which a test that hangs is ended. This is no promise about speed. */
#define PATIENCE 60

Suite *suite_of(const char *name, const TTest *const *tests)
{
    return suite_around(name, tests, NULL, NULL);
}

Suite *suite_around(const char *name, const TTest *const *tests, SFun setup, SFun teardown)
{
    Suite *suite = suite_create(name);

    suite_add(suite, tests, setup, teardown);
    return suite;
}

void suite_add(Suite *suite, const TTest *const *tests, SFun setup, SFun teardown)
{
    TCase *cases = tcase_create((*tests)->name);

    tcase_set_timeout(cases, PATIENCE);
    tcase_add_checked_fixture(cases, setup, teardown);
    for (; *tests; tests++)
        tcase_add_test(cases, *tests);
    suite_add_tcase(suite, cases);
}

int main(void)
{
    SRunner *suite_runner = srunner_create(make_suite());
    int failed;

    srunner_set_tap(suite_runner, "-");
    srunner_run_all(suite_runner, CK_SILENT);
    failed = srunner_ntests_failed(suite_runner);
    srunner_free(suite_runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
