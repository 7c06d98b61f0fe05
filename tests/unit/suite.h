/* SPDX-License-Identifier: MIT */
/* suite.h - what each unit test program has: one suite, which main.c runs */
#pragma once

#include <check.h>

Suite *make_suite(void);

/* A suite with one test case of the given tests, ended by NULL. */
Suite *suite_of(const char *name, const TTest *const *tests);

/* The same, with something done before and after each test, in its process. */
Suite *suite_around(const char *name, const TTest *const *tests, SFun setup, SFun teardown);

/* Adds tests to a suite, for those that cannot be run everywhere. */
void suite_add(Suite *suite, const TTest *const *tests, SFun setup, SFun teardown);
