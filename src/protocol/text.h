/* SPDX-License-Identifier: MIT */
/*
 * text.h - which octets of a stranger are text that can be shown to people
 *
 * Text is UTF-8. Octets that are not could be control characters of a terminal with another
 * encoding, and journalctl(1) does not show a tag that has them. It then shows the command name of
 * the daemon, as if the daemon had written the entry.
 *
 * Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Octets of the longest character. */
#define TEXT_CHARACTER_MAX 4u

/*
 * Returns the length in octets, 1 to TEXT_CHARACTER_MAX, of the printable character at the
 * beginning of length octets. Returns 0 if there is none: at the end; at octets that are not valid
 * UTF-8; at a control character, U+0000 to U+001F and U+007F to U+009F; at a line or paragraph
 * separator, U+2028 and U+2029; at a character that changes the direction of the text behind it,
 * U+202A to U+202E and U+2066 to U+2069 (Unicode Standard Annex 9); and at a noncharacter, U+FDD0
 * to U+FDEF and those that end with FFFE or FFFF.
 */
/*@ // A character that may be shown, and the octets behind its first one.
    predicate may_be_shown(integer c) = c >= 0x20 && !(0x7f <= c <= 0x9f) &&
      !(0x2028 <= c <= 0x202e) && !(0x2066 <= c <= 0x2069) && !(0xfdd0 <= c <= 0xfdef) &&
      c % 0x10000 < 0xfffe && !(0xd800 <= c <= 0xdfff) && c <= 0x10ffff;
    predicate go_on{L}(uint8_t *octets, integer length) =
      \forall integer i; 1 <= i < length ==> 0x80 <= octets[i] <= 0xbf;
    // The character that so many octets encode (RFC 3629), and what has been read of it.
    logic integer begin_of(integer first, integer length) = length == 1 ? first :
      length == 2 ? first - 0xc0 : length == 3 ? first - 0xe0 : first - 0xf0;
    logic integer read_of{L}(uint8_t *octets, integer length, integer read) =
      read == 1 ? begin_of(octets[0], length) :
      read == 2 ? begin_of(octets[0], length) * 0x40 + octets[1] - 0x80 :
      read == 3 ? begin_of(octets[0], length) * 0x1000 + (octets[1] - 0x80) * 0x40 +
        octets[2] - 0x80 :
      begin_of(octets[0], length) * 0x40000 + (octets[1] - 0x80) * 0x1000 +
        (octets[2] - 0x80) * 0x40 + octets[3] - 0x80;
    predicate is_character{L}(uint8_t *octets, integer length, integer first, integer last,
        integer least) = first <= octets[0] <= last && go_on(octets, length) &&
      read_of(octets, length, length) >= least && may_be_shown(read_of(octets, length, length)); */
/*@ requires \valid_read(octets + (0 .. length - 1));
    assigns \nothing;
    ensures \result <= TEXT_CHARACTER_MAX && \result <= length;
    ensures \result == 1 <==> length >= 1 && is_character(octets, 1, 0, 0x7f, 0);
    ensures \result == 2 <==> length >= 2 && is_character(octets, 2, 0xc2, 0xdf, 0x80);
    ensures \result == 3 <==> length >= 3 && is_character(octets, 3, 0xe0, 0xef, 0x800);
    ensures \result == 4 <==> length >= 4 && is_character(octets, 4, 0xf0, 0xf4, 0x10000); */
size_t text_printable(const uint8_t *octets, size_t length);

/*
 * Returns true if length octets can look as if they began with this name. Small and capital letters
 * count as the same. Leading spaces and all characters that are not ASCII do not count, because
 * some of those cannot be seen. *ret_behind is the index of the first ASCII character behind the
 * name, or length. The name is ASCII.
 */
/*@ // A name of n characters: TAG_OF_DAEMON has 9, and provers do not guess that.
    predicate ends_at{L}(char *name, integer n) = \valid_read(name + (0 .. n)) && name[n] == 0; */
/*@ requires \valid_read(octets + (0 .. length - 1)) && \valid(ret_behind);
    requires \separated(ret_behind, octets + (0 .. length - 1));
    requires \separated(ret_behind, name + (0 ..));
    requires ends_at(name, 9) || \exists integer n; 0 <= n && ends_at(name, n);
    assigns *ret_behind;
    ensures !\result ==> *ret_behind == \old(*ret_behind);
    ensures \result ==> *ret_behind <= length;
    ensures \result ==> *ret_behind == length || octets[*ret_behind] <= 0x7f; */
bool text_begins_as(const uint8_t *octets, size_t length, const char *name, size_t *ret_behind);
