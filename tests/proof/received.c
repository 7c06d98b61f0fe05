/* SPDX-License-Identifier: MIT */
/*
 * received.c - contracts for static functions of the shipped frame.c, which follows them: a frame
 * is received as it was sent
 *
 * The octets of any frame, octet_of(), arrive in their order. The frame has any priority, and any
 * lengths within the limits. Its layout is the one that frame.h describes. is_at() says that the
 * decoder has taken all octets before position().
 */

#include "protocol/frame.h"

/*@ axiomatic AnyFrame {
      logic integer sent_priority;
      logic integer sent_length;
      logic integer sent_fields;
      logic integer sent_block;
      // Where the length of the payload, the payload and the checksum are.
      logic integer sent_start;
      logic integer sent_head;
      logic integer sent_end;
      // The checksum of all octets before it.
      logic integer sent_crc;
    }
    predicate is_layout = 0 <= sent_priority <= 7 && 0 <= sent_length <= MESSAGE_MAX &&
      0 <= sent_fields <= FIELDS_SIZE_MAX && (sent_block == 0 || sent_block == 8) &&
      sent_start == (sent_fields == 0 ? 2 : 2 + leb128_size(sent_fields)) &&
      sent_head == sent_start + leb128_size(sent_length) &&
      sent_end == sent_head + sent_length + sent_fields;
    predicate length_is_sent(integer start, integer length) =
      \forall integer at; start <= at < start + leb128_size(length) ==>
        octet_of(at) == length_octet(length, at - start);
    logic integer sent_flags =
      sent_priority + (sent_fields > 0 ? 8 : 0) + (sent_block == 8 ? 16 : 0);
    predicate is_sent = is_layout && sent_crc == crc_of(sent_end) &&
      (\forall integer at; 0 <= octet_of(at) <= 255) &&
      octet_of(0) == 0x51 && octet_of(1) == sent_flags &&
      (sent_fields > 0 ==> length_is_sent(2, sent_fields)) &&
      length_is_sent(sent_start, sent_length) &&
      (\forall integer at; sent_end <= at < sent_end + 4 ==>
        octet_of(at) == checksum_octet(sent_crc, at - sent_end));
    logic integer position(struct frame_decoder d) =
      d.part == PART_MAGIC ? 0 : d.part == PART_FLAGS ? 1 :
      d.part == PART_FIELDS_LENGTH ? 2 + d.number.octets :
      d.part == PART_LENGTH ? sent_start + d.number.octets :
      d.part == PART_CONTENT ? sent_head + d.got : sent_end + d.got;
    predicate is_being_received(struct leb128 number, integer value) =
      number.octets < leb128_size(value) && number.value == value % power_of_128(number.octets);
    predicate has_content(uint8_t *bytes, integer length) =
      \forall integer i; 0 <= i < length ==> bytes[i] == octet_of(sent_head + i);
    predicate is_at(struct frame_decoder d) = is_decoder(d) && is_layout &&
      sent_length <= d.limit &&
      (d.part > PART_FLAGS ==> d.message.priority == sent_priority && d.block == sent_block) &&
      (d.part < PART_LENGTH ==> d.message.fields_length == 0) &&
      (d.part > PART_FIELDS_LENGTH ==> d.message.fields_length == sent_fields) &&
      (d.part > PART_LENGTH ==> d.message.length == sent_length) &&
      (d.part == PART_FIELDS_LENGTH ==> sent_fields > 0 &&
        is_being_received(d.number, sent_fields)) &&
      (d.part == PART_LENGTH ==> is_being_received(d.number, sent_length)) &&
      (d.part == PART_CONTENT ==> has_content(d.message.bytes, d.got)) &&
      (d.part == PART_CHECKSUM ==> has_content(d.message.bytes, sent_length + sent_fields)) &&
      d.checksum == (d.part < PART_CHECKSUM ? 0 : checksum_of(sent_crc, d.got));
    // The checksum so far, and what the octet at position() is.
    logic integer crc_at(integer at) = at < sent_end ? crc_of(at) : sent_crc;
    predicate has_crc(struct frame_decoder d) = d.crc == crc_at(position(d));
    predicate is_octet(struct frame_decoder d, integer octet) =
      (d.part == PART_MAGIC ==> octet == 0x51) &&
      (d.part == PART_FLAGS ==> octet == sent_flags) &&
      (d.part == PART_FIELDS_LENGTH ==> octet == length_octet(sent_fields, d.number.octets)) &&
      (d.part == PART_LENGTH ==> octet == length_octet(sent_length, d.number.octets)) &&
      (d.part == PART_CONTENT ==> octet == octet_of(sent_head + d.got)) &&
      (d.part == PART_CHECKSUM ==> octet == checksum_octet(sent_crc, d.got)) &&
      (d.part < PART_CHECKSUM ==> position(d) < sent_end &&
        crc_at(position(d) + 1) == crc32c_next(crc_at(position(d)), octet));
    // After the octet at this position. Memory can be short, and the fields can be invalid.
    predicate is_due(integer status, integer at) = at < sent_end + 3 ?
      status == FRAME_MORE || status == FRAME_NO_MEMORY && sent_head <= at < sent_end :
      status == FRAME_COMPLETE || status == FRAME_DAMAGED && sent_fields > 0;
    predicate is_next(struct frame_decoder d, integer status, integer at) =
      is_due(status, at) && (status == FRAME_MORE ==> is_at(d) && position(d) == at + 1);
    predicate is_received(struct frame_decoder d) = d.message.priority == sent_priority &&
      d.message.length == sent_length && d.message.fields_length == sent_fields &&
      has_content(d.message.bytes, sent_length + sent_fields) &&
      (sent_fields > 0 ==> d.message.fields == d.message.bytes + sent_length); */

