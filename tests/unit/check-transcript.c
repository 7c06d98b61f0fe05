/* SPDX-License-Identifier: MIT */
/* check-transcript.c - tests that signals and answers are found in what a relay has seen */

#include <string.h>

#include "doctor/transcript.h"
#include "suite.h"

static struct wire wire;

static struct dialect parsed(const char *text)
{
    struct dialect dialect;

    ck_assert(dialect_parse(text, &dialect));
    return dialect;
}

static void add(enum wire_kind kind, bool signal)
{
    ck_assert_uint_lt(wire.count, WIRE_MAX);
    wire.events[wire.count] = (struct wire_event){wire.count, kind, signal};
    wire.count++;
}

/*
 * Adds a message of "Hi" to the wire. The answers to each unit are '1' for SIGUSR1, '2' for
 * SIGUSR2, and '-' for none: to a bit of the hello, another bit, the last one of an octet, and the
 * last one of all.
 */
static void record(const char *dialect_text, const char *answers)
{
    struct dialect dialect = parsed(dialect_text);
    struct stream_decoder decoder;
    struct stream stream;

    wire.count = 0;
    ck_assert_int_eq(stream_encode(&dialect, 0, (const uint8_t *)"Hi", 2, &stream), 0);
    stream_decoder_init(&decoder, &dialect, 0);
    for (size_t i = 0; i < stream.count; i++) {
        enum stream_status status = stream_decoder_take(&decoder, stream.signals[i]);
        char answer = answers[stream_decoder_is_at_octet(&decoder) ? 2 : 1];

        if (i < dialect.hello_length)
            answer = answers[0];
        if (status == STREAM_MESSAGE)
            answer = answers[3];
        add(WIRE_SIGNAL, stream.signals[i]);
        if (answer != '-')
            add(WIRE_ANSWER, answer == '2');
    }
    stream_decoder_free(&decoder);
    stream_free(&stream);
}

static void expect_answers(const char *dialect_text, const char *answers)
{
    struct dialect expected = parsed(dialect_text), dialect = expected;

    record(dialect_text, answers);
    dialect.answers[UNIT_BIT] = dialect.answers[UNIT_MESSAGE] = ANSWER_USR2;
    transcript_answers(&wire, &dialect);
    if (!dialect_equals(&dialect, &expected))
        ck_abort_msg("other answers than in %s", dialect_text);
}

START_TEST(the_signals_are_those_of_the_client)
{
    struct dialect dialect = parsed("msb,usr1=1,nul");
    struct stream stream, expected;

    record("msb,usr1=1,nul", "2122");
    add(WIRE_HANGS, false);
    ck_assert_int_eq(stream_encode(&dialect, 0, (const uint8_t *)"Hi", 2, &expected), 0);
    ck_assert_int_eq(transcript_signals(&wire, &stream), 0);
    ck_assert_uint_eq(stream.count, expected.count);
    ck_assert_mem_eq(stream.signals, expected.signals, expected.count * sizeof *stream.signals);
    stream_free(&stream);
    stream_free(&expected);
}
END_TEST

START_TEST(nothing_seen_is_no_signal)
{
    struct stream stream;

    wire.count = 0;
    ck_assert_int_eq(transcript_signals(&wire, &stream), 0);
    ck_assert_uint_eq(stream.count, 0);
}
END_TEST

START_TEST(each_unit_has_its_answer)
{
    expect_answers("msb,usr1=1,nul,ack=none", "----");
    expect_answers("msb,usr1=1,nul,ack=bit/usr1", "-111");
    expect_answers("lsb,usr2=1,nul,ack=bit/usr2", "-222");
    expect_answers("msb,usr1=1,nul,ack=bit/usr1+message/usr2", "-112");
    expect_answers("msb,usr1=1,nul,ack=bit/usr1+octet/usr2+message/usr1", "-121");
    expect_answers("msb,usr1=1,nul,ack=octet/usr1+message/usr2", "--12");
    expect_answers("msb,usr1=1,nul,ack=octet/usr2", "--22");
    expect_answers("msb,usr1=1,nul,ack=message/usr1", "---1");
}
END_TEST

START_TEST(an_answer_to_a_hello_is_that_of_no_unit)
{
    expect_answers("msb,usr2=1,hello=0,len32be,ack=bit/usr2+message/usr1", "1221");
    expect_answers("msb,usr2=1,hello=01,nul,ack=none", "2---");
}
END_TEST

/* As from a server whose answer to the end comes beside that to the bit. */
START_TEST(two_answers_to_the_end_are_one_of_its_own)
{
    struct dialect dialect = parsed("msb,usr2=1,nul");

    record("msb,usr2=1,nul", "-111");
    add(WIRE_ANSWER, true);
    transcript_answers(&wire, &dialect);
    ck_assert_int_eq(dialect.answers[UNIT_BIT], ANSWER_USR1);
    ck_assert_int_eq(dialect.answers[UNIT_OCTET], ANSWER_NONE);
    ck_assert_int_eq(dialect.answers[UNIT_MESSAGE], ANSWER_USR2);
}
END_TEST

/* What was recorded is of this dialect, and the server answers no unit of it. */
static void expect_no_answer(const char *form)
{
    struct dialect dialect = parsed(form);

    transcript_answers(&wire, &dialect);
    for (unsigned unit = 0; unit < UNITS; unit++)
        ck_assert_int_eq(dialect.answers[unit], ANSWER_NONE);
}

START_TEST(a_few_answers_do_not_answer_all_bits)
{
    record("msb,usr2=1,nul", "----");
    memmove(&wire.events[2], &wire.events[1], (wire.count++ - 1) * sizeof wire.events[0]);
    wire.events[1].kind = WIRE_ANSWER;
    expect_no_answer("msb,usr2=1,nul");
}
END_TEST

/* The client has sent all, and then the answers come. */
START_TEST(answers_that_come_all_at_the_end_are_not_waited_for)
{
    record("msb,usr2=1,nul", "----");
    for (unsigned i = 0; i < 24; i++)
        add(WIRE_ANSWER, false);
    expect_no_answer("msb,usr2=1,nul");
}
END_TEST

START_TEST(a_surplus_signal_and_its_answer_belong_to_no_message)
{
    struct dialect dialect = parsed("msb,usr2=1,nul");

    record("msb,usr2=1,nul", "-112");
    for (unsigned i = 0; i < 40; i++) {
        add(WIRE_SIGNAL, false);
        add(WIRE_ANSWER, true);
    }
    transcript_answers(&wire, &dialect);
    ck_assert_int_eq(dialect.answers[UNIT_BIT], ANSWER_USR1);
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        the_signals_are_those_of_the_client,
        nothing_seen_is_no_signal,
        each_unit_has_its_answer,
        an_answer_to_a_hello_is_that_of_no_unit,
        two_answers_to_the_end_are_one_of_its_own,
        a_few_answers_do_not_answer_all_bits,
        answers_that_come_all_at_the_end_are_not_waited_for,
        a_surplus_signal_and_its_answer_belong_to_no_message,
        NULL,
    };

    return suite_of("transcript", tests);
}
