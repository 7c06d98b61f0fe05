/* SPDX-License-Identifier: MIT */
/* check-patient.c - tests what counts as printed by a process, and how its work is counted */

#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "doctor/patient.h"
#include "suite.h"

static bool is_printed(const char *output, size_t from, const char *text)
{
    struct patient patient = {.output = strdup(output), .length = strlen(output)};
    bool has_printed;

    ck_assert_ptr_nonnull(patient.output);
    has_printed = patient_has_printed(&patient, from, text);
    free(patient.output);
    return has_printed;
}

START_TEST(a_text_is_found_anywhere)
{
    ck_assert(is_printed("Hello world", 0, "Hello"));
    ck_assert(is_printed("Hello world", 0, "lo wo"));
    ck_assert(is_printed("Hello world", 0, "world"));
    ck_assert(!is_printed("Hello world", 0, "worlds"));
    ck_assert(!is_printed("Hello world", 0, "hello"));
}
END_TEST

/* An attempt that fails does not pass over the next one. */
START_TEST(a_text_is_found_behind_its_own_beginning)
{
    ck_assert(is_printed("aab", 0, "ab"));
    ck_assert(is_printed("ababac", 0, "abac"));
}
END_TEST

START_TEST(octets_before_the_index_do_not_count)
{
    ck_assert(is_printed("Hello world", 6, "world"));
    ck_assert(!is_printed("Hello world", 7, "world"));
    ck_assert(!is_printed("Hello", 5, "o"));
    ck_assert(!is_printed("Hello", 6, ""));
}
END_TEST

START_TEST(newlines_may_divide_a_text)
{
    ck_assert(is_printed("He\nl\n\nlo", 0, "Hello"));
    ck_assert(is_printed("\nHello\n", 1, "Hello"));
    ck_assert(!is_printed("He lo", 0, "Helo"));
}
END_TEST

START_TEST(a_newline_of_the_text_is_looked_for)
{
    ck_assert(is_printed("one\ntwo", 0, "one\ntwo"));
    ck_assert(is_printed("one\n", 0, "one\n"));
    ck_assert(!is_printed("onetwo", 0, "one\ntwo"));
    ck_assert(!is_printed("one", 0, "one\n"));
}
END_TEST

START_TEST(an_empty_text_is_in_any_output)
{
    ck_assert(is_printed("", 0, ""));
    ck_assert(is_printed("Hello", 5, ""));
}
END_TEST

START_TEST(a_process_that_has_printed_nothing_has_printed_no_text)
{
    const struct patient patient = PATIENT_NONE;

    ck_assert(!patient_has_printed(&patient, 0, "Hello"));
    ck_assert(!patient_has_printed(&patient, 0, ""));
}
END_TEST

static void expect_first_line(const char *output, const char *expected)
{
    struct patient patient = PATIENT_NONE;
    char line[8];

    patient.output = output ? strdup(output) : NULL;
    patient_first_line(&patient, line, sizeof line);
    free(patient.output);
    ck_assert_str_eq(line, expected);
}

START_TEST(the_first_line_has_no_end)
{
    expect_first_line("one\r\ntwo\n", "one");
    expect_first_line("one\ntwo\n", "one");
    expect_first_line("one", "one");
    expect_first_line("a long line\n", "a long ");
    expect_first_line("\n", "");
    expect_first_line(NULL, "");
}
END_TEST

/* New memory is not empty here. */
START_TEST(the_first_line_of_a_process_that_has_printed_nothing_is_empty)
{
    const struct patient_order order = {.command = "true"};
    struct patient patient = PATIENT_NONE;
    char line[8];

    mallopt(M_PERTURB, 'x');
    ck_assert_int_eq(patient_start(&order, &patient), 0);
    while (!patient.has_ended || patient.terminal >= 0)
        ck_assert_int_eq(patient_look(&patient), 0);
    ck_assert_uint_eq(patient.length, 0);
    patient_first_line(&patient, line, sizeof line);
    patient_free(&patient);
    ck_assert_str_eq(line, "");
}
END_TEST

static void work(void)
{
    clock_t start = clock();

    while (clock() - start < CLOCKS_PER_SEC / 20)
        ;
}

/* The kernel counts what a process has run so far at each tick of its clock. */
START_TEST(a_process_that_runs_works)
{
    uint64_t before;

    work();
    before = patient_work(getpid());
    ck_assert_uint_gt(before, 0);
    work();
    ck_assert_uint_gt(patient_work(getpid()), before);
    ck_assert_uint_eq(patient_work(-1), 0);
}
END_TEST

START_TEST(a_process_that_sleeps_is_seen_to)
{
    const struct timespec time = {.tv_nsec = 1000000};
    uint64_t before = patient_sleeps(getpid());

    nanosleep(&time, NULL);
    ck_assert_uint_gt(patient_sleeps(getpid()), before);
    ck_assert_uint_le(patient_sleeps(getpid()), patient_turns(getpid()));
    ck_assert_uint_eq(patient_sleeps(-1), 0);
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        a_text_is_found_anywhere,
        a_text_is_found_behind_its_own_beginning,
        octets_before_the_index_do_not_count,
        newlines_may_divide_a_text,
        a_newline_of_the_text_is_looked_for,
        an_empty_text_is_in_any_output,
        a_process_that_has_printed_nothing_has_printed_no_text,
        the_first_line_has_no_end,
        the_first_line_of_a_process_that_has_printed_nothing_is_empty,
        a_process_that_runs_works,
        a_process_that_sleeps_is_seen_to,
        NULL,
    };

    return suite_of("patient", tests);
}
