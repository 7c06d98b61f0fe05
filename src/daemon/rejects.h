/* SPDX-License-Identifier: MIT */
/*
 * rejects.h - processes in whose name somebody asked, and which turned out to be no senders
 *
 * To find that out takes a look into /proc, and as long as thirty bits do. Whoever forges questions
 * at full speed would keep the daemon busy with that, while the signals of real senders meet a
 * pending one and vanish. So for a while the same process is not looked at again.
 *
 * Policy: a few processes are remembered, the newest of each entry; who is forgotten is looked at.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define REJECTS 256
/* How long a process is remembered, in nanoseconds. It may become a sender, and then asks again. */
#define REJECT_TIME UINT64_C(10000000)

struct rejects {
    struct {
        pid_t pid;
        uint64_t until;
    } entries[REJECTS];
};

/* Remembers this process from now on (monotonic nanoseconds). */
void rejects_add(struct rejects *rejects, pid_t pid, uint64_t now);

/* Whether it is remembered. */
bool rejects_have(const struct rejects *rejects, pid_t pid, uint64_t now);
