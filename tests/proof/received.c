/* SPDX-License-Identifier: MIT */
/*
 * received.c - contracts for static functions of the shipped frame.c, which follows them: a frame
 * is received as it was sent
 *
 * The symbols of any frame arrive in their order, and octet_of() are its octets. The frame has any
 * priority, and any lengths within the limits. Its layout is the one that frame.h describes.
 * is_at() says that the decoder has taken all octets before position().
 */

#include "parts.h"

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
    // The octets of the frame that is sent are in memory, and stay as they are.
    predicate is_kept(struct frame_decoder d) =
      \valid_read(kept_octets + (0 .. kept_length - 1)) && has_octets(kept_octets, kept_length) &&
      \separated(d.message.bytes + (0 .. d.allocated - 1), kept_octets + (0 .. kept_length - 1));
    predicate are_octets = \forall integer at; 0 <= octet_of(at) <= 255;
    predicate is_summed = \forall integer at, next; 0 <= at < sent_end && next == at + 1 ==>
      crc_at(next) == crc32c_next(crc_at(at), octet_of(at));
    // All symbols before index_of() have been taken.
    predicate is_ready(struct frame_decoder d) = is_at(d) && has_crc(d) && is_kept(d) &&
      begins_as(d.octet, octet_of(position(d)), d.bits) &&
      (d.part == PART_CONTENT && d.block > 0 ==> d.bits == 0 && d.got % 8 == 0);
    logic integer index_of(struct frame_decoder d) = d.part < PART_CONTENT || d.block == 0 ?
      8 * position(d) + d.bits : d.part == PART_CONTENT ? 8 * sent_head + d.got / 8 :
      8 * sent_head + (sent_length + sent_fields + 7) / 8 + 8 * d.got + d.bits;
    // What the next symbol is, a bit or a block.
    predicate is_bit(struct frame_decoder d, integer bit) =
      is_octet(d, octet_of(position(d))) && bit == bit_at(octet_of(position(d)), d.bits);
    predicate is_octet_of_block(struct frame_decoder d, integer octets, integer n) =
      0 <= n < 8 ==> octet_at(octets, n) ==
        (sent_head + d.got + n < sent_end ? octet_of(sent_head + d.got + n) : 0);
    predicate is_block_at(struct frame_decoder d, integer octets) =
      \forall integer n; 0 <= n < 8 ==> octet_at(octets, n) ==
        (sent_head + d.got + n < sent_end ? octet_of(sent_head + d.got + n) : 0);
    // After n octets of a block that began when the decoder was in the state before.
    predicate is_in_block(struct frame_decoder before, struct frame_decoder d, integer status,
                          integer n) =
      (status == FRAME_MORE || status == FRAME_NO_MEMORY) &&
      (status == FRAME_MORE ==> is_at(d) && has_crc(d) && is_kept(d) && d.bits == 0 &&
        (d.part == PART_CONTENT && d.got <= before.got + n <= d.got ||
        d.part == PART_CHECKSUM && d.got == 0 &&
        sent_end <= sent_head + before.got + n <= sent_end));
    predicate is_received(struct frame_decoder d) = d.message.priority == sent_priority &&
      d.message.length == sent_length && d.message.fields_length == sent_fields &&
      has_content(d.message.bytes, sent_length + sent_fields) &&
      (sent_fields > 0 ==> d.message.fields == d.message.bytes + sent_length); */

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
    ensures \result ==> has_content(d->message.bytes, d->got);
    ensures \old(is_kept(*d)) && \result ==> is_kept(*d); */
static bool make_room(struct frame_decoder *d);

/*@ requires \valid(d) && d->message.length <= MESSAGE_MAX &&
      d->message.fields_length <= FIELDS_SIZE_MAX;
    requires d->got < d->allocated <= d->message.length + d->message.fields_length;
    requires \valid(d->message.bytes + (0 .. d->allocated - 1));
    requires has_content(d->message.bytes, d->got) && octet == octet_of(sent_head + d->got);
    assigns d->got, d->message.bytes[d->got];
    ensures d->got == \old(d->got) + 1;
    ensures has_content(d->message.bytes, d->got);
    ensures \old(is_kept(*d)) ==> is_kept(*d); */
