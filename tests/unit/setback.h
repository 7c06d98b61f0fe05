/* SPDX-License-Identifier: MIT */
/*
 * setback.h - lets one call fail that the code under test makes below itself
 *
 * For programs linked with WRAP_CALLS, which puts these calls before those of the libraries: see
 * the list in setback.c.
 */
#pragma once

#include <stdbool.h>

/* The n-th of those calls from now on fails, with EIO; n from 1. The others do what they do. */
void setback_at(unsigned n);

/* Whether it has come. Until the next setback_at(), there is no other. */
bool setback_came(void);
