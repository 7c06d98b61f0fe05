/* SPDX-License-Identifier: MIT */
/*
 * storm.c - starts a program again and again, and kills it soon after each start
 *
 *   storm WORKERS MICROSECONDS PROGRAM [ARGUMENT...]
 *
 * Each of WORKERS processes runs the program in a loop, one process at a time, and kills it after a
 * random time of up to MICROSECONDS. Prints a line when all workers are started. Ends with its
 * parent, or when it is killed.
 */

#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

static void end_with_parent(void)
{
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
        err(EX_OSERR, "prctl");
    /* The parent may have ended before. */
    if (getppid() == 1)
        exit(0);
}

static void run_once(char **argv, long microseconds)
{
    const struct timespec time = {.tv_sec = microseconds / 1000000,
                                  .tv_nsec = microseconds % 1000000 * 1000};
    pid_t pid = fork();

    if (pid < 0)
        err(EX_OSERR, "fork");
    if (pid == 0) {
        execv(*argv, argv);
        err(EX_UNAVAILABLE, "%s", *argv);
    }
    nanosleep(&time, NULL);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

static _Noreturn void work(unsigned seed, long most, char **argv)
{
    end_with_parent();
    srandom(seed);
    for (;;)
        run_once(argv, random() % most);
}

int main(int argc, char **argv)
{
    int workers = argc > 3 ? atoi(argv[1]) : 0;
    long most = argc > 3 ? atol(argv[2]) : 0;

    if (workers <= 0 || most <= 0)
        errx(EX_USAGE, "usage: storm WORKERS MICROSECONDS PROGRAM [ARGUMENT...]");
    end_with_parent();
    for (int i = 0; i < workers; i++) {
        pid_t pid = fork();

        if (pid < 0)
            err(EX_OSERR, "fork");
        if (pid == 0)
            work((unsigned)i, most, argv + 3);
    }
    puts("all are started");
    fflush(stdout);
    while (wait(NULL) >= 0)
        ;
    return 0;
}
