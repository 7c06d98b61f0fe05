/* SPDX-License-Identifier: MIT */
/* line.c - see line.h */

#include "daemon/line.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "host/escape.h"
#include "host/pidfile.h"

int line_poll(int fd)
{
    struct pollfd pollfd = {.fd = fd, .events = POLLOUT};

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

/* Ends a torn line. Returns 0 with *is_torn set to false, or an error as a line_writer. */
static int begin(int fd, bool *is_torn)
{
    while (*is_torn) {
        ssize_t n;

        if (line_poll(fd) < 0)
            return -EINPROGRESS;
        n = judge(write(fd, "\n", 1));
        if (n < 0)
            return (int)n;
        *is_torn = n == 0;
    }
    return 0;
}

bool line_take_back(int fd, size_t octets)
{
    /* Also with O_APPEND, this is the end of what was written. Pipes and terminals have none. */
    off_t end = lseek(fd, 0, SEEK_CUR), start = end - (off_t)octets;
    struct stat stat;

    return end >= 0 && fstat(fd, &stat) == 0 && S_ISREG(stat.st_mode) && stat.st_size == end &&
           ftruncate(fd, start) == 0 && lseek(fd, start, SEEK_SET) == start;
}

int line_abandon(int fd, const struct line *line, bool *is_torn, int error)
{
    if (line->written == 0 || line_take_back(fd, line->written))
        return error;
    *is_torn = true;
    return -ENOTRECOVERABLE;
}

int line_write(int fd, line_writer *write, const struct message *message, struct line *line,
               bool *is_torn)
{
    int r = begin(fd, is_torn);

    if (r == 0)
        r = write(fd, message, line);
    return r == 0 || r == -EINPROGRESS ? r : line_abandon(fd, line, is_torn, r);
}

/* ---- exact octets ---- */

int line_write_raw(int fd, const struct message *message, struct line *line)
{
    while (line->written <= message->length) {
        size_t left = message->length - line->written;
        struct iovec parts[] = {
            {.iov_base = left > 0 ? message->bytes + line->written : NULL,
             .iov_len = left < PIPE_BUF ? left : PIPE_BUF},
            {.iov_base = (char[]){'\n'}, .iov_len = left < PIPE_BUF},
        };
        ssize_t n;

        if (line_poll(fd) < 0)
            return -EINPROGRESS;
        n = judge(writev(fd, parts, 2));
        if (n < 0)
            return (int)n;
        line->written += (size_t)n;
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

int line_write_escaped(int fd, const struct message *message, struct line *line)
{
    while (line->encoded <= message->length) {
        char chunk[PIPE_BUF];
        size_t at = line->encoded, length = encode(message, &at, chunk, sizeof chunk);
        ssize_t n;

        if (line_poll(fd) < 0)
            return -EINPROGRESS;
        n = judge(write(fd, chunk + line->part, length - line->part));
        if (n < 0)
            return (int)n;
        line->written += (size_t)n;
        line->part += (size_t)n;
        if (line->part == length) {
            line->encoded = at;
            line->part = 0;
        } else {
            /* The write may have ended in the middle of a \xHH. */
            line->part -= encode(message, &line->encoded, chunk, line->part);
        }
    }
    return 0;
}
