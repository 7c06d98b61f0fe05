/* SPDX-License-Identifier: MIT */
/* check-stdout.c - tests that the sinks write whole messages to standard output, each once */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "daemon/sink.h"
#include "suite.h"

static struct sink sink;
static int reader; /* the other end of standard output */

/* The most that one write(2) takes. */
static size_t write_limit = SIZE_MAX;

ssize_t __real_write(int fd, const void *octets, size_t length);
ssize_t __wrap_write(int fd, const void *octets, size_t length);
ssize_t __wrap_write(int fd, const void *octets, size_t length)
{
    return __real_write(fd, octets, length < write_limit ? length : write_limit);
}

static void begin_with(const struct format *format)
{
    int fds[2];

    ck_assert_int_eq(pipe2(fds, O_CLOEXEC), 0);
    ck_assert_int_eq(dup2(fds[1], STDOUT_FILENO), STDOUT_FILENO);
    close(fds[1]);
    reader = fds[0];
    ck_assert_int_eq(fcntl(reader, F_SETFL, O_NONBLOCK), 0);
    ck_assert_int_eq(stdout_open(format, &sink), 0);
}

static void begin_escaped(void)
{
    begin_with(&format_escaped);
}

static void begin_raw(void)
{
    begin_with(&format_raw);
}

static void begin_json(void)
{
    begin_with(&format_json);
}

static void end(void)
{
    sink_close(&sink);
    ck_assert_int_eq(sink.fd, -1);
    close(reader);
}

static struct entry entry_of(const void *bytes, size_t length)
{
    struct entry entry = {.from = {.pid = 7},
                          .origin = {.unit = strdup("some.service")},
                          .message = {.length = length}};

    if (length > 0) {
        entry.message.bytes = malloc(length);
        ck_assert_ptr_nonnull(entry.message.bytes);
        memcpy(entry.message.bytes, bytes, length);
    }
    return entry;
}

static int write_text(const char *text)
{
    struct entry entry = entry_of(text, strlen(text));

    return sink_write(&sink, &entry);
}

/* Reads what is in the pipe, size octets at most. Returns the number of octets. */
static size_t read_some(char *buffer, size_t size)
{
    size_t length = 0;
    ssize_t n;

    while (length < size && (n = read(reader, buffer + length, size - length)) > 0)
        length += (size_t)n;
    return length;
}

static void expect_output(const char *expected)
{
    char buffer[256];
    size_t length = read_some(buffer, sizeof buffer);

    ck_assert_uint_eq(length, strlen(expected));
    ck_assert_mem_eq(buffer, expected, length);
}

START_TEST(each_message_is_a_line)
{
    ck_assert_int_eq(write_text("one"), 0);
    ck_assert_int_eq(write_text(""), 0);
    ck_assert_int_eq(write_text("  three\t "), 0);
    expect_output("one\n\n  three\t \n");
}
END_TEST

START_TEST(a_message_is_written_before_it_counts_as_logged)
{
    ck_assert_int_eq(write_text("now"), 0);
    expect_output("now\n");
    ck_assert_ptr_null(sink.entry.message.bytes);
}
END_TEST

START_TEST(any_message_is_one_line)
{
    ck_assert_int_eq(write_text("two\nlines\033[2J \\x"), 0);
    ck_assert_int_eq(write_text("minitalkd: stopped"), 0);
    expect_output("two\\x0alines\\x1b[2J \\x5cx\n\\x6dinitalkd: stopped\n");
}
END_TEST

START_TEST(a_write_may_end_in_the_middle_of_an_escaped_octet)
{
    for (write_limit = 1; write_limit <= 9; write_limit++) {
        ck_assert_int_eq(write_text("a\n\xf0\x9f\x91\x8b\n\nb"), 0);
        ck_assert_int_eq(write_text(""), 0);
        ck_assert_int_eq(write_text("\n"), 0);
        expect_output("a\\x0a\xf0\x9f\x91\x8b\\x0a\\x0ab\n\n\\x0a\n");
    }
}
END_TEST

