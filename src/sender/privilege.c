/* SPDX-License-Identifier: MIT */
/* privilege.c - see privilege.h */

#include "sender/privilege.h"

#include <errno.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sysexits.h>
#include <unistd.h>

#include "host/complaint.h"

static bool was_dropped;

/*
 * Returns true if all user and group IDs are the caller's own: the program is not set-user-ID, or
 * its owner runs it. Then no ID has to be changed, and a sandbox may forbid that anyway.
 */
static bool has_borrowed_nothing(void)
{
    uid_t real_uid, effective_uid, saved_uid;
    gid_t real_gid, effective_gid, saved_gid;

    return getresuid(&real_uid, &effective_uid, &saved_uid) == 0 &&
           getresgid(&real_gid, &effective_gid, &saved_gid) == 0 && effective_uid == real_uid &&
           saved_uid == real_uid && effective_gid == real_gid && saved_gid == real_gid;
}

void privilege_drop(void)
{
    uid_t uid = getuid();
    gid_t gid = getgid();

    if (has_borrowed_nothing())
        return;
    was_dropped = geteuid() != uid || getegid() != gid;
    if (setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0)
        fail_of(EX_OSERR, errno, "cannot drop the set-user-ID privileges");
    if (getuid() != uid || !has_borrowed_nothing())
        fail(EX_OSERR, "dropping the set-user-ID privileges had no effect");
}

void privilege_keep_for_signals(void)
{
    uid_t uid = getuid();

    if (has_borrowed_nothing())
        return;
    /*
     * setfsuid(2) does not report a failure. With an invalid ID, it only returns the current one.
     */
    setfsuid(uid);
    if ((uid_t)setfsuid((uid_t)-1) != uid)
        fail(EX_OSERR, "dropping the set-user-ID privileges had no effect");
}

void privilege_use_for_pidfile(void)
{
    if (!has_borrowed_nothing())
        setfsuid(geteuid());
}

bool privilege_hides(int fd)
{
    struct statfs file_system;

    /* fstatfs(2) cannot fail in procfs. */
    return getauxval(AT_SECURE) != 0 && fstatfs(fd, &file_system) == 0 &&
           file_system.f_type == PROC_SUPER_MAGIC;
}

bool privilege_was_dropped(void)
{
    return was_dropped;
}

bool privilege_is_barred(void)
{
    return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
}

bool privilege_is_root(void)
{
    return getuid() == 0 || geteuid() == 0;
}

static int look_at_this_program(struct stat *ret)
{
    return stat("/proc/self/exe", ret);
}

bool privilege_is_set_user_id(void)
{
    struct stat program;

    return look_at_this_program(&program) < 0 || program.st_mode & S_ISUID;
}

bool privilege_is_withheld(void)
{
    struct stat program;

    return look_at_this_program(&program) == 0 && program.st_mode & S_ISUID &&
           program.st_uid != geteuid();
}

bool privilege_permit_signals_from(uid_t real_uid, uid_t effective_uid)
{
    uid_t real, effective, saved;

    if (getresuid(&real, &effective, &saved) < 0)
        return false;
    if (real_uid == real || real_uid == saved || effective_uid == real || effective_uid == saved)
        return true;
    return setresuid((uid_t)-1, (uid_t)-1, effective_uid) == 0;
}
