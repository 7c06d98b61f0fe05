/* SPDX-License-Identifier: MIT */
/*
 * stdout.c - the sink for machines without a journal: writes each message and a newline
 *
 * Nothing is buffered: a message that is committed has been written. Records go to standard error
 * (sink.h).
 */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <sys/uio.h>
#include <unistd.h>

#include "daemon/sink.h"
#include "host/descriptors.h"

static int poll_stdout(const struct sink *sink)
{
    struct pollfd pollfd = {.fd = sink->fd, .events = POLLOUT};

    return poll(&pollfd, 1, 0) > 0 ? 0 : -EINPROGRESS;
}

/*
 * A pipe that polls writable takes PIPE_BUF octets without blocking (pipe(7)), so each step writes
 * no more than that.
 */
static int write_stdout(struct sink *sink)
{
    const struct message *message = &sink->entry.message;

    while (sink->written <= message->length) {
        size_t left = message->length - sink->written;
        struct iovec parts[] = {
            {.iov_base = left > 0 ? message->bytes + sink->written : NULL,
             .iov_len = left < PIPE_BUF ? left : PIPE_BUF},
            {.iov_base = (char[]){'\n'}, .iov_len = left < PIPE_BUF},
        };
        ssize_t n;

        if (poll_stdout(sink) < 0)
            return -EINPROGRESS;
        n = writev(sink->fd, parts, 2);
        if (n < 0 && errno == EAGAIN)
            return -EINPROGRESS;
        if (n < 0 && errno != EINTR)
            return -errno;
        if (n > 0)
            sink->written += (size_t)n;
    }
    return 0;
}

static const struct sink_ops stdout_ops = {.write = write_stdout, .poll = poll_stdout};

int stdout_open(struct sink *ret)
{
    int fd = descriptors_unblocked(STDOUT_FILENO);

    if (fd == STDOUT_FILENO)
        fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (fd < 0)
        return -errno;
    *ret = (struct sink){.ops = &stdout_ops, .name = "standard output", .fd = fd};
    return 0;
}
