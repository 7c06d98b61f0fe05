/* SPDX-License-Identifier: MIT */
/*
 * launch.c - runs a program in an unusual state, which no shell would leave it in
 *
 *   launch STATE PROGRAM [ARGUMENT...]
 *
 * STATE is one of
 *   empty    without any argument, not even argv[0]
 *   blocked  with every signal blocked
 *   ignored  with every signal ignored
 *   pending  with SIGUSR1 and SIGUSR2 pending in both sets: queued to the process, plain to the
 *            thread
 *   full     with as many open descriptors as the limit permits
 *   traced   traced by this process, which exits with the status of the program
 *   guarded  in a sandbox, where ptrace(2) fails with EPERM
 */

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

static _Noreturn void run(char **argv)
{
    execv(*argv, argv);
    err(EX_UNAVAILABLE, "%s", *argv);
}

static void run_empty(char **argv)
{
    char *none[] = {NULL};

    execv(*argv, none);
    err(EX_UNAVAILABLE, "%s", *argv);
}

static void block(void)
{
    sigset_t all;

    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
}

static void run_blocked(char **argv)
{
    block();
    run(argv);
}

static void run_ignored(char **argv)
{
    for (int number = 1; number <= SIGRTMAX; number++)
        signal(number, SIG_IGN);
    run(argv);
}

static void run_pending(char **argv)
{
    block();
    for (int number = SIGUSR1; number <= SIGUSR2; number += SIGUSR2 - SIGUSR1) {
        sigqueue(getpid(), number, (union sigval){.sival_int = -1});
        raise(number);
    }
    run(argv);
}

static void run_full(char **argv)
{
    while (fcntl(STDIN_FILENO, F_DUPFD, 0) >= 0)
        ;
    if (errno != EMFILE)
        err(EX_OSERR, "standard input");
    run(argv);
}

static void run_traced(char **argv)
{
    pid_t pid = fork();
    int status;

    if (pid < 0)
        err(EX_OSERR, "fork");
    if (pid == 0) {
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
            err(EX_OSERR, "ptrace");
        run(argv);
    }
    while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
        /* The child stops with SIGTRAP when it executes the program. That is not passed on. */
        long number = WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status);

        if (ptrace(PTRACE_CONT, pid, NULL, number) < 0)
            err(EX_OSERR, "ptrace");
    }
    exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

static void run_guarded(char **argv)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_ptrace, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = {sizeof filter / sizeof filter[0], filter};

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
        err(EX_OSERR, "seccomp");
    run(argv);
}

static const struct {
    const char *name;
    void (*run)(char **argv);
} states[] = {
    {"empty", run_empty},     {"blocked", run_blocked}, {"ignored", run_ignored},
    {"pending", run_pending}, {"full", run_full},       {"traced", run_traced},
    {"guarded", run_guarded},
};

int main(int argc, char **argv)
{
    for (size_t i = 0; argc > 2 && i < sizeof states / sizeof states[0]; i++)
        if (strcmp(argv[1], states[i].name) == 0)
            states[i].run(argv + 2);
    errx(EX_USAGE, "usage: launch STATE PROGRAM [ARGUMENT...]");
}
