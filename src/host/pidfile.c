/* SPDX-License-Identifier: MIT */
/* pidfile.c - see pidfile.h for the purpose of its two locks */

#include "host/pidfile.h"

#include <bsd/libutil.h>
#include <bsd/stdlib.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MODE 0600

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

static int require_regular(int fd)
{
    struct stat stat;

    if (fstat(fd, &stat) < 0)
        return -errno;
    return S_ISREG(stat.st_mode) ? 0 : -EINVAL;
}

/* ---- for the daemon ---- */

int pidfile_claim(const char *path, struct pidfile *ret, pid_t *ret_holder)
{
    struct stat stat;
    struct pidfh *handle;
    pid_t holder = 0;
    int r;

    if (lstat(path, &stat) == 0 && !S_ISREG(stat.st_mode))
        return -EINVAL;
    handle = pidfile_open(path, MODE, &holder);
    if (!handle) {
        *ret_holder = errno == EEXIST && holder > 0 ? holder : 0;
        return -errno;
    }
    r = require_regular(pidfile_fileno(handle));
    if (r < 0) {
        pidfile_close(handle);
        return r;
    }
    ret->path = strdup(path);
    if (!ret->path) {
        pidfile_close(handle);
        return -ENOMEM;
    }
    ret->handle = handle;
    return 0;
}

int pidfile_publish(struct pidfile *pidfile)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int fd = pidfile_fileno(pidfile->handle);

    if (fchmod(fd, MODE) < 0 || pidfile_write(pidfile->handle) < 0 || fcntl(fd, F_SETLK, &lock) < 0)
        return -errno;
    return 0;
}

/* Returns true if the path still leads to the file that was locked. */
static bool is_in_place(const struct pidfile *pidfile)
{
    struct stat locked, there;

    return fstat(pidfile_fileno(pidfile->handle), &locked) == 0 &&
           stat(pidfile->path, &there) == 0 && locked.st_dev == there.st_dev &&
           locked.st_ino == there.st_ino;
}

void pidfile_release(struct pidfile *pidfile)
{
    struct flock unlock = {.l_type = F_UNLCK, .l_whence = SEEK_SET};

    if (!pidfile->handle)
        return;
    /* Unlock before the file is emptied: a sender that sees the lock must find the PID, too. */
    fcntl(pidfile_fileno(pidfile->handle), F_SETLK, &unlock);
    /*
     * If the directory does not permit removal, an empty file remains: it names no daemon either.
     */
    (void)!ftruncate(pidfile_fileno(pidfile->handle), 0);
    /* Both calls close and free the handle, even if the file cannot be removed. */
    if (is_in_place(pidfile))
        pidfile_remove(pidfile->handle);
    else
        pidfile_close(pidfile->handle);
    free(pidfile->path);
    *pidfile = (struct pidfile){.handle = NULL};
}

/* ---- for a sender ---- */

int pidfile_open_for_reading(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    int r;

    if (fd < 0)
        return -errno;
    r = require_regular(fd);
    if (r < 0) {
        close(fd);
        return r;
    }
    return fd;
}

int pidfile_read(int fd, pid_t *ret)
{
    char text[32];
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