START_TEST(an_escaped_message_larger_than_the_pipe_continues_when_the_pipe_has_room)
{
    const size_t length = 100000;
    uint8_t *octets = calloc(length, 1);
    char *output = malloc(4 * length + 2);
    struct entry entry;
    size_t got = 0;
    int r;

    ck_assert(octets && output);
    entry = entry_of(octets, length);
    r = sink_write(&sink, &entry);
    ck_assert_int_eq(r, -EINPROGRESS);
    for (unsigned rounds = 0; r == -EINPROGRESS; rounds++) {
        ck_assert_uint_lt(rounds, length);
        ck_assert_int_eq(sink_continue(&sink), -EINPROGRESS);
        got += read_some(output + got, PIPE_BUF + rounds % 4);
        r = sink_continue(&sink);
    }
    ck_assert_int_eq(r, 0);
    got += read_some(output + got, 4 * length + 2 - got);
    ck_assert_uint_eq(got, 4 * length + 1);
    for (size_t i = 0; i < length; i++)
        ck_assert_mem_eq(output + 4 * i, "\\x00", 4);
    ck_assert_int_eq(output[4 * length], '\n');
    free(output);
    free(octets);
}
END_TEST

START_TEST(any_octets_are_written_as_they_are)
{
    char bytes[256], output[258];
    struct entry entry;

    for (int i = 0; i < 256; i++)
        bytes[i] = (char)i;
    entry = entry_of(bytes, sizeof bytes);
    ck_assert_int_eq(sink_write(&sink, &entry), 0);
    ck_assert_uint_eq(read_some(output, sizeof output), sizeof bytes + 1);
    ck_assert_mem_eq(output, bytes, sizeof bytes);
    ck_assert_int_eq(output[sizeof bytes], '\n');
}
END_TEST

START_TEST(messages_around_a_multiple_of_pipe_buf_end_in_one_newline)
{
    static char bytes[2 * PIPE_BUF + 1], output[sizeof bytes + 2];

    memset(bytes, 'x', sizeof bytes);
    for (size_t steps = 1; steps <= 2; steps++)
        for (size_t length = steps * PIPE_BUF - 1; length <= steps * PIPE_BUF + 1; length++) {
            struct entry entry = entry_of(bytes, length);

            ck_assert_int_eq(sink_write(&sink, &entry), 0);
            ck_assert_uint_eq(read_some(output, sizeof output), length + 1);
            ck_assert_mem_eq(output, bytes, length);
            ck_assert_int_eq(output[length], '\n');
        }
}
END_TEST

START_TEST(a_message_larger_than_the_pipe_continues_when_the_pipe_has_room)
{
    const size_t length = 1000000;
    char *bytes = malloc(length), *output = malloc(length + 2);
    struct pollfd room = {.fd = sink.fd, .events = POLLOUT};
    struct entry entry;
    size_t got = 0;
    int r;

    ck_assert(bytes && output);
    for (size_t i = 0; i < length; i++)
        bytes[i] = (char)(i * 7 + i / 251);
    entry = entry_of(bytes, length);
    r = sink_write(&sink, &entry);
    ck_assert_int_eq(r, -EINPROGRESS);
    for (unsigned rounds = 0; r == -EINPROGRESS; rounds++) {
        ck_assert_uint_lt(rounds, length);
        ck_assert_int_eq(poll(&room, 1, 0), 0);
        ck_assert_int_eq(sink_continue(&sink), -EINPROGRESS);
        got += read_some(output + got, 3 * PIPE_BUF);
        r = sink_continue(&sink);
    }
    ck_assert_int_eq(r, 0);
    got += read_some(output + got, length + 2 - got);
    ck_assert_uint_eq(got, length + 1);
    ck_assert_mem_eq(output, bytes, length);
    ck_assert_int_eq(output[length], '\n');
    free(output);
    free(bytes);
}
END_TEST

static void fill_pipe(void)
{
    static const char zeros[PIPE_BUF];

    ck_assert_int_eq(fcntl(STDOUT_FILENO, F_SETFL, O_NONBLOCK), 0);
    while (write(STDOUT_FILENO, zeros, sizeof zeros) > 0)
        ;
    ck_assert_int_eq(errno, EAGAIN);
}

START_TEST(a_full_pipe_does_not_block_the_daemon)
{
    static char output[1 << 20];
    size_t length;

    fill_pipe();
    ck_assert_int_eq(write_text("late"), -EINPROGRESS);
    ck_assert_int_eq(sink_continue(&sink), -EINPROGRESS);
    read_some(output, sizeof output);
    ck_assert_int_eq(sink_continue(&sink), 0);
    length = read_some(output, sizeof output);
    ck_assert_uint_eq(length, 5);
    ck_assert_mem_eq(output, "late\n", 5);
}
END_TEST

START_TEST(closing_a_sink_drops_an_unfinished_message)
{
    fill_pipe();
    ck_assert_int_eq(write_text("never"), -EINPROGRESS);
    sink_close(&sink);
    ck_assert_ptr_null(sink.entry.message.bytes);
}
END_TEST

