/* SPDX-License-Identifier: MIT */
/* cpu.c - see cpu.h for the situations in which a process should move */

#include "host/cpu.h"

#include <assert.h>
#include <errno.h>
#include <sched.h>

#include "host/procstat.h"

int cpu_leave(struct cpu_absence *absence)
{
    cpu_set_t usable = absence->usable, others;
    int here = sched_getcpu();

    if (here < 0 || (!absence->is_away && sched_getaffinity(0, sizeof usable, &usable) < 0))
        return -errno;
    others = usable;
    CPU_CLR((unsigned)here, &others);
    assert(CPU_COUNT(&usable) > 0);
    if (CPU_COUNT(&others) == 0)
        return 0;
    if (sched_setaffinity(0, sizeof others, &others) < 0)
        return -errno;
    *absence = (struct cpu_absence){.is_away = true, .usable = usable};
    return 1;
}

void cpu_return(struct cpu_absence *absence)
{
    if (absence->is_away)
        sched_setaffinity(0, sizeof absence->usable, &absence->usable);
    absence->is_away = false;
}

int cpu_change(void)
{
    struct cpu_absence absence = {.is_away = false};
    int r = cpu_leave(&absence);

    cpu_return(&absence);
    return r;
}

int cpu_part_from(pid_t pid)
{
    int there;
    int r = procstat_cpu(pid, &there);

    if (r < 0)
        return r;
    return there == sched_getcpu() ? cpu_change() : 0;
}
