/* SPDX-License-Identifier: MIT */
/*
 * fuzz.h - what a fuzz target has: one function, which libFuzzer or replay.c calls with any input
 *
 * A target ends the process where a promise is broken; the input that did it is then a file, and
 * replay.c runs it again.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Says what was broken, and where, and aborts. */
_Noreturn void fuzz_fail(const char *promise, const char *file, int line);

/* A promise: stays when NDEBUG is defined. */
#define PROMISE(condition) ((condition) ? (void)0 : fuzz_fail(#condition, __FILE__, __LINE__))

/* An input that is read from its beginning, octet by octet; after its end it is all zeros. */
struct input {
    const uint8_t *at;
    size_t left;
};

static inline uint8_t input_octet(struct input *input)
{
    if (input->left == 0)
        return 0;
    input->left--;
    return *input->at++;
}