/* A write of one octet more than the pipe has room for would block the daemon. */
START_TEST(a_pipe_with_room_for_pipe_buf_takes_that_without_blocking)
{
    static char bytes[PIPE_BUF], output[1 << 20];
    struct entry entry;

    memset(bytes, 'x', sizeof bytes);
    entry = entry_of(bytes, sizeof bytes);
    fill_pipe();
    ck_assert_int_eq(fcntl(STDOUT_FILENO, F_SETFL, 0), 0);
    ck_assert_uint_eq(read_some(output, PIPE_BUF), PIPE_BUF);
    ck_assert_int_eq(sink_write(&sink, &entry), -EINPROGRESS);
    ck_assert_uint_eq(sink.stream.written, PIPE_BUF);
    read_some(output, sizeof output);
    ck_assert_int_eq(sink_continue(&sink), 0);
    expect_output("\n");
}
END_TEST

/* The daemon ignores SIGPIPE, and so does the test. */
START_TEST(without_a_reader_a_message_is_refused)
{
    signal(SIGPIPE, SIG_IGN);
    close(reader);
    ck_assert_int_eq(write_text("nobody reads this"), -EPIPE);
    ck_assert_ptr_null(sink.entry.message.bytes);
}
END_TEST

START_TEST(a_full_device_refuses_a_message)
{
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);

    ck_assert_int_ge(full, 0);
    ck_assert_int_eq(dup2(full, sink.fd), sink.fd);
    close(full);
    ck_assert_int_eq(write_text("no space"), -ENOSPC);
}
END_TEST

/* The log becomes an empty file, opened with these flags, too. Its path is removed. */
static void open_file(int flags)
{
    char path[] = "/tmp/check-stdout-XXXXXX";
    int file = mkostemp(path, O_CLOEXEC | flags);

    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(dup2(file, sink.fd), sink.fd);
    close(file);
    close(reader);
    reader = open(path, O_RDWR | O_CLOEXEC);
    ck_assert_int_ge(reader, 0);
    ck_assert_int_eq(unlink(path), 0);
}

/* No file becomes larger than this. */
static void limit_to(rlim_t octets)
{
    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(
        setrlimit(RLIMIT_FSIZE, &(struct rlimit){.rlim_cur = octets, .rlim_max = RLIM_INFINITY}),
        0);
}

static void expect_file(const char *expected)
{
    ck_assert_int_eq(lseek(reader, 0, SEEK_SET), 0);
    expect_output(expected);
}

/* Whatever fits, even all but the newline, nothing of a refused message stays in the file. */
static void expect_none_of_a_message_that_does_not_fit(int flags)
{
    for (rlim_t room = 4; room < 4 + sizeof "twotwo"; room++) {
        open_file(flags);
        ck_assert_int_eq(write_text("one"), 0);
        limit_to(room);
        ck_assert_int_eq(write_text("twotwo"), -EFBIG);
        expect_file("one\n");
        limit_to(RLIM_INFINITY);
        ck_assert_int_eq(write_text("three"), 0);
        expect_file("one\nthree\n");
    }
}

START_TEST(a_file_has_nothing_of_a_message_that_does_not_fit)
{
    expect_none_of_a_message_that_does_not_fit(0);
    expect_none_of_a_message_that_does_not_fit(O_APPEND);
}
END_TEST

START_TEST(a_part_that_a_reader_may_have_stays)
{
    static char bytes[PIPE_BUF + 1];
    struct entry entry = entry_of(bytes, sizeof bytes);

    memset(entry.message.bytes, 'x', sizeof bytes);
    signal(SIGPIPE, SIG_IGN);
    fill_pipe();
    ck_assert_uint_eq(read_some((char[PIPE_BUF]){0}, PIPE_BUF), PIPE_BUF);
    ck_assert_int_eq(sink_write(&sink, &entry), -EINPROGRESS);
    ck_assert_uint_eq(sink.stream.written, PIPE_BUF);
    close(reader);
    ck_assert_int_eq(sink_continue(&sink), -ENOTRECOVERABLE);
}
END_TEST

START_TEST(a_file_has_nothing_of_a_record_that_does_not_fit)
{
    open_file(O_APPEND);
    ck_assert_int_eq(dup2(sink.fd, STDERR_FILENO), STDERR_FILENO);
    ck_assert_int_eq(write_text("one"), 0);
    limit_to(sizeof "one\nminitalkd: process 7 ended");
    sink_record(&sink, RECORD_LOST, NULL, "process %d ended", 78);
    expect_file("one\n");
    sink_record(&sink, RECORD_LOST, NULL, "process %d ended", 7);
    expect_file("one\nminitalkd: process 7 ended\n");
}
END_TEST

