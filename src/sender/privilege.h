/* SPDX-License-Identifier: MIT */
/*
 * privilege.h - the user IDs of a set-user-ID sender (credentials(7))
 *
 * A copy of minitalk-send may be set-user-ID to the daemon's user, see helper.h. So it may read the
 * pidfile and signal the daemon. Its saved user ID stays that of the daemon's user, and so the
 * daemon may answer. The privilege must be of no use for anything else.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/*
 * Gives up, for good, all user and group IDs but the caller's own. Ends the program if that fails.
 */
void privilege_drop(void);

/*
 * From now on, files are opened and read with the rights of the caller's own user (setfsuid(2)).
 * This matters even for files that the caller has opened: some files in /proc check the rights of
 * the reader again, and would show this program more than the caller may see. The effective and
 * saved user IDs are not affected: they are needed for signals. Ends the program if that fails.
 */
void privilege_keep_for_signals(void);

/*
 * Undoes privilege_keep_for_signals(), to read the pidfile of the system's daemon. The caller calls
 * privilege_keep_for_signals() again as soon as the pidfile is read.
 */
void privilege_use_for_pidfile(void);

/* Returns true if privilege_drop() had any privilege to give up. */
bool privilege_was_dropped(void);

/*
 * Returns true if this program must not show its caller what it reads from this descriptor, because
 * the program is set-user-ID and the file is in procfs. The kernel lets every process read all
 * about itself, such as /proc/self/maps, which it keeps from the caller of a set-user-ID program.
 * Some of these files describe the program even if the caller has opened them before execve(2).
 * Nothing tells them apart from the other files of procfs, so all are refused. privilege_drop()
 * changes nothing: the program stays the one that was started with the privilege.
 */
bool privilege_hides(int fd);

/*
 * Returns true if no_new_privs is set for this process (prctl(2)), so that set-user-ID has no
 * effect.
 */
bool privilege_is_barred(void);

/* Returns true if the real or the effective user is root. */
bool privilege_is_root(void);

/* Returns true if the file of this program is set-user-ID, or if that is unknown. */
bool privilege_is_set_user_id(void);

/*
 * Returns true if this program is set-user-ID but does not run as its owner. The possible reasons
 * are that it is traced, that its file system is mounted nosuid, or that its owner has no ID in
 * this user namespace (execve(2)).
 */
bool privilege_is_withheld(void);

/*
 * Returns true if a process with these user IDs may signal this one (kill(2)). If it may not, but
 * this process may change its saved user ID (root may), this function sets the saved user ID to
 * effective_uid and returns true.
 */
bool privilege_permit_signals_from(uid_t real_uid, uid_t effective_uid);
