/* SPDX-License-Identifier: MIT */
/* crc32c.c - one table look-up for each half octet; the table of 64 bytes stays in the cache */

#include "protocol/crc32c.h"

/* Entry n is the reflected polynomial 0x82f63b78 applied to the four bits of n. */
static const uint32_t table[16] = {
    0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d,
    0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9, 0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
};

uint32_t crc32c_octet(uint32_t crc, uint8_t octet)
{
    /*@ assert \forall integer x; 0 <= x <= UINT32_MAX ==>
          table[x & 0xf] == crc32c_shifted(x & 0xf, 4); */
    crc = ~crc ^ octet;
    crc = crc >> 4 ^ table[crc & 0xf];
    crc = crc >> 4 ^ table[crc & 0xf];
    return ~crc;
}
