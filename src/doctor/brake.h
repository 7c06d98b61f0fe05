/* SPDX-License-Identifier: MIT */
/*
 * brake.h - holds a client after each signal that it sends, until the receiver has taken it
 *
 * A client that does not wait loses signals, as signals do not queue. A client that waits with
 * pause(2) loses an answer that comes before. Both depend on the scheduler. The brake makes both
 * certain: it traces the client (ptrace(2)), and stops it when kill(2) is about to return. A
 * seccomp(2) filter lets all other system calls run at full speed. Programs that the client starts
 * are held, too.
 *
 * Policy: the client goes on once the receiver sleeps and no signal is pending for it. A receiver
 * that has more to do for a signal must not sleep before. The client ends with the brake. A client
 * that is ended by SIGKILL is waited for no longer, whatever the receiver does.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

struct brake {
    pid_t client;   /* stopped, before it calls brake_prepare() */
    pid_t receiver; /* of its signals */
};

/*
 * Prepares this process, which a brake traces, for the program that it will execute. Returns false
 * if that is forbidden.
 */
bool brake_prepare(void);

/*
 * Traces the client until it has ended. Prints a letter for each signal that it has sent. Returns
 * 0, or 1 if that is forbidden.
 */
int brake_run(const struct brake *brake);

/*
 * Returns true if a client has sent at least two signals, and all but the first one outside of its
 * handlers, which block their signal (sigaction(2)). The output is what brake_run() has printed, or
 * NULL. Some clients send each signal but the first in the handler of an answer.
 */
bool brake_has_seen_outside(const char *output);
