/* SPDX-License-Identifier: MIT */
/* stream.c - see stream.h */

#include "doctor/stream.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUL 0x00
#define EOT 0x04
#define DIGITS 10u
#define FIRST_MEMORY 64u

/* ---- what both directions share ---- */

/* A sequence of octets, each as wide as a character, and of single bits behind them. */
struct ending {
    unsigned octets;
    uint8_t values[2];
    unsigned bits; /* all of them are 1 */
};

static struct ending ending_of(const struct dialect *dialect)
{
    switch (dialect->end) {
    case END_ABSENT:
        break;
    case END_NUL:
        return (struct ending){1, {NUL}, 0};
    case END_NEWLINE_NUL:
        return (struct ending){2, {'\n', NUL}, 0};
    case END_EOT:
        return (struct ending){1, {EOT}, 0};
    case END_FF_FF:
        return dialect->has_7_bits ? (struct ending){2, {0x7f, 0x7f}, 0}
                                   : (struct ending){2, {0xff, 0xff}, 0};
    case END_NUL_ONE:
        return (struct ending){1, {NUL}, 1};
    }
    return (struct ending){0};
}

/* Returns how many octets the length counts beside those of the text. */
static unsigned counted_octets(const struct dialect *dialect)
{
    return dialect->counts_end ? ending_of(dialect).octets : 0;
}

/*
 * The bits of the dialect's length, or the most that it can have. A digit of an ASCII number is as
 * wide as a character.
 */
static unsigned bits_of_length(const struct dialect *dialect)
{
    switch (dialect->length) {
    case LENGTH_ABSENT:
        break;
    case LENGTH_32BE:
    case LENGTH_32LE:
        return 32;
    case LENGTH_64BE:
    case LENGTH_64LE:
        return 64;
    case LENGTH_ASC10:
        return DIGITS * dialect_width(dialect);
    case LENGTH_DEC:
        return (DIGITS + 1) * dialect_width(dialect);
    }
    return 0;
}

static bool has_digits(const struct dialect *dialect)
{
    return dialect->length == LENGTH_ASC10 || dialect->length == LENGTH_DEC;
}

static unsigned bits_of_pid(enum dialect_pid pid)
{
    return pid == PID_ABSENT ? 0 : pid == PID_31 ? 31 : 32;
}

/* Returns the value of which index is the place of the next bit, in the order of the dialect. */
static uint64_t add_bit(const struct dialect *dialect, uint64_t value, unsigned index, bool bit)
{
    return dialect->is_lsb ? value | (uint64_t)bit << index : value << 1 | bit;
}

static bool bit_of(const struct dialect *dialect, uint64_t value, unsigned index, unsigned width)
{
    return value >> (dialect->is_lsb ? index : width - 1 - index) & 1;
}

/* ---- decoding ---- */

void stream_decoder_init(struct stream_decoder *decoder, const struct dialect *dialect, pid_t pid)
{
    *decoder = (struct stream_decoder){.dialect = dialect, .pid = pid};
}

void stream_decoder_free(struct stream_decoder *decoder)
{
    free(decoder->text);
    *decoder = (struct stream_decoder){.dialect = decoder->dialect, .pid = decoder->pid};
}

static enum stream_status add_octet(struct stream_decoder *decoder, uint8_t octet)
{
    if (decoder->length >= STREAM_TEXT_MAX)
        return STREAM_WRONG;
    if (decoder->length == decoder->allocated) {
        size_t size = decoder->allocated == 0 ? FIRST_MEMORY : 2 * decoder->allocated;
        uint8_t *text = realloc(decoder->text, size);

        if (!text)
            return STREAM_FAILED;
        decoder->text = text;
        decoder->allocated = size;
    }
    decoder->text[decoder->length++] = octet;
    return STREAM_MORE;
}

static void begin_part(struct stream_decoder *decoder, enum stream_part part)
{
    decoder->part = part;
    decoder->got = 0;
    decoder->value = 0;
}

/* Returns the number of bits of the current part, if it is none of characters. */
static unsigned bits_of_part(const struct stream_decoder *decoder)
{
    const struct dialect *dialect = decoder->dialect;

    switch (decoder->part) {
    case STREAM_HELLO:
        return dialect->hello_length;
    case STREAM_PID:
        return bits_of_pid(dialect->pid);
    case STREAM_LENGTH:
        return bits_of_length(dialect);
    case STREAM_TEXT:
    case STREAM_END:
    case STREAM_DONE:
        break;
    }
    return 0;
}

