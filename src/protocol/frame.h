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

#include "protocol/crc32c.h"
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
/*@ // Octet i of any sequence of octets. Nothing is known of it, so what is proved holds for all.
    axiomatic AnyOctets { logic integer octet_of(integer i); }
    logic integer crc_of(integer length) =
      length <= 0 ? 0 : crc32c_next(crc_of(length - 1), octet_of(length - 1));
    logic integer checksum_octet(integer crc, integer i) = i == 0 ? crc % 0x100 :
      i == 1 ? crc / 0x100 % 0x100 : i == 2 ? crc / 0x10000 % 0x100 : crc / 0x1000000;
    // Where the length of the payload, the payload and the checksum are.
    logic integer length_at(integer fields) = fields == 0 ? 2 : 2 + leb128_size(fields);
    logic integer head_of(integer length, integer fields) =
      length_at(fields) + leb128_size(length);
    logic integer end_of(integer length, integer fields) =
      head_of(length, fields) + length + fields;
    predicate has_octets{L}(uint8_t *octets, integer length) =
      \forall integer i; 0 <= i < length ==> octets[i] == octet_of(i);
    predicate has_length{L}(uint8_t *octets, integer at, integer length) =
      octets[at + leb128_size(length) - 1] == last_octet(length, leb128_size(length) - 1) &&
      \forall integer i; 0 <= i < leb128_size(length) - 1 ==>
        octets[at + i] == middle_octet(length, i);
    predicate has_checksum{L}(uint8_t *octets, integer at) =
      has_octets(octets, at) ==> \forall integer i; 0 <= i < 4 ==>
      octets[at + i] == checksum_octet(crc_of(at), i); */
/*@ predicate is_frame(struct frame f) = \valid_read(f.octets + (0 .. f.length - 1)) &&
      f.length <= 2 * MESSAGE_MAX &&
      f.content <= f.length && f.first_block % 8 == 0 && f.first_block <= 8 * f.length &&
      (f.content > 0 ==> f.first_block / 8 + f.content <= f.length); */
/*@ requires \valid_read(message) && \valid(ret) && message->priority <= 7;
    requires message->length <= MESSAGE_MAX && message->fields_length <= FIELDS_SIZE_MAX;
    requires \valid_read(message->bytes + (0 .. message->length - 1));
    requires \valid_read(message->fields + (0 .. message->fields_length - 1));
    assigns *ret, { *o | uint8_t *o; \true };
    ensures \result != 0 ==> \result < 0 && *ret == \old(*ret);
    ensures \result == 0 ==> \valid(ret->octets + (0 .. ret->length - 1));
    ensures \result == 0 ==>
      ret->length == end_of(\old(message->length), \old(message->fields_length)) + 4;
    ensures \result == 0 ==>
      ret->content == (is_wide ? \old(message->length) + \old(message->fields_length) : 0);
    ensures \result == 0 ==>
      ret->first_block == 8 * head_of(\old(message->length), \old(message->fields_length));
    ensures \result == 0 ==> ret->octets[0] == 0x51 && ret->octets[1] == \old(message->priority) +
      (\old(message->fields_length) > 0 ? 8 : 0) + (ret->content > 0 ? 16 : 0);
    ensures \result == 0 && \old(message->fields_length) > 0 ==>
      has_length(ret->octets, 2, \old(message->fields_length));
    ensures \result == 0 ==>
      has_length(ret->octets, length_at(\old(message->fields_length)), \old(message->length));
    ensures \result == 0 ==> \forall integer i; 0 <= i < \old(message->length) ==>
      ret->octets[head_of(\old(message->length), \old(message->fields_length)) + i] ==
        \old(message->bytes[i]);
    ensures \result == 0 ==> \forall integer i; 0 <= i < \old(message->fields_length) ==>
      ret->octets[head_of(\old(message->length), \old(message->fields_length)) +
        \old(message->length) + i] == \old(message->fields[i]);
    ensures \result == 0 ==> has_checksum(ret->octets, ret->length - 4); */
int frame_encode(const struct message *message, bool is_wide, struct frame *ret);

