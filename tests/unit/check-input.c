/* SPDX-License-Identifier: MIT */
/* check-input.c - tests that messages are the arguments or the input, octet for octet */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "scarce.h"
#include "sender/input.h"
#include "suite.h"

static struct input input;

static void read_from(const void *bytes, size_t length)
{
    FILE *stream = tmpfile();

    ck_assert_ptr_nonnull(stream);
    ck_assert_uint_eq(fwrite(bytes, 1, length, stream), length);
    rewind(stream);
    input = (struct input){.stream = stream};
}
#define READ_FROM(literal) read_from(literal, sizeof literal - 1)

static void expect(const void *bytes, size_t length)
{
    uintmax_t before = input.number;

    ck_assert_int_eq(input_next(&input), 1);
    ck_assert_uint_eq(input.number, before + 1);
    ck_assert_uint_eq(input.length, length);
    if (length > 0)
        ck_assert_mem_eq(input.bytes, bytes, length);
}
#define EXPECT(literal) expect(literal, sizeof literal - 1)

static void expect_end(void)
{
    ck_assert_int_eq(input_next(&input), 0);
    ck_assert_int_eq(input_next(&input), 0);
}

static void done(void)
{
    input_done(&input);
    ck_assert_ptr_null(input.bytes);
    if (input.stream)
        fclose(input.stream);
}

/* ---- arguments ---- */

START_TEST(the_arguments_of_a_command_line_are_one_message)
{
    input = (struct input){
        .strings = (char *[]){(char[]){"hello"}, (char[]){""}, (char[]){"big  world"}, NULL}};
    EXPECT("hello  big  world");
    expect_end();
}
END_TEST

START_TEST(no_arguments_are_an_empty_message)
{
    input = (struct input){.strings = (char *[]){NULL}};
    EXPECT("");
    expect_end();
}
END_TEST

