/* SPDX-License-Identifier: MIT */
/*
 * pidfd.c - replaces pidfd_open(2) and pidfd_send_signal(2), which valgrind 3.19 does not know
 *
 * valgrind.sh preloads this library. A descriptor then stands for a PID, not for a process, and
 * does not become readable when the process ends. That is enough for tests in which neither program
 * ends before the exchange is over.
 */
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host/pidfd.h"

#define DESCRIPTORS 64

static pid_t pids[DESCRIPTORS];

int pidfd_open(pid_t pid, unsigned flags)
{
    int fd;

    (void)flags;
    if (kill(pid, 0) < 0 && errno == ESRCH)
        return -1;
    fd = eventfd(0, EFD_CLOEXEC);
    if (fd >= DESCRIPTORS) {
        close(fd);
        errno = EMFILE;
        return -1;
    }
    if (fd >= 0)
        pids[fd] = pid;
    return fd;
}

/*
 * Refuses flags, as kernels before Linux 6.9 do: they cannot direct a signal at one thread by a
 * pidfd. The programs then use tgkill(2).
 */
int pidfd_send_signal(int pidfd, int sig, siginfo_t *info, unsigned flags)
{
    if (flags != 0) {
        errno = EINVAL;
        return -1;
    }
    if (info)
        return (int)syscall(SYS_rt_sigqueueinfo, pids[pidfd], sig, info);
    return kill(pids[pidfd], sig);
}
