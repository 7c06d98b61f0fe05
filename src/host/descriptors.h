/* SPDX-License-Identifier: MIT */
/* descriptors.h - the three standard descriptors */
#pragma once

#include <stdbool.h>

/*
 * Puts something in place of a standard descriptor that is closed, so that no file opened later is
 * taken for it: what can neither be read nor written, nor opened for that by way of /dev/stdin
 * (O_PATH, open(2)). To be called first. False if that cannot be done. Whether standard input
 * (output) was open is in *ret_input (*ret_output).
 */
bool descriptors_fill(bool *ret_input, bool *ret_output);

/*
 * What to write to this descriptor by, without being held up, once it polls writable. Of a pipe or
 * a file that is itself, in pieces of PIPE_BUF octets at most (pipe(7)). A terminal may poll
 * writable and have room for less; it is opened anew, so that O_NONBLOCK is nobody else's
 * (open(2)): as far as that is permitted, since a terminal may be another user's. Is to be closed
 * if it is another.
 */
int descriptors_unblocked(int fd);

/*
 * From now on, to write where nothing is taken any more fails, and is not the end (SIGPIPE,
 * SIGXFSZ; signal(7)).
 */
void descriptors_expect_failure(void);