static bool is_text_complete(const struct stream_decoder *decoder)
{
    return decoder->dialect->length != LENGTH_ABSENT && decoder->length == decoder->expected;
}

static bool is_passed_over(const struct stream_decoder *decoder)
{
    if (decoder->part == STREAM_TEXT)
        return is_text_complete(decoder);
    if (decoder->part == STREAM_END)
        return decoder->dialect->end == END_ABSENT;
    return decoder->part < STREAM_TEXT && bits_of_part(decoder) == 0;
}

static void move_on(struct stream_decoder *decoder)
{
    do
        begin_part(decoder, decoder->part + 1);
    while (is_passed_over(decoder));
}

static void begin_message(struct stream_decoder *decoder)
{
    decoder->length = 0;
    decoder->expected = 0;
    begin_part(decoder, STREAM_HELLO);
    if (decoder->dialect->hello_length == 0)
        move_on(decoder);
}

static uint64_t swap_octets(uint64_t value, unsigned octets)
{
    uint64_t swapped = 0;

    for (unsigned i = 0; i < octets; i++)
        swapped = swapped << 8 | (value >> 8 * i & 0xff);
    return swapped;
}

/* The bits of a number are in the order of the dialect: turns them into the number. */
static uint64_t number_of(const struct dialect *dialect, uint64_t value)
{
    bool is_big = dialect->length == LENGTH_32BE || dialect->length == LENGTH_64BE;

    /* Highest bit first is big-endian, lowest bit first is little-endian. */
    return is_big == dialect->is_lsb ? swap_octets(value, bits_of_length(dialect) / 8) : value;
}

static enum stream_status finish_hello(struct stream_decoder *decoder)
{
    if (decoder->value != decoder->dialect->hello)
        return STREAM_WRONG;
    move_on(decoder);
    return STREAM_MORE;
}

static enum stream_status finish_pid(struct stream_decoder *decoder)
{
    if (decoder->value == 0 || decoder->value > INT_MAX ||
        (decoder->pid != 0 && decoder->value != (uint64_t)decoder->pid))
        return STREAM_WRONG;
    move_on(decoder);
    return STREAM_MORE;
}

static enum stream_status finish_length(struct stream_decoder *decoder, uint64_t number)
{
    unsigned counted = counted_octets(decoder->dialect);

    if (number < counted || number - counted > STREAM_TEXT_MAX)
        return STREAM_WRONG;
    decoder->expected = (size_t)number - counted;
    move_on(decoder);
    return STREAM_MORE;
}

static enum stream_status take_hello(struct stream_decoder *decoder, bool bit)
{
    /* A hello is a sequence of bits, and not a number: the order of the dialect has no part in it.
     */
    decoder->value = decoder->value << 1 | bit;
    return ++decoder->got == decoder->dialect->hello_length ? finish_hello(decoder) : STREAM_MORE;
}

static enum stream_status take_number(struct stream_decoder *decoder, bool bit)
{
    unsigned bits = bits_of_part(decoder);

    decoder->value = add_bit(decoder->dialect, decoder->value, decoder->got, bit);
    if (++decoder->got < bits)
        return STREAM_MORE;
    if (decoder->part == STREAM_PID)
        return finish_pid(decoder);
    return finish_length(decoder, number_of(decoder->dialect, decoder->value));
}

/*
 * Takes the last bit of a digit, or of the NUL behind the digits. The digits so far are the number
 * in expected. A number that has no fixed width does not begin with a 0, unless it is 0.
 */
static enum stream_status take_digit(struct stream_decoder *decoder)
{
    unsigned count = decoder->got / dialect_width(decoder->dialect);
    bool is_fixed = decoder->dialect->length == LENGTH_ASC10;

    if (!is_fixed && decoder->value == NUL && count > 1)
        return finish_length(decoder, decoder->expected);
    if (decoder->value < '0' || decoder->value > '9')
        return STREAM_WRONG;
    if (!is_fixed && (count > DIGITS || (count > 1 && decoder->expected == 0)))
        return STREAM_WRONG;
    decoder->expected = 10 * decoder->expected + (size_t)(decoder->value - '0');
    decoder->value = 0;
    return is_fixed && count == DIGITS ? finish_length(decoder, decoder->expected) : STREAM_MORE;
}