static void append(struct frame_decoder *d, uint8_t octet);

/*@ requires \valid(d) && is_at(*d) && d->part == PART_CONTENT;
    requires octet == octet_of(sent_head + d->got);
    assigns *d, { *o | uint8_t *o; \true };
    ensures is_next(*d, \result, \old(position(*d)));
    ensures \old(is_kept(*d)) && \result == FRAME_MORE ==> is_kept(*d);
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
    assigns *d, { *o | uint8_t *o; \true };
    ensures is_next(*d, \result, \old(position(*d)));
    ensures \result == FRAME_COMPLETE ==> is_received(*d);
    ensures \result == FRAME_MORE ==> has_crc(*d);
    ensures \old(is_kept(*d)) && \result == FRAME_MORE ==> is_kept(*d);
    ensures d->bits == \old(d->bits); */
static enum frame_status take_octet(struct frame_decoder *d, uint8_t octet);

/*@ requires \valid(d) && is_at(*d) && has_crc(*d);
    requires is_octet(*d, octet_of(position(*d))) && 0 <= octet_of(position(*d)) <= 255;
    requires begins_as(d->octet, octet_of(position(*d)), d->bits);
    requires bit == bit_at(octet_of(position(*d)), d->bits);
    assigns *d, { *o | uint8_t *o; \true };
    ensures \old(is_kept(*d)) && \result == FRAME_MORE ==> is_kept(*d);
    behavior inside:
      assumes d->bits < 7;
      ensures \result == FRAME_MORE;
      ensures is_at(*d);
      ensures has_crc(*d);
      ensures position(*d) == \old(position(*d)) && d->bits == \old(d->bits) + 1;
      ensures begins_as(d->octet, octet_of(\old(position(*d))), d->bits);
      ensures d->part == \old(d->part) && d->got == \old(d->got) && d->block == \old(d->block);
    behavior last:
      assumes d->bits == 7;
      ensures is_next(*d, \result, \old(position(*d)));
      ensures \result == FRAME_COMPLETE ==> is_received(*d);
      ensures \result == FRAME_MORE ==> has_crc(*d) && d->bits == 0; */
static enum frame_status take_bit(struct frame_decoder *d, bool bit);

/*@ requires \valid(d) && is_ready(*d) && d->part == PART_CONTENT && d->block > 0;
    requires is_block_at(*d, octets) && is_summed && are_octets;
    assigns *d, { *o | uint8_t *o; \true };
    ensures \result == FRAME_MORE || \result == FRAME_NO_MEMORY;
    ensures \result == FRAME_MORE ==> is_ready(*d);
    ensures \result == FRAME_MORE ==> index_of(*d) == \old(index_of(*d)) + 1; */
static enum frame_status take_block(struct frame_decoder *d, uint64_t octets);

/*@ requires \valid(d) && is_ready(*d) && is_summed && are_octets;
    requires symbol.kind == (d->part == PART_CONTENT && d->block > 0 ? SYMBOL_BLOCK : SYMBOL_BIT);
    requires symbol.kind == SYMBOL_BIT ==> is_bit(*d, symbol.value) && symbol.value <= 1;
    requires symbol.kind == SYMBOL_BLOCK ==> is_block_at(*d, symbol.value);
    assigns *d, { *o | uint8_t *o; \true };
    ensures \result == FRAME_MORE || \result == FRAME_COMPLETE || \result == FRAME_NO_MEMORY ||
      \result == FRAME_DAMAGED && sent_fields > 0;
    ensures \result == FRAME_COMPLETE ==> is_received(*d);
    ensures \result == FRAME_MORE ==> is_ready(*d);
    ensures \result == FRAME_MORE ==> index_of(*d) == \old(index_of(*d)) + 1; */
enum frame_status take_symbol(struct frame_decoder *d, struct symbol symbol);

