/* SPDX-License-Identifier: MIT */
/* check-stream.c - tests that messages become signals and messages again, in each dialect */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor/stream.h"
#include "suite.h"
#include "survey.h"

/* A PID with ones and zeros in each octet of its 31 bits. */
#define PID 0x12345a5a

static struct dialect parsed(const char *text)
{
    struct dialect dialect;

    ck_assert(dialect_parse(text, &dialect));
    return dialect;
}

static struct stream encoded(const struct dialect *dialect, const char *text)
{
    struct stream stream;

    ck_assert_int_eq(stream_encode(dialect, PID, (const uint8_t *)text, strlen(text), &stream), 0);
    return stream;
}

/* The signals of a message, as '1' for SIGUSR1 and '2' for SIGUSR2. */
static void expect_signals(const char *dialect_text, const char *text, const char *expected)
{
    struct dialect dialect = parsed(dialect_text);
    struct stream stream = encoded(&dialect, text);

    ck_assert_uint_eq(stream.count, strlen(expected));
    for (size_t i = 0; i < stream.count; i++)
        ck_assert_int_eq(stream.signals[i], expected[i] == '2');
    stream_free(&stream);
}

/* Each octet of "A" is 01000001. */
START_TEST(the_signals_are_those_of_the_dialect)
{
    expect_signals("msb,usr2=1,nul", "A",
                   "12111112"
                   "11111111");
    expect_signals("msb,usr1=1,nul", "A",
                   "21222221"
                   "22222222");
    expect_signals("lsb,usr2=1,nul", "A",
                   "21111121"
                   "11111111");
    expect_signals("msb,usr2=1,7bit,nul", "A",
                   "2111112"
                   "1111111");
    expect_signals("msb,usr2=1,nothing", "A", "12111112");
    expect_signals("msb,usr2=1,newline+nul", "A",
                   "12111112"
                   "11112121"
                   "11111111");
    expect_signals("msb,usr2=1,eot", "A",
                   "12111112"
                   "11111211");
    expect_signals("msb,usr2=1,ff+ff", "A",
                   "12111112"
                   "22222222"
                   "22222222");
    expect_signals("msb,usr2=1,nul+one", "A",
                   "12111112"
                   "11111111"
                   "2");
    expect_signals("msb,usr2=1,hello=011,nul", "",
                   "122"
                   "11111111");
}
END_TEST

START_TEST(a_length_has_its_octets_in_the_order_of_the_dialect)
{
    const char *zeros = "111111111111111111111111";
    char expected[64];

    snprintf(expected, sizeof expected, "%s%s%s", zeros, "11111112", "12111112");
    expect_signals("msb,usr2=1,len32be", "A", expected);
    snprintf(expected, sizeof expected, "%s%s%s", "11111112", zeros, "12111112");
    expect_signals("msb,usr2=1,len32le", "A", expected);
    snprintf(expected, sizeof expected, "%s%s%s", "21111111", zeros, "21111121");
    expect_signals("lsb,usr2=1,len32le", "A", expected);
    snprintf(expected, sizeof expected, "%s%s%s", zeros, "21111111", "21111121");
    expect_signals("lsb,usr2=1,len32be", "A", expected);
}
END_TEST

START_TEST(a_length_counts_the_octets_of_the_text)
{
    struct dialect dialect = parsed("msb,usr2=1,asc10");
    struct dialect plain = parsed("msb,usr2=1,nothing");
    struct stream counted = encoded(&dialect, "four"), text = encoded(&plain, "0000000004four");

    ck_assert_uint_eq(counted.count, text.count);
    ck_assert_mem_eq(counted.signals, text.signals, text.count);
    stream_free(&counted);
    stream_free(&text);
}
END_TEST

/* Without zeros before it, the number has an end of its own. */
START_TEST(a_length_of_any_width_ends_with_a_nul)
{
    expect_signals("msb,usr2=1,dec+nul", "A",
                   "11221112"
                   "11111111"
                   "12111112");
    expect_signals("msb,usr2=1,dec+nul", "",
                   "11221111"
                   "11111111");
    expect_signals("msb,usr2=1,7bit,dec+nul", "AA",
                   "1221121"
                   "1111111"
                   "2111112"
                   "2111112");
}
END_TEST

