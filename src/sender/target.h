/* SPDX-License-Identifier: MIT */
/*
 * target.h - finds the daemon that a sender is to talk to, and proves that it is one
 *
 * SIGUSR1 and SIGUSR2 end a process that does not expect them, so nothing is sent before these
 * hold: a pidfile names a PID and the kernel says that this process holds its lock; /proc says
 * that the process is called minitalkd and blocks or ignores both signals; it may be signalled, and
 * may signal back.
 */
#pragma once

#include "host/pidref.h"

/* Whose daemon it is meant to be: that decides how one is started. */
enum target { TARGET_SYSTEM, TARGET_USER, TARGET_NAMED };

/*
 * Each finds a daemon and opens it into *ret. 0; or, with a complaint, an exit status of
 * sysexits(3): EX_UNAVAILABLE (there is none), EX_PROTOCOL (it is something else), EX_NOPERM,
 * EX_OSERR.
 */
int target_from_pidfile(const char *path, enum target target, struct pidref *ret);
int target_from_pid(pid_t pid, struct pidref *ret);