static enum stream_status take_digits(struct stream_decoder *decoder, bool bit)
{
    unsigned width = dialect_width(decoder->dialect);

    decoder->value = add_bit(decoder->dialect, decoder->value, decoder->got % width, bit);
    return ++decoder->got % width > 0 ? STREAM_MORE : take_digit(decoder);
}

/*
 * Without a length, the last octet of the end ends the text, if the octet before it is that of the
 * end, too.
 */
static bool is_end(const struct stream_decoder *decoder, uint8_t octet)
{
    const struct ending ending = ending_of(decoder->dialect);

    if (decoder->dialect->length != LENGTH_ABSENT || ending.octets == 0 ||
        octet != ending.values[ending.octets - 1])
        return false;
    return ending.octets == 1 ||
           (decoder->length > 0 && decoder->text[decoder->length - 1] == ending.values[0]);
}

/* The end has been found in the text: what is left of it are its single bits. */
static enum stream_status cut_end(struct stream_decoder *decoder)
{
    const struct ending ending = ending_of(decoder->dialect);

    decoder->length -= ending.octets - 1;
    begin_part(decoder, ending.bits > 0 ? STREAM_END : STREAM_DONE);
    decoder->got = ending.octets * dialect_width(decoder->dialect);
    return STREAM_MORE;
}

static enum stream_status take_text(struct stream_decoder *decoder, bool bit)
{
    enum stream_status status;
    uint8_t octet;

    decoder->value = add_bit(decoder->dialect, decoder->value, decoder->got, bit);
    if (++decoder->got < dialect_width(decoder->dialect))
        return STREAM_MORE;
    octet = (uint8_t)decoder->value;
    decoder->got = 0;
    decoder->value = 0;
    if (is_end(decoder, octet))
        return cut_end(decoder);
    status = add_octet(decoder, octet);
    if (status == STREAM_MORE && is_text_complete(decoder))
        move_on(decoder);
    return status;
}

/* Each bit of the end behind a text of known length, or behind the octets of the end, is known. */
static enum stream_status take_end(struct stream_decoder *decoder, bool bit)
{
    const struct ending ending = ending_of(decoder->dialect);
    unsigned width = dialect_width(decoder->dialect), index = decoder->got / width;
    bool expected = index >= ending.octets ||
                    bit_of(decoder->dialect, ending.values[index], decoder->got % width, width);

    if (bit != expected)
        return STREAM_WRONG;
    if (++decoder->got == ending.octets * width + ending.bits)
        begin_part(decoder, STREAM_DONE);
    return STREAM_MORE;
}

static enum stream_status take_bit(struct stream_decoder *decoder, bool bit)
{
    switch (decoder->part) {
    case STREAM_HELLO:
        return take_hello(decoder, bit);
    case STREAM_PID:
        return take_number(decoder, bit);
    case STREAM_LENGTH:
        return (has_digits(decoder->dialect) ? take_digits : take_number)(decoder, bit);
    case STREAM_TEXT:
        return take_text(decoder, bit);
    case STREAM_END:
        return take_end(decoder, bit);
    case STREAM_DONE:
        break;
    }
    assert(false);
    return STREAM_WRONG;
}

static enum stream_status complete(struct stream_decoder *decoder)
{
    decoder->taken = 0;
    return STREAM_MESSAGE;
}

enum stream_status stream_decoder_take(struct stream_decoder *decoder, bool signal)
{
    bool bit = signal != decoder->dialect->has_usr1_as_one;
    enum stream_status status;

    if (decoder->taken++ == 0)
        begin_message(decoder);
    status = take_bit(decoder, bit);
    return status == STREAM_MORE && decoder->part == STREAM_DONE ? complete(decoder) : status;
}

enum stream_status stream_decoder_end(struct stream_decoder *decoder)
{
    if (decoder->taken == 0)
        return STREAM_MORE;
    if (!dialect_ends_by_silence(decoder->dialect) || decoder->part != STREAM_TEXT ||
        decoder->got > 0)
        return STREAM_WRONG;
    return complete(decoder);
}

bool stream_decoder_is_at_octet(const struct stream_decoder *decoder)
{
    bool is_character =
        decoder->part == STREAM_TEXT || decoder->part == STREAM_END || has_digits(decoder->dialect);

    return decoder->got % (is_character ? dialect_width(decoder->dialect) : 8) == 0;
}

