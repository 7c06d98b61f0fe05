/* SPDX-License-Identifier: MIT */
/*
 * target.h - finds the daemon for a sender, and checks that the process is one
 *
 * SIGUSR1 and SIGUSR2 end a process that does not expect them. So nothing is sent before all of
 * these checks have passed:
 *
 * - The pidfile, if one is used, names a PID, and the kernel says that the process with this PID
 *   holds the lock of the file.
 * - /proc says that the process is called minitalkd, that it blocks or ignores both signals, and
 *   that it is in no other PID namespace: there, signals arrive without the PID of their sender.
 * - This process may signal the other one, and the other one may signal this process.
 * - Unless the daemon is the system's: the pidfile and the process belong to a user whom the caller
 *   trusts (trust.h).
 */
#pragma once

#include "host/pidref.h"

/*
 * The daemon that the caller wants: the system's, the caller's own, or the one of a pidfile or of a
 * PID. Complaints tell what to do for that one. Only a locked pidfile proves that the process is a
 * daemon.
 */
enum target { TARGET_SYSTEM, TARGET_USER, TARGET_PIDFILE, TARGET_PID };

/*
 * Find a daemon, by its pidfile or by its PID, and open it into *ret, which the caller closes.
 * daemon_user is a user whose daemon the caller accepts, beside those of trust.h; TRUST_NOBODY for
 * none. Return 0; or, with a complaint, an exit status of sysexits(3): EX_UNAVAILABLE (no daemon is
 * there), EX_PROTOCOL (the file or the process is something else), EX_NOPERM, EX_OSERR.
 */
int target_from_pidfile(const char *path, enum target target, uid_t daemon_user,
                        struct pidref *ret);
int target_from_pid(pid_t pid, uid_t daemon_user, struct pidref *ret);
