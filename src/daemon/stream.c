/* SPDX-License-Identifier: MIT */
/* stream.c - see stream.h */

#include "daemon/stream.h"

#include <errno.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

int stream_poll(int fd)
{
    struct pollfd pollfd = {.fd = fd, .events = POLLOUT};

    return poll(&pollfd, 1, 0) > 0 ? 0 : -EINPROGRESS;
}

/*
 * Judges n, the result of write(2). Returns the number of octets written, 0 after a signal;
 * -EINPROGRESS if the log is full for the moment; another -errno.
 */
static ssize_t judge(ssize_t n)
{
    if (n >= 0)
        return n;
    if (errno == EINTR)
        return 0;
    return errno == EAGAIN ? -EINPROGRESS : -errno;
}

/* Returns 0 with *is_torn set to false, or an error as stream_write(). */
static int end_torn_line(int fd, bool *is_torn)
{
    while (*is_torn) {
        ssize_t n;

        if (stream_poll(fd) < 0)
            return -EINPROGRESS;
        n = judge(write(fd, "\n", 1));
        if (n < 0)
            return (int)n;
        *is_torn = n == 0;
    }
    return 0;
}

bool stream_take_back(int fd, size_t octets)
{
    /* Also with O_APPEND, this is the end of what was written. Pipes and terminals have none. */
    off_t end = lseek(fd, 0, SEEK_CUR), start = end - (off_t)octets;
    struct stat stat;

    return end >= 0 && fstat(fd, &stat) == 0 && S_ISREG(stat.st_mode) && stat.st_size == end &&
           ftruncate(fd, start) == 0 && lseek(fd, start, SEEK_SET) == start;
}

int stream_abandon(int fd, const struct stream *stream, bool *is_torn, int error)
{
    if (stream->written == 0 || stream_take_back(fd, stream->written))
        return error;
    *is_torn = true;
    return -ENOTRECOVERABLE;
}

static void begin(struct stream *stream, const struct format *format, format_encoder *encode)
{
    stream->written = 0;
    stream->format = format;
    stream->encode = encode;
    stream->position = (struct position){0};
    stream->length = stream->part = 0;
    entry_fields_begin(&stream->fields);
    if (format->has_fields)
        entry_fields_stamp(&stream->fields);
}

void stream_begin_message(struct stream *stream, const struct format *format,
                          const struct entry *entry)
{
    begin(stream, format, format->encode_message);
    entry_fields_add_message(&stream->fields, entry);
}

void stream_begin_record(struct stream *stream, const struct format *format, enum record record,
                         const struct credentials *about, const char *text)
{
    begin(stream, format, format->encode_record);
    entry_fields_add_record(&stream->fields, record, about, text);
}

/* Makes the next piece if the one before is written. Returns false at the end of the entry. */
static bool has_piece(struct stream *stream)
{
    if (stream->part == stream->length) {
        stream->length =
            stream->encode(&stream->fields, &stream->position, stream->piece, sizeof stream->piece);
        stream->part = 0;
    }
    return stream->length > 0;
}

/* Returns 0 once all pieces are written, or an error as stream_write(). */
static int write_pieces(int fd, struct stream *stream)
{
    while (has_piece(stream)) {
        ssize_t n;

        if (stream_poll(fd) < 0)
            return -EINPROGRESS;
        n = judge(write(fd, stream->piece + stream->part, stream->length - stream->part));
        if (n < 0)
            return (int)n;
        stream->written += (size_t)n;
        stream->part += (size_t)n;
    }
    return 0;
}

int stream_write(int fd, struct stream *stream, bool *is_torn)
{
    int r = *is_torn && !stream->format->has_lines ? -ENOTRECOVERABLE : end_torn_line(fd, is_torn);

    if (r == 0)
        r = write_pieces(fd, stream);
    return r == 0 || r == -EINPROGRESS ? r : stream_abandon(fd, stream, is_torn, r);
}