/*@ logic integer blocks_of(struct frame f) = (f.content + BLOCK_OCTETS - 1) / BLOCK_OCTETS;
    logic integer symbols_of(struct frame f) = 8 * (f.length - f.content) + blocks_of(f);
    // Index of the symbol travels as a block.
    predicate is_block(struct frame f, integer index) =
      f.first_block <= index < f.first_block + blocks_of(f);
    // Which bit of the frame this symbol is, and in which octet its block begins.
    logic integer bit_index(struct frame f, integer index) =
      index < f.first_block ? index : index - blocks_of(f) + 8 * f.content;
    logic integer block_start(struct frame f, integer index) =
      f.first_block / 8 + BLOCK_OCTETS * (index - f.first_block);
    axiomatic Symbols {
      // Bit n of an octet, the most significant first: (octet >> (7 - n)) & 1.
      logic integer bit_at(integer octet, integer n);
      // Octet n of a block, the least significant first: (uint8_t)(octets >> 8 * n).
      logic integer octet_at(integer octets, integer n);
      // What is left of a block behind its first n octets: octets >> 8 * n.
      logic integer rest_of(integer octets, integer n);
    } */

/* Returns true if a part of the frame travels as blocks. */
/*@ requires \valid_read(frame);
    assigns \nothing;
    ensures \result <==> frame->content > 0; */
bool frame_is_wide(const struct frame *frame);

/* Changes a frame so that all of it travels as bits. */
/*@ requires \valid(frame) && is_frame(*frame) && frame->length >= 8;
    requires \valid(frame->octets + (0 .. frame->length - 1));
    requires \separated(frame, frame->octets + (0 .. frame->length - 1));
    assigns frame->content, frame->octets[1];
    assigns frame->octets[frame->length - 4 .. frame->length - 1];
    ensures frame->content == 0 && is_frame(*frame);
    ensures frame->octets[1] ==
      \old(frame->octets[1]) - (\old(frame->octets[1]) / 16 % 2 == 1 ? 16 : 0);
    ensures has_checksum(frame->octets, frame->length - 4); */
void frame_make_narrow(struct frame *frame);

/* Frees the octets of a frame. The struct is all 0 again. */
/*@ requires \valid(frame);
    assigns *frame;
    ensures frame->octets == \null && frame->length == 0 && frame->content == 0 &&
      frame->first_block == 0; */
void frame_free(struct frame *frame);

/* Returns how many symbols the frame has. */
/*@ requires \valid_read(frame) && is_frame(*frame);
    assigns \nothing;
    ensures \result == symbols_of(*frame); */
uint64_t frame_symbols(const struct frame *frame);

/* Returns symbol index of the frame. index < frame_symbols(). */
/*@ requires \valid_read(frame) && is_frame(*frame) && index < symbols_of(*frame);
    assigns \nothing;
    ensures \result.kind == SYMBOL_BLOCK <==> is_block(*frame, index);
    ensures \result.kind == SYMBOL_BLOCK || \result.kind == SYMBOL_BIT && \result.value <= 1;
    ensures \result.kind == SYMBOL_BIT ==> \forall integer at, n;
      0 <= n < 8 && 8 * at + n == bit_index(*frame, index) ==>
        \result.value == bit_at(frame->octets[at], n);
    ensures \result.kind == SYMBOL_BLOCK ==> \forall integer n; 0 <= n < BLOCK_OCTETS ==>
      octet_at(\result.value, n) ==
        (block_start(*frame, index) + n < frame->first_block / 8 + frame->content ?
          frame->octets[block_start(*frame, index) + n] : 0); */
struct symbol frame_symbol(const struct frame *frame, uint64_t index);

/* Returns how many octets of the frame its first symbols carry. symbols <= frame_symbols(). */
/*@ requires \valid_read(frame) && is_frame(*frame) && symbols <= symbols_of(*frame);
    assigns \nothing;
    ensures \result <= frame->length;
    ensures symbols == symbols_of(*frame) ==> \result == frame->length; */
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

