/* SPDX-License-Identifier: MIT */
/* suite.h - the suite of a unit test program, which main.c runs */
#pragma once

#include <check.h>

/* Returns the suite; each test program defines this function. */
Suite *make_suite(void);

/* Returns a suite with one test case of the given tests; NULL ends the list. */
Suite *suite_of(const char *name, const TTest *const *tests);

/* As suite_of(), but calls setup() before and teardown() after each test, in the test's process. */
Suite *suite_around(const char *name, const TTest *const *tests, SFun setup, SFun teardown);

/* Adds tests to a suite: tests that need setup() or that cannot run everywhere. */
void suite_add(Suite *suite, const TTest *const *tests, SFun setup, SFun teardown);
