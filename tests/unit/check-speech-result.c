/* SPDX-License-Identifier: MIT */
/* check-speech-result.c - tests that the last result of a process is read as it was written */

#include <limits.h>
#include <string.h>

#include "doctor/speech-result.h"
#include "suite.h"

static void expect(const struct speech_result *expected, const char *output)
{
    struct speech_result result;

    memset(&result, 0xff, sizeof result);
    ck_assert_msg(speech_result_read(output, &result), "'%s' is no result", output);
    ck_assert_int_eq(result.status, expected->status);
    ck_assert_uint_eq(result.signals, expected->signals);
    ck_assert_uint_eq(result.answers, expected->answers);
    ck_assert_int_eq(result.first, expected->first);
    ck_assert_str_eq(result.trouble, expected->trouble);
}

START_TEST(a_result_is_read_as_it_was_written)
{
    const struct speech_result results[] = {
        {.signals = 0},
        {.signals = 128, .answers = 127},
        {.signals = 128, .answers = 127, .first = ANSWER_USR2},
        {.status = 75, .signals = 3, .trouble = "the server was not ready;  run it again "},
    };

    for (size_t i = 0; i < sizeof results / sizeof results[0]; i++) {
        char line[SPEECH_LINE_SIZE];

        speech_result_write(&results[i], line);
        ck_assert_uint_eq(strcspn(line, "\n") + 1, strlen(line));
        expect(&results[i], line);
    }
}
END_TEST

START_TEST(the_longest_result_fits)
{
    struct speech_result result = {.status = INT_MIN, .signals = SIZE_MAX, .answers = UINT64_MAX};
    char line[SPEECH_LINE_SIZE];

    memset(result.trouble, 'x', sizeof result.trouble - 1);
    speech_result_write(&result, line);
    ck_assert_int_eq(line[strlen(line) - 1], '\n');
    expect(&result, line);
}
END_TEST

START_TEST(the_last_line_counts)
{
    const struct speech_result first = {.signals = 3}, last = {.signals = 8, .answers = 8};
    char output[2 * SPEECH_LINE_SIZE];

    speech_result_write(&first, output);
    speech_result_write(&last, output + strlen(output));
    expect(&last, output);
}
END_TEST

/* The process may be amid its last line. */
START_TEST(a_line_without_its_end_does_not_count)
{
    const struct speech_result first = {.signals = 3}, last = {.signals = 8, .answers = 8};
    char output[2 * SPEECH_LINE_SIZE];
    size_t whole, length;

    speech_result_write(&first, output);
    whole = strlen(output);
    speech_result_write(&last, output + whole);
    for (length = strlen(output) - 1; length >= whole; length--) {
        output[length] = '\0';
        expect(&first, output);
    }
}
END_TEST

START_TEST(anything_else_is_no_result)
{
    static const char *const outputs[] = {
        NULL,
        "",
        "\n",
        "0 1 2 0",
        "0 1 2 0\n",
        "0 1 2 \n",
        "0 1 2 3 \n",
        "text\n",
        " 0 1 2 0 \n",
        "0x 1 2 0 \n",
        "0 1 -2 0 \n",
        "0 1 2 0 \ntext\n",
        "0 1 2 0 \n\n",
        "+0 1 2 0 \n",
        "9999999999 1 2 0 \n",
    };
    struct speech_result result = {.signals = 42};

    for (size_t i = 0; i < sizeof outputs / sizeof outputs[0]; i++)
        ck_assert_msg(!speech_result_read(outputs[i], &result), "'%s' is a result", outputs[i]);
    ck_assert_uint_eq(result.signals, 42);
}
END_TEST

START_TEST(trouble_that_is_too_long_is_no_result)
{
    char output[2 * SPEECH_LINE_SIZE] = "75 1 2 0 ";
    char *end = output + strlen(output);
    struct speech_result result;

    memset(end, 'x', SPEECH_TROUBLE_SIZE);
    end[SPEECH_TROUBLE_SIZE] = '\n';
    ck_assert(!speech_result_read(output, &result));
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        a_result_is_read_as_it_was_written,
        the_longest_result_fits,
        the_last_line_counts,
        a_line_without_its_end_does_not_count,
        anything_else_is_no_result,
        trouble_that_is_too_long_is_no_result,
        NULL,
    };

    return suite_of("speech-result", tests);
}
