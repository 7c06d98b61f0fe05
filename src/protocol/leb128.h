/* SPDX-License-Identifier: MIT */
/*
 * leb128.h - unsigned numbers of variable length (LEB128)
 *
 * Each octet has 7 bits of the number, the least significant 7 bits first. The highest bit is set
 * in all octets but the last. A number has as few octets as it needs: others are invalid.
 *
 * Pure: no system calls and no memory of its own.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Octets of the longest number. */
#define LEB128_OCTETS ((sizeof(size_t) * 8 + 6) / 7)

/*
 * Writes a number to at, where LEB128_OCTETS octets must be free. Returns the address behind its
 * last octet.
 */
uint8_t *leb128_put(uint8_t *at, size_t value);

/* A number that is being received. Starts as all 0. */
struct leb128 {
    size_t value;
    unsigned octets; /* taken so far */
};

enum leb128_status {
    LEB128_MORE,      /* more octets are to come */
    LEB128_WHOLE,     /* value is the number */
    LEB128_TOO_LARGE, /* invalid: the number is larger than SIZE_MAX */
    LEB128_PADDED,    /* invalid: the number has more octets than it needs */
};

/* Takes the next octet. After any result but LEB128_MORE, no further octet may follow. */
/*@ requires \valid(number) && number->octets <= LEB128_OCTETS;
    assigns *number;
    ensures number->octets == \old(number->octets) + 1; */
enum leb128_status leb128_take(struct leb128 *number, uint8_t octet);
