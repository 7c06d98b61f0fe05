/* cpu.c - see cpu.h for when a process should move */

#include "cpu.h"

#include <errno.h>
#include <sched.h>

#include "procstat.h"

int cpu_change(void)
{
    cpu_set_t usable, others;
    int here = sched_getcpu();

    if (here < 0 || sched_getaffinity(0, sizeof usable, &usable) < 0)
        return -errno;
    others = usable;
    CPU_CLR((unsigned)here, &others);
    if (CPU_COUNT(&others) == 0)
        return 0;
    if (sched_setaffinity(0, sizeof others, &others) < 0)
        return -errno;
    sched_setaffinity(0, sizeof usable, &usable);
    return 1;
}

int cpu_part_from(pid_t pid)
{
    int there = procstat_cpu(pid);

    if (there < 0)
        return there;
    return there == sched_getcpu() ? cpu_change() : 0;
}
