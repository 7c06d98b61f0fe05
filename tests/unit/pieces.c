/* SPDX-License-Identifier: MIT */
/* pieces.c - see pieces.h */

#include "pieces.h"

#include <check.h>
#include <string.h>

struct entry_fields pieces_list;
char pieces_output[1 << 16];

void pieces_clear(void)
{
    pieces_list.count = 0;
}

void pieces_add(const char *name, const void *value, size_t length)
{
    pieces_list.list[pieces_list.count++] = (struct entry_field){name, strlen(name), value, length};
}

void pieces_add_text(const char *name, const char *text)
{
    pieces_add(name, text, strlen(text));
}

size_t pieces_encode(const struct format *format, size_t size)
{
    static const char guard[] = "?????????";
    static char octets[sizeof pieces_output + sizeof guard];
    struct position position = {0};
    size_t length = 0, piece;

    do {
        memcpy(octets + size, guard, sizeof guard);
        piece = format->encode_message(&pieces_list, &position, octets, size);
        ck_assert_uint_le(piece, size);
        ck_assert_mem_eq(octets + size, guard, sizeof guard);
        ck_assert_uint_lt(length + piece, sizeof pieces_output);
        memcpy(pieces_output + length, octets, piece);
        length += piece;
    } while (piece > 0);
    pieces_output[length] = '\0';
    return length;
}

size_t pieces_make_value(char *ret, size_t size, bool is_text, size_t shift)
{
    static const char text[] = "a\"\\\t\xc3\xbc\xe2\x80\xae\xe2\x80\xac\xf0\x9f\x91\x8b";
    size_t length = shift;

    memset(ret, 'x', shift);
    while (length + sizeof text < size) {
        memcpy(ret + length, text, sizeof text - 1);
        length += sizeof text - 1;
    }
    if (!is_text)
        ret[length++] = '\xff';
    return length;
}

void pieces_expect_same(const struct format *format)
{
    static char whole[sizeof pieces_output], values[2][1200];
    size_t length;

    for (size_t shift = 0; shift < 8; shift++)
        for (int is_text = 0; is_text <= 1; is_text++) {
            pieces_clear();
            pieces_add("A", values[0],
                       pieces_make_value(values[0], sizeof values[0], is_text, shift));
            pieces_add("A", values[1], pieces_make_value(values[1], sizeof values[1], true, 0));
            for (int i = 0; i < 30; i++)
                pieces_add_text(i % 4 < 2 ? "NAME" : "OTHER", i % 3 ? "value" : "");
            length = pieces_encode(format, sizeof pieces_output);
            memcpy(whole, pieces_output, length + 1);
            for (size_t size = FORMAT_PIECE_MIN; size < FORMAT_PIECE_MIN + 200; size++) {
                ck_assert_uint_eq(pieces_encode(format, size), length);
                ck_assert_mem_eq(pieces_output, whole, length);
            }
        }
}