/* ---- encoding ---- */

void stream_free(struct stream *stream)
{
    free(stream->signals);
    *stream = (struct stream){0};
}

int stream_add(struct stream *stream, bool signal)
{
    if (stream->count == stream->allocated) {
        size_t size = stream->allocated == 0 ? FIRST_MEMORY : 2 * stream->allocated;
        bool *signals = reallocarray(stream->signals, size, sizeof *signals);

        if (!signals)
            return -ENOMEM;
        stream->signals = signals;
        stream->allocated = size;
    }
    stream->signals[stream->count++] = signal;
    return 0;
}

static int add_stream_bit(const struct dialect *dialect, bool bit, struct stream *stream)
{
    return stream_add(stream, bit != dialect->has_usr1_as_one);
}

static int add_value(const struct dialect *dialect, uint64_t value, unsigned width,
                     struct stream *stream)
{
    for (unsigned i = 0; i < width; i++) {
        int r = add_stream_bit(dialect, bit_of(dialect, value, i, width), stream);

        if (r < 0)
            return r;
    }
    return 0;
}

static int add_hello(const struct dialect *dialect, struct stream *stream)
{
    for (unsigned i = dialect->hello_length; i-- > 0;) {
        int r = add_stream_bit(dialect, dialect->hello >> i & 1, stream);

        if (r < 0)
            return r;
    }
    return 0;
}

static int add_digits(const struct dialect *dialect, size_t length, struct stream *stream)
{
    bool is_fixed = dialect->length == LENGTH_ASC10;
    char digits[DIGITS + 1];
    size_t count =
        (size_t)snprintf(digits, sizeof digits, "%0*zu", is_fixed ? (int)DIGITS : 1, length);

    assert(count <= DIGITS);
    for (size_t i = 0; i < count + (is_fixed ? 0 : 1); i++) {
        int r = add_value(dialect, (uint8_t)digits[i], dialect_width(dialect), stream);

        if (r < 0)
            return r;
    }
    return 0;
}

static int add_length(const struct dialect *dialect, size_t length, struct stream *stream)
{
    size_t number = length + counted_octets(dialect);

    if (dialect->length == LENGTH_ABSENT)
        return 0;
    if (has_digits(dialect))
        return add_digits(dialect, number, stream);
    return add_value(dialect, number_of(dialect, number), bits_of_length(dialect), stream);
}

static int add_end(const struct dialect *dialect, struct stream *stream)
{
    const struct ending ending = ending_of(dialect);
    int r = 0;

    for (unsigned i = 0; i < ending.octets && r == 0; i++)
        r = add_value(dialect, ending.values[i], dialect_width(dialect), stream);
    for (unsigned i = 0; i < ending.bits && r == 0; i++)
        r = add_stream_bit(dialect, true, stream);
    return r;
}

/* Returns true if a decoder would find the end in the text, or lose bits of it. */
static bool is_unspeakable(const struct dialect *dialect, const uint8_t *text, size_t length)
{
    const struct ending ending = ending_of(dialect);

    for (size_t i = 0; i < length; i++) {
        if (dialect->has_7_bits && text[i] > 0x7f)
            return true;
        if (dialect->length == LENGTH_ABSENT && ending.octets > 0 &&
            text[i] == ending.values[ending.octets - 1])
            return true;
    }
    return false;
}

static int add_message(const struct dialect *dialect, pid_t pid, const uint8_t *text, size_t length,
                       struct stream *stream)
{
    int r = add_hello(dialect, stream);

    if (r == 0)
        r = add_value(dialect, (uint64_t)pid, bits_of_pid(dialect->pid), stream);
    if (r == 0)
        r = add_length(dialect, length, stream);
    for (size_t i = 0; i < length && r == 0; i++)
        r = add_value(dialect, text[i], dialect_width(dialect), stream);
    return r == 0 ? add_end(dialect, stream) : r;
}

int stream_encode(const struct dialect *dialect, pid_t pid, const uint8_t *text, size_t length,
                  struct stream *ret)
{
    struct stream stream = {0};
    int r;

    if (length > STREAM_TEXT_MAX)
        return -EMSGSIZE;
    if (is_unspeakable(dialect, text, length))
        return -EILSEQ;
    r = add_message(dialect, pid, text, length, &stream);
    if (r < 0) {
        stream_free(&stream);
        return r;
    }
    *ret = stream;
    return 0;
}
