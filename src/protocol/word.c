/* SPDX-License-Identifier: MIT */
/* word.c - packs words, and unpacks them strictly; see word.h for the layout */

#include "protocol/word.h"

#include <assert.h>

#define PROBE_MARK 0x6u

uint32_t probe_pack(struct probe probe)
{
    assert(probe.ask == ASK_START || probe.ask == ASK_RESUME);
    return PROBE_MARK << 28 | (uint32_t)probe.ask << 24 | probe.nonce;
}

bool probe_unpack(uint32_t word, struct probe *ret)
{
    uint32_t ask = word >> 24 & 0xf;

    if (word >> 28 != PROBE_MARK || (word >> 16 & 0xff) != 0 || ask < ASK_START || ask > ASK_RESUME)
        return false;
    *ret = (struct probe){.ask = (enum ask)ask, .nonce = (uint16_t)word};
    return true;
}

uint32_t reply_pack(struct reply reply)
{
    assert(reply.code >= REPLY_GO && reply.code <= REPLY_LAST);
    return (uint32_t)reply.code << 28 | (uint32_t)(reply.count % WORD_COUNT_MODULUS) << 16 |
           reply.nonce;
}

bool reply_unpack(uint32_t word, struct reply *ret)
{
    uint32_t code = word >> 28;

    if (code < REPLY_GO || code > REPLY_LAST)
        return false;
    *ret = (struct reply){.code = (enum reply_code)code,
                          .count = (uint16_t)((word >> 16) % WORD_COUNT_MODULUS),
                          .nonce = (uint16_t)word};
    return true;
}
