/* SPDX-License-Identifier: MIT */
/* check-line.c - tests that any text of a program is one harmless line */

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

#include "doctor/line.h"
#include "printed.h"
#include "suite.h"

static bool memory_is_scarce;

void *__real_reallocarray(void *old, size_t count, size_t size);
void *__wrap_reallocarray(void *old, size_t count, size_t size);
void *__wrap_reallocarray(void *old, size_t count, size_t size)
{
    return memory_is_scarce ? NULL : __real_reallocarray(old, count, size);
}

static const char *line_of(const char *text, size_t length)
{
    printed_begin();
    line_print((const uint8_t *)text, length);
    return printed_end();
}

START_TEST(text_is_printed_as_it_is)
{
    ck_assert_str_eq(line_of("", 0), "\n");
    ck_assert_str_eq(line_of("gr\xc3\xbcn\t%s", 8), "gr\xc3\xbcn\t%s\n");
}
END_TEST

START_TEST(other_octets_are_escaped)
{
    ck_assert_str_eq(line_of("a\0b\n\x1b[0m\xff", 9), "a\\x00b\\x0a\\x1b[0m\\xff\n");
}
END_TEST

START_TEST(a_line_does_not_look_like_one_of_this_program)
{
    ck_assert_str_eq(line_of("check-line: it", 14), "\\x63heck-line: it\n");
}
END_TEST

START_TEST(without_memory_a_remark_is_printed)
{
    printed_begin();
    memory_is_scarce = true;
    line_print((const uint8_t *)"text", 4);
    memory_is_scarce = false;
    ck_assert_str_eq(printed_end(), "[out of memory]\n");
}
END_TEST

START_TEST(an_output_that_cannot_be_written_is_an_error)
{
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC), output = dup(STDOUT_FILENO), r;

    ck_assert_int_ge(full, 0);
    printed_begin();
    line_print((const uint8_t *)"text", 4);
    ck_assert_int_eq(line_flush(), 0);
    ck_assert_str_eq(printed_end(), "text\n");
    ck_assert_int_eq(dup2(full, STDOUT_FILENO), STDOUT_FILENO);
    line_print((const uint8_t *)"text", 4);
    r = line_flush();
    ck_assert_int_eq(dup2(output, STDOUT_FILENO), STDOUT_FILENO);
    ck_assert_int_eq(r, -ENOSPC);
    close(output);
    close(full);
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        text_is_printed_as_it_is,
        other_octets_are_escaped,
        a_line_does_not_look_like_one_of_this_program,
        without_memory_a_remark_is_printed,
        an_output_that_cannot_be_written_is_an_error,
        NULL,
    };

    return suite_of("line", tests);
}
