/* SPDX-License-Identifier: MIT */
/*
 * check-frame.c - tests that a message is decoded unchanged, or refused at the first octet that
 * shows that it must be
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/crc32c.h"
#include "protocol/frame.h"
#include "scarce.h"
#include "suite.h"

#define LIMIT ((size_t)1 << 20)

/* The last status for a sequence of symbols, and the number of symbols up to that status. */
struct outcome {
    enum frame_status status;
    uint64_t symbols;
};

/* Ends before a symbol of another kind than the decoder expects, as a session does. */
static struct outcome feed_frame(struct frame_decoder *decoder, const struct frame *frame)
{
    struct outcome outcome = {.status = FRAME_MORE};

    while (outcome.status == FRAME_MORE && outcome.symbols < frame_symbols(frame)) {
        struct symbol symbol = frame_symbol(frame, outcome.symbols);

        if (symbol.kind != frame_decoder_kind(decoder))
            break;
        outcome.symbols++;
        outcome.status = frame_decoder_take(decoder, symbol);
    }
    return outcome;
}

/* Feeds octets as bits. */
static struct outcome feed(struct frame_decoder *decoder, const uint8_t *octets, size_t length)
{
    const struct frame frame = {.octets = (uint8_t *)octets, .length = length};

    return feed_frame(decoder, &frame);
}

/* Expects that a new decoder refuses these octets at their last bit, and not before. */
static void expect_refused(const uint8_t *octets, size_t length, enum frame_status status)
{
    struct frame_decoder decoder;
    struct outcome outcome;

    frame_decoder_init(&decoder, LIMIT);
    outcome = feed(&decoder, octets, length);
    ck_assert_int_eq(outcome.status, status);
    ck_assert_uint_eq(outcome.symbols, 8 * length);
    ck_assert_uint_eq(decoder.allocated, 0);
    frame_decoder_done(&decoder);
}
#define EXPECT_REFUSED(status, ...)                                                                \
    expect_refused((const uint8_t[]){__VA_ARGS__}, sizeof(uint8_t[]){__VA_ARGS__}, status)

/* The last octet makes the length exceed a size_t. A narrow one of 32 bits overflows earlier. */
#define EXPECT_OVERFLOW(narrow, ...)                                                               \
    expect_refused((const uint8_t[]){__VA_ARGS__},                                                 \
                   sizeof(size_t) < 8 ? (narrow) : sizeof(uint8_t[]){__VA_ARGS__},                 \
                   FRAME_TOO_LARGE)

/*
 * Puts the right checksum into the last 4 octets, and expects that a new decoder refuses the frame
 * nevertheless, at its last bit.
 */
static void expect_refused_at_last(uint8_t *octets, size_t length)
{
    struct frame_decoder decoder;
    struct outcome outcome;
    uint32_t crc = 0;

    for (size_t i = 0; i < length - 4; i++)
        crc = crc32c_octet(crc, octets[i]);
    for (size_t i = 0; i < 4; i++)
        octets[length - 4 + i] = (uint8_t)(crc >> 8 * i);
    frame_decoder_init(&decoder, LIMIT);
    outcome = feed(&decoder, octets, length);
    ck_assert_int_eq(outcome.status, FRAME_DAMAGED);
    ck_assert_uint_eq(outcome.symbols, 8 * length);
    frame_decoder_done(&decoder);
}
#define EXPECT_REFUSED_AT_LAST(...)                                                                \
    expect_refused_at_last((uint8_t[]){__VA_ARGS__, 0, 0, 0, 0}, sizeof(uint8_t[]){__VA_ARGS__} + 4)

/* Returns octets of all values, in a pattern whose period is no power of two. */
static uint8_t *some_bytes(size_t length)
{
    uint8_t *bytes = malloc(length + 1);

    ck_assert_ptr_nonnull(bytes);
    for (size_t i = 0; i < length; i++)
        bytes[i] = (uint8_t)(i * 7 + i / 251);
    return bytes;
}

