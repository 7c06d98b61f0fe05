/* SPDX-License-Identifier: MIT */
/* text.c - see text.h */

#include "protocol/text.h"

/* Returns the length of the character that begins with this octet, or 0 if none does. */
static size_t length_of(uint8_t first)
{
    if (first < 0x80)
        return 1;
    if (first < 0xc2 || first > 0xf4)
        return 0;
    return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

static bool is_printable(uint32_t character)
{
    if (character < ' ' || (character >= 0x7f && character <= 0x9f))
        return false;
    /* Separators of lines and paragraphs, then embeddings and overrides, then isolates. */
    if ((character >= 0x2028 && character <= 0x202e) ||
        (character >= 0x2066 && character <= 0x2069))
        return false;
    return (character & 0xfffe) != 0xfffe && (character < 0xfdd0 || character > 0xfdef);
}

/* Returns true for a character that UTF-8 may encode in this length (RFC 3629). */
static bool is_valid(uint32_t character, size_t length)
{
    static const uint32_t least[] = {[1] = 0, [2] = 0x80, [3] = 0x800, [4] = 0x10000};

    return character >= least[length] && character <= 0x10ffff &&
           (character < 0xd800 || character > 0xdfff);
}

size_t text_printable(const uint8_t *octets, size_t length)
{
    size_t need = length > 0 ? length_of(octets[0]) : 0;
    uint32_t character;

    if (need == 0 || need > length)
        return 0;
    character = need == 1 ? octets[0] : octets[0] & (0x7fu >> need);
    /*@ loop invariant 1 <= i <= need && go_on(octets, i) && character == read_of(octets, need, i);
        loop assigns i, character;
        loop variant need - i; */
    for (size_t i = 1; i < need; i++) {
        if ((octets[i] & 0xc0) != 0x80)
            return 0;
        character = character << 6 | (octets[i] & 0x3fu);
    }
    return is_valid(character, need) && is_printable(character) ? need : 0;
}

static uint8_t small(uint8_t octet)
{
    return octet >= 'A' && octet <= 'Z' ? (uint8_t)(octet - 'A' + 'a') : octet;
}

bool text_begins_as(const uint8_t *octets, size_t length, const char *name, size_t *ret_behind)
{
    const char *rest = name;
    size_t at;

    /*@ loop invariant 0 <= at <= length && \exists integer n, k; 0 <= k <= n &&
          rest == name + k && \valid_read(name + (0 .. n)) && name[n] == 0;
        loop assigns at, rest;
        loop variant length - at; */
    for (at = 0; at < length; at++) {
        if (octets[at] > 0x7f || (octets[at] == ' ' && rest == name))
            continue;
        if (!*rest)
            break;
        if (small(octets[at]) != small((uint8_t)*rest++))
            return false;
    }
    if (*rest)
        return false;
    *ret_behind = at;
    return true;
}
