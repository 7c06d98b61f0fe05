/* SPDX-License-Identifier: MIT */
/* check-line.c - tests that any text of a program is one harmless line */

#include <stdbool.h>
#include <stddef.h>

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

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        text_is_printed_as_it_is,
        other_octets_are_escaped,
        a_line_does_not_look_like_one_of_this_program,
        without_memory_a_remark_is_printed,
        NULL,
    };

    return suite_of("line", tests);
}
