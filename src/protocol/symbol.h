/* SPDX-License-Identifier: MIT */
/*
 * symbol.h - what one acknowledged signal carries: a bit, or a block of octets
 *
 * A bit is a plain SIGUSR1 or SIGUSR2. A block is the value of a queued SIGUSR1 (sigqueue(3)):
 * BLOCK_OCTETS octets, the first of them in the least significant place. It also has a number: the
 * index of the symbol in its message.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum symbol_kind {
    SYMBOL_BIT,
    SYMBOL_BLOCK,
};

struct symbol {
    enum symbol_kind kind;
    uint64_t value; /* of a bit: 0 or 1 */
};

/* Octets of a block: those of a pointer, the value that the kernel queues with a signal. */
#define BLOCK_OCTETS (sizeof(void *))

static inline struct symbol symbol_bit(bool bit)
{
    return (struct symbol){.kind = SYMBOL_BIT, .value = bit};
}

static inline struct symbol symbol_block(uint64_t octets)
{
    return (struct symbol){.kind = SYMBOL_BLOCK, .value = octets};
}
