/* SPDX-License-Identifier: MIT */
/*
 * setback.h - lets one library or system call of the code under test fail
 *
 * Works in programs linked with WRAP_CALLS, which puts these calls before those of the libraries.
 * The list of the calls is in setback.c.
 */
#pragma once

#include <stdbool.h>

/*
 * Lets the n-th of those calls from now on fail, with EIO; n is 1 or more. The other calls work as
 * usual.
 */
void setback_at(unsigned n);

/* Returns true if that call has failed. No call fails from now on until the next setback_at(). */
bool setback_came(void);
