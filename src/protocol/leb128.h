/* SPDX-License-Identifier: MIT */
/*
 * leb128.h - unsigned numbers of variable length (LEB128)
 *
 * Each octet has 7 bits of the number, the least significant 7 bits first. The highest bit is set
 * in all octets but the last. A number has as few octets as it needs: others are invalid.
 *
 * Pure: no system calls and no memory of its own.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Octets of the longest number. */
#define LEB128_OCTETS ((sizeof(size_t) * 8 + 6) / 7)

/*@ logic integer power_of_128(integer n) =
      n == 0 ? 1 : n == 1 ? 0x80 : n == 2 ? 0x4000 : n == 3 ? 0x200000 : n == 4 ? 0x10000000 :
      n == 5 ? 0x800000000 : n == 6 ? 0x40000000000 : n == 7 ? 0x2000000000000 :
      n == 8 ? 0x100000000000000 : n == 9 ? 0x8000000000000000 : 0x400000000000000000;
    // What 7 bits in octet n are worth.
    logic integer worth(integer bits, integer n) =
      n == 0 ? bits : n == 1 ? bits * 0x80 : n == 2 ? bits * 0x4000 : n == 3 ? bits * 0x200000 :
      n == 4 ? bits * 0x10000000 : n == 5 ? bits * 0x800000000 : n == 6 ? bits * 0x40000000000 :
      n == 7 ? bits * 0x2000000000000 : n == 8 ? bits * 0x100000000000000 :
      n == 9 ? bits * 0x8000000000000000 : bits * 0x400000000000000000;
    // Octet n of a number that has more octets behind this one, or that ends with it.
    logic integer middle_octet(integer value, integer n) = value / power_of_128(n) % 128 + 128;
    logic integer last_octet(integer value, integer n) = value / power_of_128(n);
    // How many octets a number has.
    logic integer leb128_size(integer value) =
      value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x200000 ? 3 : value < 0x10000000 ? 4 :
      value < 0x800000000 ? 5 : value < 0x40000000000 ? 6 : value < 0x2000000000000 ? 7 :
      value < 0x100000000000000 ? 8 : value < 0x8000000000000000 ? 9 : 10;
    // Octet n of a number.
    logic integer length_octet(integer value, integer n) =
      n < leb128_size(value) - 1 ? middle_octet(value, n) : last_octet(value, n); */

/*
 * Writes a number to at, where LEB128_OCTETS octets must be free. Returns the address behind its
 * last octet.
 */
/*@ requires \valid(at + (0 .. LEB128_OCTETS - 1));
    assigns at[0 .. LEB128_OCTETS - 1];
    ensures \exists integer n; 0 <= n < LEB128_OCTETS && n == leb128_size(value) - 1 &&
      \result == at + n + 1 &&
      at[n] == last_octet(value, n) && at[n] < 128 && (n > 0 ==> at[n] > 0) &&
      \forall integer i; 0 <= i < n ==> at[i] == middle_octet(value, i); */
uint8_t *leb128_put(uint8_t *at, size_t value);

/* A number that is being received. Starts as all 0. */
struct leb128 {
    size_t value;
    unsigned octets; /* taken so far */
};

enum leb128_status {
    LEB128_MORE,      /* more octets are to come */
    LEB128_WHOLE,     /* value is the number */
    LEB128_TOO_LARGE, /* invalid: the number is larger than SIZE_MAX */
    LEB128_PADDED,    /* invalid: the number has more octets than it needs */
};

/* Takes the next octet. After any result but LEB128_MORE, no further octet may follow. */
/*@ requires \valid(number) && number->octets <= LEB128_OCTETS;
    requires number->value < power_of_128(number->octets);
    assigns *number;
    ensures number->octets == \old(number->octets) + 1;
    ensures \result == LEB128_TOO_LARGE <==> \old(number->octets) == LEB128_OCTETS ||
      worth(octet % 128, \old(number->octets)) > SIZE_MAX;
    ensures \result != LEB128_TOO_LARGE ==> number->value ==
      \old(number->value) + worth(octet % 128, \old(number->octets));
    ensures \result != LEB128_TOO_LARGE ==> \result == (octet >= 128 ? LEB128_MORE :
      octet == 0 && \old(number->octets) > 0 ? LEB128_PADDED : LEB128_WHOLE);
    ensures \result == LEB128_MORE ==>
      number->octets <= LEB128_OCTETS && number->value < power_of_128(number->octets); */
enum leb128_status leb128_take(struct leb128 *number, uint8_t octet);