START_TEST(a_length_can_count_the_end)
{
    const char *zeros = "111111111111111111111111";
    char expected[64];

    snprintf(expected, sizeof expected, "%s%s%s%s", zeros, "11111121", "12111112", "11111111");
    expect_signals("msb,usr2=1,len32be,counted,nul", "A", expected);
    expect_signals("msb,usr2=1,dec+nul,counted,ff+ff", "A",
                   "11221122"
                   "11111111"
                   "12111112"
                   "22222222"
                   "22222222");
}
END_TEST

/* Feeds a stream. Returns the status of its last signal; all others must be STREAM_MORE. */
static enum stream_status feed(struct stream_decoder *decoder, const struct stream *stream)
{
    enum stream_status status = STREAM_MORE;

    for (size_t i = 0; i < stream->count; i++) {
        ck_assert_int_eq(status, STREAM_MORE);
        status = stream_decoder_take(decoder, stream->signals[i]);
    }
    return status;
}

static void expect_message(struct stream_decoder *decoder, const char *text)
{
    struct stream stream = encoded(decoder->dialect, text);
    enum stream_status status = feed(decoder, &stream);

    if (dialect_ends_by_silence(decoder->dialect) && stream.count > 0) {
        ck_assert_int_eq(status, STREAM_MORE);
        status = stream_decoder_end(decoder);
    }
    ck_assert_int_eq(status, stream.count > 0 ? STREAM_MESSAGE : STREAM_MORE);
    ck_assert_uint_eq(decoder->length, strlen(text));
    if (*text)
        ck_assert_mem_eq(decoder->text, text, decoder->length);
    ck_assert_int_eq(stream_decoder_end(decoder), STREAM_MORE);
    stream_free(&stream);
}

START_TEST(each_dialect_of_the_survey_reads_what_it_has_written)
{
    for (size_t i = 0; i < survey_count; i++) {
        struct dialect dialect = parsed(survey[i]);
        struct stream_decoder decoder;
        char text[1001] = "";

        stream_decoder_init(&decoder, &dialect, PID);
        expect_message(&decoder, "");
        expect_message(&decoder, "hello");
        expect_message(&decoder, "two\nlines\n");
        if (!dialect.has_7_bits)
            expect_message(&decoder, "d\xc3\xa9j\xc3\xa0 vu");
        memset(text, 'x', sizeof text - 1);
        expect_message(&decoder, text);
        stream_decoder_free(&decoder);
    }
}
END_TEST

START_TEST(an_incomplete_message_is_wrong)
{
    for (size_t i = 0; i < survey_count; i++) {
        struct dialect dialect = parsed(survey[i]);
        struct stream stream = encoded(&dialect, "hello");

        stream.count--;
        for (size_t length = 1; length < stream.count; length++) {
            struct stream part = {.signals = stream.signals, .count = length};
            bool is_whole = dialect_ends_by_silence(&dialect) && length % 8 == 0;
            struct stream_decoder decoder;

            stream_decoder_init(&decoder, &dialect, PID);
            ck_assert_int_eq(feed(&decoder, &part), STREAM_MORE);
            ck_assert_int_eq(stream_decoder_end(&decoder),
                             is_whole ? STREAM_MESSAGE : STREAM_WRONG);
            stream_decoder_free(&decoder);
        }
        stream_free(&stream);
    }
}
END_TEST

/* The text is said in the other dialect. */
static void expect_wrong_text(const char *dialect_text, const char *other_text, const char *text,
                              pid_t pid)
{
    struct dialect dialect = parsed(dialect_text), other = parsed(other_text);
    struct stream stream = encoded(&other, text);
    struct stream_decoder decoder;
    enum stream_status status = STREAM_MORE;

    stream_decoder_init(&decoder, &dialect, pid);
    for (size_t i = 0; i < stream.count && status == STREAM_MORE; i++)
        status = stream_decoder_take(&decoder, stream.signals[i]);
    ck_assert_int_eq(status, STREAM_WRONG);
    stream_decoder_free(&decoder);
    stream_free(&stream);
}

static void expect_wrong(const char *dialect_text, const char *other_text, pid_t pid)
{
    expect_wrong_text(dialect_text, other_text, "A", pid);
}

START_TEST(a_length_has_the_digits_that_it_needs_and_no_others)
{
    static const char *const texts[] = {"", "x", "05", "00", "1x", "1000000000000", "9999999999"};

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        expect_wrong_text("msb,usr2=1,dec+nul", "msb,usr2=1,nul", texts[i], 0);
}
END_TEST

