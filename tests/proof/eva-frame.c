/* SPDX-License-Identifier: MIT */
/*
 * eva-frame.c - a frame decoder that gets arbitrary symbols, for Frama-C's Eva
 *
 * The symbols are bits, and blocks where the decoder expects them. Memory for the message is there
 * or not, and ends where the decoder has asked for its end. The checksum is any number.
 */
#include <assert.h>
#include <stdlib.h>

#include "__fc_builtin.h"
#include "protocol/crc32c.h"
#include "protocol/fields.h"
#include "protocol/frame.h"

/* Lengths of a message. Beyond 64, the memory grows once. */
static const struct {
    size_t payload, fields;
} lengths[] = {{0, 0}, {1, 0}, {64, 0}, {65, 0}, {0, 1}, {1, 1}};
#define LIMIT 65

/* More bits than any frame with these lengths has. */
#define SYMBOLS (8 * (9 + LIMIT))

/* ---- memory ---- */

static uint8_t memory[LIMIT];
static uint8_t *start; /* NULL: no memory is given out */

void *move_memory(void *old, size_t size)
{
    assert(old == start && 0 < size && size <= LIMIT);
    if (Frama_C_interval(0, 1))
        return NULL;
    start = memory + LIMIT - size;
    return start;
}

void give_back_memory(const void *old)
{
    assert(old == start);
    start = NULL;
}

/* ---- what the decoder calls ---- */

uint32_t crc32c_octet(uint32_t crc, uint8_t octet)
{
    (void)crc;
    (void)octet;
    return (uint32_t)Frama_C_unsigned_int_interval(0, UINT32_MAX);
}

bool fields_are_valid(const uint8_t *octets, size_t length)
{
    assert(start && octets + length == memory + LIMIT);
    return Frama_C_interval(0, 1);
}

/* ---- the run ---- */

/* Returns true if the message has such lengths so far. */
static bool is_in_range(const struct frame_decoder *d)
{
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
        if (d->message.length == lengths[i].payload &&
            d->message.fields_length == lengths[i].fields)
            return true;
    return false;
}

/*
 * A length is 0, 1, 64 or 65: only bits 6 and 0 of its octet may be set, which come second and
 * last. Each length is looked at separately.
 */
static struct symbol any_symbol(const struct frame_decoder *d)
{
    bool is_of_length = d->part == PART_FIELDS_LENGTH || d->part == PART_LENGTH;
    struct symbol symbol = {.kind = frame_decoder_kind(d)};

    if (symbol.kind == SYMBOL_BLOCK)
        symbol.value = Frama_C_unsigned_long_interval(0, UINT64_MAX);
    else if (!is_of_length)
        symbol.value = (uint64_t)Frama_C_interval(0, 1);
    else if ((d->bits == 1 || d->bits == 7) && Frama_C_interval(0, 1))
        symbol.value = 1;
    return symbol;
}

int main(void)
{
    enum frame_status status = FRAME_MORE;
    struct frame_decoder decoder;

    frame_decoder_init(&decoder, LIMIT);
    for (unsigned i = 0; i < SYMBOLS && status == FRAME_MORE; i++) {
        status = frame_decoder_take(&decoder, any_symbol(&decoder));
        if (!is_in_range(&decoder))
            break;
        assert(frame_decoder_received(&decoder) <= decoder.message.length);
        assert(frame_decoder_length(&decoder) <= LIMIT);
    }
    frame_decoder_done(&decoder);
    assert(!start);
    return 0;
}
