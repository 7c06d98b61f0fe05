/* SPDX-License-Identifier: MIT */
/*
 * inbox.h - takes the signals that are pending for this process
 *
 * SIGUSR1 and SIGUSR2 are blocked before anything else, and taken synchronously, one at a time. No
 * signal has a handler. The program makes the system call rt_sigtimedwait itself, because glibc's
 * sigtimedwait(2) reports SI_TKILL as SI_USER and so hides the lane.
 *
 * Policy: the process is single-threaded, and its main thread owns the inbox.
 */
#pragma once

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "protocol/lane.h"

/*
 * Blocks SIGUSR1 and SIGUSR2 for the rest of the program. Must be called before the program does
 * anything that could be answered with a signal.
 *
 * Also sets both signals to be ignored. That changes nothing while they are blocked, but
 * /proc/PID/status shows it at all times. The list of blocked signals there is not enough: a signal
 * is not in it while the process waits for that signal in sigtimedwait(2).
 *
 * Raises RLIMIT_SIGPENDING to its hard limit, because the kernel delivers signals beyond that limit
 * without their sender.
 *
 * Returns 0; -EDQUOT if the hard limit is 0, so that the kernel would attest no sender; another
 * -errno.
 */
int inbox_open(void);

/*
 * Gives both signals a handler in place of ignoring them. It never runs, because they stay blocked.
 * Other programs see in /proc/PID/status (SigCgt) that this process is prepared for them.
 */
void inbox_show_handlers(void);

/*
 * Takes one signal. Waits for it for timeout_ns nanoseconds at most; 0 polls. Returns 1 with the
 * signal in *ret; 0 if no signal came; -errno.
 */
int inbox_take(uint64_t timeout_ns, struct lane_signal *ret);

/* Returns true if SIGUSR1 or SIGUSR2 is pending for this process (sigpending(2)). */
bool inbox_is_occupied(void);

/* Returns the lane_signal for the kernel's description of a signal (sigaction(2)). */
struct lane_signal inbox_classify(const siginfo_t *info);

/*
 * Makes *ret the description of a block with its number (symbol.h), of which inbox_classify() makes
 * that block again. Leaves si_pid and si_uid as they are.
 */
void inbox_describe_block(enum lane lane, uint64_t octets, uint32_t number, siginfo_t *ret);

/*
 * Returns a descriptor (signalfd(2)) that polls readable while SIGUSR1, SIGUSR2 or one of the other
 * signals is pending. The others must be blocked. The caller must not read the descriptor, and
 * closes it. Returns -errno on failure.
 */
int inbox_watch(const sigset_t *others);
