/* SPDX-License-Identifier: MIT */
/*
 * fuzz-frame.c - fuzzes the decoder of frames with any sequence of bits, the encoder with any
 * message
 *
 * The first octet of the input says how the others are used (see enum way). The second octet sets
 * the limit of the payload. After each bit, the target compares the decoder with the reference.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "protocol/frame.h"
#include "reference.h"

/* Random octets hardly ever have a right checksum, so the input may ask for one. */
enum way {
    WAY_ENCODE = 1, /* the octets are a message, which is encoded and then decoded */
    WAY_MEND = 2,   /* the octets are a frame, whose checksum is corrected */
    WAY_FLIP = 4,   /* after that, one bit is flipped; the first two octets say which */
};

/* The octets that the decoder allocates at first. Later it has at most twice what has arrived. */
#define FIRST_MEMORY 64

static size_t limit_of(uint8_t octet)
{
    return octet < 224 ? octet : MESSAGE_MAX >> (octet - 224);
}

static void check_bounds(const struct frame_decoder *decoder, size_t limit)
{
    size_t content = decoder->part == PART_CONTENT ? decoder->got : frame_decoder_length(decoder);

    PROMISE(frame_decoder_received(decoder) <= limit);
    PROMISE(frame_decoder_received(decoder) <= content);
    PROMISE(decoder->allocated <= limit + FIELDS_SIZE_MAX);
    PROMISE(decoder->allocated <= FIRST_MEMORY || decoder->allocated < 2 * content);
    PROMISE(decoder->allocated >= content);
}

static enum fields_result add_again(struct fields *fields, const struct field *field)
{
    char value[TAG_LENGTH_MAX + 1] = "";

    if (field->kind != FIELD_OWN)
        memcpy(value, field->value, field->length);
    switch (field->kind) {
    case FIELD_OWN:
        break;
    case FIELD_TAG:
        return fields_set_tag(fields, value);
    case FIELD_FACILITY:
        return fields_set_facility(fields, (int)strtol(value, NULL, 10));
    case FIELD_PID:
        return fields_set_pid(fields, (int)strtol(value, NULL, 10));
    }
    return fields_add(fields, field->name, field->name_length + 1 + field->length);
}

/* Checks that a sender that adds the same fields one by one gets the same octets. */
static void check_fields(const uint8_t *octets, size_t length)
{
    struct fields fields = {0};
    struct field field;
    size_t offset = 0;

    while (fields_next(octets, length, &offset, &field))
        PROMISE(add_again(&fields, &field) == FIELDS_ADDED);
    PROMISE(offset == length);
    PROMISE(fields.length == length);
    if (length > 0)
        PROMISE(memcmp(fields.octets, octets, length) == 0);
    fields_free(&fields);
}

static void check_complete(const struct frame_decoder *decoder, const struct reading *reading,
                           const uint8_t *octets)
{
    bool has_blocks = reading->block > 0 && reading->length + reading->fields_length > 0;
    struct frame again;

    PROMISE(decoder->message.priority == reading->priority);
    PROMISE(decoder->message.length == reading->length);
    if (reading->length > 0)
        PROMISE(memcmp(decoder->message.bytes, reading->payload, reading->length) == 0);
    PROMISE(decoder->message.fields_length == reading->fields_length);
    if (reading->fields_length > 0)
        PROMISE(memcmp(decoder->message.fields, reading->payload + reading->length,
                       reading->fields_length) == 0);
    check_fields(decoder->message.fields, decoder->message.fields_length);
    if (frame_encode(&decoder->message, has_blocks, &again) < 0)
        abort();
    PROMISE(again.length == reading->used);
    /* The flag may tell of blocks of 4 octets, or of blocks in a message without content. */
    if (reading->block == (has_blocks ? BLOCK_OCTETS : 0))
        PROMISE(memcmp(again.octets, octets, again.length) == 0);
    frame_free(&again);
}

/* Returns the number of octets that the next symbol, or the next 8 bits, carry. */
static size_t next_octets(const struct reading *reading, const uint8_t *octets, size_t at)
{
    size_t begin = reading->has_length ? (size_t)(reading->payload - octets) : SIZE_MAX;
    size_t end = begin + reading->length + reading->fields_length;

    if (reading->block == 0 || at < begin || at >= end)
        return 1;
    return end - at < reading->block ? end - at : reading->block;
}

/* Feeds the decoder with octets, as the symbols that it expects. */
static enum frame_status feed(struct frame_decoder *decoder, const uint8_t *octets, size_t count)
{
    enum frame_status status = FRAME_MORE;

