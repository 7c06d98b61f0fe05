/* SPDX-License-Identifier: MIT */
/* sink.c - the part that all sinks share */

#include "daemon/sink.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/descriptors.h"

static void free_entry(struct entry *entry)
{
    free(entry->message.bytes);
    origin_free(&entry->origin);
    *entry = (struct entry){0};
}

void sink_close(struct sink *sink)
{
    free_entry(&sink->entry);
    if (sink->fd >= 0)
        close(sink->fd);
    free(sink->path);
    *sink = (struct sink){.fd = -1};
}

int sink_write(struct sink *sink, const struct entry *entry)
{
    /* At most one message is being written. */
    assert(!sink->is_writing);
    sink->is_writing = true;
    sink->entry = *entry;
    if (sink->format)
        stream_begin_message(&sink->stream, sink->format, &sink->entry);
    return sink_continue(sink);
}

/* The write of the entry has ended with this result. Returns the result. */
static int finish(struct sink *sink, int r)
{
    sink->is_writing = false;
    sink->failure = -r;
    if (r == -ENOTRECOVERABLE)
        sink_record(sink, RECORD_PARTIAL, &sink->entry.from,
                    "a part of the message from process %d, user %u, stays in %s, and its sender "
                    "is told that it is unconfirmed",
                    (int)sink->entry.from.pid, (unsigned)sink->entry.from.uid, sink->name);
    free_entry(&sink->entry);
    return r;
}

int sink_continue(struct sink *sink)
{
    int r = sink->ops->write(sink);

    assert(r <= 0 && sink->is_writing);
    return r == -EINPROGRESS ? r : finish(sink, r);
}

void sink_abandon(struct sink *sink)
{
    if (sink->is_writing)
        finish(sink, stream_abandon(sink->fd, &sink->stream, &sink->is_torn, -ECANCELED));
}

const char *sink_reason(const struct sink *sink, int error)
{
    if (error == ENOTRECOVERABLE)
        return "a part of a message stays in the log";
    return sink->path ? file_reason(error) : strerror(error);
}

int sink_check(const struct sink *sink)
{
    int r = sink->ops->poll(sink);

    return r == -EINPROGRESS ? 0 : r;
}

static void tell_stderr(const char *text)
{
    int fd = descriptors_unblocked(STDERR_FILENO);
    struct pollfd pollfd = {.fd = fd, .events = POLLOUT};
    char line[RECORD_SIZE + sizeof "minitalkd: \n"];
    int length = snprintf(line, sizeof line, "minitalkd: %s\n", text);
    /* Not dprintf(3), which leaks memory if the write fails. */
    ssize_t n = poll(&pollfd, 1, 0) > 0 ? write(fd, line, (size_t)length) : 0;

    /* A message of the log may follow in the same file. */
    if (n > 0 && n < length)
        stream_take_back(fd, (size_t)n);
    if (fd != STDERR_FILENO)
        close(fd);
}

void sink_record(struct sink *sink, enum record record, const struct credentials *about,
                 const char *format, ...)
{
    char text[RECORD_SIZE];
    va_list arguments;
    int r;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    r = sink->ops->record ? sink->ops->poll(sink) : -ENOTSUP;
    if (r == 0)
        r = sink->ops->record(sink, record, about, text);
    if ((r < 0 && r != -EINPROGRESS) || record == RECORD_KEPT || record == RECORD_PARTIAL)
        tell_stderr(text);
}

void sink_reopen(struct sink *sink)
{
    int r;

    if (!sink->ops->reopen)
        return;
    assert(!sink->is_writing);
    r = sink->ops->reopen(sink);
    if (r < 0)
        sink_record(sink, RECORD_KEPT, NULL,
                    "cannot open the log file anew (%s), so messages still go to the old one; mend "
                    "that, and send SIGHUP again",
                    sink_reason(sink, -r));
}