/* Returns a text of 1 GiB and 1 octet, which takes 1 MiB of memory: the same piece repeated. */
static char *huge_argument(void)
{
    const size_t piece = (size_t)1 << 20;
    char *argument = mmap(NULL, MESSAGE_MAX + piece, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *text = malloc(piece);
    int fd = memfd_create("argument", MFD_CLOEXEC);

    ck_assert_ptr_ne(argument, MAP_FAILED);
    ck_assert_ptr_nonnull(text);
    memset(text, 'x', piece);
    ck_assert_int_eq(write(fd, text, piece), (ssize_t)piece);
    for (size_t at = 0; at <= MESSAGE_MAX; at += piece)
        ck_assert_ptr_ne(
            mmap(argument + at, piece, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, fd, 0),
            MAP_FAILED);
    argument[MESSAGE_MAX + 1] = '\0';
    free(text);
    close(fd);
    return argument;
}

START_TEST(a_message_beyond_the_maximum_is_refused)
{
    input = (struct input){.strings = (char *[]){huge_argument(), NULL}};
    ck_assert_int_eq(input_next(&input), -EMSGSIZE);
}
END_TEST

/* ---- lines ---- */

START_TEST(each_line_is_a_message_without_its_newline)
{
    READ_FROM("one\n\n  three \r\n");
    EXPECT("one");
    EXPECT("");
    EXPECT("  three \r");
    expect_end();
}
END_TEST

START_TEST(the_last_line_needs_no_newline)
{
    READ_FROM("one\ntwo");
    EXPECT("one");
    EXPECT("two");
    expect_end();
}
END_TEST

START_TEST(an_empty_stream_has_no_lines)
{
    READ_FROM("");
    expect_end();
}
END_TEST

START_TEST(any_octet_but_the_newline_may_be_in_a_line)
{
    char bytes[256], line[255];
    size_t length = 0;

    for (int i = 0; i < 256; i++)
        if (i != '\n')
            line[length++] = (char)i;
    memcpy(bytes, line, length);
    bytes[length] = '\n';
    read_from(bytes, length + 1);
    expect(line, length);
    expect_end();
}
END_TEST

START_TEST(a_line_may_be_long)
{
    const size_t length = 100000;
    char *line = malloc(length);

    ck_assert_ptr_nonnull(line);
    for (size_t i = 0; i < length; i++)
        line[i] = (char)('a' + i % 26);
    read_from(line, length);
    expect(line, length);
    expect_end();
    free(line);
}
END_TEST

START_TEST(a_line_beyond_the_limit_is_an_error)
{
    char *bytes = calloc(1, INPUT_LINE_MAX + 1);

    ck_assert_ptr_nonnull(bytes);
    read_from(bytes, INPUT_LINE_MAX);
    expect(bytes, INPUT_LINE_MAX);
    expect_end();
    done();
    read_from(bytes, INPUT_LINE_MAX + 1);
    ck_assert_int_eq(input_next(&input), -E2BIG);
    free(bytes);
}
END_TEST

START_TEST(after_a_line_beyond_the_limit_the_next_line_can_be_read)
{
    const size_t length = INPUT_LINE_MAX + 100;
    char *bytes = calloc(1, length + 5);

    ck_assert_ptr_nonnull(bytes);
    memcpy(bytes + length, "\nnext", 5);
    read_from(bytes, length + 5);
    ck_assert_int_eq(input_next(&input), -E2BIG);
    ck_assert_int_eq(input_skip(&input), 0);
    ck_assert_uint_eq(input.taken, length + 1);
    EXPECT("next");
    ck_assert_uint_eq(input.number, 2);
    expect_end();
    done();
    read_from(bytes, length);
    ck_assert_int_eq(input_next(&input), -E2BIG);
    ck_assert_int_eq(input_skip(&input), 0);
    ck_assert_uint_eq(input.taken, length);
    expect_end();
    free(bytes);
}
END_TEST

START_TEST(a_line_that_cannot_be_skipped_is_an_error)
{
    READ_FROM("line");
    fclose(input.stream);
    input.stream = fopen("/", "r");
    ck_assert_ptr_nonnull(input.stream);
    ck_assert_int_eq(input_skip(&input), -EISDIR);
    expect_end();
}
END_TEST

/* ---- a whole stream ---- */

START_TEST(the_octets_taken_from_a_file_of_lines_are_counted)
{
    READ_FROM("one\n\nlast");
    ck_assert_uint_eq(input_size(&input), 9);
    EXPECT("one");
    ck_assert_uint_eq(input.taken, 4);
    EXPECT("");
    ck_assert_uint_eq(input.taken, 5);
    EXPECT("last");
    ck_assert_uint_eq(input.taken, 9);
    expect_end();
}
END_TEST

START_TEST(octets_before_the_file_offset_do_not_count_in_the_size)
{
    READ_FROM("one\ntwo\n");
    ck_assert_int_eq(fseek(input.stream, 4, SEEK_SET), 0);
    ck_assert_uint_eq(input_size(&input), 4);
    ck_assert_int_eq(fseek(input.stream, 10, SEEK_SET), 0);
    ck_assert_uint_eq(input_size(&input), 0);
}
END_TEST

START_TEST(only_a_file_of_lines_has_a_size)
{
    int ends[2];

    READ_FROM("one\n");
    input.whole = true;
    ck_assert_uint_eq(input_size(&input), 0);
    done();
    ck_assert_int_eq(pipe(ends), 0);
    input = (struct input){.stream = fdopen(ends[0], "r")};
    ck_assert_uint_eq(input_size(&input), 0);
    done();
    close(ends[1]);
    input = (struct input){.strings = (char *[]){(char[]){"one"}, NULL}};
    ck_assert_uint_eq(input_size(&input), 0);
}
END_TEST

START_TEST(a_whole_stream_is_one_message_with_its_newlines_and_zeros)
{
    READ_FROM("one\n\0two\n");
    input.whole = true;
    EXPECT("one\n\0two\n");
    expect_end();
}
END_TEST

START_TEST(a_whole_empty_stream_is_an_empty_message)
{
    READ_FROM("");
    input.whole = true;
    EXPECT("");
    expect_end();
}
END_TEST

START_TEST(a_whole_stream_may_be_long)
{
    const size_t length = 100000;
    char *bytes = malloc(length);

    ck_assert_ptr_nonnull(bytes);
    for (size_t i = 0; i < length; i++)
        bytes[i] = (char)(i / 7);
    read_from(bytes, length);
    input.whole = true;
    expect(bytes, length);
    expect_end();
    free(bytes);
}
END_TEST

/* ---- errors ---- */

START_TEST(a_directory_as_input_is_an_error)
{
    for (int whole = 0; whole <= 1; whole++) {
        input = (struct input){.stream = fopen("/", "r"), .whole = whole};
        ck_assert_ptr_nonnull(input.stream);
        ck_assert_int_eq(input_next(&input), -EISDIR);
        done();
    }
    input = (struct input){0};
}
END_TEST

/* Reads three octets from the stream at the first call, and fails at the next. */
static ssize_t fail_after_three(void *cookie, char *buffer, size_t size)
{
    int *calls = cookie;

    if ((*calls)++ > 0) {
        errno = EIO;
        return -1;
    }
    ck_assert_uint_ge(size, 3);
    memcpy(buffer, "abc", 3);
    return 3;
}

START_TEST(octets_read_before_an_error_are_no_message)
{
    for (int whole = 0; whole <= 1; whole++) {
        int calls = 0;

        input = (struct input){
            .stream = fopencookie(&calls, "r", (cookie_io_functions_t){.read = fail_after_three}),
            .whole = whole};
        ck_assert_int_eq(input_next(&input), -EIO);
        done();
    }
    input = (struct input){0};
}
END_TEST

START_TEST(input_fails_when_memory_runs_out)
{
    int arguments, line, whole;

    input = (struct input){.strings = (char *[]){(char[]){"hello"}, NULL}};
    memory_is_scarce = true;
    arguments = input_next(&input);
    memory_is_scarce = false;
    READ_FROM("hello\n");
    memory_is_scarce = true;
    line = input_next(&input);
    memory_is_scarce = false;
    rewind(input.stream);
    input.whole = true;
    memory_is_scarce = true;
    whole = input_next(&input);
    memory_is_scarce = false;
    ck_assert_int_eq(arguments, -ENOMEM);
    ck_assert_int_eq(line, -ENOMEM);
    ck_assert_int_eq(whole, -ENOMEM);
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        the_arguments_of_a_command_line_are_one_message,
        no_arguments_are_an_empty_message,
        a_message_beyond_the_maximum_is_refused,
        each_line_is_a_message_without_its_newline,
        the_last_line_needs_no_newline,
        an_empty_stream_has_no_lines,
        any_octet_but_the_newline_may_be_in_a_line,
        a_line_may_be_long,
        a_line_beyond_the_limit_is_an_error,
        after_a_line_beyond_the_limit_the_next_line_can_be_read,
        a_line_that_cannot_be_skipped_is_an_error,
        the_octets_taken_from_a_file_of_lines_are_counted,
        octets_before_the_file_offset_do_not_count_in_the_size,
        only_a_file_of_lines_has_a_size,
        a_whole_stream_is_one_message_with_its_newlines_and_zeros,
        a_whole_empty_stream_is_an_empty_message,
        a_whole_stream_may_be_long,
        a_directory_as_input_is_an_error,
        octets_read_before_an_error_are_no_message,
        input_fails_when_memory_runs_out,
        NULL,
    };

    return suite_around("input", tests, NULL, done);
}
