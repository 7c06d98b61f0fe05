/* SPDX-License-Identifier: MIT */
/* frame.c - encodes and decodes frames; see frame.h for the layout */

#include "protocol/frame.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/crc32c.h"

#define MAGIC 0x5u
#define FORMAT_VERSION 1u
#define FLAG_FIELDS 0x8u
#define FLAG_BLOCKS_OF_8 0x10u
#define FLAG_BLOCKS_OF_4 0x20u
#define PRIORITY_MASK 0x7u
#define CHECKSUM_OCTETS 4
#define FIRST_ALLOCATION 64

/* ---- sending ---- */

static uint8_t *put(uint8_t *at, const uint8_t *octets, size_t length)
{
    return length > 0 ? mempcpy(at, octets, length) : at;
}

static unsigned block_flag(void)
{
    return BLOCK_OCTETS == 8 ? FLAG_BLOCKS_OF_8 : FLAG_BLOCKS_OF_4;
}

static void put_checksum(struct frame *frame)
{
    uint8_t *at = frame->octets;
    uint8_t *end = at + frame->length - CHECKSUM_OCTETS;
    uint32_t crc = 0;

    /*@ loop invariant \exists integer n; 0 <= n <= frame->length - 4 && at == frame->octets + n &&
          (has_octets(frame->octets, n) ==> crc == crc_of(n));
        loop assigns at, crc;
        loop variant end - at; */
    while (at < end)
        crc = crc32c_octet(crc, *at++);
    /*@ loop invariant 0 <= i <= 4 && at == frame->octets + frame->length - 4 + i;
        loop invariant \forall integer k; 0 <= k < i ==>
          frame->octets[frame->length - 4 + k] == checksum_octet(crc, k);
        loop assigns i, at, frame->octets[frame->length - 4 .. frame->length - 1];
        loop variant 4 - i; */
    for (int i = 0; i < CHECKSUM_OCTETS; i++)
        *at++ = (uint8_t)(crc >> 8 * i);
}

int frame_encode(const struct message *message, bool is_wide, struct frame *ret)
{
    bool has_fields = message->fields_length > 0;
    size_t content = is_wide ? message->length + message->fields_length : 0;
    unsigned flags = (has_fields ? FLAG_FIELDS : 0) | (content > 0 ? block_flag() : 0);
    uint8_t *octets =
        malloc(2 + 2 * LEB128_OCTETS + message->length + message->fields_length + CHECKSUM_OCTETS);
    uint8_t *at = octets;
    size_t head;

    /*@ assert flags == (has_fields ? 8 : 0) + (content > 0 ? 16 : 0); */
    assert(message->priority <= PRIORITY_MASK && message->length <= MESSAGE_MAX &&
           message->fields_length <= FIELDS_SIZE_MAX);
    if (!octets)
        return -ENOMEM;
    *at++ = MAGIC << 4 | FORMAT_VERSION;
    *at++ = (uint8_t)((message->priority & PRIORITY_MASK) | flags);
    /*@ assert octets[0] == 0x51 && octets[1] == message->priority + flags; */
    if (has_fields)
        at = leb128_put(at, message->fields_length);
    at = leb128_put(at, message->length);
    head = (size_t)(at - octets);
    /*@ assert head == head_of(message->length, message->fields_length) && at == octets + head; */
    /*@ assert octets[0] == 0x51 && octets[1] == message->priority + flags; */
    /*@ assert has_fields ==> has_length(octets, 2, message->fields_length); */
    /*@ assert has_length(octets, length_at(message->fields_length), message->length); */
    at = put(at, message->bytes, message->length);
    /*@ assert \forall integer i; 0 <= i < message->length ==>
          octets[head_of(message->length, message->fields_length) + i]
            == \at(message->bytes[i], Pre); */
    /*@ assert has_length(octets, length_at(message->fields_length), message->length); */
    at = put(at, message->fields, message->fields_length);
    /*@ assert has_length(octets, length_at(message->fields_length), message->length); */
    /*@ assert \forall integer i; 0 <= i < message->length ==>
          octets[head_of(message->length, message->fields_length) + i]
            == \at(message->bytes[i], Pre); */
    *ret = (struct frame){
        .octets = octets,
        .length = (size_t)(at - octets) + CHECKSUM_OCTETS,
        .content = content,
        .first_block = 8 * (uint64_t)head,
    };
    put_checksum(ret);
    return 0;
}

bool frame_is_wide(const struct frame *frame)
{
    return frame->content > 0;
}

void frame_make_narrow(struct frame *frame)
{
    frame->octets[1] &= (uint8_t)~block_flag();
    frame->content = 0;
    put_checksum(frame);
}

static uint64_t blocks_of(const struct frame *frame)
{
    return (frame->content + BLOCK_OCTETS - 1) / BLOCK_OCTETS;
}

