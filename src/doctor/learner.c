/* SPDX-License-Identifier: MIT */
/* learner.c - see learner.h for the rules */

#include "doctor/learner.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "doctor/stream.h"
#include "protocol/text.h"

/* The lengths of a hello that are tried, in bits: none, a ping, two, an octet, or both. */
static const unsigned hellos[] = {0, 1, 2, 8, 9};

#define HELLOS (sizeof hellos / sizeof hellos[0])
#define PIDS 3u
/* The first bit, the signal, the width and the octets that are counted have two values each. */
#define CANDIDATES ((size_t)2 * 2 * 2 * 2 * HELLOS * PIDS * LENGTHS * ENDS)

/* At least so many recordings must be whole if one is cut off. */
#define WHOLE_MIN 2u

/* How good an explanation is; the rules of learner.h, from the first to the last. */
struct merit {
    size_t whole; /* recordings that are not cut off */
    bool has_single_messages;
    bool has_number;
    bool has_no_hello;
    bool has_newline_as_end;
};

/* ---- the dialects that are tried ---- */

static unsigned take_digit(size_t *number, size_t base)
{
    unsigned digit = (unsigned)(*number % base);

    *number /= base;
    return digit;
}

/* Returns the candidate with this index. Its hello is that of the first recording. */
static struct dialect candidate(size_t index, const struct recording *first)
{
    struct dialect dialect = {
        .is_lsb = take_digit(&index, 2),
        .has_usr1_as_one = take_digit(&index, 2),
        .has_7_bits = take_digit(&index, 2),
        .counts_end = take_digit(&index, 2),
        .pid = (enum dialect_pid)take_digit(&index, PIDS),
        .length = (enum dialect_length)take_digit(&index, LENGTHS),
        .end = (enum dialect_end)take_digit(&index, ENDS),
        .hello_length = hellos[take_digit(&index, HELLOS)],
    };

    for (size_t i = 0; i < dialect.hello_length && i < first->count; i++)
        dialect.hello = dialect.hello << 1 | (first->signals[i] != dialect.has_usr1_as_one);
    return dialect;
}

/* ---- one dialect, one recording ---- */

/* Returns the length of the character that a text may have at octets, or 0. */
static size_t character_at(const uint8_t *octets, size_t length)
{
    if (length > 0 && (*octets == '\t' || *octets == '\n' || *octets == '\r'))
        return 1;
    return text_printable(octets, length);
}

bool learner_is_text(const uint8_t *text, size_t length)
{
    size_t at = 0;

    while (at < length) {
        size_t character = character_at(text + at, length - at);

        if (character == 0)
            return false;
        at += character;
    }
    return true;
}

/* What a dialect makes of a recording. */
struct reading {
    size_t messages;
    size_t checked;  /* octets of the message so far that are whole characters of a text */
    uint8_t *octets; /* all texts, each with a NUL behind it, which is not part of a text */
    size_t length;
};

static int add_text(struct reading *reading, const struct stream_decoder *decoder)
{
    uint8_t *octets = realloc(reading->octets, reading->length + decoder->length + 1);

    if (!octets)
        return -ENOMEM;
    if (decoder->length > 0)
        memcpy(octets + reading->length, decoder->text, decoder->length);
    reading->octets = octets;
    reading->length += decoder->length + 1;
    octets[reading->length - 1] = '\0';
    reading->messages++;
    reading->checked = 0;
    return 0;
}

/*
 * Returns false if the message so far is not the beginning of a text: then the rest of a long
 * recording need not be read. Its last octets may be a part of a character, or of the end.
 */
static bool may_become_text(struct reading *reading, const struct stream_decoder *decoder)
{
    size_t character;

    if (reading->checked >= decoder->length)
        return true;
    character = character_at(decoder->text + reading->checked, decoder->length - reading->checked);
    reading->checked += character;
    return character > 0 || decoder->length - reading->checked < TEXT_CHARACTER_MAX;
}

/* Returns 1 to go on, 0 if the dialect does not explain the recording, -ENOMEM. */
static int note(struct reading *reading, const struct stream_decoder *decoder,
                enum stream_status status)
{
    if (status == STREAM_MORE)
        return may_become_text(reading, decoder);
    if (status == STREAM_FAILED)
        return -ENOMEM;
    if (status == STREAM_WRONG || !learner_is_text(decoder->text, decoder->length))
        return 0;
    return add_text(reading, decoder) < 0 ? -ENOMEM : 1;
}

/*
 * Begins to decode a recording, and takes all of its signals, but not its end. Returns as note().
 * Sets *ret_status to what the last signal was.
 */
