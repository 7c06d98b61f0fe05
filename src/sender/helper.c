/* SPDX-License-Identifier: MIT */
/* helper.c - see helper.h */

#include "sender/helper.h"

#include <errno.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "host/complaint.h"
#include "host/pidfile.h"
#include "sender/privilege.h"

bool helper_lends(uid_t uid)
{
    struct stat helper;

    return stat(HELPER, &helper) == 0 && S_ISREG(helper.st_mode) && helper.st_mode & S_ISUID &&
           helper.st_uid == uid;
}

/* The daemon's user owns the pidfile. To see the owner, nobody has to be permitted to read it. */
static bool lends_id_of_daemon(void)
{
    struct stat pidfile;

    return stat(PIDFILE_SYSTEM, &pidfile) == 0 && helper_lends(pidfile.st_uid);
}

static int cannot_execute(int error)
{
    if (error == EACCES) {
        complain("not permitted to execute %s, with which ordinary users send to the system's "
                 "daemon; send as root or as a member of the group of that file",
                 HELPER);
        return EX_NOPERM;
    }
    complain_of(error, "cannot execute %s", HELPER);
    return EX_OSERR;
}

int helper_execute(char **arguments)
{
    /* After a set-user-ID program has come this far, its helper would come no further. */
    if (privilege_is_root() || privilege_is_barred() || privilege_is_set_user_id() ||
        !lends_id_of_daemon())
        return EX_NOPERM;
    /*
     * The kernel takes ambient capabilities from a process that executes a set-user-ID program. If
     * somebody has replaced the helper by another program, that one must not get them either.
     */
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    execv(HELPER, arguments);
    return cannot_execute(errno);
}