    if (frame_decoder_kind(decoder) == SYMBOL_BLOCK) {
        uint64_t value = 0;

        for (size_t i = 0; i < count; i++)
            value |= (uint64_t)octets[i] << 8 * i;
        return frame_decoder_take(decoder, symbol_block(value));
    }
    PROMISE(count == 1);
    for (int i = 7; i >= 0 && status == FRAME_MORE; i--) {
        PROMISE(i == 7 || frame_decoder_kind(decoder) == SYMBOL_BIT);
        status = frame_decoder_take(decoder, symbol_bit(*octets >> i & 1));
        PROMISE(status == FRAME_MORE || i == 0);
    }
    return status;
}

/* Decodes one frame. Returns the number of octets that it used, or 0 if the frame is incomplete. */
static size_t check_decoder(struct frame_decoder *decoder, const uint8_t *octets, size_t length,
                            size_t limit)
{
    const struct reading reading = reference_read(octets, length, limit);
    size_t at = 0, next;

    while (at < reading.used && (next = at + next_octets(&reading, octets, at)) <= reading.used) {
        enum frame_status status = feed(decoder, octets + at, next - at);

        PROMISE(status == (next < reading.used ? FRAME_MORE : reading.status));
        check_bounds(decoder, limit);
        at = next;
    }
    /* Without the octets of a whole block, the block cannot be fed. */
    PROMISE(at == reading.used || (reading.block > 0 && reading.used - at < reading.block));
    PROMISE(frame_decoder_received(decoder) == reference_read(octets, at, limit).received);
    if (reading.status == FRAME_COMPLETE)
        check_complete(decoder, &reading, octets);
    frame_decoder_done(decoder);
    PROMISE(!decoder->message.bytes && decoder->allocated == 0);
    return reading.status == FRAME_MORE ? 0 : reading.used;
}

/* Decodes frame after frame with the same decoder, as a session does. */
static void check_octets(const uint8_t *octets, size_t length, size_t limit)
{
    struct frame_decoder decoder;
    size_t used;

    frame_decoder_init(&decoder, limit);
    do {
        used = check_decoder(&decoder, octets, length, limit);
        octets += used;
        length -= used;
    } while (used > 0 && length > 0);
}

/*
 * Encodes the input as a message, and checks the frame against the reference's. The first octet
 * sets the priority and the number of octets at the end that are fields; if that is odd, the
 * content travels as blocks. Returns the frame's length.
 */
static size_t write_frame(struct input *input, uint8_t *octets)
{
    uint8_t first = input_octet(input);
    struct message message = {.priority = first & 7, .fields_length = first >> 3};
    bool is_wide = first >> 3 & 1;
    struct frame frame;
    size_t length;

    if (message.fields_length > input->left)
        message.fields_length = input->left;
    message.bytes = (uint8_t *)input->at;
    message.length = input->left - message.fields_length;
    message.fields = input->at + message.length;
    length = reference_write(&message, is_wide, octets);
    if (frame_encode(&message, is_wide, &frame) < 0)
        abort();
    PROMISE(frame.length == length);
    PROMISE(memcmp(frame.octets, octets, length) == 0);
    frame_free(&frame);
    return length;
}

static void mend(uint8_t *octets, size_t length, size_t limit)
{
    const struct reading reading = reference_read(octets, length, limit);
    uint32_t checksum;

    if (reading.status != FRAME_DAMAGED || !reading.has_length)
        return;
    checksum = reference_checksum(octets, reading.used - 4);
    for (int i = 0; i < 4; i++)
        octets[reading.used - 4 + (size_t)i] = (uint8_t)(checksum >> 8 * i);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {.at = data, .left = size};
    uint8_t *octets = malloc(size + REFERENCE_OVERHEAD);
    unsigned way = input_octet(&input);
    size_t limit = limit_of(input_octet(&input)), flipped = 0, length;

    if (!octets)
        abort();
    if (way & WAY_FLIP) {
        flipped = (size_t)input_octet(&input) << 8;
        flipped |= input_octet(&input);
    }
    if (way & WAY_ENCODE) {
        length = write_frame(&input, octets);
    } else {
        length = input.left;
        memcpy(octets, input.at, length);
        if (way & WAY_MEND)
            mend(octets, length, limit);
    }
    if (way & WAY_FLIP && length > 0)
        octets[flipped / 8 % length] ^= (uint8_t)(0x80 >> flipped % 8);
    check_octets(octets, length, limit);
    free(octets);
    return 0;
}