static int read_signals(const struct dialect *dialect, const struct recording *recording,
                        struct reading *reading, struct stream_decoder *decoder,
                        enum stream_status *ret_status)
{
    int r = 1;

    *ret_status = STREAM_MORE;
    stream_decoder_init(decoder, dialect, recording->pid);
    for (size_t i = 0; i < recording->count && r > 0; i++) {
        *ret_status = stream_decoder_take(decoder, recording->signals[i]);
        r = note(reading, decoder, *ret_status);
    }
    return r;
}

/* Returns true if a text can begin so. Its last octets may be a part of a character. */
static bool begins_text(const uint8_t *octets, size_t length)
{
    for (size_t part = 0; part < TEXT_CHARACTER_MAX && part <= length; part++) {
        if (learner_is_text(octets, length - part))
            return true;
        if (part < length && octets[length - part - 1] < 0x80)
            return false;
    }
    return false;
}

/*
 * Returns 1 with *ret, whose octets the caller frees; 0 if the dialect does not explain a whole
 * recording; -ENOMEM. *ret_is_cut_off tells with 0 if a client of this dialect can have sent the
 * recording before it was ended amid a message.
 */
static int read_as(const struct dialect *dialect, const struct recording *recording,
                   struct reading *ret, bool *ret_is_cut_off)
{
    enum stream_status status;
    struct reading reading = {0};
    struct stream_decoder decoder;
    int r = read_signals(dialect, recording, &reading, &decoder, &status);

    *ret_is_cut_off = r > 0 && status == STREAM_MORE && begins_text(decoder.text, decoder.length);
    if (r > 0)
        r = note(&reading, &decoder, stream_decoder_end(&decoder));
    stream_decoder_free(&decoder);
    if (r > 0)
        *ret = reading;
    else
        free(reading.octets);
    return r;
}

/* ---- one dialect, all recordings ---- */

static bool are_same(const struct recording *recording, const struct recording *other)
{
    return recording->count == other->count &&
           memcmp(recording->signals, other->signals, recording->count) == 0;
}

static bool differ(const struct recording *recordings, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (!are_same(&recordings[0], &recordings[i]))
            return true;
    return false;
}

/* A zero before a PID of 31 bits is the highest bit of a PID of 32 bits: another candidate. */
static bool is_twin(const struct dialect *dialect)
{
    return dialect->pid == PID_31 && dialect->hello_length > 0 && !dialect->is_lsb &&
           !(dialect->hello & 1);
}

/* Returns true if recordings like these can prove a dialect of this kind. */
static bool is_possible(const struct dialect *dialect, const struct recording *recordings,
                        size_t count)
{
    if (is_twin(dialect))
        return false;
    if (dialect->counts_end && (dialect->length == LENGTH_ABSENT || dialect->end == END_ABSENT))
        return false;
    if (dialect->pid != PID_ABSENT)
        for (size_t i = 0; i < count; i++)
            if (recordings[i].pid == 0)
                return false;
    return true;
}

/* Returns true if these recordings, which are whole, prove the hello of a dialect if it has one. */
static bool has_proven_hello(const struct dialect *dialect, const struct recording *recordings,
                             size_t count)
{
    return dialect->hello_length == 0 || dialect->pid != PID_ABSENT ||
           dialect->length != LENGTH_ABSENT || differ(recordings, count);
}

static bool has_number(const struct dialect *dialect, const struct recording *recordings,
                       size_t count)
{
    if (dialect->pid != PID_ABSENT)
        return true;
    return dialect->length == LENGTH_ASC10 || dialect->length == LENGTH_DEC
               ? differ(recordings, count)
               : dialect->length != LENGTH_ABSENT;
}

/* Returns false if the text of the recording is known, and is another one. */
static bool is_right(const struct reading *reading, const struct recording *recording)
{
    return !recording->text ||
           (reading->messages == 1 && reading->length == strlen(recording->text) + 1 &&
            memcmp(reading->octets, recording->text, reading->length) == 0);
}

/* Returns how many of so many recordings may be cut off. */
static size_t most_cut_off(size_t count)
{
    return count < WHOLE_MIN + 1 ? 0 : count / 2;
}

/* Reads a recording as read_as(), and notes in *merit if it is whole. */
static int judge_one(const struct dialect *dialect, const struct recording *recording,
                     struct merit *merit, bool *ret_is_cut_off)
{
    struct reading reading;
    int r = read_as(dialect, recording, &reading, ret_is_cut_off);

    if (r <= 0)
        return r;
    r = is_right(&reading, recording);
    merit->has_single_messages &= reading.messages == 1;
    merit->whole++;
    free(reading.octets);
    return r;
}

