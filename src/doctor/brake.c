/* SPDX-License-Identifier: MIT */
/* brake.c - see brake.h */

#include "doctor/brake.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/procstat.h"

#define OPTIONS                                                                                    \
    (PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |        \
     PTRACE_O_TRACECLONE)

/* A system call with this number stops. */
#define STOPS(number)                                                                              \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), 0, 1),                                           \
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE)

bool brake_prepare(void)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        STOPS(SYS_kill),
        STOPS(SYS_tkill),
        STOPS(SYS_tgkill),
        STOPS(SYS_rt_sigqueueinfo),
        STOPS(SYS_pidfd_send_signal),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = {sizeof filter / sizeof filter[0], filter};

    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/* ---- the receiver ---- */

/* Returns the process behind a file descriptor of another one (pidfd_open(2)), or 0. */
static pid_t pid_of_fd(pid_t pid, int fd)
{
    static const char label[] = "\nPid:";
    char name[64], text[512];
    const char *at;

    snprintf(name, sizeof name, "fdinfo/%d", fd);
    at = procstat_text(pid, name, text, sizeof text) < 0 ? NULL : strstr(text, label);
    return at ? (pid_t)strtol(at + strlen(label), NULL, 10) : 0;
}

/*
 * Returns the process that gets the signal of a process that is stopped at the beginning of a call;
 * or 0 if that is itself, or none, or several.
 */
static pid_t receiver_of(pid_t pid)
{
    struct __ptrace_syscall_info info;
    pid_t receiver;

    if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info) <= 0)
        return 0;
    receiver = (pid_t)info.seccomp.args[0];
    if (info.seccomp.nr == SYS_pidfd_send_signal)
        receiver = pid_of_fd(pid, receiver);
    return receiver > 0 && receiver != pid ? receiver : 0;
}

/* A receiver that has ended takes no signal any more. */
static bool is_taken(pid_t receiver)
{
    struct procstat stat;

    return receiver == 0 || procstat_read(receiver, &stat) < 0 || stat.state == 'Z' ||
           procstat_is_asleep(&stat);
}

/* ---- the process ---- */

/* Returns true if a process is still stopped by its tracer. Nothing but SIGKILL can change that. */
static bool is_held(pid_t pid)
{
    struct procstat stat;

    return procstat_read(pid, &stat) == 0 && stat.state == 't';
}

/* The letters for a signal that was sent in a handler, or outside of any. */
#define INSIDE 'i'
#define OUTSIDE 'o'

static void note_call(pid_t pid)
{
    struct procstat stat;
    bool is_inside = procstat_read(pid, &stat) < 0 || stat.blocked != PROCSTAT_NO_SIGNAL;

    putchar(is_inside ? INSIDE : OUTSIDE);
    fflush(stdout);
}

bool brake_has_seen_outside(const char *output, size_t first)
{
    return output && strlen(output) > first && !strchr(output + first, INSIDE);
}

/* Lets a process go on. It gets this signal, unless that is 0. */
static void go_on(pid_t pid, int signal)
{
    ptrace(PTRACE_CONT, pid, NULL, (uintptr_t)signal);
}

/* A stop for SIGSTOP and the like lasts until SIGCONT. */
static void keep_stopped(pid_t pid)
{
    ptrace(PTRACE_LISTEN, pid, NULL, NULL);
}

/* Holds a process that is about to send a signal: at the end of this call. */
static void hold(pid_t pid)
{
    pid_t receiver = receiver_of(pid);
    int status;

    ptrace(PTRACE_SYSCALL, pid, NULL, NULL);
    if (waitpid(pid, &status, __WALL) != pid || !WIFSTOPPED(status))
        return;
    note_call(pid);
    while (is_held(pid) && !is_taken(receiver))
        sched_yield();
    go_on(pid, 0);
}

static void tend(pid_t pid, int status)
{
    int signal = WSTOPSIG(status), event = status >> 16;

    if (event == PTRACE_EVENT_SECCOMP) {
        hold(pid);
    } else if (event == PTRACE_EVENT_STOP && signal != SIGTRAP) {
        keep_stopped(pid);
    } else if (event != 0) {
        go_on(pid, 0);
    } else {
        go_on(pid, signal);
    }
}

int brake_run(pid_t pid)
{
    int status;

    if (ptrace(PTRACE_SEIZE, pid, NULL, OPTIONS) < 0)
        return 1;
    kill(pid, SIGCONT);
    while ((pid = waitpid(-1, &status, __WALL)) > 0)
        if (WIFSTOPPED(status))
            tend(pid, status);
    return 0;
}
