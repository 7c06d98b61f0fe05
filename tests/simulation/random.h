/* SPDX-License-Identifier: MIT */
/*
 * random.h - the only random number generator of a simulation
 *
 * All random decisions use this generator, so a seed replays exactly. The generator is SplitMix64.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct random {
    uint64_t state;
};

static inline uint64_t random_next(struct random *random)
{
    uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* Returns a number from 0 to limit - 1. limit must be 1 or more. */
static inline unsigned random_below(struct random *random, unsigned limit)
{
    return (unsigned)((random_next(random) >> 32) * limit >> 32);
}

/* Returns true with a chance of of_65536 in 65,536. */
static inline bool random_chance(struct random *random, unsigned of_65536)
{
    return random_below(random, 65536) < of_65536;
}
