/* SPDX-License-Identifier: MIT */
/* descriptors.h - safe use of the three standard descriptors */
#pragma once

#include <stdbool.h>

/*
 * Opens a placeholder for each standard descriptor that is closed. Without it, a file that is
 * opened later would get that descriptor, and be used as standard input, output or error. A
 * placeholder can neither be read nor written, nor be reopened for that through /dev/stdin (O_PATH,
 * open(2)). Must be called before any other file is opened.
 *
 * Sets *ret_input to true if standard input was open, and *ret_output to true if standard output
 * was open. What was open as a placeholder counts as closed. Returns false if a placeholder cannot
 * be opened.
 */
bool descriptors_fill(bool *ret_input, bool *ret_output);

/*
 * Returns a descriptor for non-blocking writes to the file, pipe or terminal of fd. The caller has
 * to poll it for POLLOUT before each write, and to close it if it is not fd.
 *
 * - A pipe or a file: returns fd. Each write may have PIPE_BUF octets at most: a pipe that polls
 *   writable takes them without blocking (pipe(7)).
 * - A terminal: can poll writable and have room for fewer octets. It is opened again with
 *   O_NONBLOCK, which affects no other process, since the flag belongs to the new open file
 *   (open(2)). Returns fd if the terminal cannot be opened, for example because it is another
 *   user's.
 */
int descriptors_unblocked(int fd);

/*
 * Returns true if fd is /dev/null or /dev/zero, which discard all that is written to them
 * (null(4)).
 */
bool descriptors_discards(int fd);

/* Returns true if both are descriptors of the same file. */
bool descriptors_share_file(int fd, int other);

/*
 * Ignores SIGPIPE and SIGXFSZ (signal(7)). From now on, a write to a pipe without a reader, or
 * beyond the limit of the file size, returns an error and does not end the program.
 */
void descriptors_expect_failure(void);
