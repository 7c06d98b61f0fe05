/* SPDX-License-Identifier: MIT */
/* check-report.c - tests that a report keeps and prints what was tried and found */

#include <stdio.h>
#include <string.h>

#include "doctor/report.h"
#include "printed.h"
#include "protocol/nsec.h"
#include "suite.h"

static struct report report;

/* A report that has printed nothing, and is printed from now on. */
static void begin(void)
{
    report_begin(&report, "./server", "./client", true);
    report.is_silent = false;
}

static const char *printed_report(void)
{
    printed_begin();
    report_print(&report);
    return printed_end();
}

static const char *printed_check(enum check_result result, const char *tried, const char *outcome)
{
    printed_begin();
    report_check(&report, result, tried, outcome);
    return printed_end();
}

static void add_signals(struct wire *wire, size_t count)
{
    for (size_t i = 0; i < count; i++)
        wire->events[wire->count++] =
            (struct wire_event){.time_ns = i * NSEC_PER_MSEC, .kind = WIRE_SIGNAL};
}

/* Writes a text that is all of one character but for the letters at its beginning. */
static void fill(char *ret, size_t letters, const char *character, size_t count)
{
    memset(ret, 'a', letters);
    ret += letters;
    *ret = '\0';
    while (count-- > 0)
        ret = stpcpy(ret, character);
}

/* ---- lines ---- */

START_TEST(a_report_begins_with_the_commands)
{
    printed_begin();
    report_begin(&report, "./server -v", "./client\n", false);
    ck_assert_str_eq(printed_end(), "server  ./server -v\nclient  ./client\\x0a\n");
    ck_assert_str_eq(report.server, "./server -v");
    ck_assert_str_eq(report.client, "./client\n");
    ck_assert_uint_eq(report_count(&report), 0);
    ck_assert(!report_has_failed(&report));
}
END_TEST

START_TEST(the_dialect_is_noted_and_printed)
{
    printed_begin();
    report_dialect(&report, "msb,usr1=1,nul");
    ck_assert_str_eq(printed_end(), "dialect msb,usr1=1,nul\n");
    ck_assert_str_eq(report.dialect, "msb,usr1=1,nul");
    printed_begin();
    report_dialect(&report, NULL);
    ck_assert_str_eq(printed_end(), "dialect not found out, so checks that need it are left out\n");
    ck_assert_str_eq(report.dialect, "");
}
END_TEST

START_TEST(the_longest_dialect_is_kept_whole)
{
    const struct dialect dialect = {.has_usr1_as_one = true,
                                    .has_7_bits = true,
                                    .hello_length = HELLO_MAX,
                                    .pid = PID_31,
                                    .length = LENGTH_32BE,
                                    .end = END_NEWLINE_NUL,
                                    .answers = {ANSWER_USR1, ANSWER_USR1, ANSWER_USR1}};
    char form[DIALECT_TEXT_SIZE];

    report.is_silent = true;
    dialect_format(&dialect, form);
    report_dialect(&report, form);
    ck_assert_str_eq(report.dialect, form);
    memset(form, 'x', sizeof form - 1);
    form[sizeof form - 1] = '\0';
    report_dialect(&report, form);
    ck_assert_str_eq(report.dialect, form);
}
END_TEST

START_TEST(a_check_is_printed_with_its_result)
{
    ck_assert_str_eq(printed_check(CHECK_PASSED, "10 characters", "arrived"),
                     "ok      10 characters: arrived\n");
    ck_assert_str_eq(printed_check(CHECK_OPEN, "100 characters", "took too long"),
                     "--      100 characters: took too long\n");
    ck_assert(!report_has_failed(&report));
    ck_assert_str_eq(printed_check(CHECK_FAILED, "a row", "1 arrived, \x1b"),
                     "FAILED  a row: 1 arrived, \\x1b\n");
    ck_assert(report_has_failed(&report));
    ck_assert_uint_eq(report.check_count, 3);
    ck_assert_int_eq(report.checks[0].result, CHECK_PASSED);
    ck_assert_str_eq(report.checks[1].tried, "100 characters");
    ck_assert_str_eq(report.checks[2].outcome, "1 arrived, \x1b");
}
END_TEST

START_TEST(as_many_checks_as_fit_are_kept)
{
    report.is_silent = true;
    for (unsigned i = 0; i < CHECKS_MAX; i++)
        report_check(&report, CHECK_FAILED, "tried", "outcome");
    ck_assert_uint_eq(report.check_count, CHECKS_MAX);
    ck_assert_uint_eq(report_count(&report), 0);
    ck_assert_str_eq(report.checks[CHECKS_MAX - 1].outcome, "outcome");
}
END_TEST

START_TEST(a_silent_report_prints_nothing_before_its_end)
{
    printed_begin();
    report_begin(&report, "./server", "./client", true);
    report_dialect(&report, "msb,usr1=1,nul");
    report_check(&report, CHECK_PASSED, "tried", "outcome");
    report_find(&report, CAUSE_PAUSE, "found");
    ck_assert_str_eq(printed_end(), "");
}
END_TEST

/* ---- room ---- */