START_TEST(the_daemons_records_go_to_standard_error)
{
    int fds[2];
    char note[64] = "";

    ck_assert_int_eq(pipe(fds), 0);
    ck_assert_int_eq(dup2(fds[1], STDERR_FILENO), STDERR_FILENO);
    sink_record(&sink, RECORD_LOST, NULL, "process %d ended", 7);
    ck_assert_int_gt(read(fds[0], note, sizeof note - 1), 0);
    ck_assert_str_eq(note, "minitalkd: process 7 ended\n");
    expect_output("");
}
END_TEST

/* ---- formats with fields ---- */

/* Standard error is a pipe from now on. Returns its end for reading. */
static int open_errors(void)
{
    int fds[2];

    ck_assert_int_eq(pipe2(fds, O_NONBLOCK), 0);
    ck_assert_int_eq(dup2(fds[1], STDERR_FILENO), STDERR_FILENO);
    return fds[0];
}

static void expect_empty(int fd)
{
    char octet;

    ck_assert_int_lt(read(fd, &octet, 1), 0);
    ck_assert_int_eq(errno, EAGAIN);
}

/* Reads what is in the pipe, and ends it with a NUL. */
static const char *read_all(void)
{
    static char output[1 << 21];

    output[read_some(output, sizeof output - 1)] = '\0';
    return output;
}

/* Returns the text behind the first occurrence of a part in the text. */
static const char *behind(const char *text, const char *part)
{
    const char *found = strstr(text, part);

    ck_assert_msg(found, "'%s' is not in '%s'", part, text);
    return found + strlen(part);
}

START_TEST(messages_and_records_are_entries_with_all_fields)
{
    int errors = open_errors();
    const char *rest;

    ck_assert_int_eq(write_text("text"), 0);
    sink_record(&sink, RECORD_LOST, &(struct credentials){.pid = 8}, "process %d ended", 8);
    rest = behind(read_all(), "{\"__REALTIME_TIMESTAMP\":\"");
    rest = behind(rest, "\"MESSAGE\":\"text\"");
    rest = behind(rest, "\"MINITALK_SENDER_UNIT\":\"some.service\"");
    rest = behind(rest, "}\n{\"__REALTIME_TIMESTAMP\":\"");
    rest = behind(rest, "\"MESSAGE\":\"process 8 ended\"");
    rest = behind(rest, "\"SYSLOG_IDENTIFIER\":\"minitalkd\",\"MINITALK_SENDER_PID\":\"8\"");
    ck_assert_str_eq(behind(rest, "}"), "\n");
    expect_empty(errors);
}
END_TEST

START_TEST(an_entry_continues_in_the_middle_of_a_piece)
{
    for (write_limit = 1; write_limit <= 9; write_limit++) {
        ck_assert_int_eq(write_text("\"\n\xe2\x80\xa8"), 0);
        ck_assert_int_eq(write_text("\xff\xfe"), 0);
        behind(behind(read_all(), "\"MESSAGE\":\"\\\"\\n\\u2028\","), "\"MESSAGE\":[255,254],");
    }
}
END_TEST

/* Makes a message wait in the middle. Then the pipe has room. */
static void begin_long_message(void)
{
    static char octets[100000];
    struct entry entry = entry_of(octets, sizeof octets);

    ck_assert_int_eq(sink_write(&sink, &entry), -EINPROGRESS);
    ck_assert_uint_eq(read_some((char[2 *PIPE_BUF]){0}, 2 * PIPE_BUF), 2 * PIPE_BUF);
}

START_TEST(no_record_comes_in_the_middle_of_a_message)
{
    char *output = calloc(1 << 20, 1);
    size_t got = 0;
    int r;

    ck_assert_ptr_nonnull(output);
    begin_long_message();
    sink_record(&sink, RECORD_LOST, NULL, "a record");
    do {
        r = sink_continue(&sink);
        got += read_some(output + got, (1 << 20) - 1 - got);
    } while (r == -EINPROGRESS);
    ck_assert_int_eq(r, 0);
    ck_assert_ptr_null(strchr(behind(output, "}\n"), '{'));
    ck_assert_ptr_null(strstr(output, "a record"));
    free(output);
}
END_TEST

START_TEST(a_part_that_stays_is_reported_in_an_entry_of_its_own)
{
    int errors = open_errors();
    char note[256] = "";

    begin_long_message();
    sink_abandon(&sink);
    behind(behind(read_all(), ",0,0\n{\"__REALTIME"), "\"MESSAGE\":\"a part of the message from");
    /* Without a reader for the log, too, people must see it. */
    ck_assert_int_gt(read(errors, note, sizeof note - 1), 0);
    behind(note, "minitalkd: a part of the message from process 7");
}
END_TEST

