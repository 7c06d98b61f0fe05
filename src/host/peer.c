/* peer.c - see peer.h for why a pidfd */

#include "host/peer.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "host/monotonic.h"

#ifndef PIDFD_SIGNAL_THREAD
#define PIDFD_SIGNAL_THREAD (1u << 0) /* since Linux 6.9 */
#endif

int peer_open(pid_t pid, struct peer *ret)
{
    int fd = pidfd_open(pid, 0);

    if (fd < 0)
        return -errno;
    *ret = (struct peer){.pid = pid, .fd = fd};
    return 0;
}

void peer_close(struct peer *peer)
{
    if (peer->fd >= 0)
        close(peer->fd);
    *peer = PEER_NONE;
}

bool peer_await_end(const struct peer *peer, uint64_t timeout_ns)
{
    struct pollfd pollfd = {.fd = peer->fd, .events = POLLIN};

    return poll(&pollfd, 1, (int)(timeout_ns / MONOTONIC_MSEC)) > 0;
}

bool peer_ended(const struct peer *peer)
{
    return peer_await_end(peer, 0);
}

static int send_to_thread(const struct peer *peer, int number)
{
    static bool too_old;

    if (!too_old) {
        if (pidfd_send_signal(peer->fd, number, NULL, PIDFD_SIGNAL_THREAD) == 0)
            return 0;
        if (errno != EINVAL)
            return -errno;
        too_old = true;
    }
    return tgkill(peer->pid, peer->pid, number) < 0 ? -errno : 0;
}

static int send_to_process(const struct peer *peer, int number, siginfo_t *info)
{
    return pidfd_send_signal(peer->fd, number, info, 0) < 0 ? -errno : 0;
}

int peer_send_bit(const struct peer *peer, enum lane lane, bool bit)
{
    int number = bit ? SIGUSR2 : SIGUSR1;

    return lane == LANE_THREAD ? send_to_thread(peer, number) : send_to_process(peer, number, NULL);
}

int peer_send_word(const struct peer *peer, uint32_t word)
{
    siginfo_t info = {.si_signo = SIGUSR2, .si_code = SI_QUEUE};

    info.si_pid = getpid();
    info.si_uid = getuid();
    info.si_value.sival_int = (int)word;
    return send_to_process(peer, SIGUSR2, &info);
}