uint64_t frame_symbols(const struct frame *frame)
{
    return 8 * (uint64_t)(frame->length - frame->content) + blocks_of(frame);
}

static struct symbol bit_of(const struct frame *frame, uint64_t index)
{
    return symbol_bit(frame->octets[index / 8] >> (7 - index % 8) & 1);
}

/* Returns block number of the frame, from 0. */
static struct symbol block_of(const struct frame *frame, uint64_t number)
{
    const uint8_t *content = frame->octets + frame->first_block / 8;
    size_t at = (size_t)number * BLOCK_OCTETS;
    uint64_t octets = 0;

    /*@ loop invariant i <= BLOCK_OCTETS && at + i <= frame->content;
        loop invariant \forall integer n; 0 <= n < BLOCK_OCTETS ==>
          octet_at(octets, n) == (n < i ? content[at + n] : 0);
        loop assigns i, octets;
        loop variant BLOCK_OCTETS - i; */
    for (size_t i = 0; i < BLOCK_OCTETS && at + i < frame->content; i++)
        octets |= (uint64_t)content[at + i] << 8 * i;
    return symbol_block(octets);
}

struct symbol frame_symbol(const struct frame *frame, uint64_t index)
{
    uint64_t blocks = blocks_of(frame);

    if (index < frame->first_block)
        return bit_of(frame, index);
    if (index - frame->first_block < blocks)
        return block_of(frame, index - frame->first_block);
    return bit_of(frame, index - blocks + 8 * (uint64_t)frame->content);
}

uint64_t frame_octets(const struct frame *frame, uint64_t symbols)
{
    uint64_t blocks = blocks_of(frame);

    if (symbols <= frame->first_block)
        return symbols / 8;
    symbols -= frame->first_block;
    if (symbols < blocks)
        return frame->first_block / 8 + symbols * BLOCK_OCTETS;
    return frame->first_block / 8 + frame->content + (symbols - blocks) / 8;
}

void frame_free(struct frame *frame)
{
    free(frame->octets);
    *frame = (struct frame){0};
}

/* ---- receiving ---- */

void frame_decoder_init(struct frame_decoder *d, size_t limit)
{
    *d = (struct frame_decoder){.part = PART_MAGIC, .limit = limit};
}

void frame_decoder_done(struct frame_decoder *d)
{
    free(d->message.bytes);
    frame_decoder_init(d, d->limit);
}

static void enter(struct frame_decoder *d, int part)
{
    d->part = (unsigned)part;
    d->number = (struct leb128){0};
    d->got = 0;
}

static size_t content_length(const struct frame_decoder *d)
{
    return d->message.length + d->message.fields_length;
}

/*
 * Takes an octet of a length. Returns FRAME_COMPLETE if d->number.value is now the length, in the
 * range from least to most.
 */
static enum frame_status take_length(struct frame_decoder *d, uint8_t octet, size_t least,
                                     size_t most)
{
    switch (leb128_take(&d->number, octet)) {
    case LEB128_MORE:
        return FRAME_MORE;
    case LEB128_TOO_LARGE:
        return FRAME_TOO_LARGE;
    case LEB128_PADDED:
        return FRAME_DAMAGED;
    case LEB128_WHOLE:
        break;
    }
    if (d->number.value < least)
        return FRAME_DAMAGED;
    if (d->number.value > most)
        return FRAME_TOO_LARGE;
    return FRAME_COMPLETE;
}

/* The kernel can queue values of BLOCK_OCTETS octets or less to this process. */
static enum frame_status take_flags(struct frame_decoder *d, uint8_t octet)
{
    const unsigned known = PRIORITY_MASK | FLAG_FIELDS | block_flag() | FLAG_BLOCKS_OF_4;

    if (octet & ~known || (octet & FLAG_BLOCKS_OF_8 && octet & FLAG_BLOCKS_OF_4))
        return FRAME_VERSION;
    d->message.priority = octet & PRIORITY_MASK;
    d->block = octet & FLAG_BLOCKS_OF_8 ? 8 : octet & FLAG_BLOCKS_OF_4 ? 4 : 0;
    enter(d, octet & FLAG_FIELDS ? PART_FIELDS_LENGTH : PART_LENGTH);
    return FRAME_MORE;
}

static enum frame_status take_fields_length(struct frame_decoder *d, uint8_t octet)
{
    enum frame_status status = take_length(d, octet, 1, FIELDS_SIZE_MAX);

    if (status != FRAME_COMPLETE)
        return status;
    d->message.fields_length = d->number.value;
    enter(d, PART_LENGTH);
    return FRAME_MORE;
}

static enum frame_status take_payload_length(struct frame_decoder *d, uint8_t octet)
{
    enum frame_status status = take_length(d, octet, 0, d->limit);