/*@ requires \valid(d) && PART_FLAGS <= part <= PART_CHECKSUM;
    assigns d->part, d->number, d->got;
    ensures d->part == part && d->got == 0 && d->number.value == 0 && d->number.octets == 0; */
static void enter(struct frame_decoder *d, int part);

/*@ requires \valid_read(d) && d->message.length <= MESSAGE_MAX &&
      d->message.fields_length <= FIELDS_SIZE_MAX;
    assigns \nothing;
    ensures \result == d->message.length + d->message.fields_length; */
static size_t content_length(const struct frame_decoder *d);

/*@ requires \valid(d) && d->number.octets < LEB128_OCTETS;
    requires d->number.value < power_of_128(d->number.octets);
    requires worth(octet % 128, d->number.octets) <= SIZE_MAX;
    requires octet > 0 || d->number.octets == 0;
    assigns d->number;
    ensures d->number.octets == \old(d->number.octets) + 1;
    ensures d->number.value ==
      \old(d->number.value) + worth(octet % 128, \old(d->number.octets));
    ensures octet >= 128 ==>
      \result == FRAME_MORE && d->number.value < power_of_128(d->number.octets);
    ensures octet < 128 && least <= d->number.value <= most ==> \result == FRAME_COMPLETE; */
static enum frame_status take_length(struct frame_decoder *d, uint8_t octet, size_t least,
                                     size_t most);

/*@ requires \valid(d) && is_at(*d) && d->part == PART_FLAGS && octet == sent_flags;
    assigns d->message.priority, d->block, d->part, d->number, d->got;
    ensures is_next(*d, \result, \old(position(*d))); */
static enum frame_status take_flags(struct frame_decoder *d, uint8_t octet);

/*@ requires \valid(d) && is_at(*d) && d->part == PART_FIELDS_LENGTH;
    requires octet == length_octet(sent_fields, d->number.octets);
    assigns d->message.fields_length, d->part, d->number, d->got;
    ensures is_next(*d, \result, \old(position(*d))); */
static enum frame_status take_fields_length(struct frame_decoder *d, uint8_t octet);

/*@ requires \valid(d) && is_at(*d) && d->part == PART_LENGTH;
    requires octet == length_octet(sent_length, d->number.octets);
    assigns d->message.length, d->part, d->number, d->got;
    ensures is_next(*d, \result, \old(position(*d))); */
static enum frame_status take_payload_length(struct frame_decoder *d, uint8_t octet);

/*@ requires \valid(d) && is_decoder(*d) && d->part == PART_CONTENT;
    requires has_content(d->message.bytes, d->got);
    assigns d->message.bytes, d->allocated;
    ensures \result ==> is_decoder(*d) && d->got < d->allocated;
    ensures \result ==> has_content(d->message.bytes, d->got); */
static bool make_room(struct frame_decoder *d);

/*@ requires \valid(d) && d->message.length <= MESSAGE_MAX &&
      d->message.fields_length <= FIELDS_SIZE_MAX;
    requires d->got < d->allocated <= d->message.length + d->message.fields_length;
    requires \valid(d->message.bytes + (0 .. d->allocated - 1));
    requires has_content(d->message.bytes, d->got) && octet == octet_of(sent_head + d->got);
    assigns d->got, d->message.bytes[d->got];
    ensures d->got == \old(d->got) + 1;
    ensures has_content(d->message.bytes, d->got); */
