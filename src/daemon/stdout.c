/* SPDX-License-Identifier: MIT */
/*
 * stdout.c - the sink for machines without a journal: writes each message to standard output
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
    return stream_poll(sink->fd);
}

static int write_stdout(struct sink *sink)
{
    return stream_write(sink->fd, &sink->stream, &sink->is_torn);
}

static const struct sink_ops stdout_ops = {.write = write_stdout, .poll = poll_stdout};

int stdout_open(const struct format *format, struct sink *ret)
{
    int fd = descriptors_unblocked(STDOUT_FILENO);

    if (fd == STDOUT_FILENO)
        fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (fd < 0)
        return -errno;
    *ret = (struct sink){.ops = &stdout_ops, .format = format, .name = "standard output", .fd = fd};
    return 0;
}
