/* SPDX-License-Identifier: MIT */
/*
 * cpu.h - moves this process to another CPU
 *
 * A move helps in two situations.
 *
 * First, the daemon and a sender may share a CPU. Then neither runs while the other sends. That
 * costs only time, but a bit takes several times as long. It happens on idle machines, too: in a
 * virtual machine, the scheduler can mistake an idle CPU for one that the host has taken away. Then
 * it puts a process that is woken on the CPU of the process that wakes it. So the daemon, after
 * polling without a result, checks whether it shares its CPU with the sender, and moves if it does.
 *
 * Second, a stranger may flood one of the two from another CPU while they share one. Then all slots
 * of the flooded process are full again each time before the other process runs, and nothing
 * arrives any more. The scheduler sees that every CPU is busy and changes nothing. So the side that
 * makes no progress has to move. At worst, it then shares a CPU with the stranger, which cannot
 * flood while it does not run. It also has to stay away from its old CPU: the scheduler would move
 * it back as soon as that CPU is idle.
 */
#pragma once

#include <sched.h>
#include <stdbool.h>
#include <sys/types.h>

/* Tells whether this process stays away from a CPU. Starts as all 0: it does not. */
struct cpu_absence {
    bool is_away;
    cpu_set_t usable; /* CPUs that the process could use before it moved */
};

/*
 * Moves this process to another CPU that it may use (sched_setaffinity(2)), and keeps it away from
 * the old CPU until cpu_return(). If it already stays away from a CPU, it may use that one again.
 *
 * Returns 1 if the process has moved; 0 if it may use no other CPU; -EPERM if a sandbox forbids the
 * move; another -errno.
 */
int cpu_leave(struct cpu_absence *absence);

/* Ends the absence: the process may use all CPUs again that it could use before cpu_leave(). */
void cpu_return(struct cpu_absence *absence);

/*
 * Moves this process to another CPU, and lets the scheduler choose its CPU from then on. Returns
 * what cpu_leave() returns.
 */
int cpu_change(void);

/*
 * Calls cpu_change() if the process with this PID shares the CPU of this process: if it runs there,
 * waits for that CPU, or ran there last (procstat_cpu()).
 *
 * Returns what cpu_change() returns; 0 also if the process is on another CPU; -ESRCH if no such
 * process exists or /proc does not show it.
 */
int cpu_part_from(pid_t pid);
