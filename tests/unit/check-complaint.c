/* SPDX-License-Identifier: MIT */
/* check-complaint.c - tests that a complaint is one line, whatever text it contains */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "host/complaint.h"
#include "suite.h"
#undef fail /* Check has an obsolete macro of this name */

static FILE *captured;

static void begin(void)
{
    captured = tmpfile();
    ck_assert_ptr_nonnull(captured);
    ck_assert_int_eq(dup2(fileno(captured), STDERR_FILENO), STDERR_FILENO);
}

static void end(void)
{
    fclose(captured);
}

/* Returns all that was written to standard error. */
static const char *text(void)
{
    static char text[16384];

    rewind(captured);
    text[fread(text, 1, sizeof text - 1, captured)] = '\0';
    return text;
}

static void expect_captured(const char *message)
{
    char line[16384];

    snprintf(line, sizeof line, "%s: %s\n", program_invocation_short_name, message);
    ck_assert_str_eq(text(), line);
}

START_TEST(a_complaint_is_printed_once_and_only_when_told)
{
    complain("%d is too %s", 3, "few");
    ck_assert_str_eq(text(), "");
    complaint_tell();
    complaint_tell();
    expect_captured("3 is too few");
}
END_TEST

START_TEST(a_newer_complaint_replaces_the_older)
{
    complain("the first");
    complain_of(ENOENT, "the second, %s", "of a file");
    complaint_tell();
    expect_captured("the second, of a file: No such file or directory");
}
END_TEST

START_TEST(a_complaint_can_be_given_a_prefix)
{
    complaint_precede("message %d", 1);
    complaint_tell();
    ck_assert_str_eq(text(), "");
    complain("it is too large");
    complaint_precede("message %d", 2);
    complaint_tell();
    expect_captured("message 2: it is too large");
}
END_TEST

START_TEST(control_characters_are_shown_as_question_marks)
{
    complain("process '%s' of 'Zoë'", "a\nb\033[2Jc\177d\te");
    complaint_tell();
    expect_captured("process 'a?b?[2Jc?d?e' of 'Zoë'");
}
END_TEST

START_TEST(control_characters_in_utf_8_are_shown_as_question_marks)
{
    complain("a\xc2\x9b"
             "2Jb\xc2\x80\xc2\x9f\xc2\xa0\xc3\x9b\xc2");
    complaint_tell();
    expect_captured("a??2Jb????\xc2\xa0\xc3\x9b?");
}
END_TEST

/* To a terminal without UTF-8, 0x9b alone is a control character. */
START_TEST(octets_that_are_not_utf_8_are_shown_as_question_marks)
{
    complain("a\x9b"
             "2Jb\xff\xe2\x82 Zo\xc3\xab \xe2\x80\xa8");
    complaint_tell();
    expect_captured("a?2Jb??? Zo\xc3\xab ???");
}
END_TEST

START_TEST(a_very_long_complaint_keeps_its_cause_and_its_cure)
{
    static char name[200000];
    static const char cure[] = "'; give another: Invalid argument\n";
    size_t length;

    memset(name, 'x', sizeof name - 1);
    complain_of(EINVAL, "there is no '%s'; give another", name);
    complaint_precede("message %d", 1);
    complaint_tell();
    length = strlen(text());
    ck_assert_uint_lt(length, 5200);
    ck_assert_ptr_nonnull(strstr(text(), "message 1: there is no 'xxx"));
    ck_assert_ptr_nonnull(strstr(text(), "x [...] x"));
    ck_assert_str_eq(text() + length - strlen(cure), cure);
}
END_TEST

/* Calls act() in a child process and returns the child's exit status. */
static int status_of(void (*act)(void))
{
    pid_t pid = fork();
    int status;

    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        act();
        _exit(0);
    }
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void fail_for_usage(void)
{
    fail(EX_USAGE, "what is '%s'?", "\r");
}

START_TEST(fail_prints_the_complaint_and_exits_with_its_status)
{
    ck_assert_int_eq(status_of(fail_for_usage), EX_USAGE);
    expect_captured("what is '?'?");
}
END_TEST

static void fail_to_open_a_file(void)
{
    fail_of(EX_NOINPUT, ENOENT, "cannot open %s", "it");
}

START_TEST(the_text_of_the_error_number_comes_last)
{
    ck_assert_int_eq(status_of(fail_to_open_a_file), EX_NOINPUT);
    expect_captured("cannot open it: No such file or directory");
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        a_complaint_is_printed_once_and_only_when_told,
        a_newer_complaint_replaces_the_older,
        a_complaint_can_be_given_a_prefix,
        control_characters_are_shown_as_question_marks,
        control_characters_in_utf_8_are_shown_as_question_marks,
        octets_that_are_not_utf_8_are_shown_as_question_marks,
        a_very_long_complaint_keeps_its_cause_and_its_cure,
        fail_prints_the_complaint_and_exits_with_its_status,
        the_text_of_the_error_number_comes_last,
        NULL,
    };

    return suite_around("complaint", tests, begin, end);
}
