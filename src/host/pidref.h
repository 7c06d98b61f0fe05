/* SPDX-License-Identifier: MIT */
/*
 * pidref.h - the process at the other end, and the signals sent to it
 *
 * A process is held by a pidfd (pidfd_open(2)), never by its PID alone. Once it has ended, no
 * signal meant for it can reach another process that gets the same PID. Kernels before 6.9 cannot
 * direct a signal to a thread through a pidfd: there, the thread lane falls back to tgkill(2),
 * which goes by the PID. Right before that call, the pidfd tells if the process is still there. So
 * one signal can go wrong only if the process ends, is waited for, and its PID is used again between
 * these two calls.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "protocol/lane.h"

struct pidref {
    pid_t pid;
    int fd; /* the pidfd: polls readable once the process has ended */
};

#define PIDREF_NONE ((struct pidref){.fd = -1})

/*
 * Opens the process with this PID. Returns 0 with *ret; -ESRCH if no such process exists; another
 * -errno.
 */
int pidref_open(pid_t pid, struct pidref *ret);

/* Closes the pidfd, if any, and sets *pidref to PIDREF_NONE. */
void pidref_close(struct pidref *pidref);

/*
 * Return true if the process has ended; a zombie has. pidref_await_end() waits for that for
 * timeout_ns nanoseconds at most, rounded down to milliseconds.
 */
bool pidref_ended(const struct pidref *pidref);
bool pidref_await_end(const struct pidref *pidref, uint64_t timeout_ns);

/*
 * Send on a lane one plain signal (bit false: SIGUSR1, true: SIGUSR2) or one block with its number
 * (symbol.h); or send one word. A process that has sent a block must not fork(2). Return 0;
 * -ESRCH if the process has ended; -EPERM if this process may not signal it (kill(2)); another
 * -errno.
 */
int pidref_send_bit(const struct pidref *pidref, enum lane lane, bool bit);
int pidref_send_block(const struct pidref *pidref, enum lane lane, uint64_t octets,
                      uint32_t number);
int pidref_send_word(const struct pidref *pidref, uint32_t word);
