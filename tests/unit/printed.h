/* SPDX-License-Identifier: MIT */
/* printed.h - what the code under test prints on standard output */
#pragma once

/* From now on, standard output is kept. */
void printed_begin(void);

/*
 * Standard output is what it was before. Returns the text that was kept, until the next call of
 * printed_begin().
 */
const char *printed_end(void);