START_TEST(a_check_that_just_fits_is_printed_whole)
{
    char tried[TRIED_SIZE], outcome[EVIDENCE_SIZE], line[TRIED_SIZE + EVIDENCE_SIZE + 16];

    fill(tried, 1, "b", sizeof tried - 2);
    fill(outcome, 1, "c", sizeof outcome - 2);
    snprintf(line, sizeof line, "ok      %s: %s\n", tried, outcome);
    ck_assert_str_eq(printed_check(CHECK_PASSED, tried, outcome), line);
}
END_TEST

START_TEST(a_text_that_is_too_long_is_cut_off)
{
    char tried[TRIED_SIZE + 1], outcome[EVIDENCE_SIZE + 1];

    report.is_silent = true;
    fill(tried, 1, "b", sizeof tried - 2);
    fill(outcome, 1, "c", sizeof outcome - 2);
    report_check(&report, CHECK_PASSED, tried, outcome);
    tried[TRIED_SIZE - 1] = outcome[EVIDENCE_SIZE - 1] = '\0';
    ck_assert_str_eq(report.checks[0].tried, tried);
    ck_assert_str_eq(report.checks[0].outcome, outcome);
}
END_TEST

/* Of each length, and at each place. */
START_TEST(a_text_is_cut_off_behind_a_whole_character)
{
    static const char *const characters[] = {"\xc3\xbc", "\xe2\x82\xac", "\xf0\x9f\x98\x80"};

    for (size_t i = 0; i < sizeof characters / sizeof characters[0]; i++)
        for (size_t letters = 0; letters < 4; letters++) {
            const size_t width = strlen(characters[i]);
            const size_t fitting = (EVIDENCE_SIZE - 1 - letters) / width;
            char text[2 * EVIDENCE_SIZE], expected[EVIDENCE_SIZE];

            begin();
            fill(text, letters, characters[i], fitting + 1);
            fill(expected, letters, characters[i], fitting);
            report_find(&report, CAUSE_PAUSE, "%s", text);
            ck_assert_str_eq(report.findings[CAUSE_PAUSE].lines[0], expected);
        }
}
END_TEST

/* It is no text, so each octet counts. */
START_TEST(octets_that_are_no_character_are_cut_off_anywhere)
{
    char text[2 * EVIDENCE_SIZE];

    fill(text, 0, "\x80", sizeof text - 1);
    report_find(&report, CAUSE_PAUSE, "%s", text);
    text[EVIDENCE_SIZE - 1] = '\0';
    ck_assert_str_eq(report.findings[CAUSE_PAUSE].lines[0], text);
}
END_TEST

/* A text that is short enough is kept, whatever it is. */
START_TEST(an_incomplete_character_that_fits_is_kept)
{
    report_find(&report, CAUSE_PAUSE, "printed '\xe2\x82");
    ck_assert_str_eq(report.findings[CAUSE_PAUSE].lines[0], "printed '\xe2\x82");
}
END_TEST

START_TEST(more_evidence_than_there_is_room_for_is_not_kept)
{
    for (unsigned i = 0; i < EVIDENCE_LINES; i++)
        report_find(&report, CAUSE_LANGUAGES, "kept");
    report_find(&report, CAUSE_LANGUAGES, "too many");
    ck_assert_uint_eq(report.findings[CAUSE_LANGUAGES].count, EVIDENCE_LINES);
    ck_assert_str_eq(report.findings[CAUSE_LANGUAGES].lines[EVIDENCE_LINES - 1], "kept");
    ck_assert_uint_eq(report.findings[CAUSE_LANGUAGES + 1].count, 0);
}
END_TEST

/* ---- findings ---- */

START_TEST(findings_are_counted_once_and_each_cause_by_itself)
{
    for (unsigned cause = 0; cause < CAUSES; cause++) {
        ck_assert(!report_has(&report, cause));
        report_find(&report, cause, "once");
        report_find(&report, cause, "twice");
        ck_assert(report_has(&report, cause));
        ck_assert_uint_eq(report_count(&report), cause + 1);
    }
}
END_TEST

START_TEST(a_finding_has_its_evidence_cause_and_section)
{
    report_find(&report, CAUSE_BYSTANDER, "%s %d", "process", 7);
    report_find(&report, CAUSE_BYSTANDER, "was ended\n");
    ck_assert_str_eq(printed_report(),
                     "\n"
                     "1. The client ends a process that is no server. [bystander]\n"
                     "   evidence  process 7\n"
                     "             was ended\\x0a\n"
                     "   cause     SIGUSR1 and SIGUSR2 end a process that has not prepared for "
                     "them.\n"
                     "             Look at SigCgt in /proc/PID/status before the first signal.\n"
                     "   read      minitalk-howto(7), \"Bystanders\"\n"
                     "\n"
                     "1 finding.\n");
}
END_TEST

START_TEST(findings_are_in_the_order_of_their_causes)
{
    const char *text, *first, *second;

    report_find(&report, CAUSE_NO_PID, "later");
    report_find(&report, CAUSE_PAUSE, "first");
    text = printed_report();
    first = strstr(text, "\n1. The client misses an answer that comes too early. [pause]\n");
    second = strstr(text, "\n2. The client takes a number for a PID that is none. [no-pid]\n");
    ck_assert(first && second && first < second);
    ck_assert_ptr_nonnull(strstr(second, "\n2 findings.\n"));
}
END_TEST

