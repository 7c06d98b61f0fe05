/* SPDX-License-Identifier: MIT */
/*
 * stdout.c - the sinks for machines without a journal: write each message to standard output, as a
 * line (line.h)
 *
 * Records go to standard error (sink.h), which may be the same file.
 */

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "daemon/sink.h"
#include "host/descriptors.h"

static int poll_stdout(const struct sink *sink)
{
    return line_poll(sink->fd);
}

static int write_line(struct sink *sink, line_writer *write)
{
    return line_write(sink->fd, write, &sink->entry.message, &sink->line, &sink->is_torn);
}

static int write_escaped(struct sink *sink)
{
    return write_line(sink, line_write_escaped);
}

static int write_raw(struct sink *sink)
{
    return write_line(sink, line_write_raw);
}

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
