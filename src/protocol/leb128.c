/* SPDX-License-Identifier: MIT */
/* leb128.c - see leb128.h for the encoding */

#include "protocol/leb128.h"

#include <assert.h>

uint8_t *leb128_put(uint8_t *at, size_t value)
{
    /*@ loop invariant \exists integer n; 0 <= n < LEB128_OCTETS && at == \at(at, Pre) + n &&
          value == \at(value, Pre) / power_of_128(n) && (n > 0 ==> value > 0) &&
          \forall integer i; 0 <= i < n ==> \at(at, Pre)[i] == middle_octet(\at(value, Pre), i);
        loop assigns at, value, \at(at, Pre)[0 .. LEB128_OCTETS - 1];
        loop variant value; */
    while (value > 0x7f) {
        *at++ = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    *at++ = (uint8_t)value;
    return at;
}

enum leb128_status leb128_take(struct leb128 *number, uint8_t octet)
{
    unsigned shift = 7 * number->octets++;
    size_t digit = octet & 0x7f;

    assert(number->octets <= LEB128_OCTETS + 1);
    if (shift >= sizeof(size_t) * 8 || digit << shift >> shift != digit)
        return LEB128_TOO_LARGE;
    number->value |= digit << shift;
    if (octet & 0x80)
        return LEB128_MORE;
    return octet == 0 && shift > 0 ? LEB128_PADDED : LEB128_WHOLE;
}
