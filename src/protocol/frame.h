/* SPDX-License-Identifier: MIT */
/*
 * frame.h - a message as a row of bits, and back
 *
 *   octet 0     magic 0x5 (4 bits) | version 1 (4 bits)
 *   octet 1     flags (5 bits) | priority, 0 to 7 as in syslog(3) (3 bits)
 *   fields'     only with the flag 0x08; no other is known
 *    length     in octets (leb128.h), 1 to FIELDS_SIZE_MAX
 *   length      of the payload in octets (leb128.h)
 *   payload     any octets
 *   fields      as in fields.h
 *   checksum    CRC-32C of all before it, least significant octet first
 *
 * Octets travel most significant bit first. What is refused for its version, flags or length is
 * refused at that octet, before the payload is sent; fields that may not be are refused with the
 * last bit.
 *
 * Pure, but for the payload's memory: it grows as octets arrive, never on the word of the length.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "protocol/fields.h"
#include "protocol/leb128.h"

/* The largest message that any daemon can be told to accept: 1 GiB. */
#define MESSAGE_MAX ((size_t)1 << 30)

struct message {
    unsigned priority; /* 0 (emergency) to 7 (debug), as in syslog(3) */
    uint8_t *bytes;    /* the payload, length octets, any values; NULL only if there are none */
    size_t length;
    const uint8_t *fields; /* fields_length octets; of one that was received, behind the payload */
    size_t fields_length;
};

/* ---- sending ---- */

struct frame {
    uint8_t *octets; /* to be freed by frame_free() */
    size_t length;
};

/*
 * Builds the frame of a message into *ret. 0, or -ENOMEM with *ret untouched. The message's
 * bytes and fields are copied.
 */
int frame_encode(const struct message *message, struct frame *ret);
void frame_free(struct frame *frame);

static inline uint64_t frame_bits(const struct frame *frame)
{
    return (uint64_t)frame->length * 8;
}

/* Bit index of the frame, index < frame_bits(). */
static inline bool frame_bit(const struct frame *frame, uint64_t index)
{
    return frame->octets[index / 8] >> (7 - index % 8) & 1;
}

/* ---- receiving ---- */

enum frame_status {
    FRAME_MORE,      /* so far so good */
    FRAME_COMPLETE,  /* decoder->message is whole, its checksum right and its fields are valid */
    FRAME_TOO_LARGE, /* the rest: refused, and why */
    FRAME_VERSION,
    FRAME_DAMAGED,
    FRAME_NO_MEMORY,
};

struct frame_decoder {
    struct message message;
    enum {
        PART_MAGIC,
        PART_FLAGS,
        PART_FIELDS_LENGTH,
        PART_LENGTH,
        PART_CONTENT, /* payload and fields */
        PART_CHECKSUM
    } part;
    size_t limit;         /* of the payload, in octets */
    struct leb128 number; /* the length under way */
    size_t got;           /* octets of this part */
    size_t allocated;     /* octets at message.bytes */
    uint32_t crc;         /* of all octets before the checksum */
    uint32_t checksum;    /* as received so far */
    uint8_t octet;        /* the octet under way, */
    uint8_t bits;         /* and how many bits of it have come */
};

/* Prepares for a frame whose payload has limit octets at most. */
void frame_decoder_init(struct frame_decoder *decoder, size_t limit);

/* Gives back the memory of a message that was not taken away. */
void frame_decoder_done(struct frame_decoder *decoder);

/*
 * Takes the next bit. After anything but FRAME_MORE no further bit may follow. The message is
 * the caller's to read; to keep its bytes, take the pointer and set it to NULL.
 */
enum frame_status frame_decoder_bit(struct frame_decoder *decoder, bool bit);

/* Octets that payload and fields will have, once the header has told them; 0 before. */
size_t frame_decoder_length(const struct frame_decoder *decoder);

/* Octets of the payload received so far. */
size_t frame_decoder_received(const struct frame_decoder *decoder);
