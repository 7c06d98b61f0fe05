/* SPDX-License-Identifier: MIT */
/* spin.c - see spin.h */

#include "host/spin.h"

#include <assert.h>
#include <sched.h>

/*
 * The greatest limit, in polls of about 0.3 µs each. Together they last as long as it takes to wake
 * a daemon on an idle CPU and to let it look up the process that sent the probe. A sender that fell
 * asleep earlier would have to be woken itself. Schedulers tend to wake a process on the CPU of the
 * process that wakes it, and there the two slow each other down.
 */
#define LONGEST 512
/* After one in this many sleeps, the limit is LONGEST again. */
#define TRIAL 64

void spin_init(struct spin *spin)
{
    cpu_set_t usable;
    bool single = sched_getaffinity(0, sizeof usable, &usable) == 0 && CPU_COUNT(&usable) == 1;

    *spin = (struct spin){.longest = single ? 0 : LONGEST, .limit = single ? 0 : LONGEST};
}

bool spin_again(struct spin *spin)
{
    if (spin->gave_up)
        return false;
    assert(spin->limit <= spin->longest);
    if (spin->polls < spin->limit) {
        spin->polls++;
        return true;
    }
    spin->gave_up = true;
    spin->limit = ++spin->sleeps % TRIAL == 0 ? spin->longest : spin->limit / 2;
    return false;
}

void spin_heard(struct spin *spin)
{
    /* A signal that the first poll finds may have been pending before: polling did not bring it. */
    if (!spin->gave_up && spin->polls > 1)
        spin->limit = spin->longest;
    spin->polls = 0;
    spin->gave_up = false;
}

void spin_stop(struct spin *spin)
{
    spin->gave_up = true;
}

void spin_anew(struct spin *spin)
{
    spin->limit = spin->longest;
    spin->polls = 0;
    spin->gave_up = false;
}
