/* SPDX-License-Identifier: MIT */
/* setback.c - calls that fail on demand; the linker's --wrap puts them before the libraries' */

#include "setback.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <systemd/sd-event.h>
#include <unistd.h>

static unsigned left; /* the number of the call that fails, from 1 for the next; 0: none fails */
static bool came;

void setback_at(unsigned n)
{
    left = n;
    came = false;
}

bool setback_came(void)
{
    left = 0;
    return came;
}

static bool fails(void)
{
    if (left == 0 || --left > 0)
        return false;
    came = true;
    errno = EIO;
    return true;
}

#define WRAP(type, failure, name, parameters, arguments)                                           \
    type __real_##name parameters;                                                                 \
    type __wrap_##name parameters;                                                                 \
    type __wrap_##name parameters                                                                  \
    {                                                                                              \
        return fails() ? (failure) : __real_##name arguments;                                      \
    }

typedef void (*signal_handler)(int);

WRAP(void *, NULL, calloc, (size_t count, size_t size), (count, size))
WRAP(int, -1, chdir, (const char *path), (path))
WRAP(int, -1, dup2, (int from, int to), (from, to))
WRAP(int, -1, fchmod, (int fd, mode_t mode), (fd, mode))
WRAP(int, -1, flock, (int fd, int operation), (fd, operation))
WRAP(pid_t, -1, fork, (void), ())
WRAP(int, -1, fstat, (int fd, struct stat *ret), (fd, ret))
WRAP(int, -1, getrlimit, (__rlimit_resource_t which, struct rlimit *ret), (which, ret))
WRAP(int, -1, pidfd_open, (pid_t pid, unsigned flags), (pid, flags))
WRAP(int, -1, pipe2, (int *ret, int flags), (ret, flags))
WRAP(ssize_t, -1, read, (int fd, void *ret, size_t size), (fd, ret, size))
WRAP(int, -EIO, sd_event_add_defer,
     (sd_event * event, sd_event_source **ret, sd_event_handler_t handler, void *userdata),
     (event, ret, handler, userdata))
WRAP(int, -EIO, sd_event_add_io,
     (sd_event * event, sd_event_source **ret, int fd, uint32_t events,
      sd_event_io_handler_t handler, void *userdata),
     (event, ret, fd, events, handler, userdata))
WRAP(int, -EIO, sd_event_add_time,
     (sd_event * event, sd_event_source **ret, clockid_t clock, uint64_t usec, uint64_t accuracy,
      sd_event_time_handler_t handler, void *userdata),
     (event, ret, clock, usec, accuracy, handler, userdata))
WRAP(int, -EIO, sd_event_new, (sd_event * *ret), (ret))
WRAP(int, -EIO, sd_event_set_watchdog, (sd_event * event, int on), (event, on))
WRAP(int, -EIO, sd_event_source_set_enabled, (sd_event_source * source, int on), (source, on))
WRAP(int, -EIO, sd_event_source_set_exit_on_failure, (sd_event_source * source, int on),
     (source, on))
WRAP(int, -EIO, sd_event_source_set_io_fd_own, (sd_event_source * source, int own), (source, own))
WRAP(int, -EIO, sd_event_source_set_priority, (sd_event_source * source, int64_t priority),
     (source, priority))
WRAP(int, -1, setrlimit, (__rlimit_resource_t which, const struct rlimit *limit), (which, limit))
WRAP(pid_t, -1, setsid, (void), ())
WRAP(signal_handler, SIG_ERR, signal, (int number, signal_handler handler), (number, handler))
WRAP(int, -1, signalfd, (int fd, const sigset_t *set, int flags), (fd, set, flags))
WRAP(int, -1, sigprocmask, (int how, const sigset_t *set, sigset_t *ret), (how, set, ret))
WRAP(int, -1, socket, (int domain, int type, int protocol), (domain, type, protocol))
WRAP(char *, NULL, strdup, (const char *text), (text))
WRAP(ssize_t, -1, write, (int fd, const void *bytes, size_t length), (fd, bytes, length))

/* The names of these calls in libc where an off_t, or also a time_t, would else have 32 bits. */
#if SIZE_MAX < UINT64_MAX
WRAP(int, -1, fstat64, (int fd, struct stat *ret), (fd, ret))
WRAP(int, -1, __fstat64_time64, (int fd, struct stat *ret), (fd, ret))
WRAP(int, -1, getrlimit64, (__rlimit_resource_t which, struct rlimit *ret), (which, ret))
WRAP(int, -1, setrlimit64, (__rlimit_resource_t which, const struct rlimit *limit), (which, limit))
#endif
