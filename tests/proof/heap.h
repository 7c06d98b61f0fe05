/* SPDX-License-Identifier: MIT */
/*
 * heap.h - what frame.c calls to get memory and to check fields
 *
 * WP cannot follow memory that is allocated. Nothing here is proved: README.md lists it as an
 * assumption.
 */
#pragma once

#include <stdlib.h>

#include "protocol/frame.h"

/*@ requires size > 0;
    assigns \result \from size, old;
    ensures \result == \null || \valid(\result + (0 .. size - 1));
    ensures \separated(d, \result + (0 .. size - 1)); */
uint8_t *grow(struct frame_decoder *d, uint8_t *old, size_t size);

/* In frame.c, d is the decoder. */
#define realloc(old, size) grow(d, old, size)

/*@ requires \valid_read(octets + (0 .. length - 1));
    assigns \nothing; */
bool fields_are_valid(const uint8_t *octets, size_t length);
