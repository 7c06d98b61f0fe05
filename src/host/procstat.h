/* SPDX-License-Identifier: MIT */
/* procstat.h - reads what the programs need from the files of a process in /proc (proc(5)) */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Returns true if /proc shows the PID namespace of this process. If it does not, as after
 * unshare(1) --pid without --mount-proc, its numbers are those of other processes. Without a /proc,
 * the functions below fail, and this one returns true.
 */
bool procstat_is_own(void);

#define PROCSTAT_NAME_SIZE 64

/* A set of the two signals of the protocol. */
enum procstat_signals {
    PROCSTAT_NO_SIGNAL = 0,
    PROCSTAT_USR1 = 1,
    PROCSTAT_USR2 = 2,
    PROCSTAT_BOTH = 3,
};

struct procstat {
    char name[PROCSTAT_NAME_SIZE]; /* command name, as the kernel shows it */
    char state;                    /* 'R', 'S', 'T' (stopped), 'Z', … */
    uid_t real_uid, effective_uid;
    bool is_shielded; /* blocks both SIGUSR1 and SIGUSR2, or ignores both: they cannot end it */
    /* The two signals: pending for its main thread or for the process, blocked, and with a handler.
     */
    enum procstat_signals pending, blocked, caught;
    /* Has a handler for SIGHUP or SIGXCPU, as shells have for all signals that end them. */
    bool catches_end;
    bool may_kill; /* has the effective capability CAP_KILL */
    /* Its PID in its own PID namespace, which can be a child of the namespace of /proc. */
    pid_t inner_pid;
    bool is_in_child_namespace;
    /* Pending signals of its real user, and its own limit of them (RLIMIT_SIGPENDING). */
    unsigned long long signals_pending, signal_limit;
};

/*
 * Reads /proc/PID/status, and allocates no memory. Returns 0 with *ret; -ESRCH if no such process
 * exists or /proc does not show it; -EBADMSG if the file has an unknown format; another -errno.
 */
int procstat_read(pid_t pid, struct procstat *ret);

/*
 * Reads the beginning of the file of this name in /proc/PID: as much as fits into size octets, > 0,
 * with a NUL. Returns what procstat_read() returns.
 */
int procstat_text(pid_t pid, const char *name, char *ret, size_t size);

/* Return true if the process sleeps and neither signal is pending; if it also blocks neither. */
bool procstat_is_asleep(const struct procstat *stat);
bool procstat_is_ready(const struct procstat *stat);

/*
 * Returns true if the process's user has room for one more signal in each slot (lane.h). Without
 * this room, the kernel can deliver signals to this process without their sender.
 */
bool procstat_has_room(const struct procstat *stat);

/*
 * Tells the number of the CPU that a process runs on, waits for, or ran on last. For a process with
 * several threads, this is the CPU of the first thread. Returns what procstat_read() returns.
 */
int procstat_cpu(pid_t pid, int *ret);
