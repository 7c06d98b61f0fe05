/* SPDX-License-Identifier: MIT */
/*
 * stream.h - an entry on its way into a log that is a stream of octets: standard output or a file
 *
 * Nothing is buffered: a message that is committed has been written. The format (format.h) decides
 * what the octets are.
 *
 * A pipe that polls writable takes PIPE_BUF octets without blocking (pipe(7)), so each step writes
 * no more than that.
 *
 * A message is in the log as a whole or not at all. A write that fails in the middle, on a full
 * disk, leaves a part of a message, which is taken back if the log is a regular file. Otherwise the
 * part stays and the log is torn: its last line has no end. The next entry must not continue this
 * line, so it begins with a newline of its own. If the format has no lines, nothing can follow.
 */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "daemon/entry.h"
#include "daemon/format.h"

_Static_assert(FORMAT_PIECE_MIN <= PIPE_BUF, "a piece is long enough");

/* The progress of an entry. */
struct stream {
    size_t written; /* octets of the encoded entry that are in the log */
    const struct format *format;
    format_encoder *encode;
    struct entry_fields fields;
    struct position position; /* the end of the piece */
    char piece[PIPE_BUF];     /* the octets that are next */
    size_t length;            /* of the piece */
    size_t part;              /* octets of the piece that are in the log */
};

/*
 * Begin to write a message or a record in this format. The entry and the text must stay until the
 * end.
 */
void stream_begin_message(struct stream *stream, const struct format *format,
                          const struct entry *entry);
void stream_begin_record(struct stream *stream, const struct format *format, enum record record,
                         const struct credentials *about, const char *text);

/*
 * Writes what is left of the entry to fd, a descriptor of descriptors_unblocked() or of a regular
 * file. First ends the line that a failed write has left, if *is_torn. Returns 0 once the entry is
 * written; -EINPROGRESS if the log is full for the moment; -ENOTRECOVERABLE if nothing can follow
 * what is there. If the write fails, abandons the entry, and returns what stream_abandon() returns.
 */
int stream_write(int fd, struct stream *stream, bool *is_torn);

/*
 * Gives up an entry because of this error. Takes back what has been written of it, unless the log
 * is no regular file or somebody else has changed the file meanwhile. Returns the error;
 * -ENOTRECOVERABLE, with *is_torn set to true, if a part of the entry stays in the log.
 */
int stream_abandon(int fd, const struct stream *stream, bool *is_torn, int error);

/*
 * Takes back the last octets that were written to fd, this many. Returns false, and does nothing,
 * if fd is no regular file or somebody else has changed the file meanwhile.
 */
bool stream_take_back(int fd, size_t octets);

/* Returns 0 if fd polls writable, else -EINPROGRESS. */
int stream_poll(int fd);
