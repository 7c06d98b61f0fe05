/* frame.c - encoding and decoding; the layout is in frame.h */

#include "frame.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "crc32c.h"

#define MAGIC 0x5u
#define FORMAT_VERSION 1u
#define FLAGS_KNOWN 0u
#define PRIORITY_MASK 0x7u
#define CHECKSUM_OCTETS 4
#define LENGTH_OCTETS ((sizeof(size_t) * 8 + 6) / 7)
#define FIRST_ALLOCATION 64

/* ---- sending ---- */

static uint8_t *put_length(uint8_t *at, size_t length)
{
    while (length > 0x7f) {
        *at++ = (uint8_t)(length | 0x80);
        length >>= 7;
    }
    *at++ = (uint8_t)length;
    return at;
}

int frame_encode(const struct message *message, struct frame *ret)
{
    uint8_t *octets = malloc(2 + LENGTH_OCTETS + message->length + CHECKSUM_OCTETS);
    uint8_t *at = octets;
    uint32_t crc = 0;

    if (!octets)
        return -ENOMEM;
    *at++ = MAGIC << 4 | FORMAT_VERSION;
    *at++ = (uint8_t)(message->priority & PRIORITY_MASK);
    at = put_length(at, message->length);
    if (message->length > 0)
        at = mempcpy(at, message->bytes, message->length);
    for (const uint8_t *octet = octets; octet < at; octet++)
        crc = crc32c_octet(crc, *octet);
    for (int i = 0; i < CHECKSUM_OCTETS; i++)
        *at++ = (uint8_t)(crc >> 8 * i);
    *ret = (struct frame){.octets = octets, .length = (size_t)(at - octets)};
    return 0;
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
    d->got = 0;
}

static enum frame_status take_length(struct frame_decoder *d, uint8_t octet)
{
    unsigned shift = 7 * (unsigned)d->got++;
    size_t digit = octet & 0x7f;

    if (shift >= sizeof(size_t) * 8 || digit << shift >> shift != digit)
        return FRAME_TOO_LARGE;
    d->message.length |= digit << shift;
    if (octet & 0x80)
        return FRAME_MORE;
    if (octet == 0 && shift > 0)
        return FRAME_DAMAGED; /* more octets than it needs */
    if (d->message.length > d->limit)
        return FRAME_TOO_LARGE;
    enter(d, d->message.length > 0 ? PART_PAYLOAD : PART_CHECKSUM);
    return FRAME_MORE;
}

static bool make_room(struct frame_decoder *d)
{
    size_t size = d->allocated ? 2 * d->allocated : FIRST_ALLOCATION;
    uint8_t *bytes;

    if (d->got < d->allocated)
        return true;
    if (size > d->message.length)
        size = d->message.length;
    bytes = realloc(d->message.bytes, size);
    if (!bytes)
        return false;
    d->message.bytes = bytes;
    d->allocated = size;
    return true;
}

static enum frame_status take_payload(struct frame_decoder *d, uint8_t octet)
{
    if (!make_room(d))
        return FRAME_NO_MEMORY;
    d->message.bytes[d->got++] = octet;
    if (d->got == d->message.length)
        enter(d, PART_CHECKSUM);
    return FRAME_MORE;
}

static enum frame_status take_checksum(struct frame_decoder *d, uint8_t octet)
{
    d->checksum |= (uint32_t)octet << 8 * d->got++;
    if (d->got < CHECKSUM_OCTETS)
        return FRAME_MORE;
    return d->checksum == d->crc ? FRAME_COMPLETE : FRAME_DAMAGED;
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
        if ((octet & ~PRIORITY_MASK) != FLAGS_KNOWN)
            return FRAME_VERSION;
        d->message.priority = octet & PRIORITY_MASK;
        enter(d, PART_LENGTH);
        return FRAME_MORE;
    case PART_LENGTH:
        return take_length(d, octet);
    case PART_PAYLOAD:
        return take_payload(d, octet);
    case PART_CHECKSUM:
        return take_checksum(d, octet);
    }
    return FRAME_DAMAGED;
}

enum frame_status frame_decoder_bit(struct frame_decoder *d, bool bit)
{
    uint8_t octet = (uint8_t)(d->octet << 1 | bit);

    d->octet = octet;
    if (++d->bits < 8)
        return FRAME_MORE;
    d->bits = 0;
    return take_octet(d, octet);
}

size_t frame_decoder_length(const struct frame_decoder *d)
{
    return d->part == PART_PAYLOAD || d->part == PART_CHECKSUM ? d->message.length : 0;
}

size_t frame_decoder_received(const struct frame_decoder *d)
{
    switch (d->part) {
    case PART_MAGIC:
    case PART_FLAGS:
    case PART_LENGTH:
        return 0;
    case PART_PAYLOAD:
        return d->got;
    case PART_CHECKSUM:
        return d->message.length;
    }
    return 0;
}
