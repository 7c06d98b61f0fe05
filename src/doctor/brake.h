/* SPDX-License-Identifier: MIT */
/*
 * brake.h - holds a process after each signal that it sends, until the receiver has taken it
 *
 * A client that does not wait loses signals, as signals do not queue. A program that waits with
 * pause(2) loses a signal that comes before. Both depend on the scheduler. The brake makes both
 * certain: it traces the process (ptrace(2)), and stops it when kill(2) is about to return. A
 * seccomp(2) filter lets all other system calls run at full speed. Programs that the process starts
 * are held, too.
 *
 * Policy: the process goes on once the receiver sleeps and no signal is pending for it. A receiver
 * that has more to do for a signal, such as to send one back, must not sleep before. The process
 * ends with the brake. A process that is ended by SIGKILL is waited for no longer, whatever the
 * receiver does.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Prepares this process, which a brake traces, for the program that it will execute. Returns false
 * if that is forbidden.
 */
bool brake_prepare(void);

/*
 * Traces the process pid until it has ended. It must be stopped, before it calls brake_prepare().
 * Prints a letter for each signal that it has sent. Returns 0, or 1 if that is forbidden.
 */
int brake_run(pid_t pid);

/*
 * Returns true if a process has sent more signals than so many, and all behind these outside of its
 * handlers, which block their signal (sigaction(2)). The output is what brake_run() has printed, or
 * NULL. A client sends its first signal in main() also if it sends all others in a handler.
 */
bool brake_has_seen_outside(const char *output, size_t first);
