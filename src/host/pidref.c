/* SPDX-License-Identifier: MIT */
/* pidref.c - see pidref.h for the purpose of the pidfd */

#include "host/pidref.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "host/monotonic.h"

#ifndef PIDFD_SIGNAL_THREAD
#define PIDFD_SIGNAL_THREAD (1u << 0) /* since Linux 6.9 */
#endif

int pidref_open(pid_t pid, struct pidref *ret)
{
    int fd = pidfd_open(pid, 0);

    if (fd < 0)
        return -errno;
    *ret = (struct pidref){.pid = pid, .fd = fd};
    return 0;
}

void pidref_close(struct pidref *pidref)
{
    if (pidref->fd >= 0)
        close(pidref->fd);
    *pidref = PIDREF_NONE;
}

bool pidref_await_end(const struct pidref *pidref, uint64_t timeout_ns)
{
    struct pollfd pollfd = {.fd = pidref->fd, .events = POLLIN};

    return poll(&pollfd, 1, (int)(timeout_ns / NSEC_PER_MSEC)) > 0;
}

bool pidref_ended(const struct pidref *pidref)
{
    return pidref_await_end(pidref, 0);
}

static int send_by_pid(pid_t pid, int number)
{
    return tgkill(pid, pid, number) < 0 ? -errno : 0;
}

int pidref_send_bit(const struct pidref *pidref, enum lane lane, bool bit)
{
    static bool has_no_thread_flag;
    int number = bit ? SIGUSR2 : SIGUSR1;
    unsigned flags = lane == LANE_THREAD ? PIDFD_SIGNAL_THREAD : 0;

    assert(pidref->fd >= 0);
    if (flags && has_no_thread_flag)
        return send_by_pid(pidref->pid, number);
    if (pidfd_send_signal(pidref->fd, number, NULL, flags) == 0)
        return 0;
    if (!flags || errno != EINVAL)
        return -errno;
    has_no_thread_flag = true;
    return send_by_pid(pidref->pid, number);
}

int pidref_send_word(const struct pidref *pidref, uint32_t word)
{
    siginfo_t info = {.si_signo = SIGUSR2, .si_code = SI_QUEUE};

    assert(pidref->fd >= 0);
    info.si_pid = getpid();
    info.si_uid = getuid();
    info.si_value.sival_int = (int)word;
    return pidfd_send_signal(pidref->fd, SIGUSR2, &info, 0) < 0 ? -errno : 0;
}
