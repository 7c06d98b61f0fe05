/* SPDX-License-Identifier: MIT */
/* target.c - see target.h for the checks and their reason */

#include "sender/target.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "host/complaint.h"
#include "host/pidfd.h"
#include "host/pidfile.h"
#include "host/procstat.h"
#include "sender/helper.h"
#include "sender/privilege.h"
#include "sender/trust.h"

#define RESTARTS_MAX 3

static const char *how_to_start(enum target target)
{
    switch (target) {
    case TARGET_SYSTEM:
        return "start it with 'systemctl start minitalk', or run minitalkd";
    case TARGET_USER:
        return "start it with 'systemctl --user start minitalk', or run minitalkd";
    default:
        return "run minitalkd, or give the pidfile or PID of a running daemon";
    }
}

/* Complains that something is not permitted with a daemon of this owner, and names the cure. */
static int not_permitted(const char *what, enum target target, uid_t owner)
{
    /* Does not advise set-user-ID to root: users could do more with root's rights than send. */
    if (owner == 0)
        complain("%s; only root may send to a daemon that runs as root: send as root, or run the "
                 "daemon as a user of its own",
                 what);
    else if (privilege_was_dropped())
        complain("%s; minitalk-send uses its set-user-ID privilege only with the system's pidfile: "
                 "leave out --pid, --pidfile and --user",
                 what);
    else if (privilege_is_barred())
        complain("%s; no_new_privs is set for this process, so minitalk-send has no set-user-ID "
                 "privilege: send from outside this sandbox",
                 what);
    else if (privilege_is_withheld())
        complain(
            "%s; the set-user-ID bit of minitalk-send has no effect here: run it without a "
            "debugger, outside of user namespaces (PrivateUsers=), and from a file system that is "
            "not mounted nosuid",
            what);
    else if (privilege_is_root())
        complain("%s; root lacks CAP_DAC_READ_SEARCH, CAP_KILL or CAP_SETUID here: send from "
                 "outside this sandbox or user namespace, or as another user",
                 what);
    else if (target == TARGET_SYSTEM)
        complain("%s; run minitalk-send as the daemon's user or as root, or make %s set-user-ID to "
                 "that user",
                 what, HELPER);
    else if (helper_lends(owner))
        complain("%s; ordinary users send to the system's daemon without --pid, --pidfile and "
                 "--user: leave them out",
                 what);
    else
        complain("%s; run minitalk-send as the daemon's user or as root", what);
    return EX_NOPERM;
}

/*
 * Return 0 if the owner of the pidfile or of the process is trusted (trust.h); else, with a
 * complaint, an exit status. The system's pidfile needs no check: its path is compiled in, and its
 * directory belongs to root.
 */
static int check_owner_of_file(int fd, const char *path, enum target target, uid_t daemon_user)
{
    struct stat status;

    if (target == TARGET_SYSTEM)
        return 0;
    if (fstat(fd, &status) < 0) {
        complain_of(errno, "cannot open the pidfile %s", path);
        return EX_OSERR;
    }
    if (trust_has(status.st_uid, daemon_user))
        return 0;
    complain("the pidfile %s belongs to user %u, and not to you, root or %s; send as that user, or "
             "give --daemon-user=%u if you trust this user's daemon",
             path, (unsigned)status.st_uid, SERVICE_USER, (unsigned)status.st_uid);
    return EX_NOPERM;
}

static int check_owner_of_process(const struct pidref *process, const struct procstat *stat,
                                  enum target target, uid_t daemon_user)
{
    uid_t owner;

    if (target == TARGET_SYSTEM)
        return 0;
    /* Both user IDs count, because any user can start a set-user-ID program. */
    owner = trust_has(stat->real_uid, daemon_user) ? stat->effective_uid : stat->real_uid;
    if (trust_has(owner, daemon_user))
        return 0;
    complain("process %d belongs to user %u, and not to you, root or %s; send as that user, or "
             "give --daemon-user=%u if you trust this user's daemon",
             (int)process->pid, (unsigned)owner, SERVICE_USER, (unsigned)owner);
    return EX_NOPERM;
}

