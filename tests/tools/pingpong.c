/*
 * pingpong.c - how fast two processes can hand one bit back and forth with bare signals
 *
 *   pingpong BITS
 *
 * The yardstick for minitalk: no protocol, no check, no loss possible, one bit in flight. One
 * process sends SIGUSR1 or SIGUSR2, the other polls for it with a sigtimedwait(2) that does not
 * wait, and answers with SIGUSR1, for which the first polls. Prints the nanoseconds that a bit
 * took there and back, on average.
 */

#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "monotonic.h"

static sigset_t both;

static void send_signal(pid_t pid, int number)
{
    if (kill(pid, number) < 0)
        err(EX_OSERR, "kill");
}

static int poll_signal(void)
{
    static const struct timespec at_once;
    int number;

    while ((number = sigtimedwait(&both, NULL, &at_once)) < 0)
        if (errno != EAGAIN && errno != EINTR)
            err(EX_OSERR, "sigtimedwait");
    return number;
}

static void echo(pid_t parent, unsigned long bits)
{
    while (bits-- > 0) {
        poll_signal();
        send_signal(parent, SIGUSR1);
    }
}

int main(int argc, char **argv)
{
    pid_t parent = getpid(), child;
    unsigned long bits = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;
    uint64_t start;
    int status;

    if (bits == 0)
        errx(EX_USAGE, "usage: pingpong BITS");
    sigemptyset(&both);
    sigaddset(&both, SIGUSR1);
    sigaddset(&both, SIGUSR2);
    sigprocmask(SIG_BLOCK, &both, NULL);

    child = fork();
    if (child < 0)
        err(EX_OSERR, "fork");
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        echo(parent, bits);
        return 0;
    }

    start = monotonic_now();
    for (unsigned long i = 0; i < bits; i++) {
        send_signal(child, i & 1 ? SIGUSR2 : SIGUSR1);
        poll_signal();
    }
    printf("%" PRIu64 "\n", (monotonic_now() - start) / bits);
    if (waitpid(child, &status, 0) != child || status != 0)
        errx(EX_SOFTWARE, "the other process failed");
    return 0;
}
