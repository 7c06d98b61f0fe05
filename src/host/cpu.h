/* SPDX-License-Identifier: MIT */
/*
 * cpu.h - on which CPU this process runs
 *
 * Where both sides share a CPU, neither runs while the other sends. That costs time only, but a bit
 * takes several times as long, and it happens on idle machines, too: in a virtual machine a CPU
 * that idles can look to the scheduler as if the host had taken it away, and then whoever is woken
 * is put beside the one who wakes. So the daemon, where polling was in vain, looks whether it
 * shares its CPU with the sender, and parts from it.
 *
 * And if a stranger floods one of them from another CPU, all slots of that one are taken again
 * before the other gets to run, each time: nothing arrives any more. The scheduler sees that every
 * CPU is busy and changes nothing. So the side that waits in vain has to go elsewhere: then it
 * shares a CPU with the stranger at worst, who cannot flood anything while it is not running. And
 * it has to stay there: the scheduler would bring it back as soon as the CPU that it left has
 * nothing to do.
 */
#pragma once

#include <sched.h>
#include <stdbool.h>
#include <sys/types.h>

/* A process that stays away from a CPU. Nothing but zeros is one that does not. */
struct cpu_absence {
    bool is_away;
    cpu_set_t usable; /* where it could run before */
};

/*
 * Moves this process to another of the CPUs that it may use (sched_setaffinity(2)), and keeps it
 * from the one that it leaves until cpu_return(); where it is away already, from that one no more.
 * 1 if it was moved, 0 if there is no other; -EPERM if a sandbox forbids it; another -errno.
 */
int cpu_leave(struct cpu_absence *absence);

/* Leaves it to the scheduler again where it runs. */
void cpu_return(struct cpu_absence *absence);

/* Both at once: where it runs from then on is the scheduler's choice. As cpu_leave(). */
int cpu_change(void);

/*
 * The same, but only if that process is on this very CPU: it runs there, waits for it, or did last.
 * 0 also if it is on another; -ESRCH if there is no such process (or /proc does not show it).
 */
int cpu_part_from(pid_t pid);
