/* SPDX-License-Identifier: MIT */
/*
 * recycle.c - starts a process with a PID that another process had before
 *
 *   recycle PID
 *
 * The process prints its PID, waits for the end of standard input, and prints how many of SIGUSR1
 * and SIGUSR2 are pending then: 0, 1 or 2. Needs CAP_CHECKPOINT_RESTORE (clone(2), set_tid). If
 * that is not there, the exit status is EX_NOPERM.
 */

#include <err.h>
#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

static int report(void)
{
    sigset_t pending;
    char byte;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    printf("%d\n", (int)getpid());
    fflush(stdout);
    while (read(STDIN_FILENO, &byte, 1) > 0)
        ;
    sigpending(&pending);
    printf("%d\n", sigismember(&pending, SIGUSR1) + sigismember(&pending, SIGUSR2));
    return fflush(stdout) == 0 ? 0 : EX_IOERR;
}

int main(int argc, char **argv)
{
    pid_t wanted = argc == 2 ? atoi(argv[1]) : 0;
    struct clone_args args = {
        .exit_signal = SIGCHLD, .set_tid = (uintptr_t)&wanted, .set_tid_size = 1};
    sigset_t blocked;
    pid_t child;
    int status;

    if (wanted <= 0)
        errx(EX_USAGE, "usage: recycle PID");
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    sigaddset(&blocked, SIGUSR2);
    sigprocmask(SIG_BLOCK, &blocked, NULL);
    child = (pid_t)syscall(SYS_clone3, &args, sizeof args);
    if (child == 0)
        _exit(report());
    if (child < 0)
        err(errno == EPERM ? EX_NOPERM : EX_OSERR, "cannot start process %d", (int)wanted);
    return waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status)
                                                                    : EX_OSERR;
}
