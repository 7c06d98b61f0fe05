/* SPDX-License-Identifier: MIT */
/* work.c - see work.h */

#include "doctor/work.h"

#include "doctor/patient.h"
#include "protocol/nsec.h"

#define BUSY (300 * NSEC_PER_MSEC)

bool work_is_busy(struct work *work, pid_t pid)
{
    uint64_t sleeps = patient_sleeps(pid), now = patient_work(pid);

    /* A process that has ended shows 0. */
    if (work->begin_ns == 0 || sleeps != work->sleeps || now < work->begin_ns)
        *work = (struct work){sleeps, now};
    return now - work->begin_ns >= BUSY;
}
