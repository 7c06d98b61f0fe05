/* SPDX-License-Identifier: MIT */
/* rejects.c - see rejects.h for the purpose of the cache */

#include "daemon/rejects.h"

#include "protocol/timing.h"

static unsigned entry_of(pid_t pid)
{
    return (unsigned)pid % REJECTS;
}

void rejects_add(struct rejects *rejects, pid_t pid, uint64_t now)
{
    rejects->entries[entry_of(pid)].pid = pid;
    rejects->entries[entry_of(pid)].until = now + REJECT_TIME;
}

bool rejects_have(const struct rejects *rejects, pid_t pid, uint64_t now)
{
    return rejects->entries[entry_of(pid)].pid == pid &&
           now < rejects->entries[entry_of(pid)].until;
}