/* Returns 0 if both processes may signal each other; else, with a complaint, an exit status. */
static int check_permission(const struct pidref *process, enum target target, uid_t daemon_user,
                            const struct procstat *stat)
{
    char what[128];
    int status;

    if (pidfd_send_signal(process->fd, 0, NULL, 0) < 0) {
        if (errno == ESRCH) {
            complain("the daemon, process %d, has just ended; %s", (int)process->pid,
                     how_to_start(target));
            return EX_UNAVAILABLE;
        }
        snprintf(what, sizeof what, "not permitted to signal process %d of user %u",
                 (int)process->pid, (unsigned)stat->real_uid);
        return not_permitted(what, target, stat->real_uid);
    }
    /* Before this process lets the user of the daemon signal it. */
    status = check_owner_of_process(process, stat, target, daemon_user);
    if (status != 0)
        return status;
    /* CAP_KILL is not enough if the daemon has it in a user namespace that lacks this process. */
    if (!privilege_permit_signals_from(stat->real_uid, stat->effective_uid) && !stat->may_kill) {
        snprintf(what, sizeof what,
                 "process %d of user %u is not permitted to signal a process of user %u",
                 (int)process->pid, (unsigned)stat->real_uid, (unsigned)getuid());
        return not_permitted(what, target, stat->real_uid);
    }
    return 0;
}

/*
 * Checks, without sending a signal, that the process is a daemon that this process can talk to.
 * Returns 0; else, with a complaint, an exit status.
 */
static int check_process(const struct pidref *process, enum target target, uid_t daemon_user)
{
    struct procstat stat;
    int error = -procstat_read(process->pid, &stat);

    if ((error == ESRCH && !pidref_ended(process)) || error == EPERM || error == EACCES) {
        complain("/proc does not show process %d, so minitalk-send cannot check it; send from "
                 "outside ProtectProc= or hidepid=",
                 (int)process->pid);
        return EX_NOPERM;
    }
    if (error) {
        complain_of(error, "cannot read /proc/%d/status to check that it is minitalkd",
                    (int)process->pid);
        return error == ESRCH ? EX_UNAVAILABLE : EX_OSERR;
    }
    if (strcmp(stat.name, DAEMON_COMMAND) != 0) {
        complain("process %d is '%s', not minitalkd; nothing was sent to it", (int)process->pid,
                 stat.name);
        return EX_PROTOCOL;
    }
    if (stat.state == 'Z' || stat.state == 'X') {
        complain("the daemon, process %d, has ended; %s", (int)process->pid, how_to_start(target));
        return EX_UNAVAILABLE;
    }
    if (!stat.is_shielded) {
        complain("process %d neither blocks nor ignores SIGUSR1 and SIGUSR2, as minitalkd would; "
                 "nothing was sent to it",
                 (int)process->pid);
        return EX_PROTOCOL;
    }
    if (stat.is_in_child_namespace) {
        complain("process %d is in another PID namespace; send from inside that namespace",
                 (int)process->pid);
        return EX_UNAVAILABLE;
    }
    return check_permission(process, target, daemon_user, &stat);
}

static int cannot_open_process(pid_t pid, int error)
{
    switch (error) {
    case ESRCH:
        complain("process %d does not exist; %s", (int)pid, how_to_start(TARGET_PID));
        return EX_UNAVAILABLE;
    case EINVAL:
    case ENOENT:
        complain("%d is a thread, not a process; give the PID of minitalkd", (int)pid);
        return EX_PROTOCOL;
    default:
        complain_of(error, "cannot open process %d", (int)pid);
        return EX_OSERR;
    }
}

/* Returns 0 if /proc can tell what a process is; else, with a complaint, an exit status. */
static int check_proc(void)
{
    if (procstat_is_own())
        return 0;
    complain("/proc is that of another PID namespace, so minitalk-send cannot check the daemon; "
             "mount the one of this namespace ('unshare --mount-proc', 'nsenter --mount')");
    return EX_OSERR;
}

int target_from_pid(pid_t pid, uid_t daemon_user, struct pidref *ret)
{
    struct pidref process;
    int status = check_proc();
    int error;

    if (status != 0)
        return status;
    error = -pidref_open(pid, &process);
    if (error)
        return cannot_open_process(pid, error);
    status = check_process(&process, TARGET_PID, daemon_user);
    if (status != 0) {
        pidref_close(&process);
        return status;
    }
    *ret = process;
    return 0;
}

/* Returns the owner of the pidfile, who is also the daemon's user; -1 if the owner is unknown. */
static uid_t owner_of(const char *path)
{
    struct stat status;

    return lstat(path, &status) == 0 ? status.st_uid : (uid_t)-1;
}

