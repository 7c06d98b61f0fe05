/* SPDX-License-Identifier: MIT */
/* check-ending.c - tests that each way in which a server ends is told once */

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "doctor/ending.h"
#include "suite.h"

static struct pair pair;
static struct report report;

static void begin(void)
{
    pair.server = PATIENT_NONE;
    report_begin(&report, "./server", "./client", true);
}

/* Returns the newest line of evidence once the server has ended in this way, at this text. */
static const char *evidence_of(int status, const char *text)
{
    const struct finding *finding = &report.findings[CAUSE_ENDED];

    pair.server.status = status;
    ck_assert(ending_find(&pair, &report, text));
    ck_assert_uint_gt(finding->count, 0);
    return finding->lines[finding->count - 1];
}

START_TEST(a_server_that_runs_has_not_ended)
{
    pair.server.has_ended = false;
    ck_assert(!ending_find(&pair, &report, "Hello"));
    ck_assert_uint_eq(report_count(&report), 0);
}
END_TEST

START_TEST(an_exit_status_and_a_signal_are_told)
{
    ck_assert_str_eq(evidence_of(W_EXITCODE(3, 0), "Hello"),
                     "it exited with status 3 at the message 'Hello'");
    ck_assert_str_eq(evidence_of(W_EXITCODE(0, SIGSEGV), ""),
                     "signal 11 (Segmentation fault) ended it at the message ''");
    ck_assert_str_eq(evidence_of(W_EXITCODE(0, SIGABRT) | WCOREFLAG, "Hello"),
                     "signal 6 (Aborted) ended it at the message 'Hello'");
}
END_TEST

START_TEST(each_way_is_told_once)
{
    (void)evidence_of(W_EXITCODE(0, 0), "one");
    (void)evidence_of(W_EXITCODE(0, SIGUSR1), "two");
    (void)evidence_of(W_EXITCODE(0, 0), "three");
    (void)evidence_of(W_EXITCODE(0, SIGUSR1), "four");
    ck_assert_uint_eq(report.findings[CAUSE_ENDED].count, 2);
}
END_TEST

/* The line of one does not only begin as the other. */
START_TEST(status_1_is_not_status_10)
{
    (void)evidence_of(W_EXITCODE(10, 0), "one");
    ck_assert_str_eq(evidence_of(W_EXITCODE(1, 0), "two"),
                     "it exited with status 1 at the message 'two'");
}
END_TEST

START_TEST(a_long_message_is_shortened)
{
    char text[42] = "";

    memset(text, 'x', 40);
    ck_assert_str_eq(evidence_of(W_EXITCODE(1, 0), text),
                     "it exited with status 1 at the message "
                     "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'");
    text[40] = 'y';
    ck_assert_str_eq(evidence_of(W_EXITCODE(2, 0), text),
                     "it exited with status 2 at the message "
                     "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...'");
}
END_TEST

START_TEST(a_wrong_signal_number_explains_the_end)
{
    report_find(&report, CAUSE_PLUS_ONE, "the client sent SIGSEGV");
    pair.server.status = W_EXITCODE(0, SIGSEGV);
    ck_assert(ending_find(&pair, &report, "Hello"));
    ck_assert(!report_has(&report, CAUSE_ENDED));
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        a_server_that_runs_has_not_ended,
        an_exit_status_and_a_signal_are_told,
        each_way_is_told_once,
        status_1_is_not_status_10,
        a_long_message_is_shortened,
        a_wrong_signal_number_explains_the_end,
        NULL,
    };

    return suite_around("ending", tests, begin, NULL);
}