START_TEST(a_length_that_counts_the_end_is_not_shorter)
{
    expect_wrong_text("msb,usr2=1,len32be,counted,nul", "msb,usr2=1,len32be", "", 0);
    expect_wrong_text("msb,usr2=1,len32be,counted,ff+ff", "msb,usr2=1,len32be", "A", 0);
}
END_TEST

START_TEST(what_the_dialect_does_not_say_is_wrong)
{
    expect_wrong("msb,usr2=1,hello=01,nul", "msb,usr2=1,hello=00,nul", 0);
    expect_wrong("msb,usr2=1,pid32,nul", "msb,usr2=1,pid32,nul", PID + 1);
    expect_wrong("msb,usr2=1,pid31,nul", "msb,usr2=1,hello=0000000000000000000000000000000,nul", 0);
    expect_wrong("msb,usr2=1,len32be", "msb,usr2=1,len32le", 0);
    expect_wrong("msb,usr2=1,len32be,nul", "msb,usr2=1,len32be,eot", 0);
}
END_TEST

START_TEST(without_a_pid_any_pid_is_taken)
{
    struct dialect dialect = parsed("msb,usr2=1,pid32,nul");
    struct stream_decoder decoder;

    stream_decoder_init(&decoder, &dialect, 0);
    expect_message(&decoder, "A");
    stream_decoder_free(&decoder);
}
END_TEST

START_TEST(a_text_that_the_dialect_cannot_say_is_refused)
{
    static const struct {
        const char *dialect;
        const char *text;
        size_t length;
    } refused[] = {
        {"msb,usr2=1,nul", "a\0b", 3},        {"msb,usr2=1,newline+nul", "a\0b", 3},
        {"msb,usr2=1,eot", "\x04", 1},        {"msb,usr2=1,ff+ff", "\xff", 1},
        {"msb,usr2=1,7bit,ff+ff", "\x7f", 1}, {"msb,usr2=1,7bit,nul", "\xc3\xa9", 2},
    };
    struct stream stream;

    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        struct dialect dialect = parsed(refused[i].dialect);

        ck_assert_int_eq(stream_encode(&dialect, PID, (const uint8_t *)refused[i].text,
                                       refused[i].length, &stream),
                         -EILSEQ);
    }
}
END_TEST

START_TEST(a_text_can_be_too_large)
{
    struct dialect dialect = parsed("msb,usr2=1,nothing");
    uint8_t *text = calloc(STREAM_TEXT_MAX + 1, 1);
    struct stream stream;

    ck_assert_ptr_nonnull(text);
    ck_assert_int_eq(stream_encode(&dialect, PID, text, STREAM_TEXT_MAX + 1, &stream), -EMSGSIZE);
    free(text);
}
END_TEST

START_TEST(each_octet_ends_once)
{
    for (size_t i = 0; i < survey_count; i++) {
        struct dialect dialect = parsed(survey[i]);
        struct stream stream = encoded(&dialect, "hello");
        unsigned width = dialect_width(&dialect);
        struct stream_decoder decoder;
        size_t ends = 0;

        stream_decoder_init(&decoder, &dialect, PID);
        for (size_t at = 0; at < stream.count; at++) {
            stream_decoder_take(&decoder, stream.signals[at]);
            ends += stream_decoder_is_at_octet(&decoder);
        }
        ck_assert_uint_ge(ends, strlen("hello"));
        ck_assert_uint_le(ends, stream.count / width + 3);
        stream_decoder_free(&decoder);
        stream_free(&stream);
    }
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        the_signals_are_those_of_the_dialect,
        a_length_has_its_octets_in_the_order_of_the_dialect,
        a_length_counts_the_octets_of_the_text,
        a_length_of_any_width_ends_with_a_nul,
        a_length_can_count_the_end,
        a_length_has_the_digits_that_it_needs_and_no_others,
        a_length_that_counts_the_end_is_not_shorter,
        each_dialect_of_the_survey_reads_what_it_has_written,
        an_incomplete_message_is_wrong,
        what_the_dialect_does_not_say_is_wrong,
        without_a_pid_any_pid_is_taken,
        a_text_that_the_dialect_cannot_say_is_refused,
        a_text_can_be_too_large,
        each_octet_ends_once,
        NULL,
    };

    return suite_of("stream", tests);
}
