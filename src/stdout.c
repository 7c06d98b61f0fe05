/*
 * stdout.c - the sink for machines without a journal: each message and a newline
 *
 * Nothing is buffered: a message that is committed has been written. Records go to standard error.
 */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <sys/uio.h>
#include <unistd.h>

#include "sink.h"

static bool is_writable(int fd)
{
    struct pollfd pollfd = {.fd = fd, .events = POLLOUT};

    return poll(&pollfd, 1, 0) > 0;
}

/*
 * A pipe that polls writable takes PIPE_BUF octets without blocking (pipe(7)), so it is filled in
 * steps of that size.
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

        if (!is_writable(sink->fd))
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

static void record_stderr(struct sink *sink, enum record record, pid_t pid, uid_t uid,
                          const char *text)
{
    (void)sink, (void)record, (void)pid, (void)uid;
    /* A record is not worth blocking for: nobody waits for it. */
    if (is_writable(STDERR_FILENO))
        dprintf(STDERR_FILENO, "minitalkd: %s\n", text);
}

static const struct sink_ops stdout_ops = {.write = write_stdout, .record = record_stderr};

int stdout_open(struct sink *ret)
{
    int fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);

    if (fd < 0)
        return -errno;
    *ret = (struct sink){.ops = &stdout_ops, .name = "standard output", .fd = fd};
    return 0;
}
