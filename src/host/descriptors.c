/* SPDX-License-Identifier: MIT */
/* descriptors.c - see descriptors.h */

#include "host/descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* The numbers of these devices are fixed: see null(4). A device file may have any name. */
#define DEVICE_NULL makedev(1, 3)
#define DEVICE_ZERO makedev(1, 5)

static bool is_open(int fd)
{
    return fcntl(fd, F_GETFD) >= 0 || errno != EBADF;
}

/* An O_PATH descriptor is a placeholder, of this program or of the one that has executed it. */
static bool is_usable(int fd)
{
    int flags = fcntl(fd, F_GETFL);

    return flags >= 0 && !(flags & O_PATH);
}

bool descriptors_fill(bool *ret_input, bool *ret_output)
{
    *ret_input = is_usable(STDIN_FILENO);
    *ret_output = is_usable(STDOUT_FILENO);
    /* open(2) returns the lowest free number, so this loop fills the gaps in order. */
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (!is_open(fd) && open("/", O_PATH) != fd)
            return false;
    return true;
}

int descriptors_unblocked(int fd)
{
    char path[sizeof "/proc/self/fd/-2147483648"];
    int own;

    if (!isatty(fd))
        return fd;
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    own = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (own < 0)
        return fd;
    return own;
}

bool descriptors_discards(int fd)
{
    struct stat stat;

    return fstat(fd, &stat) == 0 && S_ISCHR(stat.st_mode) &&
           (stat.st_rdev == DEVICE_NULL || stat.st_rdev == DEVICE_ZERO);
}

bool descriptors_share_file(int fd, int other)
{
    struct stat a, b;

    return fstat(fd, &a) == 0 && fstat(other, &b) == 0 && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino;
}

void descriptors_expect_failure(void)
{
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
}
