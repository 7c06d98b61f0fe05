/* SPDX-License-Identifier: MIT */
/*
 * hoard.c - uses up its user's limit of pending signals (RLIMIT_SIGPENDING, setrlimit(2))
 *
 *   hoard COUNT
 *
 * Queues COUNT signals to itself and prints its PID. While other processes of the user leave no
 * room for them, it tries again. The signals stay pending until the program is killed or its parent
 * ends.
 */

#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sysexits.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    int count = argc == 2 ? atoi(argv[1]) : 0;
    sigset_t kept;

    if (count <= 0)
        errx(EX_USAGE, "usage: hoard COUNT");
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigemptyset(&kept);
    sigaddset(&kept, SIGRTMIN);
    sigprocmask(SIG_BLOCK, &kept, NULL);
    while (count > 0)
        if (sigqueue(getpid(), SIGRTMIN, (union sigval){0}) == 0)
            count--;
        else if (errno != EAGAIN)
            err(EX_OSERR, "sigqueue");
    printf("%d\n", (int)getpid());
    fflush(stdout);
    pause();
    return 0;
}
