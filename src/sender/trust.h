/* SPDX-License-Identifier: MIT */
/*
 * trust.h - the users whose daemons a sender may be pointed at
 *
 * A pidfile or a PID on the command line can lead to a daemon of any user. A false daemon reads the
 * message and confirms it, but need not log it. For root, the kernel permits every signal, so
 * nothing else would stop root from sending to it. So both the pidfile and the process must belong
 * to a user whom the caller trusts anyway:
 *
 * - the caller, by the real user ID;
 * - root;
 * - the service user, as which the system's daemon runs;
 * - one more user, whom the caller names with --daemon-user.
 *
 * Policy: account names are looked up in /etc/passwd only (host/passwd.h). If the caller or root is
 * the owner, nothing is looked up.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/* In the place of the user of --daemon-user: no such user. No user has this ID (credentials(7)). */
#define TRUST_NOBODY ((uid_t)-1)

/*
 * Reads a user from its name in /etc/passwd, or from its ID in decimal. Returns false, with *ret
 * unchanged, if the argument is neither.
 */
bool trust_parse(const char *argument, uid_t *ret);

/* Returns true if the caller trusts the daemons of this user. also is the user of --daemon-user. */
bool trust_has(uid_t uid, uid_t also);
