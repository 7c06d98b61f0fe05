/* SPDX-License-Identifier: MIT */
/* pidfile.c - see pidfile.h for the purpose of its two locks */

#include "host/pidfile.h"

#include <bsd/stdlib.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/regular.h"

#define MODE 0600
/* More octets than a PID and a newline have. */
#define TEXT_SIZE 32

char *pidfile_of_user(void)
{
    const char *directory = getenv("XDG_RUNTIME_DIR");
    char *path;

    errno = 0;
    if (!directory || directory[0] != '/')
        return NULL;
    if (asprintf(&path, "%s/minitalk.pid", directory) < 0)
        return NULL;
    return path;
}

/* ---- for the daemon ---- */

/*
 * Opens the directory of a path. *ret_name is the last component, "." if the path ends with a
 * slash. The caller closes the descriptor and frees the name. Returns -1 with errno set on failure.
 */
static int open_directory(const char *path, char **ret_name)
{
    const char *slash = strrchr(path, '/'), *last = slash ? slash + 1 : path;
    char *directory = strdup(slash ? path : "."), *name = strdup(*last ? last : ".");
    int fd;

    if (directory && slash)
        directory[slash - path + 1] = '\0';
    fd = directory && name ? open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
    free(directory);
    if (fd < 0) {
        free(name);
        return -1;
    }
    *ret_name = name;
    return fd;
}

/* Returns true if the name still leads to the file that was opened. */
static bool is_in_place(const struct pidfile *pidfile)
{
    struct stat opened, there;

    return fstat(pidfile->fd, &opened) == 0 &&
           fstatat(pidfile->directory, pidfile->name, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
           opened.st_dev == there.st_dev && opened.st_ino == there.st_ino;
}

/* Returns 0 if the file is empty or contains a PID and nothing else. */
static int require_pid_alone(int fd)
{
    char text[TEXT_SIZE];
    ssize_t length = pread(fd, text, sizeof text - 1, 0);

    if (length < 0)
        return -errno;
    if (length == sizeof text - 1)
        return -EBADMSG;
    text[length] = '\0';
    if (length > 0 && text[length - 1] == '\n')
        text[--length] = '\0';
    return strspn(text, "0123456789") == (size_t)length ? 0 : -EBADMSG;
}

/* Locks the open file. Returns 0; -EEXIST as pidfile_claim(); another -errno. */
static int take_lock(int fd, pid_t *ret_holder)
{
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        return 0;
    if (errno != EWOULDBLOCK)
        return -errno;
    /* Without a record lock, the PID stays unknown. */
    pidfile_holder(fd, ret_holder);
    return -EEXIST;
}

/*
 * Opens and locks the file in pidfile->directory. Returns 0 with pidfile->fd; -EAGAIN if the file
 * was replaced meanwhile; another -errno.
 */
static int open_and_lock(struct pidfile *pidfile, uid_t service, pid_t *ret_holder)
{
    int r = regular_open_or_create(pidfile->directory, pidfile->name, O_RDWR, MODE);

    if (r < 0)
        return r;
    pidfile->fd = r;
    /* For root, the file may also be that of the service. */
    r = regular_require_own(pidfile->fd, geteuid() == 0 ? service : geteuid());
    if (r == 0)
        r = take_lock(pidfile->fd, ret_holder);
    /* A daemon that has just stopped may have removed this file: its lock keeps nobody out. */
    if (r == 0 && !is_in_place(pidfile))
        r = -EAGAIN;
    if (r == 0)
        r = require_pid_alone(pidfile->fd);
    if (r < 0) {
        close(pidfile->fd);
        pidfile->fd = -1;
    }
    return r;
}

static void close_all(struct pidfile *pidfile)
{
    if (pidfile->fd >= 0)
        close(pidfile->fd);
    close(pidfile->directory);
    free(pidfile->name);
    *pidfile = PIDFILE_NONE;
}

int pidfile_claim(const char *path, uid_t service, struct pidfile *ret, pid_t *ret_holder)
{
    struct pidfile pidfile = PIDFILE_NONE;
    int r = -EAGAIN;

    *ret_holder = 0;
    pidfile.directory = open_directory(path, &pidfile.name);
    if (pidfile.directory < 0)
        return -errno;
    for (int attempts = 0; r == -EAGAIN && attempts <= REGULAR_REPLACEMENTS_MAX; attempts++)
        r = open_and_lock(&pidfile, service, ret_holder);
    /* The PID of a daemon that was killed: from now on, it would be wrong. */
    if (r == 0 && ftruncate(pidfile.fd, 0) < 0)
        r = -errno;
    if (r < 0) {
        close_all(&pidfile);
        return r;
    }
    *ret = pidfile;
    return 0;
}

int pidfile_publish(struct pidfile *pidfile)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    char text[TEXT_SIZE];
    int length = snprintf(text, sizeof text, "%d", (int)getpid());
    ssize_t written;

    if (fchmod(pidfile->fd, MODE) < 0)
        return -errno;
    written = write(pidfile->fd, text, (size_t)length);
    if (written != length)
        return written < 0 ? -errno : -ENOSPC;
    return fcntl(pidfile->fd, F_SETLK, &lock) < 0 ? -errno : 0;
}

void pidfile_release(struct pidfile *pidfile)
{
    struct flock unlock = {.l_type = F_UNLCK, .l_whence = SEEK_SET};

    if (pidfile->fd < 0)
        return;
    /* Unlock before the file is emptied: a sender that sees the lock must find the PID, too. */
    fcntl(pidfile->fd, F_SETLK, &unlock);
    /*
     * If the directory does not permit removal, an empty file remains: it names no daemon either.
     */
    (void)!ftruncate(pidfile->fd, 0);
    if (is_in_place(pidfile))
        unlinkat(pidfile->directory, pidfile->name, 0);
    close_all(pidfile);
}

/* ---- for a sender ---- */

int pidfile_open_for_reading(const char *path)
{
    return regular_open(AT_FDCWD, path, O_RDONLY);
}

int pidfile_read(int fd, pid_t *ret)
{
    char text[TEXT_SIZE];
    const char *error;
    ssize_t length = pread(fd, text, sizeof text - 1, 0);
    pid_t pid;

    if (length < 0)
        return -errno;
    text[length] = '\0';
    text[strcspn(text, "\n")] = '\0';
    pid = (pid_t)strtonum(text, 1, INT_MAX, &error);
    if (error)
        return -EBADMSG;
    *ret = pid;
    return 0;
}

int pidfile_holder(int fd, pid_t *ret)
{
    struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET};

    if (fcntl(fd, F_GETLK, &lock) < 0)
        return -errno;
    if (lock.l_type == F_UNLCK)
        return -ESRCH;
    if (lock.l_pid <= 0)
        return -EXDEV;
    *ret = lock.l_pid;
    return 0;
}
