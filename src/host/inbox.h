/* SPDX-License-Identifier: MIT */
/*
 * inbox.h - the signals that wait for this process
 *
 * SIGUSR1 and SIGUSR2 are blocked first and taken synchronously, one at a time, with the system
 * call beneath sigtimedwait(2): glibc's wrapper reports SI_TKILL as SI_USER, and so hides the
 * lane. There is no handler anywhere.
 *
 * Policy: the process is single-threaded, and its main thread owns the inbox.
 */
#pragma once

#include <signal.h>
#include <stdint.h>

#include "protocol/lane.h"

/*
 * Blocks both signals, for good. They are also set to be ignored, which changes nothing while
 * they are blocked, but shows in /proc/PID/status at all times: a process that sleeps in
 * sigtimedwait(2) does not seem to block what it waits for. Raises RLIMIT_SIGPENDING to its hard
 * limit, because beyond it the kernel strips signals of their sender. To be called before anything
 * that could be answered with a signal. 0; -EDQUOT where the hard limit is 0, so that nothing could
 * be attested; another -errno.
 */
int inbox_open(void);

/*
 * Takes one signal, waiting for it for at most timeout_ns nanoseconds; 0 polls. 1 with *ret
 * filled, 0 if there was none, or -errno.
 */
int inbox_take(uint64_t timeout_ns, struct lane_signal *ret);

/* What the kernel's word on a signal (sigaction(2)) says about it. */
struct lane_signal inbox_classify(const siginfo_t *info);

/*
 * A descriptor (signalfd(2)) that polls readable while a signal waits, or one of these others,
 * which have to be blocked; it is not to be read. The caller closes it. -errno on failure.
 */
int inbox_watch(const sigset_t *others);