/* Returns one own field, so large that its octets and their length take length octets together. */
static uint8_t *some_fields(size_t length)
{
    uint8_t head[LEB128_OCTETS], *fields = some_bytes(length);
    size_t text = length - 1;

    while ((size_t)(leb128_put(head, text) - head) + text > length)
        text--;
    ck_assert_uint_eq((size_t)(leb128_put(fields, text) - fields) + text, length);
    memcpy(fields + length - text, "A=", 2);
    return fields;
}

static struct frame encode(const char *text)
{
    struct message message = {.priority = 6, .bytes = (uint8_t *)text, .length = strlen(text)};
    struct frame frame;

    ck_assert_int_eq(frame_encode(&message, false, &frame), 0);
    return frame;
}

/* ---- encoding and decoding ---- */

static void expect_unchanged_as(const struct message *message, bool is_wide)
{
    struct frame_decoder decoder;
    struct outcome outcome;
    struct frame frame;

    ck_assert_int_eq(frame_encode(message, is_wide, &frame), 0);
    frame_decoder_init(&decoder, message->length);
    outcome = feed_frame(&decoder, &frame);
    ck_assert_int_eq(outcome.status, FRAME_COMPLETE);
    ck_assert_uint_eq(outcome.symbols, frame_symbols(&frame));
    ck_assert_uint_eq(decoder.message.length, message->length);
    if (message->length > 0)
        ck_assert_mem_eq(decoder.message.bytes, message->bytes, message->length);
    ck_assert_uint_eq(decoder.message.fields_length, message->fields_length);
    if (message->fields_length > 0) {
        ck_assert_mem_eq(decoder.message.fields, message->fields, message->fields_length);
        ck_assert_ptr_eq(decoder.message.fields, decoder.message.bytes + message->length);
    }
    frame_decoder_done(&decoder);
    ck_assert_ptr_null(decoder.message.fields);
    frame_free(&frame);
}

/* Sends the message as bits, and then as blocks. */
static void expect_unchanged(const struct message *message)
{
    expect_unchanged_as(message, false);
    expect_unchanged_as(message, true);
}

START_TEST(a_message_of_any_size_is_decoded_unchanged)
{
    static const size_t lengths[] = {0, 1, 7, 8, 9, 127, 128, 16383, 16384, LIMIT};

    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        struct message message = {.bytes = some_bytes(lengths[i]), .length = lengths[i]};

        expect_unchanged(&message);
        free(message.bytes);
    }
}
END_TEST

START_TEST(fields_of_any_size_are_decoded_unchanged)
{
    static const size_t lengths[] = {3, 127, 128, 130, 16383, 16384, 16387, FIELDS_SIZE_MAX};

    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        uint8_t *fields = some_fields(lengths[i]);

        expect_unchanged(&(struct message){.bytes = (uint8_t *)"payload",
                                           .length = 7,
                                           .fields = fields,
                                           .fields_length = lengths[i]});
        free(fields);
    }
}
END_TEST

START_TEST(fields_without_a_payload_are_decoded_unchanged)
{
    expect_unchanged(
        &(struct message){.fields = (const uint8_t[]){2, 'A', '='}, .fields_length = 3});
}
END_TEST

START_TEST(fields_do_not_count_towards_the_limit)
{
    uint8_t *fields = some_fields(FIELDS_SIZE_MAX);

    expect_unchanged(&(struct message){.fields = fields, .fields_length = FIELDS_SIZE_MAX});
    free(fields);
}
END_TEST

START_TEST(each_priority_is_decoded_unchanged)
{
    for (unsigned priority = 0; priority <= 7; priority++) {
        struct message message = {.priority = priority};
        struct frame_decoder decoder;
        struct frame frame;

        ck_assert_int_eq(frame_encode(&message, false, &frame), 0);
        frame_decoder_init(&decoder, 0);
        ck_assert_int_eq(feed(&decoder, frame.octets, frame.length).status, FRAME_COMPLETE);
        ck_assert_uint_eq(decoder.message.priority, priority);
        frame_decoder_done(&decoder);
        frame_free(&frame);
    }
}
END_TEST

