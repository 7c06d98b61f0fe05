/* SPDX-License-Identifier: MIT */
/* crc32c.h - CRC-32C (Castagnoli), as in RFC 3720 section 12.1 */
#pragma once

#include <stdint.h>

/*@ // The shift register of the checksum takes bits. 0x82f63b78 is the reflected polynomial.
    logic integer crc32c_shifted(integer r, integer bits) = bits <= 0 ? r :
      crc32c_shifted(r % 2 == 0 ? r / 2 : (r / 2) ^ 0x82f63b78, bits - 1);
    // It takes an octet, the least significant bit first. Outside, its bits are inverted.
    logic integer crc32c_next(integer crc, integer octet) =
      UINT32_MAX - crc32c_shifted((UINT32_MAX - crc) ^ octet, 8); */

/*
 * Extends a checksum by one octet. crc is 0 for the first octet. Returns the checksum of all octets
 * so far.
 */
/*@ assigns \nothing;
    ensures \result == crc32c_next(crc, octet); */
uint32_t crc32c_octet(uint32_t crc, uint8_t octet);
