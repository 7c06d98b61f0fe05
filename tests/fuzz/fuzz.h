/* SPDX-License-Identifier: MIT */
/*
 * fuzz.h - the interface of a fuzz target: one function, which libFuzzer or replay.c calls
 *
 * A target aborts the process when a promise is broken. libFuzzer then writes the input to a file,
 * and replay.c can run it again.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Prints the broken promise and its place in the source, and aborts. */
_Noreturn void fuzz_fail(const char *promise, const char *file, int line);

/* Asserts a promise. Unlike assert(3), this also works if NDEBUG is defined. */
#define PROMISE(condition) ((condition) ? (void)0 : fuzz_fail(#condition, __FILE__, __LINE__))

/* An input that is read octet by octet. After its end, all octets are 0. */
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
