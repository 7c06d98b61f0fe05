/* SPDX-License-Identifier: MIT */
/*
 * privilege.h - the user IDs of a set-user-ID sender (credentials(7))
 *
 * minitalk-send may be set-user-ID to the daemon's user: that is what lets it read the pidfile
 * and signal the daemon, and, because the saved user ID stays, lets the daemon answer. It must
 * be of no use for anything else.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/* Gives up, for good, all but the caller's own user and group. Ends the program if it cannot. */
void privilege_drop(void);

/*
 * From now on, files are the caller's business: some of /proc tell a reader more than they told
 * who opened them. What the effective and saved user IDs are for, signals, is not affected.
 */
void privilege_keep_for_signals(void);

/* Takes that back for a moment, to read the pidfile of the system's daemon once more. */
void privilege_use_for_pidfile(void);

/* Whether privilege_drop() had anything to give up. */
bool privilege_was_dropped(void);

/* Whether no_new_privs is set for this process (prctl(2)), so that set-user-ID has no effect. */
bool privilege_is_barred(void);

/*
 * Whether this program is set-user-ID and yet does not run as its owner: it is traced, its file
 * system is mounted nosuid, or its owner is nobody in this user namespace (execve(2)).
 */
bool privilege_is_withheld(void);

/*
 * Whether a process with these user IDs may signal this one (kill(2)). Where it may not but this
 * process may change its saved user ID (root may), that is set to theirs first.
 */
bool privilege_allow_answers(uid_t real_uid, uid_t effective_uid);
