/* SPDX-License-Identifier: MIT */
/* text.c - contracts for static functions of the shipped text.c, which follows them */

#include "protocol/text.h"

/*@ assigns \nothing;
    ensures \result == (first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 :
      first < 0xf5 ? 4 : 0); */
static size_t length_of(uint8_t first);

/*@ requires character <= 0x10ffff && !(0xd800 <= character <= 0xdfff);
    assigns \nothing;
    ensures \result <==> may_be_shown(character); */
static bool is_printable(uint32_t character);

/*@ requires 1 <= length <= 4;
    assigns \nothing;
    ensures \result <==> character <= 0x10ffff && !(0xd800 <= character <= 0xdfff) &&
      character >= (length == 1 ? 0 : length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000); */
static bool is_valid(uint32_t character, size_t length);

/*@ assigns \nothing;
    ensures 'A' <= octet <= 'Z' ==> \result == octet + 32;
    ensures !('A' <= octet <= 'Z') ==> \result == octet; */
static uint8_t small(uint8_t octet);

#include "protocol/text.c"