START_TEST(a_small_message_is_encoded_as_the_manual_says)
{
    uint8_t expected[] = {0x51, 0x06, 0x02, 'h', 'i', 0, 0, 0, 0};
    struct frame frame = encode("hi");
    uint32_t crc = 0;

    for (size_t i = 0; i < 5; i++)
        crc = crc32c_octet(crc, expected[i]);
    for (size_t i = 0; i < 4; i++)
        expected[5 + i] = (uint8_t)(crc >> 8 * i);
    ck_assert_uint_eq(frame.length, sizeof expected);
    ck_assert_mem_eq(frame.octets, expected, sizeof expected);
    frame_free(&frame);
    ck_assert_ptr_null(frame.octets);
}
END_TEST

START_TEST(a_small_message_with_fields_is_encoded_as_the_manual_says)
{
    static const uint8_t fields[] = {2, 't', 'x', 3, 'A', '=', 'b'};
    static const uint8_t expected[] = {0x51, 0x0e, 7, 2, 'h', 'i', 2, 't', 'x', 3, 'A', '=', 'b'};
    const struct message message = {.priority = 6,
                                    .bytes = (uint8_t *)"hi",
                                    .length = 2,
                                    .fields = fields,
                                    .fields_length = sizeof fields};
    struct frame frame;

    ck_assert_int_eq(frame_encode(&message, false, &frame), 0);
    ck_assert_uint_eq(frame.length, sizeof expected + 4);
    ck_assert_mem_eq(frame.octets, expected, sizeof expected);
    frame_free(&frame);
}
END_TEST

/* ---- blocks ---- */

static struct frame encode_wide(const char *text)
{
    struct message message = {.priority = 6, .bytes = (uint8_t *)text, .length = strlen(text)};
    struct frame frame;

    ck_assert_int_eq(frame_encode(&message, true, &frame), 0);
    return frame;
}

START_TEST(only_the_content_travels_as_blocks)
{
    struct frame frame = encode_wide("hello world");
    uint64_t head = 3 * 8, blocks = (11 + BLOCK_OCTETS - 1) / BLOCK_OCTETS;

    ck_assert_uint_eq(frame_symbols(&frame), head + blocks + 4 * 8);
    for (uint64_t i = 0; i < frame_symbols(&frame); i++)
        ck_assert_int_eq(frame_symbol(&frame, i).kind,
                         i >= head && i < head + blocks ? SYMBOL_BLOCK : SYMBOL_BIT);
    frame_free(&frame);
}
END_TEST

START_TEST(the_first_octet_of_a_block_is_its_least_significant_one)
{
    struct frame frame = encode_wide("abc");

    ck_assert_uint_eq(frame_symbol(&frame, 3 * 8).value, 0x636261);
    frame_free(&frame);
}
END_TEST

/* A machine whose pointers have 4 octets sends such blocks. */
START_TEST(blocks_of_4_octets_are_understood_everywhere)
{
    static const uint8_t head[] = {0x51, 0x26, 5},
                         octets[] = {0x51, 0x26, 5, 'h', 'e', 'l', 'l', 'o'};
    struct frame_decoder decoder;
    struct frame end;
    uint32_t crc = 0;

    for (size_t i = 0; i < sizeof octets; i++)
        crc = crc32c_octet(crc, octets[i]);
    end = (struct frame){.octets = (uint8_t[]){(uint8_t)crc, (uint8_t)(crc >> 8),
                                               (uint8_t)(crc >> 16), (uint8_t)(crc >> 24)},
                         .length = 4};
    frame_decoder_init(&decoder, LIMIT);
    ck_assert_int_eq(feed(&decoder, head, sizeof head).status, FRAME_MORE);
    ck_assert_int_eq(frame_decoder_take(&decoder, symbol_block(0x6c6c6568)), FRAME_MORE);
    ck_assert_int_eq(frame_decoder_take(&decoder, symbol_block(0x6f)), FRAME_MORE);
    ck_assert_int_eq(feed_frame(&decoder, &end).status, FRAME_COMPLETE);
    ck_assert_mem_eq(decoder.message.bytes, "hello", 5);
    frame_decoder_done(&decoder);
}
END_TEST

