/* SPDX-License-Identifier: MIT */
/*
 * helper.h - the set-user-ID copy of minitalk-send, by which ordinary users send
 *
 * A set-user-ID file belongs to the user whose ID it lends, and that user can replace the file. So
 * the program that everybody runs, root too, belongs to root and lends nothing. If it is not
 * permitted to send to the system's daemon, it executes the helper: the same program, installed
 * once more, which belongs to the daemon's user.
 *
 * Policy: root never executes the helper, and nobody does who can do without.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/* The path of the helper. */
#define HELPER PKGLIBEXECDIR "/minitalk-send"

/* Returns true if the helper is set-user-ID to this user. */
bool helper_lends(uid_t uid);

/*
 * Executes the helper in this process, with these arguments and the same environment, if that can
 * help: the caller is not root, the helper lends the user ID of the system's daemon, and this
 * program can get that ID and is not the helper itself. Must be called before anything is read or
 * printed, because the helper begins anew. Does not return if that succeeds.
 *
 * Returns EX_NOPERM and keeps the newest complaint if the helper cannot help; else, with a
 * complaint, an exit status.
 */
int helper_execute(char **arguments);
