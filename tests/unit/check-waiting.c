/* SPDX-License-Identifier: MIT */
/* check-waiting.c - tests that it is told what a process waits for */

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "doctor/waiting.h"
#include "host/procstat.h"
#include "suite.h"

static int nothing[2];

static void wait_in_pause(void)
{
    pause();
}

static void wait_in_sigsuspend(void)
{
    sigset_t none;

    sigemptyset(&none);
    sigsuspend(&none);
}

static void wait_in_nanosleep(void)
{
    const struct timespec time = {.tv_sec = 100};

    nanosleep(&time, NULL);
}

static void wait_in_read(void)
{
    char octet;

    if (read(nothing[0], &octet, 1) != 1)
        abort();
}

static void wait_in_select(void)
{
    struct timeval time = {.tv_sec = 100};

    select(0, NULL, NULL, NULL, &time);
}

static void wait_in_endless_select(void)
{
    select(0, NULL, NULL, NULL, NULL);
}

static void wait_in_poll(void)
{
    struct pollfd file = {.fd = nothing[0], .events = POLLIN};

    poll(&file, 1, 100000);
}

static void wait_in_endless_poll(void)
{
    struct pollfd file = {.fd = nothing[0], .events = POLLIN};

    poll(&file, 1, -1);
}

static void wait_in_sigtimedwait(void)
{
    const struct timespec time = {.tv_sec = 100};
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGWINCH);
    sigtimedwait(&set, NULL, &time);
}

static bool is_asleep(pid_t pid)
{
    struct procstat stat;

    ck_assert_int_eq(procstat_read(pid, &stat), 0);
    return stat.state == 'S';
}

static void expect_waiting(void (*wait)(void), enum waiting expected)
{
    pid_t pid;

    ck_assert_int_eq(pipe(nothing), 0);
    pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        wait();
        _exit(0);
    }
    while (!is_asleep(pid))
        ;
    ck_assert_int_eq(waiting_read(pid), expected);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    close(nothing[0]);
    close(nothing[1]);
}

START_TEST(a_process_waits_for_any_signal)
{
    expect_waiting(wait_in_pause, WAITING_PAUSE);
    expect_waiting(wait_in_sigsuspend, WAITING_UNKNOWN);
}
END_TEST

START_TEST(a_process_waits_for_a_time)
{
    expect_waiting(wait_in_nanosleep, WAITING_TIME);
    expect_waiting(wait_in_select, WAITING_TIME);
    expect_waiting(wait_in_poll, WAITING_TIME);
    expect_waiting(wait_in_sigtimedwait, WAITING_TIME);
}
END_TEST

START_TEST(a_process_waits_for_something_else)
{
    expect_waiting(wait_in_read, WAITING_UNKNOWN);
    expect_waiting(wait_in_endless_select, WAITING_UNKNOWN);
    expect_waiting(wait_in_endless_poll, WAITING_UNKNOWN);
}
END_TEST

START_TEST(a_process_that_does_not_sleep_waits_for_nothing)
{
    ck_assert_int_eq(waiting_read(getpid()), WAITING_UNKNOWN);
    ck_assert_int_eq(waiting_read(-1), WAITING_UNKNOWN);
    ck_assert_int_eq(waiting_parse("running\n"), WAITING_UNKNOWN);
    ck_assert_int_eq(waiting_parse("-1 0x7ffc0 0x7f000\n"), WAITING_UNKNOWN);
    ck_assert_int_eq(waiting_parse(""), WAITING_UNKNOWN);
}
END_TEST

/* Writes the line of a system call whose argument at this index is set, and the others are 0. */
static const char *line_of(long number, unsigned index, unsigned long value)
{
    static char line[256];
    unsigned long arguments[6] = {0};

    arguments[index] = value;
    snprintf(line, sizeof line, "%ld 0x%lx 0x%lx 0x%lx 0x%lx 0x%lx 0x%lx 0x7ffc0 0x7f000\n", number,
             arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]);
    return line;
}

START_TEST(each_system_call_has_its_timeout)
{
    ck_assert_int_eq(waiting_parse(line_of(SYS_ppoll, 0, 1)), WAITING_PAUSE);
    ck_assert_int_eq(waiting_parse(line_of(SYS_ppoll, 1, 1)), WAITING_UNKNOWN);
    ck_assert_int_eq(waiting_parse(line_of(SYS_ppoll, 2, 1)), WAITING_TIME);
    ck_assert_int_eq(waiting_parse(line_of(SYS_ppoll, 3, 1)), WAITING_UNKNOWN);
    ck_assert_int_eq(waiting_parse(line_of(SYS_pselect6, 3, 1)), WAITING_UNKNOWN);
    ck_assert_int_eq(waiting_parse(line_of(SYS_pselect6, 4, 1)), WAITING_TIME);
    ck_assert_int_eq(waiting_parse(line_of(SYS_rt_sigtimedwait, 1, 1)), WAITING_UNKNOWN);
    ck_assert_int_eq(waiting_parse(line_of(SYS_epoll_pwait, 3, 5)), WAITING_TIME);
    ck_assert_int_eq(waiting_parse(line_of(SYS_epoll_pwait, 3, 0xffffffff)), WAITING_UNKNOWN);
    ck_assert_int_eq(waiting_parse(line_of(SYS_restart_syscall, 0, 0)), WAITING_TIME);
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        a_process_waits_for_any_signal,     a_process_waits_for_a_time,
        a_process_waits_for_something_else, a_process_that_does_not_sleep_waits_for_nothing,
        each_system_call_has_its_timeout,   NULL,
    };

    return suite_of("waiting", tests);
}
