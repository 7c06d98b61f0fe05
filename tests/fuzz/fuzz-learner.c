/* SPDX-License-Identifier: MIT */
/*
 * fuzz-learner.c - fuzzes the learner of dialects with any signals, and with words of any dialect
 *
 * The first octet of the input says what the others are (see enum way). Whatever was recorded, each
 * dialect of the result must explain it. If it was written in a dialect that the learner knows,
 * that dialect must be the result, or the result must be ambiguous.
 */
#include <stdlib.h>
#include <string.h>

#include "doctor/learner.h"
#include "doctor/stream.h"
#include "fuzz.h"

enum way {
    WAY_SIGNALS, /* the bits of the octets are signals, divided into recordings */
    WAY_WORDS,   /* a dialect, and the words that three clients send in it */
    WAY_TEXT,    /* the text form of a dialect */
    WAYS,
};

#define RECORDINGS 3u
#define FIRST_PID 4711
#define WORD_MAX 40u

/* ---- what must hold for each result ---- */

static void check_form(const struct dialect *dialect)
{
    struct dialect again;
    char text[DIALECT_TEXT_SIZE];

    dialect_format(dialect, text);
    PROMISE(dialect_parse(text, &again));
    PROMISE(dialect_equals(dialect, &again));
}

/* Returns true if the recording is whole, and not cut off. */
static bool check_explanation(const struct dialect *dialect, const struct recording *recording)
{
    struct stream_decoder decoder;
    enum stream_status status = STREAM_MORE;

    stream_decoder_init(&decoder, dialect, recording->pid);
    for (size_t i = 0; i < recording->count; i++) {
        status = stream_decoder_take(&decoder, recording->signals[i]);
        PROMISE(status == STREAM_MORE || status == STREAM_MESSAGE);
        if (status == STREAM_MESSAGE)
            PROMISE(learner_is_text(decoder.text, decoder.length));
    }
    status = stream_decoder_end(&decoder);
    if (status == STREAM_MESSAGE)
        PROMISE(learner_is_text(decoder.text, decoder.length));
    stream_decoder_free(&decoder);
    return status != STREAM_WRONG;
}

static struct learner_result learn(const struct stream *streams)
{
    struct recording recordings[RECORDINGS];
    struct learner_result result;

    for (size_t i = 0; i < RECORDINGS; i++)
        recordings[i] = (struct recording){
            .signals = streams[i].signals, .count = streams[i].count, .pid = FIRST_PID + (pid_t)i};
    PROMISE(learner_learn(recordings, RECORDINGS, &result) == 0);
    PROMISE((result.verdict == LEARNER_UNKNOWN) == (result.count == 0));
    PROMISE((result.verdict == LEARNER_LEARNT) == (result.count == 1));
    for (size_t d = 0; d < result.count && d < LEARNER_LISTED_MAX; d++) {
        size_t whole = 0;

        check_form(&result.dialects[d]);
        for (size_t i = 0; i < RECORDINGS; i++)
            whole += check_explanation(&result.dialects[d], &recordings[i]);
        PROMISE(whole >= (result.verdict == LEARNER_LEARNT ? RECORDINGS - 1 : RECORDINGS));
    }
    return result;
}

static void forget(struct stream *streams)
{
    for (size_t i = 0; i < RECORDINGS; i++)
        stream_free(&streams[i]);
}

static void put(struct stream *stream, bool signal)
{
    if (stream_add(stream, signal) < 0)
        abort();
}

/* ---- any signals ---- */

static void fuzz_signals(struct input *input)
{
    struct stream streams[RECORDINGS] = {0};
    size_t length = input->left / RECORDINGS + 1;

    for (size_t i = 0; i < RECORDINGS; i++) {
        size_t bits = 8 * length - input_octet(input) % 8;

        for (size_t at = 0; at < bits; at += 8) {
            uint8_t octet = input_octet(input);

            for (size_t bit = 0; bit < 8 && at + bit < bits; bit++)
                put(&streams[i], octet >> (7 - bit) & 1);
        }
    }
    learn(streams);
    forget(streams);
}

/* ---- words of a dialect ---- */

/* The learner tries a hello of these lengths. One of whole octets could be text instead. */
static struct dialect any_dialect(struct input *input)
{
    static const unsigned hellos[] = {0, 1, 9};
    uint8_t flags = input_octet(input);
    struct dialect dialect = {
        .is_lsb = flags & 1,
        .has_usr1_as_one = flags & 2,
        .has_7_bits = flags & 4,
        .hello_length = hellos[(flags >> 3) % 3],
        .pid = (enum dialect_pid)(input_octet(input) % 3),
        .length = (enum dialect_length)(input_octet(input) % LENGTHS),
        .end = (enum dialect_end)(input_octet(input) % ENDS),
    };

    dialect.counts_end =
        dialect.length != LENGTH_ABSENT && dialect.end != END_ABSENT && input_octet(input) % 2;
    dialect.hello = (input_octet(input) * 2u) & ((1u << dialect.hello_length) - 1);
    return dialect;
}

/* The words are of letters: a text of digits can look like a length, and is one for the learner. */
static void any_word(struct input *input, struct stream *ret, const struct dialect *dialect,
                     size_t index)
{
    uint8_t word[WORD_MAX + RECORDINGS];
    size_t length = 1 + index + input_octet(input) % WORD_MAX;

    for (size_t i = 0; i < length; i++)
        word[i] = (uint8_t)('a' + input_octet(input) % 26);
    PROMISE(stream_encode(dialect, FIRST_PID + (pid_t)index, word, length, ret) == 0);
}

/* What the result is called does not matter if it writes the same signals. */
static void check_same_signals(const struct dialect *dialect, const struct dialect *other)
{
    static const uint8_t text[] = "The quick brown fox";
    struct stream left, right;

    PROMISE(stream_encode(dialect, FIRST_PID, text, sizeof text - 1, &left) == 0);
    PROMISE(stream_encode(other, FIRST_PID, text, sizeof text - 1, &right) == 0);
    PROMISE(left.count == right.count && memcmp(left.signals, right.signals, left.count) == 0);
    stream_free(&left);
    stream_free(&right);
}

static void fuzz_words(struct input *input)
{
    const struct dialect dialect = any_dialect(input);
    struct stream streams[RECORDINGS] = {0};
    struct learner_result result;

    check_form(&dialect);
    for (size_t i = 0; i < RECORDINGS; i++)
        any_word(input, &streams[i], &dialect, i);
    result = learn(streams);
    PROMISE(result.verdict != LEARNER_UNKNOWN || dialect.hello_length > 0);
    if (result.verdict == LEARNER_LEARNT)
        check_same_signals(&dialect, &result.dialects[0]);
    forget(streams);
}

/* ---- text forms ---- */

static void fuzz_text(struct input *input)
{
    char text[DIALECT_TEXT_SIZE] = "", form[DIALECT_TEXT_SIZE];
    struct dialect dialect;

    for (size_t i = 0; i + 1 < sizeof text && input->left > 0; i++)
        text[i] = (char)input_octet(input);
    if (!dialect_parse(text, &dialect))
        return;
    check_form(&dialect);
    dialect_format(&dialect, form);
    PROMISE(strncmp(form, text, strlen(text)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};

    switch (input_octet(&input) % WAYS) {
    case WAY_SIGNALS:
        fuzz_signals(&input);
        break;
    case WAY_WORDS:
        fuzz_words(&input);
        break;
    default:
        fuzz_text(&input);
        break;
    }
    return 0;
}
