/* SPDX-License-Identifier: MIT */
/* crc32c.h - CRC-32C (Castagnoli), as in RFC 3720 section 12.1 */
#pragma once

#include <stdint.h>

/*
 * Extends a checksum by one octet. crc is 0 for the first octet. Returns the checksum of all octets
 * so far.
 */
/*@ assigns \nothing; */
uint32_t crc32c_octet(uint32_t crc, uint8_t octet);
