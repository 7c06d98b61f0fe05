/* SPDX-License-Identifier: MIT */
/* line.h - text of the programs of an examination, as lines on standard output */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * Prints so many octets as one line, escaped as by escape.h. Prints "[out of memory]" in place of
 * the text if it has to.
 */
void line_print(const uint8_t *text, size_t length);

/*
 * Writes all that is still in the buffer of standard output. Returns 0; -errno if this, or what was
 * printed just before, could not be written.
 */
int line_flush(void);