START_TEST(a_block_with_octets_beyond_the_content_is_refused)
{
    static const uint8_t head[] = {0x51, 0x26, 3};
    struct frame_decoder decoder;

    frame_decoder_init(&decoder, LIMIT);
    ck_assert_int_eq(feed(&decoder, head, sizeof head).status, FRAME_MORE);
    ck_assert_int_eq(frame_decoder_take(&decoder, symbol_block(0x01636261)), FRAME_DAMAGED);
    frame_decoder_done(&decoder);
    ck_assert_int_eq(feed(&decoder, head, sizeof head).status, FRAME_MORE);
    ck_assert_int_eq(frame_decoder_take(&decoder, symbol_block(0x100636261)), FRAME_DAMAGED);
    frame_decoder_done(&decoder);
}
END_TEST

static void expect_octets(const struct frame *frame, const char *text)
{
    struct message message = {.priority = 6, .bytes = (uint8_t *)text, .length = strlen(text)};
    struct frame expected;

    ck_assert_int_eq(frame_encode(&message, false, &expected), 0);
    ck_assert_uint_eq(frame->length, expected.length);
    ck_assert_mem_eq(frame->octets, expected.octets, expected.length);
    ck_assert_uint_eq(frame_symbols(frame), 8 * expected.length);
    for (uint64_t i = 0; i < frame_symbols(frame); i++) {
        ck_assert_int_eq(frame_symbol(frame, i).kind, SYMBOL_BIT);
        ck_assert_uint_eq(frame_symbol(frame, i).value, frame_symbol(&expected, i).value);
    }
    frame_free(&expected);
}

/* So a daemon that does not know blocks takes it. */
START_TEST(a_message_without_content_has_no_blocks)
{
    struct frame frame = encode_wide("");

    ck_assert(!frame_is_wide(&frame));
    expect_octets(&frame, "");
    frame_free(&frame);
}
END_TEST

START_TEST(a_frame_made_narrow_is_that_of_a_message_in_bits)
{
    struct frame frame = encode_wide("hello world");

    ck_assert(frame_is_wide(&frame));
    frame_make_narrow(&frame);
    ck_assert(!frame_is_wide(&frame));
    expect_octets(&frame, "hello world");
    frame_free(&frame);
}
END_TEST

START_TEST(all_symbols_carry_all_octets)
{
    const uint64_t head = 3, content = 2 * BLOCK_OCTETS + 1;
    static const char text[] = "12345678901234567";
    struct frame frame = encode_wide(&text[sizeof text - 1 - content]);

    for (uint64_t bits = 0; bits <= 8 * head; bits++)
        ck_assert_uint_eq(frame_octets(&frame, bits), bits / 8);
    ck_assert_uint_eq(frame_octets(&frame, 8 * head + 1), head + BLOCK_OCTETS);
    ck_assert_uint_eq(frame_octets(&frame, 8 * head + 2), head + 2 * BLOCK_OCTETS);
    for (uint64_t bits = 0; bits <= 4 * 8; bits++)
        ck_assert_uint_eq(frame_octets(&frame, 8 * head + 3 + bits), head + content + bits / 8);
    ck_assert_uint_eq(frame_octets(&frame, frame_symbols(&frame)), frame.length);
    frame_make_narrow(&frame);
    for (uint64_t bits = 0; bits <= frame_symbols(&frame); bits++)
        ck_assert_uint_eq(frame_octets(&frame, bits), bits / 8);
    frame_free(&frame);
}
END_TEST

START_TEST(octets_travel_most_significant_bit_first)
{
    struct frame frame = {.octets = (uint8_t[]){0x51, 0x01}, .length = 2};
    static const bool expected[] = {0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1};

    ck_assert_uint_eq(frame_symbols(&frame), sizeof expected / sizeof expected[0]);
    for (uint64_t i = 0; i < frame_symbols(&frame); i++)
        ck_assert_uint_eq(frame_symbol(&frame, i).value, expected[i]);
}
END_TEST

