/* SPDX-License-Identifier: MIT */
/* procstat.h - what /proc/PID/status and /proc/PID/stat tell of a process (proc(5)) */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#define PROCSTAT_NAME_SIZE 64

struct procstat {
    char name[PROCSTAT_NAME_SIZE]; /* of the command, as the kernel shows it */
    char state;                    /* 'R', 'S', 'T' (stopped), 'Z', … */
    uid_t real_uid, effective_uid;
    bool is_shielded; /* it blocks or ignores SIGUSR1 and SIGUSR2: they cannot end it */
    bool may_kill;    /* it has CAP_KILL */
};

/*
 * Reads about a process. 0; -ESRCH if there is none (or /proc does not show it); -EBADMSG if
 * the file is not understood; another -errno.
 */
int procstat_read(pid_t pid, struct procstat *ret);

/*
 * The number of the CPU that a process runs on, waits for, or ran on last; of its first thread, if
 * it has several. Fails as procstat_read() does.
 */
int procstat_cpu(pid_t pid);