/*@ predicate is_decoder(struct frame_decoder d) = d.part <= PART_CHECKSUM && d.bits < 8 &&
      (d.block == 0 || d.block == 4 || d.block == 8) && d.limit <= MESSAGE_MAX &&
      d.message.length <= d.limit && d.message.fields_length <= FIELDS_SIZE_MAX &&
      d.number.octets <= LEB128_OCTETS && d.number.value < power_of_128(d.number.octets) &&
      d.allocated <= d.message.length + d.message.fields_length &&
      \valid(d.message.bytes + (0 .. d.allocated - 1)) &&
      (d.part < PART_CONTENT ==> d.allocated == 0) &&
      (d.part == PART_CONTENT ==> d.got <= d.allocated &&
        d.got < d.message.length + d.message.fields_length) &&
      (d.part == PART_CHECKSUM ==> d.got < 4 &&
        d.allocated == d.message.length + d.message.fields_length);
    // Nothing has been taken.
    predicate is_empty(struct frame_decoder d) = d.part == PART_MAGIC && d.bits == 0 &&
      d.crc == 0 && d.checksum == 0 && d.message.bytes == \null && d.message.length == 0 &&
      d.message.fields_length == 0;
    // After a symbol or an octet, with this result.
    predicate took(struct frame_decoder d, integer status) =
      (status == FRAME_MORE ==> is_decoder(d)) &&
      (status == FRAME_COMPLETE ==> d.checksum == d.crc &&
        d.message.length <= d.limit && d.message.fields_length <= FIELDS_SIZE_MAX &&
        d.allocated == d.message.length + d.message.fields_length &&
        \valid(d.message.bytes + (0 .. d.allocated - 1))); */

/* Prepares for a frame whose payload is limit octets at most. */
/*@ requires \valid(decoder) && limit <= MESSAGE_MAX;
    assigns *decoder;
    ensures is_decoder(*decoder) && is_empty(*decoder) && decoder->limit == limit; */
void frame_decoder_init(struct frame_decoder *decoder, size_t limit);

/*
 * Frees the bytes of the message, unless the caller has taken them, and prepares for the next frame
 * with the same limit.
 */
/*@ requires \valid(decoder) && decoder->limit <= MESSAGE_MAX;
    assigns *decoder;
    ensures is_decoder(*decoder) && is_empty(*decoder) && decoder->limit == \old(decoder->limit); */
void frame_decoder_done(struct frame_decoder *decoder);

/* Returns the kind of the next symbol. */
/*@ requires \valid_read(decoder);
    assigns \nothing;
    ensures \result == SYMBOL_BLOCK <==> decoder->block > 0 && decoder->part == PART_CONTENT;
    ensures \result == SYMBOL_BLOCK || \result == SYMBOL_BIT; */
enum symbol_kind frame_decoder_kind(const struct frame_decoder *decoder);

/*
 * Takes the next symbol, which has the right kind. After any result but FRAME_MORE, no further
 * symbol may follow. After FRAME_COMPLETE the caller may read decoder->message. To keep its bytes,
 * the caller copies the pointer and sets it to NULL; then the caller frees them with free(3).
 */
/*@ requires \valid(decoder) && is_decoder(*decoder);
    requires symbol.kind == SYMBOL_BLOCK <==> decoder->block > 0 && decoder->part == PART_CONTENT;
    requires symbol.kind == SYMBOL_BIT || symbol.kind == SYMBOL_BLOCK;
    requires symbol.kind == SYMBOL_BIT ==> symbol.value <= 1;
    assigns *decoder, { *o | uint8_t *o; \true };
    ensures took(*decoder, \result); */
enum frame_status frame_decoder_take(struct frame_decoder *decoder, struct symbol symbol);

/* Returns the length of payload and fields together, in octets; 0 until the header is whole. */
/*@ requires \valid_read(decoder) && is_decoder(*decoder);
    assigns \nothing;
    ensures \result == (decoder->part >= PART_CONTENT ?
      decoder->message.length + decoder->message.fields_length : 0); */
size_t frame_decoder_length(const struct frame_decoder *decoder);

/* Returns how many octets of the payload have been received. */
/*@ requires \valid_read(decoder) && is_decoder(*decoder);
    assigns \nothing;
    behavior head:
      assumes decoder->part < PART_CONTENT;
      ensures \result == 0;
    behavior content:
      assumes decoder->part == PART_CONTENT;
      ensures \result == \min(decoder->got, decoder->message.length);
    behavior checksum:
      assumes decoder->part == PART_CHECKSUM;
      ensures \result == decoder->message.length; */
size_t frame_decoder_received(const struct frame_decoder *decoder);
