/* SPDX-License-Identifier: MIT */
/*
 * pidref.h - the process at the other end, and the signals sent to it
 *
 * A peer is held by a pidfd (pidfd_open(2)), never by its number alone: once it has ended, no
 * signal meant for it can reach a process that was given its PID since. Kernels before 6.9 cannot
 * direct a signal to a thread through a pidfd; there the thread lane falls back to tgkill(2).
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

/* Opens the process with this PID into *ret: 0, -ESRCH if there is none, or another -errno. */
int pidref_open(pid_t pid, struct pidref *ret);
void pidref_close(struct pidref *pidref);

/* Whether the process has ended (a zombie has): now, or before so much time is over. */
bool pidref_ended(const struct pidref *pidref);
bool pidref_await_end(const struct pidref *pidref, uint64_t timeout_ns);

/*
 * Sends one plain signal on a lane (false: SIGUSR1, true: SIGUSR2), or one control word.
 * 0; -ESRCH if the process is gone; -EPERM if it may not be signalled (kill(2)); another -errno.
 */
int pidref_send_bit(const struct pidref *pidref, enum lane lane, bool bit);
int pidref_send_word(const struct pidref *pidref, uint32_t word);
