/* SPDX-License-Identifier: MIT */
/*
 * stdout.c - the sinks for machines without a journal: write each message and a newline
 *
 * Nothing is buffered: a message that is committed has been written. Records go to standard error
 * (sink.h), which may be the same file. So the default sink escapes messages (escape.h): each one
 * is a line, and none looks like a record. The raw sink writes the exact octets.
 *
 * A pipe that polls writable takes PIPE_BUF octets without blocking (pipe(7)), so each step writes
 * no more than that.
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
#include "host/escape.h"
#include "host/pidfile.h"

static int poll_stdout(const struct sink *sink)
{
    struct pollfd pollfd = {.fd = sink->fd, .events = POLLOUT};

    return poll(&pollfd, 1, 0) > 0 ? 0 : -EINPROGRESS;
}

/*
 * Judges n, the result of write(2) or writev(2). Returns the number of octets written, 0 after a
 * signal; -EINPROGRESS if the log is full for the moment; another -errno.
 */
static ssize_t judge(ssize_t n)
{
    if (n >= 0)
        return n;
    if (errno == EINTR)
        return 0;
    return errno == EAGAIN ? -EINPROGRESS : -errno;
}

/* ---- exact octets ---- */

static int write_raw(struct sink *sink)
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
        n = judge(writev(sink->fd, parts, 2));
        if (n < 0)
            return (int)n;
        sink->written += (size_t)n;
    }
    return 0;
}

/* ---- escaped lines ---- */

/*
 * As escape(), for the message and the newline behind it. *at exceeds the length of the message
 * once the newline is among the octets in ret.
 */
static size_t encode(const struct message *message, size_t *at, char *ret, size_t size)
{
    size_t length = escape(message->bytes, message->length, DAEMON_COMMAND, at, ret, size);

    if (*at == message->length && length < size) {
        ret[length++] = '\n';
        ++*at;
    }
    return length;
}

static int write_escaped(struct sink *sink)
{
    const struct message *message = &sink->entry.message;

    while (sink->encoded <= message->length) {
        char chunk[PIPE_BUF];
        size_t at = sink->encoded, length = encode(message, &at, chunk, sizeof chunk);
        ssize_t n;

        if (poll_stdout(sink) < 0)
            return -EINPROGRESS;
        n = judge(write(sink->fd, chunk + sink->part, length - sink->part));
        if (n < 0)
            return (int)n;
        sink->written += (size_t)n;
        sink->part += (size_t)n;
        if (sink->part == length) {
            sink->encoded = at;
            sink->part = 0;
        } else {
            /* The write may have ended in the middle of a \xHH. */
            sink->part -= encode(message, &sink->encoded, chunk, sink->part);
        }
    }
    return 0;
}

/* ---- opening ---- */

static const struct sink_ops escaped_ops = {.write = write_escaped, .poll = poll_stdout};
static const struct sink_ops raw_ops = {.write = write_raw, .poll = poll_stdout};

static int open_with(const struct sink_ops *ops, struct sink *ret)
{
    int fd = descriptors_unblocked(STDOUT_FILENO);

    if (fd == STDOUT_FILENO)
        fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (fd < 0)
        return -errno;
    *ret = (struct sink){.ops = ops, .name = "standard output", .fd = fd};
    return 0;
}

int stdout_open(struct sink *ret)
{
    return open_with(&escaped_ops, ret);
}

int raw_open(struct sink *ret)
{
    return open_with(&raw_ops, ret);
}
