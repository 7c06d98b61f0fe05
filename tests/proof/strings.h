/* SPDX-License-Identifier: MIT */
/*
 * strings.h - contracts of the functions of libc that fields.c calls to look at characters
 *
 * WP cannot follow the contracts of Frama-C for these functions. Nothing here is proved: README.md
 * lists it as an assumption.
 */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/text.h"

/*@ predicate is_string{L}(char *s) = \exists integer n; 0 <= n && ends_at(s, n);
    // One of the strings in fields.c: provers do not guess their lengths.
    predicate is_constant{L}(char *s) = ends_at(s, 1) || ends_at(s, 7) || ends_at(s, 8) ||
      ends_at(s, 9) || ends_at(s, 10) || ends_at(s, 15) || ends_at(s, 17); */

/*@ requires is_string(s) || is_constant(s);
    assigns \nothing;
    ensures \valid_read(s + (0 .. \result)) && s[\result] == 0;
    ensures \forall integer i; 0 <= i < \result ==> s[i] != 0; */
size_t length_of_string(const char *s);

#define strlen(s) length_of_string(s)

/*@ requires \valid_read(one + (0 .. length - 1)) && \valid_read(other + (0 .. length - 1));
    assigns \nothing;
    ensures \result == 0 <==> \forall integer i; 0 <= i < length ==> one[i] == other[i]; */
int compare_characters(const char *one, const char *other, size_t length);

#define memcmp(one, other, length) compare_characters(one, other, length)

/*@ requires \valid_read(text + (0 .. length - 1));
    assigns \nothing;
    ensures \result == \null ==> \forall integer i; 0 <= i < length ==> text[i] != character;
    ensures \result != \null ==> \exists integer n; 0 <= n < length && \result == text + n &&
      text[n] == character && \forall integer i; 0 <= i < n ==> text[i] != character; */
const char *find_character(const char *text, char character, size_t length);

#define memchr(text, character, length) find_character(text, character, length)
