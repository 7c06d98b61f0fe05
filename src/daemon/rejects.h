/* SPDX-License-Identifier: MIT */
/*
 * rejects.h - negative cache: processes that were named in a probe and are not senders
 *
 * To find out that a process is not a sender, the daemon reads files in /proc. That takes as long
 * as thirty bits. A stranger who sends forged probes at full speed would keep the daemon busy with
 * that. Meanwhile, the signals of real senders would meet a pending signal and vanish. So the
 * daemon does not look at the same process again for REJECT_TIME (timing.h).
 *
 * Policy: the cache has few entries. Of all processes that share an entry, the newest one is kept.
 * A process that is not in the cache is looked at again.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define REJECTS 256

struct rejects {
    struct {
        pid_t pid;
        uint64_t until;
    } entries[REJECTS];
};

/* Puts a process into the cache. now is monotonic_now(), in nanoseconds. */
void rejects_add(struct rejects *rejects, pid_t pid, uint64_t now);

/* Returns true if the process is in the cache. */
bool rejects_have(const struct rejects *rejects, pid_t pid, uint64_t now);
