/* SPDX-License-Identifier: MIT */
/*
 * characters.h - what the operators of text.c do, in arithmetic
 *
 * As in bits.h, z3 proves the statements of characters.smt2, with the same names in the same order.
 */
#pragma once

#include "protocol/text.h"

/*@ lemma first_of_more: \forall integer x; 0 <= x <= 255 ==>
      (0xc0 <= x < 0xe0 ==> (x & 0x1f) == x - 0xc0) &&
      (0xe0 <= x < 0xf0 ==> (x & 0xf) == x - 0xe0) &&
      (0xf0 <= x < 0xf8 ==> (x & 7) == x - 0xf0);
    lemma goes_on: \forall integer x; 0 <= x <= 255 ==>
      ((x & 0xc0) == 0x80 <==> 0x80 <= x <= 0xbf) &&
      (0x80 <= x <= 0xbf ==> (x & 0x3f) == x - 0x80);
    lemma next_six_bits: \forall integer c, x; 0 <= c < 0x200000 && 0x80 <= x <= 0xbf ==>
      ((uint32_t)(c << 6) | (x & 0x3f)) == c * 0x40 + x - 0x80;
    lemma last_of_plane: \forall integer c; 0 <= c <= UINT32_MAX ==>
      ((c & 0xfffe) == 0xfffe <==> c % 0x10000 >= 0xfffe); */