    if (status != FRAME_COMPLETE)
        return status;
    d->message.length = d->number.value;
    enter(d, content_length(d) > 0 ? PART_CONTENT : PART_CHECKSUM);
    return FRAME_MORE;
}

static bool make_room(struct frame_decoder *d)
{
    size_t size = d->allocated ? 2 * d->allocated : FIRST_ALLOCATION;
    uint8_t *bytes;

    if (d->got < d->allocated)
        return true;
    if (size > content_length(d))
        size = content_length(d);
    bytes = realloc(d->message.bytes, size);
    if (!bytes)
        return false;
    d->message.bytes = bytes;
    d->allocated = size;
    return true;
}

static void append(struct frame_decoder *d, uint8_t octet)
{
    assert(d->got < d->allocated && d->allocated <= content_length(d));
    d->message.bytes[d->got++] = octet;
}

static enum frame_status take_content(struct frame_decoder *d, uint8_t octet)
{
    if (!make_room(d))
        return FRAME_NO_MEMORY;
    append(d, octet);
    if (d->got == content_length(d))
        enter(d, PART_CHECKSUM);
    return FRAME_MORE;
}

/* All octets have been received: checks the checksum and the fields. */
static enum frame_status judge(struct frame_decoder *d)
{
    assert(d->message.length <= d->limit && d->got == CHECKSUM_OCTETS);
    if (d->checksum != d->crc)
        return FRAME_DAMAGED;
    if (d->message.fields_length == 0)
        return FRAME_COMPLETE;
    d->message.fields = d->message.bytes + d->message.length;
    return fields_are_valid(d->message.fields, d->message.fields_length) ? FRAME_COMPLETE
                                                                         : FRAME_DAMAGED;
}

static enum frame_status take_checksum(struct frame_decoder *d, uint8_t octet)
{
    d->checksum |= (uint32_t)octet << 8 * d->got++;
    if (d->got < CHECKSUM_OCTETS)
        return FRAME_MORE;
    return judge(d);
}

static enum frame_status take_octet(struct frame_decoder *d, uint8_t octet)
{
    if (d->part != PART_CHECKSUM)
        d->crc = crc32c_octet(d->crc, octet);

    switch (d->part) {
    case PART_MAGIC:
        if (octet >> 4 != MAGIC)
            return FRAME_DAMAGED;
        if ((octet & 0xf) != FORMAT_VERSION)
            return FRAME_VERSION;
        enter(d, PART_FLAGS);
        return FRAME_MORE;
    case PART_FLAGS:
        return take_flags(d, octet);
    case PART_FIELDS_LENGTH:
        return take_fields_length(d, octet);
    case PART_LENGTH:
        return take_payload_length(d, octet);
    case PART_CONTENT:
        return take_content(d, octet);
    case PART_CHECKSUM:
        return take_checksum(d, octet);
    }
    return FRAME_DAMAGED;
}

static enum frame_status take_bit(struct frame_decoder *d, bool bit)
{
    uint8_t octet = (uint8_t)(d->octet << 1 | bit);

    assert(d->bits < 8);
    d->octet = octet;
    if (++d->bits < 8)
        return FRAME_MORE;
    d->bits = 0;
    return take_octet(d, octet);
}

static enum frame_status take_block(struct frame_decoder *d, uint64_t octets)
{
    enum frame_status status = FRAME_MORE;

    /*@ loop invariant took(*d, status) && i <= 8;
        loop assigns i, octets, status, *d, { *o | uint8_t *o; \true }; */
    for (unsigned i = 0; i < d->block && d->part == PART_CONTENT && status == FRAME_MORE; i++) {
        status = take_octet(d, (uint8_t)octets);
        octets >>= 8;
    }
    return status == FRAME_MORE && octets != 0 ? FRAME_DAMAGED : status;
}

enum symbol_kind frame_decoder_kind(const struct frame_decoder *d)
{
    return d->block > 0 && d->part == PART_CONTENT ? SYMBOL_BLOCK : SYMBOL_BIT;
}

enum frame_status frame_decoder_take(struct frame_decoder *d, struct symbol symbol)
{
    assert(symbol.kind == frame_decoder_kind(d));
    return symbol.kind == SYMBOL_BLOCK ? take_block(d, symbol.value) : take_bit(d, symbol.value);
}

size_t frame_decoder_length(const struct frame_decoder *d)
{
    return d->part == PART_CONTENT || d->part == PART_CHECKSUM ? content_length(d) : 0;
}

size_t frame_decoder_received(const struct frame_decoder *d)
{
    if (d->part == PART_CHECKSUM || (d->part == PART_CONTENT && d->got > d->message.length))
        return d->message.length;
    return d->part == PART_CONTENT ? d->got : 0;
}