START_TEST(bytes_taken_from_the_decoder_belong_to_the_caller)
{
    struct frame frame = encode("mine");
    struct frame_decoder decoder;
    uint8_t *bytes;

    frame_decoder_init(&decoder, LIMIT);
    ck_assert_int_eq(feed(&decoder, frame.octets, frame.length).status, FRAME_COMPLETE);
    bytes = decoder.message.bytes;
    decoder.message.bytes = NULL;
    frame_decoder_done(&decoder);
    ck_assert_mem_eq(bytes, "mine", 4);
    free(bytes);
    frame_free(&frame);
}
END_TEST

START_TEST(a_decoder_that_is_done_is_ready_for_the_next_frame)
{
    struct frame frame = encode("again");
    struct frame_decoder decoder;

    frame_decoder_init(&decoder, LIMIT);
    ck_assert_int_eq(feed(&decoder, frame.octets, frame.length - 3).status, FRAME_MORE);
    frame_decoder_done(&decoder);
    ck_assert_uint_eq(decoder.limit, LIMIT);
    ck_assert_int_eq(feed(&decoder, frame.octets, frame.length).status, FRAME_COMPLETE);
    ck_assert_mem_eq(decoder.message.bytes, "again", 5);
    frame_decoder_done(&decoder);
    frame_free(&frame);
}
END_TEST

/* ---- refusals ---- */

START_TEST(a_frame_without_the_magic_is_refused_at_its_first_octet)
{
    for (unsigned first = 0; first < 256; first++)
        if (first >> 4 != 0x5)
            EXPECT_REFUSED(FRAME_DAMAGED, (uint8_t)first);
}
END_TEST

START_TEST(another_version_is_refused_at_its_first_octet)
{
    for (unsigned version = 0; version < 16; version++)
        if (version != 1)
            EXPECT_REFUSED(FRAME_VERSION, (uint8_t)(0x50 | version));
}
END_TEST

START_TEST(each_unknown_flag_is_refused_at_its_octet)
{
    for (unsigned flag = 0x40; flag <= 0x80; flag <<= 1)
        for (unsigned known = 0; known <= 0x28; known += 0x08)
            EXPECT_REFUSED(FRAME_VERSION, 0x51, (uint8_t)(flag | known | 6));
}
END_TEST

START_TEST(blocks_have_one_length_only)
{
    EXPECT_REFUSED(FRAME_VERSION, 0x51, 0x36);
    EXPECT_REFUSED(FRAME_VERSION, 0x51, 0x3e);
}
END_TEST

START_TEST(the_flag_for_fields_with_a_length_of_0_is_refused_at_that_length)
{
    EXPECT_REFUSED(FRAME_DAMAGED, 0x51, 0x0e, 0);
    EXPECT_REFUSED(FRAME_DAMAGED, 0x51, 0x0e, 0x80, 0);
}
END_TEST

START_TEST(fields_beyond_the_limit_are_refused_at_their_length)
{
    EXPECT_REFUSED(FRAME_TOO_LARGE, 0x51, 0x0e, 0x81, 0x80, 0x04); /* FIELDS_SIZE_MAX + 1 */
    EXPECT_OVERFLOW(7, 0x51, 0x0e, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01);
    EXPECT_OVERFLOW(8, 0x51, 0x0e, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x02);
}
END_TEST

START_TEST(a_padded_length_of_fields_is_refused)
{
    EXPECT_REFUSED(FRAME_DAMAGED, 0x51, 0x0e, 0x85, 0);
}
END_TEST

START_TEST(the_length_of_the_payload_is_checked_in_a_frame_with_fields_too)
{
    EXPECT_REFUSED(FRAME_TOO_LARGE, 0x51, 0x0e, 3, 0x81, 0x80, 0x40);
    EXPECT_REFUSED(FRAME_DAMAGED, 0x51, 0x0e, 3, 0x85, 0);
}
END_TEST

