/* SPDX-License-Identifier: MIT */
/* check-brake.c - tests how a client is held, and what is told of its signals */

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "doctor/brake.h"
#include "host/procstat.h"
#include "suite.h"

/* Exit statuses of processes that may do what a brake needs, and that may not. */
#define PERMITTED 0
#define FORBIDDEN 1

static pid_t receiver, client, brake;

static void do_nothing(int number)
{
    (void)number;
}

static void prepare(void)
{
    signal(SIGUSR1, do_nothing);
}

static void await_stop(pid_t pid)
{
    int status;

    ck_assert_int_eq(waitpid(pid, &status, WUNTRACED), pid);
    ck_assert(WIFSTOPPED(status));
}

static void stop_receiver(void)
{
    ck_assert_int_eq(kill(receiver, SIGSTOP), 0);
    await_stop(receiver);
}

static bool send_by_pid(void)
{
    return kill(receiver, SIGUSR1) == 0;
}

static bool send_by_fd(void)
{
    int fd = (int)syscall(SYS_pidfd_open, receiver, 0);

    return syscall(SYS_pidfd_send_signal, fd, SIGUSR1, NULL, 0) == 0;
}

static bool send_to_itself(void)
{
    return raise(SIGCONT) == 0;
}

/* Starts a client that sends one signal and ends, and a brake. */
static void start(bool (*send)(void))
{
    client = fork();
    ck_assert_int_ge(client, 0);
    if (client == 0) {
        prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY); /* for Yama, which knows only parents */
        kill(getpid(), SIGSTOP);
        _exit(brake_prepare() && send() ? PERMITTED : FORBIDDEN);
    }
    await_stop(client);
    brake = fork();
    ck_assert_int_ge(brake, 0);
    if (brake == 0) {
        /* It prints a letter for each signal, and standard output has the results of the tests. */
        if (!freopen("/dev/null", "w", stdout))
            _exit(EXIT_FAILURE);
        _exit(brake_run(client));
    }
}

static int status_of(pid_t pid)
{
    int status;

    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    return status;
}

/* Waits until the client has sent its signal, and is held. */
static void await_signal(void)
{
    struct procstat stat;

    do {
        sched_yield();
        ck_assert_int_eq(procstat_read(receiver, &stat), 0);
    } while (stat.pending != PROCSTAT_USR1);
    do
        ck_assert_int_eq(procstat_read(client, &stat), 0);
    while (stat.state != 't');
}

static void begin(void)
{
    receiver = child_stays(prepare);
}

static void end(void)
{
    child_ends(receiver);
}

static void expect_held(bool (*send)(void))
{
    stop_receiver();
    start(send);
    await_signal();
    ck_assert_int_eq(kill(receiver, SIGCONT), 0);
    ck_assert_int_eq(status_of(brake), 0);
    ck_assert_int_eq(status_of(client), 0);
}

START_TEST(a_client_goes_on_once_its_signal_is_taken)
{
    expect_held(send_by_pid);
    expect_held(send_by_fd);
}
END_TEST

/* It would wait for itself. */
START_TEST(a_client_that_signals_itself_is_not_held)
{
    start(send_to_itself);
    ck_assert_int_eq(status_of(brake), 0);
    ck_assert_int_eq(status_of(client), 0);
}
END_TEST

/* A stopped receiver never sleeps, as one that waits in a busy loop. */
START_TEST(a_client_that_is_killed_is_not_held)
{
    stop_receiver();
    start(send_by_pid);
    await_signal();
    ck_assert_int_eq(kill(client, SIGKILL), 0);
    ck_assert_int_eq(status_of(brake), 0);
    ck_assert_int_eq(status_of(client), SIGKILL);
}
END_TEST

START_TEST(a_client_has_sent_outside_of_its_handlers)
{
    ck_assert(brake_has_seen_outside("oo", 1));
    ck_assert(brake_has_seen_outside("oooooooo", 1));
    ck_assert(brake_has_seen_outside("io", 1));
}
END_TEST

START_TEST(a_client_has_sent_in_a_handler)
{
    ck_assert(!brake_has_seen_outside("oi", 1));
    ck_assert(!brake_has_seen_outside("oiiiii", 1));
    ck_assert(!brake_has_seen_outside("ooooio", 1));
}
END_TEST

/* A server has sent nothing before. */
START_TEST(the_first_signal_counts_if_none_is_passed_over)
{
    ck_assert(brake_has_seen_outside("o", 0));
    ck_assert(brake_has_seen_outside("oo", 0));
    ck_assert(!brake_has_seen_outside("io", 0));
    ck_assert(!brake_has_seen_outside("", 0));
}
END_TEST

/* The first signal is that of main() also in a client that sends all others in a handler. */
START_TEST(one_signal_tells_nothing)
{
    ck_assert(!brake_has_seen_outside(NULL, 1));
    ck_assert(!brake_has_seen_outside("", 1));
    ck_assert(!brake_has_seen_outside("o", 1));
}
END_TEST

/* A sandbox may forbid ptrace(2) or seccomp(2). */
static bool is_permitted(void)
{
    int status = FORBIDDEN;
    pid_t pid = fork();

    if (pid == 0)
        _exit(brake_prepare() && ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0 ? PERMITTED
                                                                            : FORBIDDEN);
    return pid > 0 && waitpid(pid, &status, 0) == pid && status == PERMITTED;
}

Suite *make_suite(void)
{
    const TTest *const without_a_client[] = {
        a_client_has_sent_outside_of_its_handlers,
        a_client_has_sent_in_a_handler,
        the_first_signal_counts_if_none_is_passed_over,
        one_signal_tells_nothing,
        NULL,
    };
    const TTest *const all[] = {
        a_client_has_sent_outside_of_its_handlers,
        a_client_has_sent_in_a_handler,
        the_first_signal_counts_if_none_is_passed_over,
        one_signal_tells_nothing,
        a_client_goes_on_once_its_signal_is_taken,
        a_client_that_signals_itself_is_not_held,
        a_client_that_is_killed_is_not_held,
        NULL,
    };

    if (is_permitted())
        return suite_around("brake", all, begin, end);
    puts("ptrace(2) or seccomp(2) is forbidden");
    return suite_of("brake", without_a_client);
}