static void append(struct frame_decoder *d, uint8_t octet);

/*@ requires \valid(d) && is_at(*d) && d->part == PART_CONTENT;
    requires octet == octet_of(sent_head + d->got);
    ensures is_next(*d, \result, \old(position(*d)));
    ensures d->crc == \old(d->crc) && d->bits == \old(d->bits); */
static enum frame_status take_content(struct frame_decoder *d, uint8_t octet);

/*@ requires \valid(d) && d->message.length <= d->limit <= MESSAGE_MAX && d->got == 4;
    requires d->message.fields_length <= FIELDS_SIZE_MAX &&
      d->allocated == d->message.length + d->message.fields_length;
    requires \valid(d->message.bytes + (0 .. d->allocated - 1));
    requires d->checksum == d->crc;
    assigns d->message.fields;
    ensures \result == FRAME_COMPLETE ||
      \result == FRAME_DAMAGED && d->message.fields_length > 0;
    ensures d->message.fields_length > 0 ==>
      d->message.fields == d->message.bytes + d->message.length; */
static enum frame_status judge(struct frame_decoder *d);

/*@ requires \valid(d) && is_at(*d) && d->part == PART_CHECKSUM;
    requires octet == checksum_octet(sent_crc, d->got) && d->crc == sent_crc;
    assigns d->checksum, d->got, d->message.fields;
    ensures is_next(*d, \result, \old(position(*d)));
    ensures \result == FRAME_COMPLETE ==> is_received(*d); */
static enum frame_status take_checksum(struct frame_decoder *d, uint8_t octet);

/*@ requires \valid(d) && is_at(*d);
    requires has_crc(*d);
    requires is_octet(*d, octet);
    ensures is_next(*d, \result, \old(position(*d)));
    ensures \result == FRAME_COMPLETE ==> is_received(*d);
    ensures \result == FRAME_MORE ==> has_crc(*d);
    ensures d->bits == \old(d->bits); */
static enum frame_status take_octet(struct frame_decoder *d, uint8_t octet);

/*@ requires \valid(d) && is_at(*d) && has_crc(*d);
    requires is_octet(*d, octet_of(position(*d))) && 0 <= octet_of(position(*d)) <= 255;
    requires begins_as(d->octet, octet_of(position(*d)), d->bits);
    requires bit == bit_at(octet_of(position(*d)), d->bits);
    behavior inside:
      assumes d->bits < 7;
      ensures \result == FRAME_MORE;
      ensures is_at(*d);
      ensures has_crc(*d);
      ensures is_octet(*d, octet_of(\old(position(*d))));
      ensures position(*d) == \old(position(*d)) && d->bits == \old(d->bits) + 1;
      ensures begins_as(d->octet, octet_of(\old(position(*d))), d->bits);
    behavior last:
      assumes d->bits == 7;
      ensures is_next(*d, \result, \old(position(*d)));
      ensures \result == FRAME_COMPLETE ==> is_received(*d);
      ensures \result == FRAME_MORE ==> has_crc(*d) && d->bits == 0; */
static enum frame_status take_bit(struct frame_decoder *d, bool bit);

#include "protocol/frame.c"

/* ---- both ends: never run, only proved ---- */

/* Encodes a message. If its frame has the octets octet_of(), then it is the frame that is sent. */
/*@ requires \valid_read(message) && \valid(ret) && message->priority <= 7;
    requires message->length <= MESSAGE_MAX && message->fields_length <= FIELDS_SIZE_MAX;
    requires \valid_read(message->bytes + (0 .. message->length - 1));
    requires \valid_read(message->fields + (0 .. message->fields_length - 1));
    requires sent_priority == message->priority && sent_length == message->length &&
      sent_fields == message->fields_length &&
      sent_block == (is_wide && sent_length + sent_fields > 0 ? 8 : 0);
    requires sent_start == length_at(sent_fields) &&
      sent_head == head_of(sent_length, sent_fields) &&
      sent_end == end_of(sent_length, sent_fields) && sent_crc == crc_of(sent_end);
    ensures \result == 0 ==> ret->length == sent_end + 4;
    ensures \result == 0 && has_octets(ret->octets, ret->length) ==> octet_of(0) == 0x51;
    ensures \result == 0 && has_octets(ret->octets, ret->length) ==> octet_of(1) == sent_flags;
    ensures \result == 0 && has_octets(ret->octets, ret->length) && sent_fields > 0 &&
      2 + leb128_size(sent_fields) <= sent_end ==> length_is_sent(2, sent_fields);
    ensures \result == 0 && has_octets(ret->octets, ret->length) ==>
      length_is_sent(sent_start, sent_length);
    ensures \result == 0 && has_octets(ret->octets, ret->length) ==>
      \forall integer at; sent_end <= at < sent_end + 4 ==>
        octet_of(at) == checksum_octet(sent_crc, at - sent_end);
    ensures \result == 0 && has_octets(ret->octets, ret->length) ==>
      \forall integer i; 0 <= i < sent_length ==>
        octet_of(sent_head + i) == \old(message->bytes[i]);
    ensures \result == 0 && has_octets(ret->octets, ret->length) ==>
      \forall integer i; 0 <= i < sent_fields ==>
        octet_of(sent_head + sent_length + i) == \old(message->fields[i]); */
