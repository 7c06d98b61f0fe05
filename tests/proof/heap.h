/* SPDX-License-Identifier: MIT */
/*
 * heap.h - what frame.c calls to get, copy and free memory
 *
 * WP cannot follow memory that is allocated. Nothing here is proved: README.md lists it as an
 * assumption.
 */
#pragma once

#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "protocol/frame.h"

/*@ requires size > 0;
    assigns \result \from size;
    ensures \result == \null || \valid(\result + (0 .. size - 1));
    ensures \separated(\result + (0 .. size - 1), message, ret);
    ensures \separated(\result + (0 .. size - 1), message->bytes + (0 .. message->length - 1));
    ensures \separated(\result + (0 .. size - 1),
      message->fields + (0 .. message->fields_length - 1)); */
uint8_t *get_octets(const struct message *message, struct frame *ret, size_t size);

/* In frame.c, message is what the new octets are for, and ret the frame. */
#define malloc(size) get_octets(message, ret, size)

/*@ // Any octets that are not freed while the decoder has its memory.
    axiomatic Kept {
      logic uint8_t *kept_octets;
      logic integer kept_length;
    } */
/*@ requires size > 0;
    assigns \result \from size, old;
    ensures \result == \null || \valid(\result + (0 .. size - 1));
    ensures \separated(\result + (0 .. size - 1), kept_octets + (0 .. kept_length - 1));
    ensures \result != \null ==>
      \forall integer i; 0 <= i < d->allocated && i < size ==> \result[i] == old[i]; */
uint8_t *grow(struct frame_decoder *d, uint8_t *old, size_t size);

/* In frame.c, d is the decoder. */
#define realloc(old, size) grow(d, old, size)
