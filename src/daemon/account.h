/* SPDX-License-Identifier: MIT */
/*
 * account.h - the account of a sender: the user whose quotas and turns it uses
 *
 * A user ID alone would not do: a person who has a range of subordinate user IDs could be many
 * users. The account is one that a person cannot multiply:
 *
 *   1. root, if the real user ID is 0. No user namespace gives that ID to anybody else.
 *   2. The owner of the slice that the process is in, as for a login session or for a service of a
 *      user's own service manager (systemd.slice(5)). A process cannot leave that slice without
 *      privileges, whatever user ID it takes. Root's own slice does not count: processes of any
 *      user can be started from there, and must not use the account of root.
 *   3. Elsewhere, as in a system service, the owner of the subordinate range that contains the real
 *      user ID (subids.h).
 *   4. Else the real user ID.
 *
 * The audit login UID is no account: a process that has none may choose any (audit_setloginuid(3)),
 * and so use up the quotas of another user.
 */
#pragma once

#include "daemon/subids.h"

/*
 * Stores the account of the process with this PID and this real user ID. Returns 0, or -errno if
 * descriptors or memory are exhausted (host/exhausted.h): an account that is guessed could be that
 * of another user.
 */
int account_read(struct subids *subids, pid_t pid, uid_t real_uid, uid_t *ret);
