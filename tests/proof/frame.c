/* SPDX-License-Identifier: MIT */
/* frame.c - contracts for static functions of the shipped frame.c, which follows them */

#include "protocol/frame.h"

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

/*@ requires is_decoder(d) && d->part == PART_FLAGS;
    ensures took(d, \result); */
static enum frame_status take_flags(struct frame_decoder *d, uint8_t octet);

/*@ requires is_decoder(d) && d->part == PART_FIELDS_LENGTH;
    ensures took(d, \result); */
static enum frame_status take_fields_length(struct frame_decoder *d, uint8_t octet);

/*@ requires is_decoder(d) && d->part == PART_LENGTH;
    ensures took(d, \result); */
static enum frame_status take_payload_length(struct frame_decoder *d, uint8_t octet);

/*@ requires is_decoder(d) && d->part == PART_CONTENT;
    ensures \valid(d) && (\result ==>
      is_decoder(d) && d->part == PART_CONTENT && d->got < d->allocated); */
static bool make_room(struct frame_decoder *d);

/*@ requires is_decoder(d) && d->part == PART_CONTENT;
    ensures took(d, \result); */
static enum frame_status take_content(struct frame_decoder *d, uint8_t octet);

/*@ requires is_decoder(d) && d->part == PART_CHECKSUM;
    ensures took(d, \result); */
static enum frame_status take_checksum(struct frame_decoder *d, uint8_t octet);

/*@ requires is_decoder(d);
    ensures took(d, \result); */
static enum frame_status take_octet(struct frame_decoder *d, uint8_t octet);

/*@ requires is_decoder(d) && !(d->block > 0 && d->part == PART_CONTENT);
    ensures took(d, \result); */
static enum frame_status take_bit(struct frame_decoder *d, bool bit);

/*@ requires is_decoder(d) && d->block > 0 && d->part == PART_CONTENT;
    ensures took(d, \result); */
static enum frame_status take_block(struct frame_decoder *d, uint64_t octets);

#include "protocol/frame.c"
