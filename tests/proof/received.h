/* SPDX-License-Identifier: MIT */
/*
 * received.h - what the operators of the receiving half of frame.c do, in arithmetic
 *
 * As in bits.h, z3 proves the statements of received.smt2, with the same names in the same order.
 */
#pragma once

#include "protocol/frame.h"

/*@ axiomatic Checksum {
      // The first octets of a checksum.
      logic integer checksum_of(integer crc, integer octets);
    }
    axiomatic Bits {
      // The n highest bits of the octet are the n lowest bits of x.
      predicate begins_as(integer x, integer octet, integer n);
    }

    lemma known_flags: \forall integer x; 0 <= x <= 31 ==> (x & 0xc0) == 0 && (x & 32) == 0 &&
      (x & 7) == x % 8 && x == x % 8 + ((x & 8) == 0 ? 0 : 8) + ((x & 16) == 0 ? 0 : 16);
    lemma magic: \forall integer x, y; 0x50 <= x <= 0x5f && y == (uint32_t)(x >> 4) ==>
      y == 5 && (x & 0xf) == x - 0x50;
    lemma no_checksum: \forall integer x, n; n <= 0 ==> checksum_of(x, n) == 0;
    lemma whole_checksum: \forall integer x, n; 4 <= n ==> checksum_of(x, n) == x;
    lemma octet_or_checksum: \forall integer a, b, x, n, s; 0 <= x <= UINT32_MAX && 0 <= n <= 3 &&
      s <= 8 * n <= s && (a == (uint32_t)(checksum_octet(x, n) << s) && b == checksum_of(x, n) ||
      b == (uint32_t)(checksum_octet(x, n) << s) && a == checksum_of(x, n)) ==>
      (a | b) == checksum_of(x, n + 1);
    lemma no_bits: \forall integer x, octet, n; 0 <= octet <= 255 && n <= 0 ==>
      begins_as(x, octet, n);
    // The second alternative keeps cvc4 from putting the octet in the place of y.
    lemma next_bit: \forall integer x, y, octet, n, m; 0 <= x <= 255 && 0 <= octet <= 255 &&
      0 <= n <= 6 && begins_as(x, octet, n) && m <= n + 1 <= m &&
      (y == (uint8_t)((x << 1) | bit_at(octet, n)) ||
      y == (uint8_t)((x << 1) | bit_at(octet, n)) + 256) ==> begins_as(y, octet, m);
    lemma last_bit: \forall integer x, octet, n; 0 <= x <= 255 && 0 <= octet <= 255 &&
      7 <= n <= 7 && begins_as(x, octet, n) ==> (uint8_t)((x << 1) | bit_at(octet, n)) == octet;
    lemma digits_of_length: \forall integer x, n; 0 <= x <= SIZE_MAX && 0 <= n < leb128_size(x) ==>
      \let octet = length_octet(x, n);
      0 <= octet <= 255 && (octet >= 128 <==> n < leb128_size(x) - 1) && (octet == 0 ==> n == 0) &&
      worth(octet % 128, n) <= SIZE_MAX && x % power_of_128(n) < power_of_128(n) &&
      x % power_of_128(n) + worth(octet % 128, n) ==
        (n < leb128_size(x) - 1 ? x % power_of_128(n + 1) : x); */
