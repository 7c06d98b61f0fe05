/* SPDX-License-Identifier: MIT */
/*
 * buffer.h - contracts of the functions of libc that fields.c calls to build fields
 *
 * WP cannot follow memory that is allocated, nor the contracts of Frama-C for these functions.
 * Nothing here is proved: README.md lists it as an assumption.
 */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "protocol/fields.h"
#include "protocol/leb128.h"

/*@ requires size > f->length;
    requires \separated(octets + (0 .. f->length - 1), text + (0 .. length - 1));
    assigns \result \from size, octets;
    ensures \result == \null || \valid(\result + (0 .. size - 1));
    ensures \separated(\result + (0 .. size - 1), f);
    ensures \separated(\result + (0 .. size - 1), head + (0 .. LEB128_OCTETS - 1));
    ensures \separated(\result + (0 .. size - 1), text + (0 .. length - 1));
    ensures \result != \null ==> \base_addr(\result) != \base_addr(text);
    ensures \result != \null ==>
      \forall integer i; 0 <= i < f->length ==> \result[i] == octets[i]; */
uint8_t *grow(const struct fields *f, const uint8_t *head, const uint8_t *text, size_t length,
              uint8_t *octets, size_t size);

/* In append_text(), fields are those that grow, and head and text what is added to them. */
#define realloc(octets, size) grow(fields, head, text, length, octets, size)

/*@ requires to == all + before && from == all + behind && is_range(before, behind - before);
    requires \valid(all + (before .. behind + length - 1));
    assigns all[before .. before + length - 1];
    ensures \forall integer i, k; before <= i < before + length && k == i + (behind - before) ==>
      all[i] == \old(all[k]); */
void move_octets(uint8_t *all, size_t before, size_t behind, uint8_t *to, const uint8_t *from,
                 size_t length);

/* In remove_short(), the octets behind a field move to where it begins. */
#define memmove(to, from, length) move_octets(fields->octets, before, behind, to, from, length)

/*@ requires size >= 12 && \valid(to + (0 .. size - 1));
    assigns to[0 .. size - 1];
    ensures 1 <= \result <= 11;
    ensures is_decimal(to, \result) <==> number >= 0;
    ensures number >= 0 ==> decimal(to, \result) == number; */
int print_number(uint8_t *to, size_t size, int number);

#define snprintf(to, size, format, number) print_number((uint8_t *)(to), size, number)
