/* SPDX-License-Identifier: MIT */
/* ward.c - see ward.h */

#include "doctor/ward.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "host/complaint.h"
#include "host/pidref.h"

/*
 * A number in what a server prints must not be taken for its PID by chance. So PIDs have as many
 * digits as on a machine that has run for a while. The smallest pid_max has room for more.
 */
#define LAST_PID "20000"

struct ward {
    int (*work)(void *context);
    void *context;
};

static int write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    ssize_t n;

    if (fd < 0)
        return -errno;
    n = write(fd, text, strlen(text));
    n = n < 0 ? -errno : 0;
    close(fd);
    return (int)n;
}

/* An ordinary user can map only itself, and its group only without setgroups(2). */
static int map_user(uid_t uid, gid_t gid)
{
    char map[64];
    int r = write_file("/proc/self/setgroups", "deny");

    if (r < 0)
        return r;
    snprintf(map, sizeof map, "%u %u 1", uid, uid);
    r = write_file("/proc/self/uid_map", map);
    if (r < 0)
        return r;
    snprintf(map, sizeof map, "%u %u 1", gid, gid);
    return write_file("/proc/self/gid_map", map);
}

static int mount_proc(void)
{
    if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
        return -errno;
    return 0;
}

static int refused(int error)
{
    complain_of(error, "cannot make a PID namespace of its own, without which the programs could "
                       "signal any process; allow user namespaces, or run it outside of a "
                       "container");
    return EX_OSERR;
}

/* Ends this process with its parent, also if that has already ended. */
static void end_with(const struct pidref *parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (pidref_ended(parent))
        _exit(EX_OSERR);
}

/* Runs the work in the first process of the namespaces. */
static int be_first(void *context)
{
    const struct ward *ward = context;
    int r = mount_proc();

    if (r < 0) {
        refused(-r);
        complaint_tell();
        return EX_OSERR;
    }
    /* Without this, PIDs are only shorter. */
    (void)write_file("/proc/sys/kernel/ns_last_pid", LAST_PID);
    return ward->work(ward->context);
}

/* Waits for a child. Returns its exit status; else, with a complaint, EX_OSERR. */
static int await(pid_t child)
{
    int status;

    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return refused(errno);
    if (WIFEXITED(status))
        return WEXITSTATUS(status);
    complain("the examination was ended by signal %d (%s); run it again", WTERMSIG(status),
             strsignal(WTERMSIG(status)));
    return EX_OSERR;
}

/* Runs work(context) in a child. Returns its exit status; else, with a complaint, EX_OSERR. */
static int run_child(int (*work)(void *context), void *context)
{
    struct pidref parent;
    int r = pidref_open(getpid(), &parent), status;
    pid_t child;

    if (r < 0)
        return refused(-r);
    child = fork();
    if (child == 0) {
        end_with(&parent);
        _exit(work(context));
    }
    status = child < 0 ? refused(errno) : await(child);
    pidref_close(&parent);
    return status;
}

/*
 * Makes the namespaces. Root needs no user namespace, and would lose its access to the files of all
 * other users in one. Returns 0, or -errno.
 */
static int make_namespaces(void)
{
    uid_t uid = geteuid();
    gid_t gid = getegid();

    if (unshare(CLONE_NEWNS | CLONE_NEWPID) == 0)
        return 0;
    if (errno != EPERM || unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID) < 0)
        return -errno;
    return map_user(uid, gid);
}

/* Makes the namespaces, and runs the first process in them. */
static int found(void *context)
{
    int r = make_namespaces(), status;

    status = r < 0 ? refused(-r) : run_child(be_first, context);
    complaint_tell();
    return status;
}

int ward_run(int (*work)(void *context), void *context)
{
    /* A process that has made a PID namespace cannot fork(2) any more once that has ended. */
    return run_child(found, &(struct ward){work, context});
}

void ward_clear(void)
{
    assert(getpid() == 1);
    kill(-1, SIGKILL);
    do
        errno = 0;
    while (waitpid(-1, NULL, 0) > 0 || errno == EINTR);
}
