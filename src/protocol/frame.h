/* SPDX-License-Identifier: MIT */
/*
 * frame.h - encodes a message as a sequence of bits, and decodes it
 *
 * A frame is these octets, each sent most significant bit first:
 *
 *   octet 0        magic 0x5 (4 bits) | version 1 (4 bits)
 *   octet 1        flags (5 bits) | priority: 0 to 7, as in syslog(3) (3 bits)
 *   fields length  in octets (leb128.h), 1 to FIELDS_SIZE_MAX; only if there are fields
 *   length         of the payload in octets (leb128.h)
 *   payload        octets of any value
 *   fields         as in fields.h; only if there are fields
 *   checksum       CRC-32C of all octets before it, least significant octet first
 *
 * Rules:
 *   - The flag 0x08 of octet 1 says that there are fields. All other flags are unknown.
 *   - An invalid magic, version, flag or length is refused at its octet, before the payload is
 *     sent.
 *   - A wrong checksum and invalid fields are refused at the last bit.
 *
 * Policy:
 *   - The memory of a received message grows with the octets that arrive, not with the length that
 *     the header announces.
 *   - The decoder owns that memory until the caller takes it. The caller owns an encoded frame.
 *   - Nothing here blocks. No bit may be lost or repeated: arq.h takes care of that.
 *
 * Pure, except for this memory.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "protocol/fields.h"
#include "protocol/leb128.h"

/* The largest payload, in octets, that a daemon can be configured to accept. */
#define MESSAGE_MAX ((size_t)1 << 30)

struct message {
    unsigned priority; /* 0 (emergency) to 7 (debug), as in syslog(3) */
    uint8_t *bytes;    /* the payload: length octets of any value; NULL only if length is 0 */
    size_t length;
    const uint8_t *fields; /* fields_length octets; in a received message, behind the payload */
    size_t fields_length;
};

/* ---- sending ---- */

struct frame {
    uint8_t *octets; /* to be freed by frame_free() */
    size_t length;
};

/*
 * Builds the frame of a message in *ret. Returns 0, or -ENOMEM with *ret untouched. The payload is
 * MESSAGE_MAX octets at most, and the fields are FIELDS_SIZE_MAX octets at most. Both are copied.
 */
int frame_encode(const struct message *message, struct frame *ret);

/* Frees the octets of a frame. The struct is all 0 again. */
void frame_free(struct frame *frame);

/* Returns how many bits the frame has. */
static inline uint64_t frame_bits(const struct frame *frame)
{
    return (uint64_t)frame->length * 8;
}

/* Returns bit index of the frame. index < frame_bits(). */
static inline bool frame_bit(const struct frame *frame, uint64_t index)
{
    return frame->octets[index / 8] >> (7 - index % 8) & 1;
}

/* ---- receiving ---- */

enum frame_status {
    FRAME_MORE,      /* all bits so far are valid, and more are to come */
    FRAME_COMPLETE,  /* decoder->message is whole; its checksum is right and its fields are valid */
    FRAME_TOO_LARGE, /* refused: the payload or the fields are longer than the limit */
    FRAME_VERSION,   /* refused: an unknown version or flag */
    FRAME_DAMAGED,   /* refused: a wrong magic or checksum, or an invalid length or field */
    FRAME_NO_MEMORY, /* refused: out of memory */
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
    struct leb128 number; /* the length that is being received */
    size_t got;           /* octets received of PART_CONTENT or PART_CHECKSUM */
    size_t allocated;     /* octets at message.bytes */
    uint32_t crc;         /* of all octets before the checksum */
    uint32_t checksum;    /* as received so far */
    uint8_t octet;        /* the octet that is being received */
    uint8_t bits;         /* bits received of that octet, 0 to 7 */
};

/* Prepares for a frame whose payload is limit octets at most. */
void frame_decoder_init(struct frame_decoder *decoder, size_t limit);

/*
 * Frees the bytes of the message, unless the caller has taken them, and prepares for the next frame
 * with the same limit.
 */
void frame_decoder_done(struct frame_decoder *decoder);

/*
 * Takes the next bit. After any result but FRAME_MORE, no further bit may follow. After
 * FRAME_COMPLETE the caller may read decoder->message. To keep its bytes, the caller copies the
 * pointer and sets it to NULL; then the caller frees them with free(3).
 */
enum frame_status frame_decoder_bit(struct frame_decoder *decoder, bool bit);

/* Returns the length of payload and fields together, in octets; 0 until the header is whole. */
size_t frame_decoder_length(const struct frame_decoder *decoder);

/* Returns how many octets of the payload have been received. */
size_t frame_decoder_received(const struct frame_decoder *decoder);