START_TEST(invalid_fields_are_refused_at_the_last_bit)
{
    EXPECT_REFUSED_AT_LAST(0x51, 0x0e, 3, 0, 2, '_', '=');
    EXPECT_REFUSED_AT_LAST(0x51, 0x0e, 3, 1, 'x', 2, '_', '=');
    EXPECT_REFUSED_AT_LAST(0x51, 0x0e, 11, 0, 10, 'P', 'R', 'I', 'O', 'R', 'I', 'T', 'Y', '=', '0');
    EXPECT_REFUSED_AT_LAST(0x51, 0x0e, 3, 0, 2, 'a', '=');
    EXPECT_REFUSED_AT_LAST(0x51, 0x0e, 3, 0, 3, 'A', '=');
    EXPECT_REFUSED_AT_LAST(0x51, 0x0e, 4, 0, 2, 'A', '=', 0);
    EXPECT_REFUSED_AT_LAST(0x51, 0x0e, 6, 0, 2, 'i', '1', 2, 'i', '1');
}
END_TEST

START_TEST(a_message_beyond_the_limit_is_refused_before_its_payload)
{
    EXPECT_REFUSED(FRAME_TOO_LARGE, 0x51, 6, 0x81, 0x80, 0x40); /* LIMIT + 1 */
}
END_TEST

START_TEST(a_length_of_2_to_the_64th_or_more_is_refused)
{
    /* 2 to the 64th, and then larger numbers with more octets. */
    EXPECT_OVERFLOW(8, 0x51, 6, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x02);
    EXPECT_OVERFLOW(8, 0x51, 6, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x82);
    EXPECT_OVERFLOW(8, 0x51, 6, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80);
}
END_TEST

START_TEST(the_largest_length_does_not_wrap_around)
{
    EXPECT_OVERFLOW(7, 0x51, 6, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01);
}
END_TEST

START_TEST(a_padded_length_of_the_payload_is_refused)
{
    EXPECT_REFUSED(FRAME_DAMAGED, 0x51, 6, 0x80, 0x00);
    EXPECT_REFUSED(FRAME_DAMAGED, 0x51, 6, 0x85, 0x00);
    EXPECT_REFUSED(FRAME_DAMAGED, 0x51, 6, 0x81, 0x80, 0x00);
}
END_TEST

START_TEST(a_wrong_checksum_is_refused_at_the_last_bit)
{
    struct frame frame = encode("checked");

    for (size_t i = frame.length - 4; i < frame.length; i++) {
        struct frame_decoder decoder;
        struct outcome outcome;

        frame.octets[i] ^= 0x01;
        frame_decoder_init(&decoder, LIMIT);
        outcome = feed(&decoder, frame.octets, frame.length);
        ck_assert_int_eq(outcome.status, FRAME_DAMAGED);
        ck_assert_uint_eq(outcome.symbols, frame_symbols(&frame));
        frame_decoder_done(&decoder);
        frame.octets[i] ^= 0x01;
    }
    frame_free(&frame);
}
END_TEST

/*
 * A flipped bit in the length may make the decoder wait for octets that never come, or read the
 * checksum too early. The test requires only that the frame is not accepted.
 */
START_TEST(no_frame_with_one_flipped_bit_passes)
{
    struct frame frame = encode("hello world");

    for (uint64_t i = 0; i < frame_symbols(&frame); i++) {
        bool is_priority = i / 8 == 1 && i % 8 >= 5;
        struct frame_decoder decoder;
        struct outcome outcome;

        frame.octets[i / 8] ^= (uint8_t)(0x80 >> i % 8);
        frame_decoder_init(&decoder, LIMIT);
        outcome = feed(&decoder, frame.octets, frame.length);
        ck_assert_msg(outcome.status != FRAME_COMPLETE, "bit %u", (unsigned)i);
        if (is_priority)
            ck_assert_int_eq(outcome.status, FRAME_DAMAGED);
        frame_decoder_done(&decoder);
        frame.octets[i / 8] ^= (uint8_t)(0x80 >> i % 8);
    }
    frame_free(&frame);
}
END_TEST

START_TEST(no_frame_passes_before_its_last_bit)
{
    struct frame frame = encode("hello world");
    struct frame_decoder decoder;

    frame_decoder_init(&decoder, LIMIT);
    for (uint64_t i = 0; i + 1 < frame_symbols(&frame); i++)
        ck_assert_int_eq(frame_decoder_take(&decoder, frame_symbol(&frame, i)), FRAME_MORE);
    frame_decoder_done(&decoder);
    frame_free(&frame);
}
END_TEST

