/* SPDX-License-Identifier: MIT */
/*
 * subids.h - the owners of subordinate user IDs, as /etc/subuid says (subuid(5))
 *
 * A user who has a range of subordinate user IDs can run a process under each of them
 * (newuidmap(1)), even outside of a user namespace. All of them are this one person.
 *
 * Policy:
 *   - The file is read at the first query, and again after it has changed.
 *   - The name of an owner is looked up when the range is first needed. This asks the user database
 *     (getpwnam(3)) and can block.
 *   - A line that is not as subuid(5) says is ignored, as shadow(3) does. So is a file that cannot
 *     be read.
 *   - Without memory or descriptors there is no answer, rather than one from half of the file.
 */
#pragma once

#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

#define SUBIDS_FILE "/etc/subuid"

struct subid_range;

struct subids {
    const char *path;
    struct subid_range *ranges;
    size_t count;
    struct stat read; /* the file that was read; all 0 if none was */
};

/* Prepares to answer queries from this file, which need not exist. The path stays the caller's. */
void subids_init(struct subids *subids, const char *path);
void subids_done(struct subids *subids);

/*
 * Stores the account of a user ID: the owner of the first range that contains it, or the ID itself
 * if no range does. A range that belongs to root, or to a user who does not exist, is an account of
 * its own with the first ID of the range: what runs there is not root.
 *
 * Returns 0, or -errno if descriptors or memory are exhausted (host/exhausted.h).
 */
int subids_account(struct subids *subids, uid_t uid, uid_t *ret);
