/* SPDX-License-Identifier: MIT */
/*
 * tail.h - the end of a log file, where a daemon that was killed may have left a part of an entry
 *
 * A line can be ended later, by a newline before the next entry. An entry in the Journal Export
 * Format (export.c) cannot: whatever follows would belong to it, because its fields have lengths.
 * So that part is cut off. Its sender got no verdict.
 *
 * Policy: nothing else is ever cut off. A file with other contents is left as it is, and refused.
 * To find its last entry, the whole file is read, in pieces.
 */
#pragma once

#include <stdbool.h>

/* Finds out if the file ends in the middle of a line. Returns 0, or -errno. */
int tail_find_line(int fd, bool *ret_is_torn);

/*
 * Cuts off the part of an entry of this daemon that may be at the end of the file. Returns 0;
 * -EBADMSG if the file has other contents than whole entries before it, or cannot be cut; another
 * -errno.
 */
int tail_cut_entry(int fd);
