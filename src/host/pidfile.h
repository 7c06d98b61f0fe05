/* SPDX-License-Identifier: MIT */
/*
 * pidfile.h - where a daemon and its senders meet
 *
 * The daemon keeps its pidfile locked twice. libbsd's pidfile_open(3bsd) takes the flock(2) that
 * keeps a second daemon out. A record lock (fcntl(2)) beside it is there to be asked about:
 * F_GETLK lets a sender learn from the kernel which process holds it, without taking a lock of
 * its own. So a PID that is merely written in a file is never believed.
 */
#pragma once

#include <sys/types.h>

/* The command name (proc(5)) that every daemon gives itself, so that a PID alone tells something.
 */
#define DAEMON_COMMAND "minitalkd"

struct pidfh; /* libbsd's */

struct pidfile {
    struct pidfh *handle;
    char *path;
};

/*
 * The pidfile of the system's daemon, and of a user's own: $XDG_RUNTIME_DIR/minitalk.pid, in
 * memory that the caller frees; NULL if that variable is not set to an absolute path (or, with
 * errno ENOMEM, there is no memory).
 */
#define PIDFILE_SYSTEM RUNSTATEDIR "/minitalk.pid"
char *pidfile_of_user(void);

/* ---- for the daemon ---- */

/*
 * Opens and locks the file, creating it with mode 0600 if need be. 0; -EEXIST if another daemon
 * has it, with its PID in *ret_holder (0 if unknown); -EINVAL if it is not a regular file;
 * another -errno. The lock survives a fork(2).
 */
int pidfile_claim(const char *path, struct pidfile *ret, pid_t *ret_holder);

/* Writes this process's PID, and takes the record lock for this process. 0 or -errno. */
int pidfile_publish(struct pidfile *pidfile);

/*
 * Empties the file, removes it where the directory allows that, and unlocks it. A file that
 * somebody else has put in its place stays.
 */
void pidfile_release(struct pidfile *pidfile);

/* ---- for a sender ---- */

/*
 * Opens the pidfile for reading. A descriptor, for the caller to close; -EINVAL if it is not a
 * regular file; another -errno.
 */
int pidfile_open_for_reading(const char *path);

/* The PID written in the file; -EBADMSG if it holds none; another -errno. */
int pidfile_read(int fd, pid_t *ret);

/*
 * The process that holds the record lock: 0 with *ret; -ESRCH if none does; -EXDEV if it is in
 * another PID namespace; another -errno.
 */
int pidfile_holder(int fd, pid_t *ret);
