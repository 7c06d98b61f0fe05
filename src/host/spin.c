/* SPDX-License-Identifier: MIT */
/* spin.c - see spin.h for what is learnt */

#include "host/spin.h"

#include <assert.h>
#include <sched.h>

/*
 * About 0.3 µs each: together as long as it takes to wake a daemon on an idle CPU and to have it
 * look who asks. A sender that slept by then would have to be woken in turn, and schedulers like to
 * do that on the CPU of the one who wakes it, where the two are in each other's way.
 */
#define LONGEST 512
/* One in so many sleeps is followed by a spin of full length. */
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
    /* What the first poll brings may have been there before. */
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
