/* SPDX-License-Identifier: MIT */
/* check-complaint.c - a complaint is one line, whatever is filled in */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "host/complaint.h"
#include "suite.h"
#undef fail /* Check's own, of old */

static FILE *said;

static void begin(void)
{
    said = tmpfile();
    ck_assert_ptr_nonnull(said);
    ck_assert_int_eq(dup2(fileno(said), STDERR_FILENO), STDERR_FILENO);
}

static void end(void)
{
    fclose(said);
}

/* All that was said on standard error. */
static const char *text(void)
{
    static char text[16384];

    rewind(said);
    text[fread(text, 1, sizeof text - 1, said)] = '\0';
    return text;
}

static void expect_said(const char *message)
{
    char line[16384];

    snprintf(line, sizeof line, "%s: %s\n", program_invocation_short_name, message);
    ck_assert_str_eq(text(), line);
}

START_TEST(it_is_told_once_and_not_before)
{
    complain("%d is too %s", 3, "few");
    ck_assert_str_eq(text(), "");
    complaint_tell();
    complaint_tell();
    expect_said("3 is too few");
}
END_TEST

START_TEST(the_newest_counts)
{
    complain("the first");
    complain_of(ENOENT, "the second, %s", "of a file");
    complaint_tell();
    expect_said("the second, of a file: No such file or directory");
}
END_TEST

START_TEST(what_it_is_about_can_be_put_before_it)
{
    complaint_precede("message %d", 1);
    complaint_tell();
    ck_assert_str_eq(text(), "");
    complain("it is too large");
    complaint_precede("message %d", 2);
    complaint_tell();
    expect_said("message 2: it is too large");
}
END_TEST

START_TEST(control_characters_of_others_are_shown_as_question_marks)
{
    complain("process '%s' of 'Zoë'", "a\nb\033[2Jc\177d\te");
    complaint_tell();
    expect_said("process 'a?b?[2Jc?d?e' of 'Zoë'");
}
END_TEST

START_TEST(so_are_those_that_only_utf_8_has)
{
    complain("a\xc2\x9b"
             "2Jb\xc2\x80\xc2\x9f\xc2\xa0\xc3\x9b\xc2");
    complaint_tell();
    expect_said("a??2Jb????\xc2\xa0\xc3\x9b\xc2");
}
END_TEST

START_TEST(of_a_very_long_one_the_cause_and_the_cure_are_left)
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

/* The status of a process that fails so. */
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

START_TEST(to_fail_is_to_tell_it_and_to_exit)
{
    ck_assert_int_eq(status_of(fail_for_usage), EX_USAGE);
    expect_said("what is '?'?");
}
END_TEST

static void fail_for_want_of_a_file(void)
{
    fail_of(EX_NOINPUT, ENOENT, "cannot open %s", "it");
}

START_TEST(an_error_s_text_comes_last)
{
    ck_assert_int_eq(status_of(fail_for_want_of_a_file), EX_NOINPUT);
    expect_said("cannot open it: No such file or directory");
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        it_is_told_once_and_not_before,
        the_newest_counts,
        what_it_is_about_can_be_put_before_it,
        control_characters_of_others_are_shown_as_question_marks,
        so_are_those_that_only_utf_8_has,
        of_a_very_long_one_the_cause_and_the_cure_are_left,
        to_fail_is_to_tell_it_and_to_exit,
        an_error_s_text_comes_last,
        NULL,
    };

    return suite_around("complaint", tests, begin, end);
}
