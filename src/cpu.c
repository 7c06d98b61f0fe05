/* cpu.c - see cpu.h for when a process should move */

#include "cpu.h"

#include <sched.h>

void cpu_change(void)
{
    cpu_set_t usable, others;
    int here = sched_getcpu();

    if (here < 0 || sched_getaffinity(0, sizeof usable, &usable) < 0)
        return;
    others = usable;
    CPU_CLR((unsigned)here, &others);
    if (CPU_COUNT(&others) > 0 && sched_setaffinity(0, sizeof others, &others) == 0)
        sched_setaffinity(0, sizeof usable, &usable);
}
