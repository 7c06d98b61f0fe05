/* SPDX-License-Identifier: MIT */
/*
 * pidfd.h - pidfd_open(2) and pidfd_send_signal(2), also with a glibc that does not have them
 *
 * glibc has them since 2.36, in <sys/pidfd.h>. With an older one, pidfd.c defines them.
 */
#pragma once

#ifdef HAVE_SYS_PIDFD_H
#include <sys/pidfd.h>
#else
#include <signal.h>
#include <sys/types.h>

int pidfd_open(pid_t pid, unsigned flags);
int pidfd_send_signal(int pidfd, int sig, siginfo_t *info, unsigned flags);
#endif

/* The signal goes to the thread of the pidfd, which is the main thread. Since Linux 6.9. */
#ifndef PIDFD_SIGNAL_THREAD
#define PIDFD_SIGNAL_THREAD (1u << 0)
#endif