static int cannot_open(const char *path, enum target target, int error)
{
    char what[512];

    switch (error) {
    case ENOENT:
    case ENOTDIR:
        complain("no daemon is running: the pidfile %s does not exist; %s", path,
                 how_to_start(target));
        return EX_UNAVAILABLE;
    case EACCES:
        snprintf(what, sizeof what, "not permitted to read the pidfile %s", path);
        return not_permitted(what, target, owner_of(path));
    case EINVAL:
        complain(
            "%s is not a regular file, so it is not a pidfile of minitalkd; give another --pidfile",
            path);
        return EX_PROTOCOL;
    default:
        complain_of(error, "cannot open the pidfile %s", path);
        return EX_OSERR;
    }
}

/* Results of look(): 0 or -errno for each step, and the PIDs that were found. */
struct sight {
    int readable, opened, locked;
    pid_t written, holder;
};

/*
 * Reads the PID in the pidfile, opens the process with that PID, and then asks the kernel which
 * process holds the lock, in this order. If the kernel names the same PID, the pidfd is that of the
 * daemon, or of a process that has ended meanwhile and can no longer be signalled. It is never that
 * of a later process with the same PID.
 */
static struct sight look(int fd, struct pidref *ret)
{
    struct sight sight = {.written = 0};

    sight.readable = pidfile_read(fd, &sight.written);
    sight.opened = sight.readable == 0 ? pidref_open(sight.written, ret) : sight.readable;
    sight.locked = pidfile_holder(fd, &sight.holder);
    return sight;
}

static int is_elsewhere(const char *path)
{
    complain("the daemon of %s is in another PID namespace; send from inside that namespace", path);
    return EX_UNAVAILABLE;
}

/* Returns true if the file names the process by its PID in its own PID namespace. */
static bool is_from_child_namespace(const struct sight *sight)
{
    struct procstat stat;

    return sight->readable == 0 && procstat_read(sight->holder, &stat) == 0 &&
           stat.is_in_child_namespace && stat.inner_pid == sight->written;
}

/* Returns true if another process than the file names holds the lock. */
static bool is_foreign(const struct sight *sight)
{
    return sight->locked == 0 && (sight->readable < 0 || sight->written != sight->holder);
}

static int check_lock(const char *path, enum target target, int fd, struct pidref *ret)
{
    struct sight sight = look(fd, ret);
    int error;

    /* A daemon writes its PID before it takes the lock, so both PIDs can differ in a restart. */
    for (int restarts = 0; is_foreign(&sight) && restarts < RESTARTS_MAX; restarts++) {
        pidref_close(ret);
        sight = look(fd, ret);
    }
    error = -sight.locked;
    if (error == ESRCH) {
        complain("no daemon is running: no process holds the lock on the pidfile %s; %s", path,
                 how_to_start(target));
        return EX_UNAVAILABLE;
    }
    if (error == EXDEV || (is_foreign(&sight) && is_from_child_namespace(&sight)))
        return is_elsewhere(path);
    if (error) {
        complain_of(error, "cannot query the lock on the pidfile %s", path);
        return EX_OSERR;
    }
    if (is_foreign(&sight)) {
        complain(
            "the pidfile %s is locked by process %d but does not name it; give another --pidfile",
            path, (int)sight.holder);
        return EX_PROTOCOL;
    }
    if (sight.opened < 0) {
        complain_of(-sight.opened, "cannot open process %d of the pidfile %s", (int)sight.written,
                    path);
        return sight.opened == -ESRCH ? EX_UNAVAILABLE : EX_OSERR;
    }
    return 0;
}

int target_from_pidfile(const char *path, enum target target, uid_t daemon_user, struct pidref *ret)
{
    struct pidref process = PIDREF_NONE;
    int fd = pidfile_open_for_reading(path);
    int status;

    if (fd < 0)
        return cannot_open(path, target, -fd);
    status = check_proc();
    if (status == 0)
        status = check_owner_of_file(fd, path, target, daemon_user);
    if (status == 0)
        status = check_lock(path, target, fd, &process);
    close(fd);
    if (status == 0)
        status = check_process(&process, target, daemon_user);
    if (status != 0) {
        pidref_close(&process);
        return status;
    }
    *ret = process;
    return 0;
}
