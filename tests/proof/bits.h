/* SPDX-License-Identifier: MIT */
/*
 * bits.h - what the operators of bits do, in arithmetic
 *
 * The provers of WP know little about them. Nothing here is proved by WP: bits.smt2 has the same
 * statements, with the same names in the same order, and z3 proves them for bit vectors.
 */
#pragma once

#include <stdint.h>

/*@ predicate is_u32(integer x) = 0 <= x <= UINT32_MAX;

    lemma shift_left_16: \forall integer x; is_u32(x) ==> (x << 16) == x * 0x10000;
    lemma shift_left_24: \forall integer x; is_u32(x) ==> (x << 24) == x * 0x1000000;
    lemma shift_left_28: \forall integer x; is_u32(x) ==> (x << 28) == x * 0x10000000;
    lemma shift_2_left: \forall integer n;
      0 <= n <= 3 ==> (2 << n) == (n == 0 ? 2 : n == 1 ? 4 : n == 2 ? 8 : 16);
    lemma shift_right_16: \forall integer x; is_u32(x) ==> (x >> 16) == x / 0x10000;
    lemma shift_right_24: \forall integer x; is_u32(x) ==> (x >> 24) == x / 0x1000000;
    lemma shift_right_28: \forall integer x; is_u32(x) ==> (x >> 28) == x / 0x10000000;

    lemma mask_4: \forall integer x; is_u32(x) ==> (x & 0xf) == x % 0x10;
    lemma mask_8: \forall integer x; is_u32(x) ==> (x & 0xff) == x % 0x100;
    lemma mask_high: \forall integer x;
      is_u32(x) ==> (x & 0xf0000000) == x - x % 0x10000000;
    lemma cast_16: \forall integer x; is_u32(x) ==> (uint16_t)x == x % 0x10000;

    lemma low_or_high_16: \forall integer x, y;
      is_u32(x) && is_u32(y) && x < 0x10000 && y % 0x10000 == 0 ==> (x | y) == x + y;
    lemma low_or_high_24: \forall integer x, y;
      is_u32(x) && is_u32(y) && x < 0x1000000 && y % 0x1000000 == 0 ==> (x | y) == x + y;
    lemma low_or_high_28: \forall integer x, y;
      is_u32(x) && is_u32(y) && x < 0x10000000 && y % 0x10000000 == 0 ==> (x | y) == x + y;
    lemma high_or_low_16: \forall integer x, y;
      is_u32(x) && is_u32(y) && y < 0x10000 && x % 0x10000 == 0 ==> (x | y) == x + y;
    lemma high_or_low_24: \forall integer x, y;
      is_u32(x) && is_u32(y) && y < 0x1000000 && x % 0x1000000 == 0 ==> (x | y) == x + y;
    lemma high_or_low_28: \forall integer x, y;
      is_u32(x) && is_u32(y) && y < 0x10000000 && x % 0x10000000 == 0 ==> (x | y) == x + y; */
