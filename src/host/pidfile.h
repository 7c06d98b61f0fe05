/* SPDX-License-Identifier: MIT */
/*
 * pidfile.h - the file by which senders find a daemon
 *
 * The daemon holds two locks on its pidfile. The first is a flock(2) and keeps a second daemon out.
 * The second is a record lock (fcntl(2)): with F_GETLK, a sender can ask the kernel which process
 * holds it, and needs no lock of its own. So a sender never believes a PID only because a file
 * contains it.
 *
 * Policy: other users may be able to write the directory. So neither side looks at a path first and
 * opens it later. Both open the file without following a symbolic link and look at what they have
 * opened. The daemon changes nothing before it has seen that the file was made to be a pidfile.
 * pidfile_open(3bsd) of libbsd follows links and empties the file at once.
 */
#pragma once

#include <sys/types.h>

/*
 * The command name (proc(5)) that every daemon gives itself. By this name, a sender that knows only
 * a PID can tell whether the process is a daemon.
 */
#define DAEMON_COMMAND "minitalkd"

/* A pidfile of this process. The descriptor of its directory leads to it if a path is renamed. */
struct pidfile {
    int fd;        /* -1: no pidfile was claimed */
    int directory; /* opened with O_PATH */
    char *name;    /* in the directory */
};
#define PIDFILE_NONE ((struct pidfile){.fd = -1, .directory = -1})

/* The pidfile of the system's daemon. */
#define PIDFILE_SYSTEM RUNSTATEDIR "/minitalk.pid"

/*
 * Returns the path of the pidfile of the user's own daemon, $XDG_RUNTIME_DIR/minitalk.pid. The
 * caller frees it. Returns NULL with errno 0 if the variable is not set to an absolute path, and
 * NULL with errno ENOMEM if out of memory.
 */
char *pidfile_of_user(void);

/* ---- for the daemon ---- */

/*
 * Opens the pidfile, creates it with mode 0600 if it does not exist, locks it (flock(2)) and
 * empties it. The lock survives a fork(2). The file must belong to the effective user or, if that
 * is root, may belong to the user service; (uid_t)-1 stands for none. Returns 0 with *ret, or
 *   -EEXIST   another daemon holds the lock; its PID is in *ret_holder, or 0 if the PID is unknown;
 *   -EINVAL   not a regular file, for instance a symbolic link;
 *   -EPERM    the file belongs to another user;
 *   -EMLINK   the file has more than one name (hard links);
 *   -EBADMSG  the file contains something else than a PID;
 *   -EAGAIN   another process replaced the file again and again;
 *   or another -errno. The file is then unchanged.
 */
int pidfile_claim(const char *path, uid_t service, struct pidfile *ret, pid_t *ret_holder);

/*
 * Writes the PID of this process into the file, and takes the record lock for this process. Returns
 * 0 or -errno.
 */
int pidfile_publish(struct pidfile *pidfile);

/*
 * Unlocks the file, empties it, and removes it if the directory permits that. If somebody else has
 * put another file in its place, that file stays. Does nothing if no pidfile was claimed.
 */
void pidfile_release(struct pidfile *pidfile);

/* ---- for a sender ---- */

/*
 * Opens the pidfile for reading. Returns a descriptor, which the caller closes; -EINVAL if it is
 * not a regular file, for instance a symbolic link; another -errno.
 */
int pidfile_open_for_reading(const char *path);

/*
 * Reads the PID that is written in the file into *ret. Returns 0; -EBADMSG if the file contains no
 * PID; another -errno.
 */
int pidfile_read(int fd, pid_t *ret);

/*
 * Asks the kernel which process holds the record lock (F_GETLK, fcntl(2)). Returns 0 with the PID
 * in *ret; -ESRCH if no process holds it; -EXDEV if the process is in another PID namespace;
 * another -errno.
 */
int pidfile_holder(int fd, pid_t *ret);
