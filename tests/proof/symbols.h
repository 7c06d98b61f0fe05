/* SPDX-License-Identifier: MIT */
/*
 * symbols.h - what the operators that make symbols do, in arithmetic
 *
 * As in bits.h, z3 proves the statements of symbols.smt2, with the same names in the same order.
 */
#pragma once

#include "protocol/frame.h"

/*@ lemma bit_of_octet: \forall integer octet, n, s; 0 <= octet <= 255 && 0 <= n <= 7 &&
      s <= 7 - n <= s ==> bit_at(octet, n) == ((octet & (1 << s)) != 0 ? 1 : 0);
    lemma no_octets: \forall integer n; 0 <= n <= 7 ==> octet_at(0, n) == 0;
    // The second alternative keeps cvc4 from putting the octet in the place of y.
    lemma next_octet: \forall integer x, y, octet, s, k; 0 <= x <= UINT64_MAX &&
      0 <= octet <= 255 && 0 <= s <= 56 && s % 8 == 0 && 0 <= k <= 7 && octet_at(x, s / 8) == 0 &&
      (y == (uint64_t)(octet << s) || y == (uint64_t)(octet << s) + UINT64_MAX + 1) ==>
      octet_at(x | y, k) == (8 * k == s ? octet : octet_at(x, k)); */