// The invariant of the loop in take_block().
#define took(d, status)                                                                            \
    i <= 8;                                                                                        \
    loop invariant octets == rest_of(\at(octets, Pre), i);                                         \
    loop invariant is_octet_of_block(\at(d, Pre), \at(octets, Pre), i);                            \
    loop invariant is_in_block(\at(d, Pre), d, status, i)
// In the place of the contract in frame.h.
#define frame_decoder_take take_symbol

#include "protocol/frame.c"

/* ---- both ends: never run, only proved ---- */

/*@ // The names are those of this message.
    predicate is_message_sent(struct message message, integer is_wide) =
      sent_priority == message.priority && sent_length == message.length &&
      sent_fields == message.fields_length &&
      sent_block == (is_wide != 0 && sent_length + sent_fields > 0 ? 8 : 0) &&
      sent_start == length_at(sent_fields) && sent_head == head_of(sent_length, sent_fields) &&
      sent_end == end_of(sent_length, sent_fields) && sent_crc == crc_of(sent_end); */

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
    assigns *ret, { *o | uint8_t *o; \true };
    ensures \result <= 0;
    ensures \result == 0 ==> is_frame(*ret) && ret->first_block == 8 * sent_head;
    ensures \result == 0 ==> ret->content == (sent_block == 8 ? sent_length + sent_fields : 0);
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

/*@ predicate is_sent_frame(struct frame f) = f.octets == kept_octets && f.length == kept_length &&
      kept_length == sent_end + 4 && f.first_block == 8 * sent_head &&
      f.content == (sent_block == 8 ? sent_length + sent_fields : 0); */

/* All symbols of the frame arrive, until the decoder has the message or refuses it. */
/*@ requires \valid(d) && is_sent && sent_length <= limit <= MESSAGE_MAX;
    requires is_frame(frame) && is_sent_frame(frame) && has_octets(kept_octets, kept_length);
    assigns *d, { *o | uint8_t *o; \true };
    ensures \result == FRAME_COMPLETE ==> is_received(*d);
    ensures \result == FRAME_COMPLETE || \result == FRAME_NO_MEMORY ||
      \result == FRAME_DAMAGED && sent_fields > 0; */
enum frame_status receive(struct frame_decoder *d, struct frame frame, size_t limit)
{
    enum frame_status status = FRAME_MORE;

    frame_decoder_init(d, limit);
    /*@ assert are_octets; */
    /*@ assert \forall integer at; 0 <= at < sent_end ==>
          crc_of(at + 1) == crc32c_next(crc_of(at), octet_of(at)); */
    /*@ assert is_summed; */
    /*@ loop invariant status == FRAME_MORE ==> is_ready(*d) && index == index_of(*d);
        loop invariant status == FRAME_COMPLETE ==> is_received(*d);
        loop invariant status == FRAME_MORE || status == FRAME_COMPLETE ||
          status == FRAME_NO_MEMORY || status == FRAME_DAMAGED && sent_fields > 0;
        loop assigns index, status, *d, { *o | uint8_t *o; \true }; */
    for (uint64_t index = 0; status == FRAME_MORE; index++) {
        struct symbol symbol;

        /*@ assert d->part < PART_CONTENT ==> position(*d) < sent_head; */
        /*@ assert d->part == PART_CONTENT ==> d->got < sent_length + sent_fields; */
        /*@ assert position(*d) < sent_end + 4 && index < symbols_of(frame); */
        symbol = frame_symbol(&frame, index);
        /*@ assert symbol.kind ==
              (d->part == PART_CONTENT && d->block > 0 ? SYMBOL_BLOCK : SYMBOL_BIT); */
        /*@ assert symbol.kind == SYMBOL_BIT ==>
              bit_index(frame, index) == 8 * position(*d) + d->bits; */
        /*@ assert 0 <= position(*d) && 0 <= d->bits < 8; */
        /*@ assert frame.octets[position(*d)] == octet_of(position(*d)); */
        /*@ assert symbol.kind == SYMBOL_BIT ==>
              symbol.value == bit_at(octet_of(position(*d)), d->bits); */
        /*@ assert symbol.kind == SYMBOL_BLOCK ==>
              block_start(frame, index) == sent_head + d->got; */
        /*@ assert symbol.kind == SYMBOL_BLOCK ==> is_block_at(*d, symbol.value); */
        /*@ assert d->part == PART_MAGIC ==> octet_of(position(*d)) == 0x51; */
        /*@ assert d->part == PART_FLAGS ==> octet_of(position(*d)) == sent_flags; */
        /*@ assert d->part == PART_FIELDS_LENGTH ==>
              octet_of(position(*d)) == length_octet(sent_fields, d->number.octets); */
        /*@ assert d->part == PART_LENGTH ==>
              octet_of(position(*d)) == length_octet(sent_length, d->number.octets); */
        /*@ assert d->part == PART_CHECKSUM ==>
              octet_of(position(*d)) == checksum_octet(sent_crc, d->got); */
        /*@ assert d->part < PART_CHECKSUM ==> position(*d) < sent_end; */
        /*@ assert d->part < PART_CHECKSUM ==> crc_at(position(*d) + 1) ==
              crc32c_next(crc_at(position(*d)), octet_of(position(*d))); */
        /*@ assert is_octet(*d, octet_of(position(*d))); */
        status = take_symbol(d, symbol);
    }
    return status;
}

