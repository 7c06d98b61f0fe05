/* SPDX-License-Identifier: MIT */
/* pidref.c - see pidref.h for the purpose of the pidfd */

#include "host/pidref.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host/inbox.h"
#include "host/monotonic.h"
#include "host/pidfd.h"

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

/* Sends to the thread of the process that has the PID's number, its main thread. */
static int send_to_thread(const struct pidref *pidref, int number, siginfo_t *info)
{
    static bool has_no_flag;
    int r;

    if (!has_no_flag) {
        if (pidfd_send_signal(pidref->fd, number, info, PIDFD_SIGNAL_THREAD) == 0)
            return 0;
        if (errno != EINVAL)
            return -errno;
        has_no_flag = true;
    }
    /* The process may have ended while this one was stopped, and its PID be that of another. */
    if (pidfd_send_signal(pidref->fd, 0, NULL, 0) < 0)
        return -errno;
    if (info)
        r = (int)syscall(SYS_rt_tgsigqueueinfo, pidref->pid, pidref->pid, number, info);
    else
        r = tgkill(pidref->pid, pidref->pid, number);
    return r < 0 ? -errno : 0;
}

/* info is NULL for a plain signal. */
static int send_on(const struct pidref *pidref, enum lane lane, int number, siginfo_t *info)
{
    assert(pidref->fd >= 0);
    if (lane == LANE_THREAD)
        return send_to_thread(pidref, number, info);
    return pidfd_send_signal(pidref->fd, number, info, 0) < 0 ? -errno : 0;
}

int pidref_send_bit(const struct pidref *pidref, enum lane lane, bool bit)
{
    return send_on(pidref, lane, bit ? SIGUSR2 : SIGUSR1, NULL);
}

int pidref_send_block(const struct pidref *pidref, enum lane lane, uint64_t octets, uint32_t number)
{
    static siginfo_t info;

    if (info.si_pid == 0) {
        info.si_pid = getpid();
        info.si_uid = getuid();
    }
    inbox_describe_block(lane, octets, number, &info);
    return send_on(pidref, lane, SIGUSR1, &info);
}

int pidref_send_word(const struct pidref *pidref, uint32_t word)
{
    siginfo_t info = {.si_signo = SIGUSR2, .si_code = SI_QUEUE};

    info.si_pid = getpid();
    info.si_uid = getuid();
    info.si_value.sival_int = (int)word;
    return send_on(pidref, LANE_PROCESS, SIGUSR2, &info);
}
