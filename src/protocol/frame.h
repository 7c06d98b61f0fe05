/* SPDX-License-Identifier: MIT */
/*
 * frame.h - encodes a message as a sequence of symbols, and decodes it
 *
 * A frame is these octets:
 *
 *   octet 0        magic 0x5 (4 bits) | version 1 (4 bits)
 *   octet 1        flags (5 bits) | priority: 0 to 7, as in syslog(3) (3 bits)
 *   fields length  in octets (leb128.h), 1 to FIELDS_SIZE_MAX; only if there are fields
 *   length         of the payload in octets (leb128.h)
 *   payload        octets of any value
 *   fields         as in fields.h; only if there are fields
 *   checksum       CRC-32C of all octets before it, least significant octet first
 *
 * Flags of octet 1:
 *   0x08  there are fields
 *   0x10  payload and fields travel as blocks of 8 octets
 *   0x20  payload and fields travel as blocks of 4 octets
 *
 * Rules:
 *   - Octets travel as bits, most significant bit first. Payload and fields, as one sequence, can
 *     instead travel as blocks (symbol.h), of which the last is filled up with 0.
 *   - Head and checksum always travel as bits, so that the kernel attests who begins and who ends
 *     the message. The sender of a block is only a claim.
 *   - An unknown flag, and blocks that this machine cannot receive, are refused like an unknown
 *     version.
 *   - An invalid magic, version, flag or length is refused at its octet, before the payload is
 *     sent.
 *   - A wrong checksum, invalid fields and a block with a wrong filling are refused.
 *
 * Policy:
 *   - The memory of a received message grows with the octets that arrive, not with the length that
 *     the header announces.
 *   - The decoder owns that memory until the caller takes it. The caller owns an encoded frame.
 *   - No call here waits. No symbol may be lost or repeated: arq.h takes care of that.
 *
 * Pure, except for this memory.
 */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "protocol/fields.h"
#include "protocol/leb128.h"
#include "protocol/symbol.h"

/* The largest payload, in octets, that a daemon can be configured to accept. */
#define MESSAGE_MAX ((size_t)1 << 30)

/* The index of a block fits si_errno, an int. Half of the range is enough for head and fields. */
_Static_assert(MESSAGE_MAX / BLOCK_OCTETS < INT_MAX / 2, "the number of a block");

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
    size_t content;       /* octets that travel as blocks; 0: there are no blocks */
    uint64_t first_block; /* content > 0: the index of the first block */
};

/*
 * Builds the frame of a message in *ret, with payload and fields as blocks if is_wide and if they
 * are not empty. Returns 0, or -ENOMEM with *ret untouched. The payload is MESSAGE_MAX octets at
 * most, and the fields are FIELDS_SIZE_MAX octets at most. Both are copied.
 */
int frame_encode(const struct message *message, bool is_wide, struct frame *ret);

/* Returns true if a part of the frame travels as blocks. */
bool frame_is_wide(const struct frame *frame);

/* Changes a frame so that all of it travels as bits. */
void frame_make_narrow(struct frame *frame);

/* Frees the octets of a frame. The struct is all 0 again. */
void frame_free(struct frame *frame);

/* Returns how many symbols the frame has. */
uint64_t frame_symbols(const struct frame *frame);

/* Returns symbol index of the frame. index < frame_symbols(). */
struct symbol frame_symbol(const struct frame *frame, uint64_t index);

/* Returns how many octets of the frame its first symbols carry. symbols <= frame_symbols(). */
uint64_t frame_octets(const struct frame *frame, uint64_t symbols);

/* ---- receiving ---- */

enum frame_status {
    FRAME_MORE,      /* all symbols so far are valid, and more are to come */
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
    unsigned block;       /* octets of a block of this message; 0: all octets travel as bits */
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

/* Returns the kind of the next symbol. */
enum symbol_kind frame_decoder_kind(const struct frame_decoder *decoder);

/*
 * Takes the next symbol, which has the right kind. After any result but FRAME_MORE, no further
 * symbol may follow. After FRAME_COMPLETE the caller may read decoder->message. To keep its bytes,
 * the caller copies the pointer and sets it to NULL; then the caller frees them with free(3).
 */
enum frame_status frame_decoder_take(struct frame_decoder *decoder, struct symbol symbol);

/* Returns the length of payload and fields together, in octets; 0 until the header is whole. */
size_t frame_decoder_length(const struct frame_decoder *decoder);

/* Returns how many octets of the payload have been received. */
size_t frame_decoder_received(const struct frame_decoder *decoder);
