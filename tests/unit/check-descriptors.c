/* SPDX-License-Identifier: MIT */
/* check-descriptors.c - tests that no file opened later becomes a standard descriptor */

#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "host/descriptors.h"
#include "suite.h"

/* True if fd is open, but can be neither read nor written, nor reopened by /dev/fd for that. */
static bool is_useless(int fd)
{
    char path[32], byte = 'x';

    snprintf(path, sizeof path, "/dev/fd/%d", fd);
    return fcntl(fd, F_GETFD) >= 0 && read(fd, &byte, 1) < 0 && write(fd, &byte, 1) < 0 &&
           read(open(path, O_RDONLY), &byte, 1) < 0 && write(open(path, O_WRONLY), &byte, 1) < 0;
}

/* Gives the test standard descriptors that can be read and written. */
static void open_standard(void)
{
    int zeros = open("/dev/zero", O_RDWR);

    ck_assert_int_ge(zeros, 0);
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        ck_assert_int_eq(dup2(zeros, fd), fd);
}

/* Closes descriptor n for each bit n of the mask, fills, and checks all three descriptors. */
static void fill(unsigned closed)
{
    bool input, output;

    open_standard();
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (closed >> fd & 1)
            close(fd);
    ck_assert(descriptors_fill(&input, &output));
    ck_assert_int_eq(input, !(closed & 1));
    ck_assert_int_eq(output, !(closed & 2));
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        ck_assert_int_eq(is_useless(fd), closed >> fd & 1);
}

START_TEST(closed_standard_descriptors_are_filled_and_open_ones_stay)
{
    for (unsigned closed = 0; closed < 8; closed++)
        fill(closed);
}
END_TEST

START_TEST(a_failure_to_fill_a_descriptor_is_returned)
{
    struct rlimit usual, none;
    bool input, output, is_filled;

    open_standard();
    close(STDOUT_FILENO);
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &usual), 0);
    none = (struct rlimit){.rlim_cur = 0, .rlim_max = usual.rlim_max};
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
    is_filled = descriptors_fill(&input, &output);
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &usual), 0);
    ck_assert(!is_filled);
    ck_assert(input);
    ck_assert(!output);
}
END_TEST

START_TEST(devices_that_discard_are_known_by_any_name)
{
    const struct {
        const char *path;
        bool discards;
    } files[] = {{"/dev/null", true}, {"/dev/zero", true}, {"/dev/full", false}, {"/", false}};
    int pipe_fds[2];

    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        int fd = open(files[i].path, O_RDONLY);

        ck_assert_int_ge(fd, 0);
        ck_assert_int_eq(descriptors_discards(fd), files[i].discards);
        close(fd);
        ck_assert(!descriptors_discards(fd));
    }
    ck_assert_int_eq(pipe(pipe_fds), 0);
    ck_assert(!descriptors_discards(pipe_fds[1]));
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        closed_standard_descriptors_are_filled_and_open_ones_stay,
        a_failure_to_fill_a_descriptor_is_returned,
        devices_that_discard_are_known_by_any_name,
        NULL,
    };

    return suite_of("descriptors", tests);
}