/* Nobody waits for a record, so the rest of it is dropped. */
START_TEST(a_part_of_a_record_is_ended_before_the_next_entry)
{
    const char *output;

    fill_pipe();
    ck_assert_uint_eq(read_some((char[PIPE_BUF]){0}, PIPE_BUF), PIPE_BUF);
    write_limit = 2;
    sink_record(&sink, RECORD_LOST, NULL, "a record");
    write_limit = SIZE_MAX;
    ck_assert(sink.is_torn);
    read_some((char[1 << 16]){0}, (1 << 16) - PIPE_BUF);
    ck_assert_int_eq(write_text("text"), 0);
    output = read_all();
    ck_assert_mem_eq(output, "{\"\n{\"__REALTIME", 14);
    behind(output, "\"MESSAGE\":\"text\"");
}
END_TEST

/* Such a record does not wait, and is never torn. */
START_TEST(the_longest_record_fits_the_least_room_of_a_pipe)
{
    char text[RECORD_SIZE];
    const char *rest;

    memset(text, '\1', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    fill_pipe();
    ck_assert_uint_eq(read_some((char[PIPE_BUF]){0}, PIPE_BUF), PIPE_BUF);
    sink_record(&sink, RECORD_SHORTAGE, &(struct credentials){INT_MAX, UINT_MAX, UINT_MAX}, "%s",
                text);
    read_some((char[1 << 16]){0}, (1 << 16) - PIPE_BUF);
    rest = read_all();
    ck_assert_str_eq(behind(behind(rest, ",1,1]"), "}"), "\n");
    ck_assert(!sink.is_torn);
}
END_TEST

/* ---- opening ---- */

START_TEST(no_program_inherits_the_sinks_descriptor)
{
    ck_assert_int_gt(sink.fd, STDERR_FILENO);
    ck_assert_int_eq(fcntl(sink.fd, F_GETFD), FD_CLOEXEC);
}
END_TEST

START_TEST(a_sink_needs_an_open_standard_output)
{
    struct sink none = {.fd = 42};

    close(STDOUT_FILENO);
    ck_assert_int_eq(stdout_open(&format_escaped, &none), -EBADF);
    ck_assert_int_eq(none.fd, 42);
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const of_both[] = {
        each_message_is_a_line,
        a_message_is_written_before_it_counts_as_logged,
        messages_around_a_multiple_of_pipe_buf_end_in_one_newline,
        a_full_pipe_does_not_block_the_daemon,
        closing_a_sink_drops_an_unfinished_message,
        a_pipe_with_room_for_pipe_buf_takes_that_without_blocking,
        without_a_reader_a_message_is_refused,
        a_full_device_refuses_a_message,
        a_file_has_nothing_of_a_message_that_does_not_fit,
        a_part_that_a_reader_may_have_stays,
        a_file_has_nothing_of_a_record_that_does_not_fit,
        the_daemons_records_go_to_standard_error,
        no_program_inherits_the_sinks_descriptor,
        NULL,
    };
    const TTest *const of_escaped[] = {
        any_message_is_one_line,
        a_write_may_end_in_the_middle_of_an_escaped_octet,
        an_escaped_message_larger_than_the_pipe_continues_when_the_pipe_has_room,
        a_sink_needs_an_open_standard_output,
        NULL,
    };
    const TTest *const of_raw[] = {
        any_octets_are_written_as_they_are,
        a_message_larger_than_the_pipe_continues_when_the_pipe_has_room,
        NULL,
    };
    const TTest *const of_json[] = {
        messages_and_records_are_entries_with_all_fields,
        an_entry_continues_in_the_middle_of_a_piece,
        no_record_comes_in_the_middle_of_a_message,
        a_part_that_stays_is_reported_in_an_entry_of_its_own,
        a_part_of_a_record_is_ended_before_the_next_entry,
        the_longest_record_fits_the_least_room_of_a_pipe,
        closing_a_sink_drops_an_unfinished_message,
        without_a_reader_a_message_is_refused,
        a_full_device_refuses_a_message,
        NULL,
    };
    Suite *suite = suite_around("stdout", of_both, begin_escaped, end);

    suite_add(suite, of_both, begin_raw, end);
    suite_add(suite, of_escaped, begin_escaped, end);
    suite_add(suite, of_raw, begin_raw, end);
    suite_add(suite, of_json, begin_json, end);
    return suite;
}
