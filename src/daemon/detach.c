/* SPDX-License-Identifier: MIT */
/* detach.c - see detach.h */

#include "daemon/detach.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

/* Waits in the parent until the daemon is ready or has ended, and exits. Never returns. */
static void report(int fd, pid_t daemon)
{
    char ready;
    int status;
    ssize_t n;

    do
        n = read(fd, &ready, 1);
    while (n < 0 && errno == EINTR);
    if (n == 1)
        _exit(0);
    if (waitpid(daemon, &status, 0) == daemon && WIFEXITED(status))
        _exit(WEXITSTATUS(status));
    _exit(EX_SOFTWARE);
}

int detach_begin(struct detach *ret)
{
    int fds[2];
    pid_t pid;

    if (pipe2(fds, O_CLOEXEC) < 0)
        return -errno;
    pid = fork();
    if (pid < 0) {
        int error = errno;

        close(fds[0]);
        close(fds[1]);
        return -error;
    }
    if (pid > 0) {
        close(fds[1]);
        report(fds[0], pid);
    }
    close(fds[0]);
    ret->ready_fd = fds[1];
    umask(022);
    if (setsid() < 0 || chdir("/") < 0)
        return -errno;
    return 0;
}

int detach_ready(struct detach *detach, bool keep_output)
{
    int null;

    if (detach->ready_fd < 0)
        return 0;
    null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0 || dup2(null, STDIN_FILENO) < 0)
        return -errno;
    if (!keep_output && (dup2(null, STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0))
        return -errno;
    close(null);
    if (write(detach->ready_fd, "", 1) != 1)
        return -errno;
    close(detach->ready_fd);
    *detach = DETACH_NONE;
    return 0;
}