/* ---- memory ---- */

START_TEST(memory_grows_only_with_the_payload_that_arrives)
{
    const size_t arrived = 5000;
    uint8_t *octets = some_bytes(5 + arrived);
    struct frame_decoder decoder;

    memcpy(octets, (uint8_t[]){0x51, 6, 0x80, 0x80, 0x40}, 5); /* announces LIMIT octets */
    frame_decoder_init(&decoder, LIMIT);
    ck_assert_int_eq(feed(&decoder, octets, 5).status, FRAME_MORE);
    ck_assert_uint_eq(decoder.allocated, 0);
    for (size_t i = 1; i <= arrived; i++) {
        ck_assert_int_eq(feed(&decoder, octets + 4 + i, 1).status, FRAME_MORE);
        ck_assert_uint_eq(frame_decoder_received(&decoder), i);
        ck_assert_uint_ge(decoder.allocated, i);
        ck_assert_uint_le(decoder.allocated, i <= 32 ? 64 : 2 * i);
    }
    frame_decoder_done(&decoder);
    ck_assert_ptr_null(decoder.message.bytes);
    free(octets);
}
END_TEST

START_TEST(memory_grows_only_with_the_fields_that_arrive)
{
    static const uint8_t header[] = {0x51, 0x0e, 0x80,
                                     0x80, 0x04, 10}; /* announces FIELDS_SIZE_MAX octets */
    const size_t arrived = 5000;
    uint8_t *octets = some_bytes(arrived);
    struct frame_decoder decoder;

    frame_decoder_init(&decoder, LIMIT);
    ck_assert_int_eq(feed(&decoder, header, sizeof header).status, FRAME_MORE);
    ck_assert_uint_eq(decoder.allocated, 0);
    for (size_t i = 1; i <= arrived; i++) {
        ck_assert_int_eq(feed(&decoder, octets + i - 1, 1).status, FRAME_MORE);
        ck_assert_uint_ge(decoder.allocated, i);
        ck_assert_uint_le(decoder.allocated, i <= 32 ? 64 : 2 * i);
    }
    frame_decoder_done(&decoder);
    free(octets);
}
END_TEST

START_TEST(a_payload_is_refused_when_memory_runs_out)
{
    static const uint8_t header[] = {0x51, 6, 100};
    uint8_t *payload = some_bytes(100);
    struct frame_decoder decoder;
    struct outcome outcome;

    frame_decoder_init(&decoder, LIMIT);
    feed(&decoder, header, sizeof header);
    feed(&decoder, payload, 64);
    memory_is_scarce = true;
    outcome = feed(&decoder, payload + 64, 36);
    memory_is_scarce = false;
    ck_assert_int_eq(outcome.status, FRAME_NO_MEMORY);
    ck_assert_uint_eq(outcome.symbols, 8);
    ck_assert_uint_eq(frame_decoder_received(&decoder), 64);
    frame_decoder_done(&decoder);
    free(payload);
}
END_TEST

START_TEST(frame_encode_fails_when_memory_runs_out)
{
    struct message message = {.bytes = (uint8_t *)"x", .length = 1};
    struct frame frame = {.length = 42};
    int r;

    memory_is_scarce = true;
    r = frame_encode(&message, false, &frame);
    memory_is_scarce = false;
    ck_assert_int_eq(r, -ENOMEM);
    ck_assert_uint_eq(frame.length, 42);
}
END_TEST

START_TEST(no_payload_is_received_before_the_header_is_complete)
{
    static const uint8_t header[] = {0x51, 6, 0x80, 0x02};
    struct frame_decoder decoder;

    frame_decoder_init(&decoder, LIMIT);
    for (size_t i = 0; i < sizeof header; i++) {
        ck_assert_uint_eq(frame_decoder_received(&decoder), 0);
        ck_assert_int_eq(feed(&decoder, &header[i], 1).status, FRAME_MORE);
    }
    ck_assert_uint_eq(frame_decoder_received(&decoder), 0);
    frame_decoder_done(&decoder);
}
END_TEST

