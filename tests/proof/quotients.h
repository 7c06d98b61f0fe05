/* SPDX-License-Identifier: MIT */
/*
 * quotients.h - the digits of a number to the base of 128
 *
 * As in bits.h, z3 proves the statements of quotients.smt2, with the same names in the same order.
 */
#pragma once

#include "protocol/leb128.h"

/*@ lemma next_digit: \forall integer x, n; 0 <= x <= SIZE_MAX && 0 <= n <= 9 ==>
      x % power_of_128(n) + worth(x / power_of_128(n) % 128, n) == x % power_of_128(n + 1) &&
      worth(x / power_of_128(n) % 128, n) <= SIZE_MAX;
    lemma last_digit: \forall integer x, n; 0 <= x <= SIZE_MAX && 0 <= n <= 9 &&
      x / power_of_128(n) < 128 ==> x % power_of_128(n + 1) == x; */
