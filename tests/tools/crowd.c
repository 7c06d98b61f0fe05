/* SPDX-License-Identifier: MIT */
/*
 * crowd.c - runs many processes of a program, each as a user of its own
 *
 *   crowd FIRST COUNT LINE PROGRAM [ARGUMENT...]
 *
 * Starts COUNT processes with the user IDs FIRST, FIRST + 1, and so on. Each reads LINE from its
 * standard input, which then stays open. After the last one was started, prints a line. On SIGTERM,
 * kills all of them. Exits with 0 once all have ended.
 */

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

static pid_t *members;
static volatile sig_atomic_t count;

static void on_term(int number)
{
    (void)number;
    for (int i = 0; i < count; i++)
        kill(members[i], SIGKILL);
}

static void raise_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        err(EX_OSERR, "getrlimit");
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
        err(EX_OSERR, "setrlimit");
}

static _Noreturn void run(uid_t uid, int input, char **argv)
{
    signal(SIGTERM, SIG_DFL);
    if (dup2(input, STDIN_FILENO) < 0 || setgroups(0, NULL) < 0 || setresgid(uid, uid, uid) < 0 ||
        setresuid(uid, uid, uid) < 0)
        err(EX_OSERR, "user %u", (unsigned)uid);
    execv(*argv, argv);
    err(EX_UNAVAILABLE, "%s", *argv);
}

static pid_t start(uid_t uid, const char *line, char **argv)
{
    int ends[2];
    pid_t pid;

    /* The end for writing stays open in this process. */
    if (pipe2(ends, O_CLOEXEC) < 0)
        err(EX_OSERR, "pipe2");
    if (dprintf(ends[1], "%s\n", line) < 0)
        err(EX_IOERR, "write");
    pid = fork();
    if (pid < 0)
        err(EX_OSERR, "fork");
    if (pid == 0)
        run(uid, ends[0], argv);
    close(ends[0]);
    return pid;
}

int main(int argc, char **argv)
{
    struct sigaction action = {.sa_handler = on_term, .sa_flags = SA_RESTART};
    uid_t first;
    int wanted;

    if (argc < 5 || (wanted = atoi(argv[2])) <= 0)
        errx(EX_USAGE, "usage: crowd FIRST COUNT LINE PROGRAM [ARGUMENT...]");
    first = (uid_t)strtoul(argv[1], NULL, 10);
    members = calloc((size_t)wanted, sizeof *members);
    if (!members)
        err(EX_OSERR, "calloc");
    raise_limit();
    sigaction(SIGTERM, &action, NULL);
    for (int i = 0; i < wanted; i++) {
        members[i] = start(first + (uid_t)i, argv[3], argv + 4);
        count = i + 1;
    }
    puts("all are started");
    fflush(stdout);
    while (wait(NULL) >= 0 || errno == EINTR)
        ;
    return 0;
}