/* Each line has as many words as fit. */
START_TEST(no_line_of_any_cause_is_longer_than_a_terminal)
{
    for (unsigned cause = 0; cause < CAUSES; cause++)
        report_find(&report, cause, "evidence");
    for (const char *line = printed_report(); *line; line += strcspn(line, "\n") + 1) {
        size_t length = strcspn(line, "\n");

        ck_assert_msg(length < 80, "%.*s", (int)length, line);
        ck_assert_msg(length == 0 || line[length - 1] != ' ', "%.*s", (int)length, line);
    }
}
END_TEST

START_TEST(a_wire_is_shown_behind_the_evidence)
{
    struct wire wire = {0};

    add_signals(&wire, 1);
    wire_add(&wire, WIRE_HANGS, 5 * NSEC_PER_MSEC);
    report_find(&report, CAUSE_PAUSE, "it hung");
    report_show(&report, CAUSE_PAUSE, &wire);
    ck_assert_ptr_nonnull(strstr(printed_report(),
                                 "   evidence  it hung\n"
                                 "                 0.000 ms  client --SIGUSR1--> server\n"
                                 "                 5.000 ms  the client still sleeps\n"
                                 "   cause     The answer comes"));
}
END_TEST

START_TEST(a_wire_that_is_not_long_is_shown_whole)
{
    struct wire wire = {0};
    const char *text;

    add_signals(&wire, 2 * (size_t)EVIDENCE_EVENTS);
    report_find(&report, CAUSE_PAUSE, "it hung");
    report_show(&report, CAUSE_PAUSE, &wire);
    text = printed_report();
    for (size_t i = 0; i < wire.count; i++) {
        char line[WIRE_LINE_SIZE];

        wire_format(&wire.events[i], line);
        ck_assert_ptr_nonnull(strstr(text, line));
    }
    ck_assert_ptr_null(strstr(text, "more\n"));
}
END_TEST

START_TEST(a_long_wire_is_shown_with_its_first_and_last_events)
{
    struct wire wire = {0};

    add_signals(&wire, 2 * (size_t)EVIDENCE_EVENTS + 1);
    report_find(&report, CAUSE_PAUSE, "it hung");
    report_show(&report, CAUSE_PAUSE, &wire);
    ck_assert_ptr_nonnull(strstr(printed_report(),
                                 "   evidence  it hung\n"
                                 "                 0.000 ms  client --SIGUSR1--> server\n"
                                 "                 1.000 ms  client --SIGUSR1--> server\n"
                                 "                 2.000 ms  client --SIGUSR1--> server\n"
                                 "                 3.000 ms  client --SIGUSR1--> server\n"
                                 "                   ... 1 more\n"
                                 "                 5.000 ms  client --SIGUSR1--> server\n"
                                 "                 6.000 ms  client --SIGUSR1--> server\n"
                                 "                 7.000 ms  client --SIGUSR1--> server\n"
                                 "                 8.000 ms  client --SIGUSR1--> server\n"
                                 "   cause     "));
}
END_TEST

/* ---- nothing found ---- */

START_TEST(only_a_pair_with_all_its_results_is_healthy)
{
    static const char healthy[] = "\nNothing was found: the pair is healthy.\n";
    static const char open[] = "\nNothing was found, but checks were left out or took too long.\n";

    report.is_silent = true;
    report_check(&report, CHECK_PASSED, "tried", "arrived");
    ck_assert_str_eq(printed_report(), open);
    report_dialect(&report, "msb,usr1=1,nul");
    ck_assert_str_eq(printed_report(), healthy);
    report_check(&report, CHECK_OPEN, "tried", "took too long");
    report_check(&report, CHECK_PASSED, "tried", "arrived");
    ck_assert_str_eq(printed_report(), open);
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        a_report_begins_with_the_commands,
        the_dialect_is_noted_and_printed,
        the_longest_dialect_is_kept_whole,
        a_check_is_printed_with_its_result,
        as_many_checks_as_fit_are_kept,
        a_silent_report_prints_nothing_before_its_end,
        a_check_that_just_fits_is_printed_whole,
        a_text_that_is_too_long_is_cut_off,
        a_text_is_cut_off_behind_a_whole_character,
        octets_that_are_no_character_are_cut_off_anywhere,
        an_incomplete_character_that_fits_is_kept,
        more_evidence_than_there_is_room_for_is_not_kept,
        findings_are_counted_once_and_each_cause_by_itself,
        a_finding_has_its_evidence_cause_and_section,
        findings_are_in_the_order_of_their_causes,
        no_line_of_any_cause_is_longer_than_a_terminal,
        a_wire_is_shown_behind_the_evidence,
        a_wire_that_is_not_long_is_shown_whole,
        a_long_wire_is_shown_with_its_first_and_last_events,
        only_a_pair_with_all_its_results_is_healthy,
        NULL,
    };

    return suite_around("report", tests, begin, NULL);
}
