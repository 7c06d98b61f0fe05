/* SPDX-License-Identifier: MIT */
/*
 * memory.h - what copies and frees octets, for heap.h and buffer.h
 *
 * Nothing here is proved: README.md lists it as an assumption.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*@ requires \valid(to + (0 .. length - 1)) && \valid_read(from + (0 .. length - 1));
    requires \separated(to + (0 .. length - 1), from + (0 .. length - 1));
    assigns to[0 .. length - 1];
    ensures \result == to + length;
    ensures \forall integer i; 0 <= i < length ==> to[i] == \old(from[i]); */
uint8_t *copy_octets(uint8_t *to, const uint8_t *from, size_t length);

#define mempcpy(to, from, length) copy_octets(to, from, length)
#define memcpy(to, from, length) copy_octets(to, from, length)

/*@ assigns \nothing; */
void release(const uint8_t *octets);

#define free(octets) release(octets)
