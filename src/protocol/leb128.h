/* SPDX-License-Identifier: MIT */
/*
 * leb128.h - unsigned numbers as octets: 7 bits an octet, the least significant first, with the
 * highest bit set in all but the last, in as few octets as the number needs
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* The most octets that a number can have. */
#define LEB128_OCTETS ((sizeof(size_t) * 8 + 6) / 7)

/* Writes a number; returns behind its last octet. */
uint8_t *leb128_put(uint8_t *at, size_t value);

/* A number under way: all 0 at its beginning. */
struct leb128 {
    size_t value;
    unsigned octets; /* taken so far */
};

enum leb128_status {
    LEB128_MORE,      /* so far so good */
    LEB128_WHOLE,     /* value is the number */
    LEB128_TOO_LARGE, /* it is not a size_t */
    LEB128_PADDED,    /* it has more octets than it needs */
};

/* Takes the next octet. After anything but LEB128_MORE no further one may follow. */
enum leb128_status leb128_take(struct leb128 *number, uint8_t octet);
