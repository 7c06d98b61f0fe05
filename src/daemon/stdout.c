/* SPDX-License-Identifier: MIT */
/*
 * stdout.c - the sink for machines without a journal: writes each message to standard output
 *
 * Records go there, too, if the format has all fields. Otherwise they go to standard error
 * (sink.h), which may be the same file.
 */

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "daemon/sink.h"
#include "host/descriptors.h"

/* No record may come in the middle of a message. */
static int poll_stdout(const struct sink *sink)
{
    return sink->is_writing ? -EINPROGRESS : stream_poll(sink->fd);
}

static int write_stdout(struct sink *sink)
{
    return stream_write(sink->fd, &sink->stream, &sink->is_torn);
}

static int record_stdout(struct sink *sink, enum record record, const struct credentials *about,
                         const char *text)
{
    struct stream stream;
    int r;

    stream_begin_record(&stream, sink->format, record, about, text);
    r = stream_write(sink->fd, &stream, &sink->is_torn);
    /* Nobody waits for a record, and the next entry must not. */
    return r == -EINPROGRESS ? stream_abandon(sink->fd, &stream, &sink->is_torn, r) : r;
}

static const struct sink_ops stdout_ops = {.write = write_stdout, .poll = poll_stdout};
static const struct sink_ops recording_ops = {
    .write = write_stdout, .poll = poll_stdout, .record = record_stdout};

int stdout_open(const struct format *format, struct sink *ret)
{
    int fd = descriptors_unblocked(STDOUT_FILENO);

    if (fd == STDOUT_FILENO)
        fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (fd < 0)
        return -errno;
    *ret = (struct sink){
        .ops = format->has_fields ? &recording_ops : &stdout_ops,
        .format = format,
        .name = "standard output",
        .wants_origin = format->has_fields,
        .fd = fd,
    };
    return 0;
}