int send(const struct message *message, bool is_wide, struct frame *ret)
{
    return frame_encode(message, is_wide, ret);
}

/* The next bit that arrives: bit number n of octet number at. */
/*@ requires n < 8;
    assigns \nothing;
    ensures \result == bit_at(octet_of(at), n); */
bool arrive(size_t at, unsigned n);

/*@ requires \valid(d) && is_at(*d) && has_crc(*d) && d->bits == 0 && at == position(*d);
    requires is_octet(*d, octet_of(at));
    requires 0 <= octet_of(at) <= 255;
    ensures is_next(*d, \result, at);
    ensures \result == FRAME_COMPLETE ==> is_received(*d);
    ensures \result == FRAME_MORE ==> has_crc(*d) && d->bits == 0; */
enum frame_status receive_octet(struct frame_decoder *d, size_t at)
{
    enum frame_status status = FRAME_MORE;

    /*@ loop invariant 0 <= n <= 8 && at == \at(at, Pre);
        loop invariant n < 8 ==> status == FRAME_MORE && d->bits == n && position(*d) == at;
        loop invariant n < 8 ==> is_at(*d);
        loop invariant n < 8 ==> has_crc(*d);
        loop invariant n < 8 ==> is_octet(*d, octet_of(position(*d)));
        loop invariant n < 8 ==> begins_as(d->octet, octet_of(at), n);
        loop invariant n == 8 ==> is_next(*d, status, at);
        loop invariant n == 8 && status == FRAME_COMPLETE ==> is_received(*d);
        loop invariant n == 8 && status == FRAME_MORE ==> has_crc(*d) && d->bits == 0; */
    for (unsigned n = 0; n < 8; n++)
        status = take_bit(d, arrive(at, n));
    return status;
}

/* The bits of the frame arrive, until the decoder has the message or refuses it. */
/*@ requires \valid(d) && is_sent && sent_block == 0 && sent_length <= limit <= MESSAGE_MAX;
    ensures \result == FRAME_COMPLETE ==> is_received(*d);
    ensures \result == FRAME_COMPLETE || \result == FRAME_NO_MEMORY ||
      \result == FRAME_DAMAGED && sent_fields > 0; */
enum frame_status receive(struct frame_decoder *d, size_t limit)
{
    enum frame_status status = FRAME_MORE;

    frame_decoder_init(d, limit);
    /*@ loop invariant status == FRAME_MORE ==> position(*d) == at && d->bits == 0;
        loop invariant status == FRAME_MORE ==> is_at(*d);
        loop invariant status == FRAME_MORE ==> has_crc(*d);
        loop invariant status == FRAME_COMPLETE ==> is_received(*d);
        loop invariant status == FRAME_MORE || status == FRAME_COMPLETE ||
          status == FRAME_NO_MEMORY || status == FRAME_DAMAGED && sent_fields > 0; */
    for (size_t at = 0; status == FRAME_MORE; at++) {
        /*@ assert d->part == PART_MAGIC ==> octet_of(at) == 0x51; */
        /*@ assert d->part == PART_FLAGS ==> octet_of(at) == sent_flags; */
        /*@ assert d->part == PART_FIELDS_LENGTH ==>
              octet_of(at) == length_octet(sent_fields, d->number.octets); */
        /*@ assert d->part == PART_LENGTH ==>
              octet_of(at) == length_octet(sent_length, d->number.octets); */
        /*@ assert d->part == PART_CHECKSUM ==>
              octet_of(at) == checksum_octet(sent_crc, d->got); */
        /*@ assert d->part < PART_CHECKSUM ==> at < sent_end; */
        /*@ assert crc_of(at + 1) == crc32c_next(crc_of(at), octet_of(at)); */
        status = receive_octet(d, at);
    }
    return status;
}
