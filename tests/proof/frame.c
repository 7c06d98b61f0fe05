/* SPDX-License-Identifier: MIT */
/* frame.c - contracts for static functions of the shipped frame.c, which follows them */

#include "parts.h"

/*@ requires length > 0 ==>
      \valid(at + (0 .. length - 1)) && \valid_read(octets + (0 .. length - 1)) &&
      \separated(at + (0 .. length - 1), octets + (0 .. length - 1));
    assigns at[0 .. length - 1];
    ensures \result == at + length;
    ensures \forall integer i; 0 <= i < length ==> at[i] == \old(octets[i]); */
static uint8_t *put(uint8_t *at, const uint8_t *octets, size_t length);

/*@ requires \valid_read(frame) && frame->length >= 4 && frame->length <= 2 * MESSAGE_MAX;
    requires \valid(frame->octets + (0 .. frame->length - 1));
    requires \separated(frame, frame->octets + (0 .. frame->length - 1));
    assigns frame->octets[frame->length - 4 .. frame->length - 1];
    ensures has_checksum(frame->octets, frame->length - 4); */
static void put_checksum(struct frame *frame);

/*@ requires \valid_read(frame) && is_frame(*frame) && index < 8 * frame->length;
    assigns \nothing;
    ensures \result.kind == SYMBOL_BIT && \result.value <= 1;
    ensures \forall integer at, n; 0 <= n < 8 && 8 * at + n == index ==>
      \result.value == bit_at(frame->octets[at], n); */
static struct symbol bit_of(const struct frame *frame, uint64_t index);

/*@ requires \valid_read(frame) && is_frame(*frame) && number < blocks_of(*frame);
    assigns \nothing;
    ensures \result.kind == SYMBOL_BLOCK;
    ensures \forall integer n; 0 <= n < BLOCK_OCTETS ==> octet_at(\result.value, n) ==
      (BLOCK_OCTETS * number + n < frame->content ?
        frame->octets[frame->first_block / 8 + BLOCK_OCTETS * number + n] : 0); */
static struct symbol block_of(const struct frame *frame, uint64_t number);

/* ---- receiving ---- */

/*@ requires \valid(d) && is_decoder(*d);
    assigns d->number;
    ensures \result == FRAME_MORE || \result == FRAME_COMPLETE || \result == FRAME_TOO_LARGE ||
      \result == FRAME_DAMAGED;
    ensures \result == FRAME_MORE ==>
      d->number.octets <= LEB128_OCTETS && d->number.value < power_of_128(d->number.octets);
    ensures \result == FRAME_COMPLETE ==> least <= d->number.value <= most; */
static enum frame_status take_length(struct frame_decoder *d, uint8_t octet, size_t least,
                                     size_t most);

/*@ requires \valid(d) && is_decoder(*d) && d->part == PART_FLAGS;
    assigns d->message.priority, d->block, d->part, d->number, d->got;
    ensures took(*d, \result); */
static enum frame_status take_flags(struct frame_decoder *d, uint8_t octet);

/*@ requires \valid(d) && is_decoder(*d) && d->part == PART_FIELDS_LENGTH;
    assigns d->message.fields_length, d->part, d->number, d->got;
    ensures took(*d, \result); */
static enum frame_status take_fields_length(struct frame_decoder *d, uint8_t octet);

/*@ requires \valid(d) && is_decoder(*d) && d->part == PART_LENGTH;
    assigns d->message.length, d->part, d->number, d->got;
    ensures took(*d, \result); */
static enum frame_status take_payload_length(struct frame_decoder *d, uint8_t octet);

/*@ requires \valid(d) && is_decoder(*d) && d->part == PART_CONTENT;
    assigns d->message.bytes, d->allocated;
    ensures \result ==> is_decoder(*d) && d->got < d->allocated; */
static bool make_room(struct frame_decoder *d);

/*@ requires \valid(d) && d->message.length <= MESSAGE_MAX &&
      d->message.fields_length <= FIELDS_SIZE_MAX;
    requires d->got < d->allocated <= d->message.length + d->message.fields_length;
    requires \valid(d->message.bytes + (0 .. d->allocated - 1));
    assigns d->got, d->message.bytes[d->got];
    ensures d->got == \old(d->got) + 1; */
static void append(struct frame_decoder *d, uint8_t octet);

/*@ requires \valid(d) && is_decoder(*d) && d->part == PART_CONTENT;
    assigns *d, { *o | uint8_t *o; \true };
    ensures took(*d, \result);
    ensures d->bits == \old(d->bits); */
static enum frame_status take_content(struct frame_decoder *d, uint8_t octet);

/*@ requires \valid(d) && d->message.length <= d->limit <= MESSAGE_MAX && d->got == 4;
    requires d->message.fields_length <= FIELDS_SIZE_MAX &&
      d->allocated == d->message.length + d->message.fields_length;
    requires \valid(d->message.bytes + (0 .. d->allocated - 1));
    assigns d->message.fields;
    ensures \result == FRAME_COMPLETE || \result == FRAME_DAMAGED;
    ensures \result == FRAME_COMPLETE ==> d->checksum == d->crc; */
static enum frame_status judge(struct frame_decoder *d);

/*@ requires \valid(d) && is_decoder(*d) && d->part == PART_CHECKSUM;
    assigns d->checksum, d->got, d->message.fields;
    ensures took(*d, \result); */
static enum frame_status take_checksum(struct frame_decoder *d, uint8_t octet);

/*@ requires \valid(d) && is_decoder(*d);
    assigns *d, { *o | uint8_t *o; \true };
    ensures took(*d, \result);
    ensures d->bits == \old(d->bits); */
static enum frame_status take_octet(struct frame_decoder *d, uint8_t octet);

/*@ requires \valid(d) && is_decoder(*d) && !(d->block > 0 && d->part == PART_CONTENT);
    assigns *d, { *o | uint8_t *o; \true };
    ensures took(*d, \result); */
static enum frame_status take_bit(struct frame_decoder *d, bool bit);

/*@ requires \valid(d) && is_decoder(*d) && d->block > 0 && d->part == PART_CONTENT;
    assigns *d, { *o | uint8_t *o; \true };
    ensures took(*d, \result); */
static enum frame_status take_block(struct frame_decoder *d, uint64_t octets);

#include "protocol/frame.c"
