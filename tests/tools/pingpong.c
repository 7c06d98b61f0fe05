/* SPDX-License-Identifier: MIT */
/*
 * pingpong.c - measures how fast two processes can exchange bits or blocks with signals alone
 *
 *   pingpong WAY LANES COUNT [blocks]
 *
 * This is the upper limit for minitalk: it has no protocol and no checks, and a lost or stray
 * signal would break it. One process sends each bit as SIGUSR1 or SIGUSR2, or each block as a
 * queued SIGUSR1 (symbol.h). The other acknowledges it with SIGUSR1. WAY is how both processes
 * wait:
 *
 *   handler   sigsuspend(2), and a handler that counts
 *   blocked   sigwaitinfo(2)
 *   signalfd  read(2) of a signalfd(2), blocking
 *   polled    sigtimedwait(2) that does not wait, over and over
 *
 * LANES is the number of signals in flight: 1, on the process lane, or 2, one on each lane. 2 lanes
 * require a way that tells the lane: blocked, signalfd or polled. Blocks require blocked or polled.
 * Prints the time for COUNT bits or blocks and their acks, in nanoseconds, divided by COUNT.
 */

#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "host/inbox.h"
#include "host/monotonic.h"
#include "host/pidref.h"

static sigset_t both;

/* ---- ways to wait: each returns the lane of the signal that came ---- */

static volatile sig_atomic_t handled;

static void on_signal(int number)
{
    (void)number;
    handled++;
}

static enum lane wait_in_handler(void)
{
    static sig_atomic_t seen;
    sigset_t none;

    sigemptyset(&none);
    while (handled == seen)
        sigsuspend(&none);
    seen++;
    return LANE_PROCESS;
}

static enum lane wait_blocked(void)
{
    struct lane_signal signal;

    while (inbox_take(NSEC_PER_SEC, &signal) <= 0)
        ;
    return signal.lane;
}

static enum lane wait_polled(void)
{
    struct lane_signal signal;

    while (inbox_take(0, &signal) <= 0)
        ;
    return signal.lane;
}

static enum lane wait_signalfd(void)
{
    static int fd = -1;
    struct signalfd_siginfo info;

    if (fd < 0)
        fd = signalfd(-1, &both, SFD_CLOEXEC);
    if (read(fd, &info, sizeof info) != sizeof info)
        err(EX_OSERR, "signalfd");
    return info.ssi_code == SI_TKILL ? LANE_THREAD : LANE_PROCESS;
}

static const struct way {
    const char *name;
    enum lane (*wait)(void);
} ways[] = {
    {"handler", wait_in_handler},
    {"blocked", wait_blocked},
    {"signalfd", wait_signalfd},
    {"polled", wait_polled},
};

#define WAYS (sizeof ways / sizeof ways[0])

static bool tells_lane(const struct way *way)
{
    return way->wait != wait_in_handler;
}

static bool tells_block(const struct way *way)
{
    return way->wait == wait_blocked || way->wait == wait_polled;
}

/* ---- the two processes ---- */

static void send_signal(pid_t pid, enum lane lane, int number)
{
    if (lane == LANE_THREAD ? tgkill(pid, pid, number) < 0 : kill(pid, number) < 0)
        err(EX_OSERR, "cannot signal");
}

static void echo(const struct way *way, pid_t parent, unsigned long count)
{
    while (count-- > 0)
        send_signal(parent, way->wait(), SIGUSR1);
}

static void send_bit(const struct pidref *child, enum lane lane, unsigned long i)
{
    send_signal(child->pid, lane, i & 1 ? SIGUSR2 : SIGUSR1);
}

static void send_block(const struct pidref *child, enum lane lane, unsigned long i)
{
    if (pidref_send_block(child, lane, i, (uint32_t)i) < 0)
        errx(EX_OSERR, "cannot send a block");
}

static void send_all(const struct way *way, pid_t pid, unsigned lanes, unsigned long count,
                     bool is_wide)
{
    void (*send)(const struct pidref *child, enum lane lane, unsigned long i) =
        is_wide ? send_block : send_bit;
    struct pidref child;

    if (pidref_open(pid, &child) < 0)
        errx(EX_OSERR, "cannot open the other process");
    for (unsigned long i = 0; i < lanes; i++)
        send(&child, lanes == 1 ? LANE_PROCESS : (enum lane)i, 0);
    for (unsigned long i = lanes; i < count; i++)
        send(&child, way->wait(), i);
    for (unsigned long i = 0; i < lanes; i++)
        way->wait();
    pidref_close(&child);
}

static void prepare_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};

    sigemptyset(&both);
    sigaddset(&both, SIGUSR1);
    sigaddset(&both, SIGUSR2);
    inbox_open();
    sigaction(SIGUSR1, &action, NULL);
    sigaction(SIGUSR2, &action, NULL);
}

int main(int argc, char **argv)
{
    bool is_wide = argc == 5 && strcmp(argv[4], "blocks") == 0;
    bool is_complete = argc == 4 || is_wide;
    unsigned long lanes = is_complete ? strtoul(argv[2], NULL, 10) : 0;
    unsigned long count = is_complete ? strtoul(argv[3], NULL, 10) : 0;
    pid_t parent = getpid(), child;
    const struct way *way = ways;
    uint64_t start;
    int status;

    while (is_complete && way < ways + WAYS && strcmp(way->name, argv[1]) != 0)
        way++;
    if (way == ways + WAYS || lanes < 1 || lanes > LANES || count < lanes ||
        (lanes > 1 && !tells_lane(way)) || (is_wide && !tells_block(way)))
        errx(EX_USAGE, "usage: pingpong handler|blocked|signalfd|polled 1|2 COUNT [blocks]");
    prepare_signals();

    child = fork();
    if (child < 0)
        err(EX_OSERR, "fork");
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        echo(way, parent, count);
        return 0;
    }

    start = monotonic_now();
    send_all(way, child, (unsigned)lanes, count, is_wide);
    printf("%" PRIu64 "\n", (monotonic_now() - start) / count);
    if (waitpid(child, &status, 0) != child || status != 0)
        errx(EX_SOFTWARE, "the other process failed");
    return 0;
}