/*
 * Returns 1 with *ret; 0 if the dialect does not explain all recordings; -ENOMEM. whole has room
 * for all of them.
 */
static int judge(const struct dialect *dialect, const struct recording *recordings, size_t count,
                 struct recording *whole, struct merit *ret)
{
    struct merit merit = {.has_single_messages = true};

    if (!is_possible(dialect, recordings, count))
        return 0;
    for (size_t i = 0; i < count; i++) {
        size_t before = merit.whole;
        bool is_cut_off;
        int r = judge_one(dialect, &recordings[i], &merit, &is_cut_off);

        if (r > 0)
            whole[before] = recordings[i];
        else if (r < 0 || !is_cut_off || recordings[i].text || i - before == most_cut_off(count))
            return r;
    }
    if (!has_proven_hello(dialect, whole, merit.whole))
        return 0;
    merit.has_number = has_number(dialect, whole, merit.whole);
    merit.has_no_hello = dialect->hello_length == 0;
    merit.has_newline_as_end = dialect->end == END_NEWLINE_NUL;
    *ret = merit;
    return 1;
}

static int compare(const struct merit *merit, const struct merit *other)
{
    if (merit->whole != other->whole)
        return merit->whole > other->whole ? 1 : -1;
    if (merit->has_single_messages != other->has_single_messages)
        return merit->has_single_messages - other->has_single_messages;
    if (merit->has_number != other->has_number)
        return merit->has_number - other->has_number;
    if (merit->has_no_hello != other->has_no_hello)
        return merit->has_no_hello - other->has_no_hello;
    return merit->has_newline_as_end - other->has_newline_as_end;
}

/* ---- the result ---- */

static void keep(struct learner_result *result, const struct dialect *dialect)
{
    if (result->count < LEARNER_LISTED_MAX)
        result->dialects[result->count] = *dialect;
    result->count++;
}

/* Sets *ret to true if both dialects read the same texts. Returns 0, or -ENOMEM. */
static int reads_the_same(const struct dialect *dialect, const struct dialect *other,
                          const struct recording *recording, bool *ret)
{
    struct reading left, right;
    bool is_cut_off;
    int r = read_as(dialect, recording, &left, &is_cut_off);

    if (r <= 0)
        return r;
    r = read_as(other, recording, &right, &is_cut_off);
    if (r > 0) {
        *ret = left.messages == right.messages && left.length == right.length &&
               (left.length == 0 || memcmp(left.octets, right.octets, left.length) == 0);
        free(right.octets);
    }
    free(left.octets);
    return r < 0 ? r : 0;
}

static int compare_readings(const struct recording *recordings, size_t count,
                            struct learner_result *result)
{
    result->has_one_reading = result->count > 0 && result->count <= LEARNER_LISTED_MAX;
    for (size_t d = 1; d < result->count && result->has_one_reading; d++)
        for (size_t i = 0; i < count && result->has_one_reading; i++) {
            int r = reads_the_same(&result->dialects[0], &result->dialects[d], &recordings[i],
                                   &result->has_one_reading);

            if (r < 0)
                return r;
        }
    return 0;
}

/* Finds the best dialects. Returns 0 with *ret, without a verdict, and *ret_merit; -ENOMEM. */
static int choose(const struct recording *recordings, size_t count, struct recording *whole,
                  struct learner_result *ret, struct merit *ret_merit)
{
    struct learner_result result = {0};
    struct merit best = {0};

    for (size_t index = 0; index < CANDIDATES; index++) {
        struct dialect dialect = candidate(index, &recordings[0]);
        struct merit merit;
        int r = judge(&dialect, recordings, count, whole, &merit), order;

        if (r < 0)
            return r;
        if (r == 0)
            continue;
        order = result.count == 0 ? 1 : compare(&merit, &best);
        if (order > 0) {
            best = merit;
            result.count = 0;
        }
        if (order >= 0)
            keep(&result, &dialect);
    }
    *ret = result;
    *ret_merit = best;
    return 0;
}

int learner_learn(const struct recording *recordings, size_t count, struct learner_result *ret)
{
    struct recording *whole = calloc(count, sizeof *whole);
    struct learner_result result;
    struct merit merit;
    int r = whole ? choose(recordings, count, whole, &result, &merit) : -ENOMEM;

    free(whole);
    if (r < 0)
        return r;
    if (merit.whole < count && result.count > 1)
        result.count = 0;
    r = compare_readings(recordings, count, &result);
    if (r < 0)
        return r;
    if (result.count > 0)
        result.verdict = result.count == 1 ? LEARNER_LEARNT : LEARNER_AMBIGUOUS;
    *ret = result;
    return 0;
}
