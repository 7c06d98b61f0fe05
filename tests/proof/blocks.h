/* SPDX-License-Identifier: MIT */
/*
 * blocks.h - what the operators that take a block apart do, in arithmetic
 *
 * As in bits.h, z3 proves the statements of blocks.smt2, with the same names in the same order.
 */
#pragma once

#include "protocol/frame.h"

/*@ lemma whole_block: \forall integer x, n; n <= 0 ==> rest_of(x, n) == x;
    lemma octet_of_block: \forall integer x, n; 0 <= x <= UINT64_MAX && 0 <= n <= 7 ==>
      (uint8_t)rest_of(x, n) == octet_at(x, n);
    lemma next_rest: \forall integer x, n, m; 0 <= x <= UINT64_MAX && 0 <= n <= 7 &&
      m <= n + 1 <= m ==> (rest_of(x, n) >> 8) == rest_of(x, m);
    lemma end_of_block: \forall integer x, n; 0 <= x <= UINT64_MAX && 0 <= n <= 8 &&
      (n <= 0 ==> octet_at(x, 0) == 0) && (n <= 1 ==> octet_at(x, 1) == 0) &&
      (n <= 2 ==> octet_at(x, 2) == 0) && (n <= 3 ==> octet_at(x, 3) == 0) &&
      (n <= 4 ==> octet_at(x, 4) == 0) && (n <= 5 ==> octet_at(x, 5) == 0) &&
      (n <= 6 ==> octet_at(x, 6) == 0) && (n <= 7 ==> octet_at(x, 7) == 0) ==>
      rest_of(x, n) == 0; */
