/* SPDX-License-Identifier: MIT */
/*
 * line.h - a message on its way into a log of lines: standard output or a file
 *
 * Each message gets a newline behind it. Nothing is buffered: a message that is committed has been
 * written. Records may be in the same file. So messages are escaped (escape.h): each one is a line,
 * and none looks like a record. Only the raw form has the exact octets.
 *
 * A pipe that polls writable takes PIPE_BUF octets without blocking (pipe(7)), so each step writes
 * no more than that.
 *
 * A message is in the log as a whole or not at all. A write that fails in the middle, on a full
 * disk, leaves a part of a message, which is taken back if the log is a regular file. Otherwise the
 * part stays and the log is torn: its last line has no end. The next message must not continue this
 * line, so it begins with a newline of its own.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "protocol/frame.h"

/* The progress of a message. All members are 0 at the beginning. */
struct line {
    size_t written; /* octets written, of the message or of its escaped form */
    size_t encoded; /* octets of the message whose escaped form is written, and after it: */
    size_t part;    /* octets written of the escaped form of the next one */
};

/*
 * Writes what is left of a message to fd, a descriptor of descriptors_unblocked() or of a regular
 * file. Returns 0 once the message is written; -EINPROGRESS if the log is full for the moment;
 * another -errno.
 */
typedef int line_writer(int fd, const struct message *message, struct line *line);

line_writer line_write_escaped;
line_writer line_write_raw;

/*
 * Ends the line that a failed write has left, if *is_torn, and then calls the line_writer. If that
 * fails, abandons the message. Returns what the line_writer or line_abandon() returns.
 */
int line_write(int fd, line_writer *write, const struct message *message, struct line *line,
               bool *is_torn);

/*
 * Gives up a message because of this error. Takes back what has been written of it, unless the log
 * is no regular file or somebody else has changed the file meanwhile. Returns the error;
 * -ENOTRECOVERABLE, with *is_torn set to true, if a part of the message stays in the log.
 */
int line_abandon(int fd, const struct line *line, bool *is_torn, int error);

/*
 * Takes back the last octets that were written to fd, this many. Returns false, and does nothing,
 * if fd is no regular file or somebody else has changed the file meanwhile.
 */
bool line_take_back(int fd, size_t octets);

/* Returns 0 if fd polls writable, else -EINPROGRESS. */
int line_poll(int fd);
