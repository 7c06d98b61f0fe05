/* SPDX-License-Identifier: MIT */
/* regular.c - see regular.h */

#include "host/regular.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * A FIFO must not block, and a terminal must not become the controlling one, until the file is
 * known to be regular.
 */
#define SAFE_FLAGS (O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

/*
 * Returns the reason why openat(2) failed with this errno: -EINVAL if a symbolic link, a directory
 * or a socket is in the place of the file, -EACCES for an immutable file, otherwise -error.
 */
static int reason_of(int error, int directory, const char *name)
{
    struct stat stat;

    if (error == EISDIR || error == ENXIO)
        return -EINVAL;
    /* The directories of the path may be links as well, and lead in a circle. */
    if (error == ELOOP && fstatat(directory, name, &stat, AT_SYMLINK_NOFOLLOW) == 0 &&
        S_ISLNK(stat.st_mode))
        return -EINVAL;
    return error == EPERM ? -EACCES : -error;
}

static int open_with(int directory, const char *name, int flags, mode_t mode)
{
    int fd = openat(directory, name, flags | SAFE_FLAGS, mode);
    struct stat stat;
    int r = 0;

    if (fd < 0)
        return reason_of(errno, directory, name);
    if (fstat(fd, &stat) < 0)
        r = -errno;
    else if (!S_ISREG(stat.st_mode))
        r = -EINVAL;
    if (r < 0) {
        close(fd);
        return r;
    }
    return fd;
}

int regular_open(int directory, const char *name, int flags)
{
    return open_with(directory, name, flags, 0);
}

/*
 * O_CREAT is left out for an existing file: in a directory with the sticky bit, some kernels then
 * refuse the file of another user with EACCES (proc(5), protected_regular), which would hide the
 * reason.
 */
int regular_open_or_create(int directory, const char *name, int flags, mode_t mode)
{
    int r = -EEXIST;

    for (int attempts = 0; r == -EEXIST && attempts <= REGULAR_REPLACEMENTS_MAX; attempts++) {
        r = open_with(directory, name, flags, 0);
        if (r == -ENOENT)
            r = open_with(directory, name, flags | O_CREAT | O_EXCL, mode);
    }
    return r == -EEXIST ? -EAGAIN : r;
}

int regular_require_own(int fd, uid_t other)
{
    struct stat stat;

    if (fstat(fd, &stat) < 0)
        return -errno;
    if (stat.st_uid != geteuid() && stat.st_uid != other)
        return -EPERM;
    return stat.st_nlink > 1 ? -EMLINK : 0;
}
