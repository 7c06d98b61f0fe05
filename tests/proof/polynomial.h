/* SPDX-License-Identifier: MIT */
/*
 * polynomial.h - what the operators of crc32c.c do to the shift register of the checksum
 *
 * As in bits.h, z3 proves the statements of polynomial.smt2, with the same names in the same order.
 */
#pragma once

#include "protocol/crc32c.h"

/*@ lemma half_octet: \forall integer x; 0 <= x <= UINT32_MAX ==>
      (x & 0xf) == 0 || (x & 0xf) == 1 || (x & 0xf) == 2 || (x & 0xf) == 3 ||
      (x & 0xf) == 4 || (x & 0xf) == 5 || (x & 0xf) == 6 || (x & 0xf) == 7 ||
      (x & 0xf) == 8 || (x & 0xf) == 9 || (x & 0xf) == 10 || (x & 0xf) == 11 ||
      (x & 0xf) == 12 || (x & 0xf) == 13 || (x & 0xf) == 14 || (x & 0xf) == 15;
    lemma entries:
      crc32c_shifted(0, 4) == 0 && crc32c_shifted(1, 4) == 0x105ec76f &&
      crc32c_shifted(2, 4) == 0x20bd8ede && crc32c_shifted(3, 4) == 0x30e349b1 &&
      crc32c_shifted(4, 4) == 0x417b1dbc && crc32c_shifted(5, 4) == 0x5125dad3 &&
      crc32c_shifted(6, 4) == 0x61c69362 && crc32c_shifted(7, 4) == 0x7198540d &&
      crc32c_shifted(8, 4) == 0x82f63b78 && crc32c_shifted(9, 4) == 0x92a8fc17 &&
      crc32c_shifted(10, 4) == 0xa24bb5a6 && crc32c_shifted(11, 4) == 0xb21572c9 &&
      crc32c_shifted(12, 4) == 0xc38d26c4 && crc32c_shifted(13, 4) == 0xd3d3e1ab &&
      crc32c_shifted(14, 4) == 0xe330a81a && crc32c_shifted(15, 4) == 0xf36e6f75;
    lemma octet_taken: \forall integer crc, octet; 0 <= crc <= UINT32_MAX && 0 <= octet <= 255 ==>
      \let x = (uint32_t)((uint32_t)~crc ^ octet);
      \let y = (uint32_t)((x >> 4) ^ crc32c_shifted(x & 0xf, 4));
      crc32c_next(crc, octet) == (uint32_t)~((y >> 4) ^ crc32c_shifted(y & 0xf, 4)); */
