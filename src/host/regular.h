/* SPDX-License-Identifier: MIT */
/*
 * regular.h - opens a regular file in a directory that others may write
 *
 * Policy: a file, a link or a FIFO of another user can be in the place of the file. So a symbolic
 * link is not followed, and opening never blocks. Only the directories of the path may be links.
 */
#pragma once

#include <sys/types.h>

/* Another process may replace the file so often between two system calls. */
#define REGULAR_REPLACEMENTS_MAX 10

/*
 * Opens an existing file with these flags of open(2), relative to a directory as openat(2). Returns
 * a descriptor; -EINVAL if the file is not a regular one; another -errno, which is never -EPERM.
 */
int regular_open(int directory, const char *name, int flags);

/*
 * As regular_open(), but creates a missing file with this mode (open(2)). Tries again if another
 * process creates, removes or replaces the file meanwhile; -EAGAIN if that happens too often.
 */
int regular_open_or_create(int directory, const char *name, int flags, mode_t mode);

/*
 * Returns 0 if the open file belongs to the process's effective user or to this other user, and has
 * one name only; -EPERM if it belongs to somebody else; -EMLINK if it has several names, so that it
 * may be another file than it seems; another -errno.
 */
int regular_require_own(int fd, uid_t other);