/* Is true if the names octet_of(), kept_octets and kept_length are those of this frame. */
/*@ assigns \nothing;
    ensures \result != 0 <==> frame->octets == kept_octets && frame->length == kept_length &&
      has_octets(frame->octets, frame->length); */
bool is_named(const struct frame *frame);

/* Sends a message and receives it. The names may be those of any message and any frame. */
/*@ requires \valid_read(message) && \valid(frame) && \valid(d) && message->priority <= 7;
    requires message->length <= limit <= MESSAGE_MAX && message->fields_length <= FIELDS_SIZE_MAX;
    requires \valid_read(message->bytes + (0 .. message->length - 1));
    requires \valid_read(message->fields + (0 .. message->fields_length - 1));
    requires is_message_sent(*message, is_wide) && are_octets;
    assigns *frame, *d, { *o | uint8_t *o; \true };
    ensures \result == FRAME_COMPLETE || \result == FRAME_NO_MEMORY ||
      \result == FRAME_DAMAGED && \old(message->fields_length) > 0;
    ensures \result == FRAME_COMPLETE ==> d->message.priority == \old(message->priority);
    ensures \result == FRAME_COMPLETE ==> d->message.length == \old(message->length);
    ensures \result == FRAME_COMPLETE ==>
      d->message.fields_length == \old(message->fields_length);
    ensures \result == FRAME_COMPLETE ==> \forall integer i; 0 <= i < \old(message->length) ==>
      d->message.bytes[i] == \old(message->bytes[i]);
    ensures \result == FRAME_COMPLETE && \old(message->fields_length) > 0 ==>
      d->message.fields == d->message.bytes + d->message.length;
    ensures \result == FRAME_COMPLETE ==>
      \forall integer i; 0 <= i < \old(message->fields_length) ==>
        d->message.bytes[\old(message->length) + i] == \old(message->fields[i]); */
enum frame_status deliver(const struct message *message, bool is_wide, size_t limit,
                          struct frame *frame, struct frame_decoder *d)
{
    enum frame_status status;

    if (send(message, is_wide, frame) < 0)
        return FRAME_NO_MEMORY;
    if (!is_named(frame))
        return FRAME_NO_MEMORY;
    /*@ assert is_layout && sent_crc == crc_of(sent_end); */
    /*@ assert 2 <= sent_start <= sent_head <= sent_end; */
    /*@ assert sent_fields > 0 ==> length_is_sent(2, sent_fields); */
    /*@ assert is_sent; */
    /*@ assert is_sent_frame(*frame); */
    /*@ assert \forall integer i; 0 <= i < sent_fields ==>
          octet_of(sent_head + sent_length + i) == \at(message->fields[i], Pre); */
    status = receive(d, *frame, limit);
    /*@ assert status == FRAME_COMPLETE ==> \forall integer i; 0 <= i < sent_fields ==>
          d->message.bytes[sent_length + i] == octet_of(sent_head + sent_length + i); */
    return status;
}