START_TEST(the_complete_header_tells_the_length_of_payload_and_fields)
{
    static const uint8_t header[] = {0x51, 0x0e, 3, 0x80, 0x02};
    struct frame_decoder decoder;

    frame_decoder_init(&decoder, LIMIT);
    for (size_t i = 0; i < sizeof header; i++) {
        ck_assert_uint_eq(frame_decoder_length(&decoder), 0);
        ck_assert_uint_eq(frame_decoder_received(&decoder), 0);
        ck_assert_int_eq(feed(&decoder, &header[i], 1).status, FRAME_MORE);
    }
    ck_assert_uint_eq(frame_decoder_length(&decoder), 256 + 3);
    frame_decoder_done(&decoder);
    ck_assert_uint_eq(frame_decoder_length(&decoder), 0);
}
END_TEST

START_TEST(only_octets_of_the_payload_are_counted_as_received)
{
    static const uint8_t header[] = {0x51, 0x0e, 3, 2};
    static const uint8_t rest[] = {'h', 'i', 2, 'A', '=', 0, 0, 0};
    struct frame_decoder decoder;

    frame_decoder_init(&decoder, LIMIT);
    feed(&decoder, header, sizeof header);
    for (size_t i = 0; i < sizeof rest; i++) {
        ck_assert_uint_eq(frame_decoder_received(&decoder), i < 2 ? i : 2);
        ck_assert_int_eq(feed(&decoder, &rest[i], 1).status, FRAME_MORE);
        ck_assert_uint_eq(frame_decoder_length(&decoder), 5);
    }
    ck_assert_uint_eq(frame_decoder_received(&decoder), 2);
    frame_decoder_done(&decoder);
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        a_message_of_any_size_is_decoded_unchanged,
        fields_of_any_size_are_decoded_unchanged,
        fields_without_a_payload_are_decoded_unchanged,
        fields_do_not_count_towards_the_limit,
        each_priority_is_decoded_unchanged,
        a_small_message_is_encoded_as_the_manual_says,
        a_small_message_with_fields_is_encoded_as_the_manual_says,
        only_the_content_travels_as_blocks,
        the_first_octet_of_a_block_is_its_least_significant_one,
        blocks_of_4_octets_are_understood_everywhere,
        a_block_with_octets_beyond_the_content_is_refused,
        a_message_without_content_has_no_blocks,
        a_frame_made_narrow_is_that_of_a_message_in_bits,
        all_symbols_carry_all_octets,
        octets_travel_most_significant_bit_first,
        bytes_taken_from_the_decoder_belong_to_the_caller,
        a_decoder_that_is_done_is_ready_for_the_next_frame,
        a_frame_without_the_magic_is_refused_at_its_first_octet,
        another_version_is_refused_at_its_first_octet,
        each_unknown_flag_is_refused_at_its_octet,
        blocks_have_one_length_only,
        the_flag_for_fields_with_a_length_of_0_is_refused_at_that_length,
        fields_beyond_the_limit_are_refused_at_their_length,
        a_padded_length_of_fields_is_refused,
        the_length_of_the_payload_is_checked_in_a_frame_with_fields_too,
        invalid_fields_are_refused_at_the_last_bit,
        a_message_beyond_the_limit_is_refused_before_its_payload,
        a_length_of_2_to_the_64th_or_more_is_refused,
        the_largest_length_does_not_wrap_around,
        a_padded_length_of_the_payload_is_refused,
        a_wrong_checksum_is_refused_at_the_last_bit,
        no_frame_with_one_flipped_bit_passes,
        no_frame_passes_before_its_last_bit,
        memory_grows_only_with_the_payload_that_arrives,
        memory_grows_only_with_the_fields_that_arrive,
        a_payload_is_refused_when_memory_runs_out,
        frame_encode_fails_when_memory_runs_out,
        no_payload_is_received_before_the_header_is_complete,
        the_complete_header_tells_the_length_of_payload_and_fields,
        only_octets_of_the_payload_are_counted_as_received,
        NULL,
    };

    return suite_of("frame", tests);
}
