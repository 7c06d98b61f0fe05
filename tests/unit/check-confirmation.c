/* SPDX-License-Identifier: MIT */
/* check-confirmation.c - tests that each line is written whole, also into a pipe that is full */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sender/confirmation.h"
#include "suite.h"

static int fds[2]; /* the reader's end and the writer's end of a pipe that does not block */
static char output[1 << 18];
static size_t length; /* of the output that was read */

/* What the reader does while the writer waits for room. */
static void (*meanwhile)(void);
static unsigned waits;
static int poll_error;

int __real_poll(struct pollfd *list, nfds_t count, int timeout);
int __wrap_poll(struct pollfd *list, nfds_t count, int timeout);
int __wrap_poll(struct pollfd *list, nfds_t count, int timeout)
{
    waits++;
    ck_assert_int_eq(list[0].fd, fds[1]);
    if (meanwhile)
        meanwhile();
    if (poll_error) {
        errno = poll_error;
        return -1;
    }
    return __real_poll(list, count, timeout);
}

static void read_page(void)
{
    ssize_t n = read(fds[0], output + length, PIPE_BUF);

    ck_assert_int_gt(n, 0);
    length += (size_t)n;
}

static void read_rest(void)
{
    ssize_t n;

    while ((n = read(fds[0], output + length, sizeof output - length)) > 0)
        length += (size_t)n;
}

static void end_reader(void)
{
    close(fds[0]);
}

static void begin(void)
{
    ck_assert_int_eq(pipe2(fds, O_NONBLOCK), 0);
}

/* Fills the pipe. Returns the number of octets in it. */
static size_t fill(void)
{
    static const char page[PIPE_BUF];
    size_t filled = 0;
    ssize_t n;

    while ((n = write(fds[1], page, sizeof page)) > 0)
        filled += (size_t)n;
    ck_assert(n < 0 && errno == EAGAIN);
    ck_assert_uint_lt(filled, sizeof output);
    return filled;
}

static void expect_behind(size_t before, const char *expected)
{
    read_rest();
    ck_assert_uint_eq(length, before + strlen(expected));
    ck_assert_mem_eq(output + before, expected, strlen(expected));
}

START_TEST(each_fate_has_its_word)
{
    ck_assert_int_eq(confirmation_write(fds[1], 1, FATE_LOGGED, 0, NULL), 0);
    ck_assert_int_eq(confirmation_write(fds[1], 2, FATE_EMPTY, 0, NULL), 0);
    expect_behind(0, "1 logged\n2 empty\n");
}
END_TEST

START_TEST(a_failure_has_its_status_and_its_reason)
{
    ck_assert_int_eq(confirmation_write(fds[1], 3, FATE_UNLOGGED, 65, "too large; split it"), 0);
    ck_assert_int_eq(confirmation_write(fds[1], UINTMAX_MAX, FATE_UNCONFIRMED, 75, "late"), 0);
    expect_behind(0, "3 unlogged 65 too large; split it\n"
                     "18446744073709551615 unconfirmed 75 late\n");
}
END_TEST

START_TEST(a_full_pipe_is_waited_for)
{
    size_t filled = fill();

    meanwhile = read_page;
    ck_assert_int_eq(confirmation_write(fds[1], 1, FATE_LOGGED, 0, NULL), 0);
    ck_assert_uint_eq(waits, 1);
    expect_behind(filled, "1 logged\n");
}
END_TEST

/* A pipe takes more than PIPE_BUF octets in parts (pipe(7)). */
START_TEST(a_line_that_goes_out_in_parts_is_whole)
{
    static char reason[3 * PIPE_BUF], line[sizeof reason + 32];
    size_t filled = fill();

    memset(reason, 'r', sizeof reason - 1);
    snprintf(line, sizeof line, "1 unlogged 74 %s\n", reason);
    meanwhile = read_page;
    ck_assert_int_eq(confirmation_write(fds[1], 1, FATE_UNLOGGED, 74, reason), 0);
    ck_assert_uint_gt(waits, 1);
    expect_behind(filled, line);
}
END_TEST

START_TEST(a_reader_that_ends_while_the_pipe_is_full_is_an_error)
{
    ck_assert(signal(SIGPIPE, SIG_IGN) != SIG_ERR);
    fill();
    meanwhile = end_reader;
    ck_assert_int_eq(confirmation_write(fds[1], 1, FATE_LOGGED, 0, NULL), -EPIPE);
}
END_TEST

START_TEST(an_error_of_the_wait_is_an_error)
{
    fill();
    poll_error = ENOMEM;
    ck_assert_int_eq(confirmation_write(fds[1], 1, FATE_LOGGED, 0, NULL), -ENOMEM);
}
END_TEST

START_TEST(an_error_of_the_write_is_an_error)
{
    ck_assert_int_eq(confirmation_write(fds[0], 1, FATE_LOGGED, 0, NULL), -EBADF);
    ck_assert_uint_eq(waits, 0);
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        each_fate_has_its_word,
        a_failure_has_its_status_and_its_reason,
        a_full_pipe_is_waited_for,
        a_line_that_goes_out_in_parts_is_whole,
        a_reader_that_ends_while_the_pipe_is_full_is_an_error,
        an_error_of_the_wait_is_an_error,
        an_error_of_the_write_is_an_error,
        NULL,
    };

    return suite_around("confirmation", tests, begin, NULL);
}
