/* SPDX-License-Identifier: MIT */
/*
 * digits.h - what the operators of leb128.c do, in arithmetic
 *
 * As in bits.h, z3 proves the statements of digits.smt2, with the same names in the same order.
 */
#pragma once

#include "protocol/leb128.h"

/*@ lemma shift_right_7: \forall integer x; 0 <= x <= SIZE_MAX ==> (x >> 7) == x / 128;
    lemma more_bit: \forall integer x; 0 <= x <= SIZE_MAX ==> (uint8_t)(x | 0x80) == x % 128 + 128;
    lemma low_octet: \forall integer x; 0 <= x <= 127 ==> (uint8_t)x == x;
    lemma mask_digit: \forall integer x; 0 <= x <= 255 ==> (x & 0x7f) == x % 128;
    lemma mask_more: \forall integer x; 0 <= x <= 255 ==> ((x & 0x80) == 0 <==> x < 128);
    lemma digit_there_and_back: \forall integer x, s; 0 <= x <= 127 && 0 <= s <= 63 &&
      s % 7 == 0 ==> (((uint64_t)(x << s) >> s) == x <==> worth(x, s / 7) <= SIZE_MAX);
    lemma low_or_digit: \forall integer a, b, x, s; 0 <= x <= 127 && 0 <= s <= 63 && s % 7 == 0 &&
      worth(x, s / 7) <= SIZE_MAX && b == (uint64_t)(x << s) && 0 <= a < power_of_128(s / 7) ==>
      (a | b) == a + worth(x, s / 7);
    lemma digit_or_low: \forall integer a, b, x, s; 0 <= x <= 127 && 0 <= s <= 63 && s % 7 == 0 &&
      worth(x, s / 7) <= SIZE_MAX && a == (uint64_t)(x << s) && 0 <= b < power_of_128(s / 7) ==>
      (a | b) == b + worth(x, s / 7);
    lemma last_of_size: \forall integer x, n; 0 <= x <= SIZE_MAX && 0 <= n <= 9 &&
      x / power_of_128(n) < 128 && (n > 0 ==> x / power_of_128(n) > 0) ==>
      leb128_size(x) == n + 1; */
