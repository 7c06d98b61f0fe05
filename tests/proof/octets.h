/* SPDX-License-Identifier: MIT */
/*
 * octets.h - what the operators of frame.c do, in arithmetic
 *
 * As in bits.h, z3 proves the statements of octets.smt2, with the same names in the same order.
 */
#pragma once

#include "protocol/frame.h"

/*@ lemma checksum_shift: \forall integer x, s; 0 <= x <= UINT32_MAX && 0 <= s <= 24 && s % 8 == 0 ==>
      (uint8_t)(x >> s) == checksum_octet(x, s / 8);
    lemma flag_of_blocks: \forall integer x; 0 <= x <= 255 ==>
      (uint8_t)(x & 0xef) == x - (x / 16 % 2 == 1 ? 16 : 0);
    lemma two_flags: \forall integer f, b; (f == 0 || f == 8) && (b == 0 || b == 16) ==>
      (f | b) == f + b;
    lemma priority: \forall integer x; 0 <= x <= 7 ==> (x & 7) == x;
    lemma flags_and_priority: \forall integer x, f; 0 <= x && 0 <= f &&
      (x <= 7 && (f == 0 || f == 8 || f == 16 || f == 24) ||
      f <= 7 && (x == 0 || x == 8 || x == 16 || x == 24)) ==> (x | f) == x + f; */
