/* SPDX-License-Identifier: MIT */
/*
 * stop-at.c - stops one command right before it sends a signal on the thread lane
 *
 *   STOP_AT=PLACE LD_PRELOAD=stop-at.so COMMAND...
 *
 * PLACE is "lane": before the first system call for that signal, or "tgkill": before tgkill(2),
 * which a kernel without PIDFD_SIGNAL_THREAD needs. The command stops there once, amid a message,
 * and goes on at SIGCONT. With LACK_FLAG=1, such a kernel is simulated: pidfd_send_signal(2) does
 * not know the flag.
 */

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host/pidfd.h"

/* Bits of a message on the thread lane before the command stops. */
#define BITS_BEFORE 500

static void stop_at(const char *place)
{
    static unsigned calls;
    const char *wanted = getenv("STOP_AT");

    if (wanted && strcmp(wanted, place) == 0 && ++calls == BITS_BEFORE)
        raise(SIGSTOP);
}

/* The process has been found alive since its last signal by tgkill(2). */
static bool checked;

int pidfd_send_signal(int pidfd, int sig, siginfo_t *info, unsigned flags)
{
    if (flags != 0 && getenv("LACK_FLAG")) {
        errno = EINVAL;
        return -1;
    }
    if (flags != 0 || sig == 0)
        stop_at("lane");
    checked = checked || sig == 0;
    return (int)syscall(SYS_pidfd_send_signal, pidfd, sig, info, flags);
}

int tgkill(pid_t tgid, pid_t tid, int signal)
{
    stop_at(checked ? "tgkill" : "lane");
    checked = false;
    return (int)syscall(SYS_tgkill, tgid, tid, signal);
}
