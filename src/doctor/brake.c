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
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/procstat.h"

#define OPTIONS                                                                                    \
    (PTRACE_O_TRACESECCOMP | PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL | PTRACE_O_TRACEFORK |      \
     PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE)
/* The signal of a stop at a system call, with PTRACE_O_TRACESYSGOOD. */
#define SYSCALL_STOP (SIGTRAP | 0x80)

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

/* A receiver that has ended takes no signal any more. */
static bool is_taken(pid_t receiver)
{
    struct procstat stat;

    return procstat_read(receiver, &stat) < 0 || stat.state == 'Z' || procstat_is_asleep(&stat);
}

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

bool brake_has_seen_outside(const char *output)
{
    return output && *output && output[1] && !strchr(output + 1, INSIDE);
}

/* Lets a process go on up to the end of the system call that it has begun. */
static void finish_call(pid_t pid)
{
    ptrace(PTRACE_SYSCALL, pid, NULL, NULL);
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

static void tend(const struct brake *brake, pid_t pid, int status)
{
    int signal = WSTOPSIG(status), event = status >> 16;

    if (event == PTRACE_EVENT_SECCOMP) {
        finish_call(pid);
    } else if (event == PTRACE_EVENT_STOP && signal != SIGTRAP) {
        keep_stopped(pid);
    } else if (event != 0) {
        go_on(pid, 0);
    } else if (signal == SYSCALL_STOP) {
        note_call(pid);
        while (is_held(pid) && !is_taken(brake->receiver))
            sched_yield();
        go_on(pid, 0);
    } else {
        go_on(pid, signal);
    }
}

int brake_run(const struct brake *brake)
{
    int status;
    pid_t pid;

    if (ptrace(PTRACE_SEIZE, brake->client, NULL, OPTIONS) < 0)
        return 1;
    kill(brake->client, SIGCONT);
    while ((pid = waitpid(-1, &status, __WALL)) > 0)
        if (WIFSTOPPED(status))
            tend(brake, pid, status);
    return 0;
}
