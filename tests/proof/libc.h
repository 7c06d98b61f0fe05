/* SPDX-License-Identifier: MIT */
/*
 * libc.h - contracts of functions of libc, for the types that the protocol gives them
 *
 * The contracts of Frama-C are about octets, and WP cannot follow those for other types. Nothing
 * here is proved: README.md lists it as an assumption.
 */
#pragma once

#include <string.h>

#include "protocol/barrier.h"

typedef __typeof__(((struct barrier *)0)->held[0]) held_word;

/*@ requires to == all + index && from == to + 1 && length % sizeof(held_word) == 0;
    requires \valid(to + (0 .. length / sizeof(held_word) - 1));
    requires \valid_read(from + (0 .. length / sizeof(held_word) - 1));
    assigns all[index .. index + length / sizeof(held_word) - 1];
    ensures \forall integer i; index <= i < index + length / sizeof(held_word) ==>
      all[i].pid == \old(all[i + 1].pid) && all[i].word == \old(all[i + 1].word) &&
      all[i].seen == \old(all[i + 1].seen); */
void move_held_words(held_word *all, size_t index, held_word *to, const held_word *from,
                     size_t length);

/* In barrier.c, b is the barrier and i the index of the first word that moves. */
#define memmove(to, from, length) move_held_words(b->held, i, to, from, length)
