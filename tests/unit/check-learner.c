/* SPDX-License-Identifier: MIT */
/* check-learner.c - tests that the learner finds the dialect, or tells that it cannot */

#include <stdlib.h>
#include <string.h>

#include "doctor/learner.h"
#include "doctor/stream.h"
#include "suite.h"
#include "survey.h"

#define WORDS_MAX 4u
#define FIRST_PID 4711

/* What was recorded of several clients. */
struct session {
    struct stream streams[WORDS_MAX];
    struct recording recordings[WORDS_MAX];
    size_t count;
};

static struct dialect parsed(const char *text)
{
    struct dialect dialect;

    ck_assert(dialect_parse(text, &dialect));
    return dialect;
}

static void add_to(struct session *session, const struct dialect *dialect, const char *text)
{
    struct stream *stream = &session->streams[session->count];
    pid_t pid = FIRST_PID + (pid_t)session->count;

    ck_assert_int_eq(stream_encode(dialect, pid, (const uint8_t *)text, strlen(text), stream), 0);
    session->recordings[session->count++] =
        (struct recording){.signals = stream->signals, .count = stream->count, .pid = pid};
}

static void record(const char *dialect_text, const char *const *words, struct session *ret)
{
    struct dialect dialect = parsed(dialect_text);

    *ret = (struct session){0};
    for (; *words; words++)
        add_to(ret, &dialect, *words);
}

static struct learner_result learn(struct session *session)
{
    struct learner_result result;

    ck_assert_int_eq(learner_learn(session->recordings, session->count, &result), 0);
    for (size_t i = 0; i < session->count; i++)
        stream_free(&session->streams[i]);
    return result;
}

static struct learner_result learn_words(const char *dialect, const char *const *words)
{
    struct session session;

    record(dialect, words, &session);
    return learn(&session);
}

static const char *const sentences[][WORDS_MAX] = {
    {"Hello", "world", "again", NULL},
    {"a", "bc", "def", NULL},
    {"The quick brown fox", "jumps over", "the lazy dog.", NULL},
    {"minitalk", "1234567890", "Lorem ipsum dolor sit amet, consectetur", NULL},
};

/* A dialect is learnt, or is among those that are left: no other one alone is the result. */
START_TEST(three_words_teach_each_dialect_of_the_survey)
{
    for (size_t i = 0; i < survey_count; i++)
        for (size_t s = 0; s < sizeof sentences / sizeof sentences[0]; s++) {
            struct dialect dialect = parsed(survey[i]);
            struct learner_result result = learn_words(survey[i], sentences[s]);

            if (result.verdict != LEARNER_LEARNT ||
                !dialect_writes_as(&result.dialects[0], &dialect))
                ck_abort_msg("%s: sentence %zu gives %zu dialects", survey[i], s, result.count);
            ck_assert(result.has_one_reading);
        }
}
END_TEST

START_TEST(utf8_is_text)
{
    const char *const words[] = {"d\xc3\xa9j\xc3\xa0", "\xe2\x82\xac 5", "\xf0\x9f\x98\x80", NULL};
    struct learner_result result = learn_words("lsb,usr1=1,nul", words);
    struct dialect dialect = parsed("lsb,usr1=1,nul");

    ck_assert_int_eq(result.verdict, LEARNER_LEARNT);
    ck_assert(dialect_writes_as(&result.dialects[0], &dialect));
}
END_TEST

/* A client that sends the number of octets before its text sends one message, and not two. */
START_TEST(a_length_in_digits_is_no_message)
{
    const char *const words[] = {"Hello", NULL};
    struct dialect dialect = parsed("lsb,usr1=1,dec+nul,nul");
    struct learner_result result = learn_words("lsb,usr1=1,dec+nul,nul", words);

    ck_assert_int_eq(result.verdict, LEARNER_LEARNT);
    ck_assert(dialect_writes_as(&result.dialects[0], &dialect));
}
END_TEST

START_TEST(a_known_text_is_all_of_its_recording)
{
    const char *const words[] = {"first", "Hello", NULL};
    struct dialect dialect = parsed("lsb,usr1=1,nul");
    struct recording recording = {.pid = FIRST_PID};
    struct session session;
    struct stream all = {0};
    struct learner_result result;

    record("lsb,usr1=1,nul", words, &session);
    for (size_t i = 0; i < session.count; i++)
        for (size_t at = 0; at < session.streams[i].count; at++)
            ck_assert_int_eq(stream_add(&all, session.streams[i].signals[at]), 0);
    recording.signals = all.signals;
    recording.count = all.count;
    ck_assert_int_eq(learner_learn(&recording, 1, &result), 0);
    ck_assert_int_eq(result.verdict, LEARNER_LEARNT);
    recording.text = "Hello";
    ck_assert_int_eq(learner_learn(&recording, 1, &result), 0);
    ck_assert_int_eq(result.verdict, LEARNER_UNKNOWN);
    stream_free(&all);
    session.recordings[1].text = "Hello";
    result = learn(&session);
    ck_assert_int_eq(result.verdict, LEARNER_LEARNT);
    ck_assert(dialect_writes_as(&result.dialects[0], &dialect));
}
END_TEST

/* Both readings of "22" are texts. */
START_TEST(a_known_text_ends_the_ambiguity)
{
    const char *const words[] = {"22", NULL};
    struct session session;
    struct learner_result result;

    record("msb,usr1=1,nul", words, &session);
    session.recordings[0].text = "22";
    result = learn(&session);
    ck_assert_int_eq(result.verdict, LEARNER_LEARNT);
    ck_assert(!result.dialects[0].is_lsb);
    record("msb,usr1=1,nul", words, &session);
    session.recordings[0].text = "2";
    ck_assert_int_eq(learn(&session).verdict, LEARNER_UNKNOWN);
}
END_TEST

/* The bits of each octet of "f~f" are the same from both ends. */
START_TEST(a_word_that_reads_the_same_from_both_ends_is_certain_and_its_dialect_is_not)
{
    const char *const words[] = {"f~f", NULL};
    struct learner_result result = learn_words("msb,usr1=1,nul", words);

    ck_assert_int_eq(result.verdict, LEARNER_AMBIGUOUS);
    ck_assert(result.has_one_reading);
    ck_assert_uint_eq(result.count, 2);
    ck_assert(dialect_equals(&result.dialects[0],
                             &(struct dialect){.has_usr1_as_one = true, .end = END_NUL}));
    ck_assert(result.dialects[1].is_lsb);
}
END_TEST

/* "2" is 00110010 and "L" is 01001100: each is the other from its other end. */
START_TEST(a_word_that_reads_differently_is_ambiguous)
{
    const char *const words[] = {"22", NULL};
    struct learner_result result = learn_words("msb,usr1=1,nul", words);

    ck_assert_int_eq(result.verdict, LEARNER_AMBIGUOUS);
    ck_assert(!result.has_one_reading);
}
END_TEST

START_TEST(another_word_ends_the_ambiguity)
{
    const char *const words[] = {"22", "Good", NULL};
    struct learner_result result = learn_words("msb,usr1=1,nul", words);

    ck_assert_int_eq(result.verdict, LEARNER_LEARNT);
    ck_assert(!result.dialects[0].is_lsb);
}
END_TEST

/* Ten digits that tell the length can be a text that begins so. */
START_TEST(one_text_that_looks_like_a_length_proves_nothing)
{
    const char *const word[] = {"0000000003abc", NULL};
    const char *const words[] = {"0000000003abc", "0000000003abcd", NULL};
    struct dialect dialect = parsed("msb,usr1=1,nul");
    struct learner_result result = learn_words("msb,usr1=1,nul", word);

    ck_assert_int_eq(result.verdict, LEARNER_AMBIGUOUS);
    ck_assert(!result.has_one_reading);
    result = learn_words("msb,usr1=1,nul", words);
    ck_assert_int_eq(result.verdict, LEARNER_LEARNT);
    ck_assert(dialect_writes_as(&result.dialects[0], &dialect));
}
END_TEST

/* Each empty message would be as good as a zero octet of the length. */
START_TEST(a_length_is_not_a_row_of_empty_messages)
{
    const char *const words[] = {"a text of more than thirty-two characters", NULL};
    struct dialect dialect = parsed("msb,usr1=1,len32be,nul");
    struct learner_result result = learn_words("msb,usr1=1,len32be,nul", words);

    ck_assert_int_eq(result.verdict, LEARNER_LEARNT);
    ck_assert(dialect_writes_as(&result.dialects[0], &dialect));
}
END_TEST

START_TEST(a_pid_counts_if_it_is_the_senders)
{
    const char *const words[] = {"Hello", "world", NULL};
    struct session session;

    record("msb,usr1=1,pid32,nul", words, &session);
    session.recordings[1].pid++;
    ck_assert_int_eq(learn(&session).verdict, LEARNER_UNKNOWN);
    record("msb,usr1=1,pid32,nul", words, &session);
    session.recordings[1].pid = 0;
    ck_assert_int_eq(learn(&session).verdict, LEARNER_UNKNOWN);
    record("msb,usr1=1,pid32,nul", words, &session);
    ck_assert_int_eq(learn(&session).verdict, LEARNER_LEARNT);
}
END_TEST

/* One recording without a number could begin with a hello of any bits. */
START_TEST(a_hello_needs_a_second_text)
{
    const char *const word[] = {"Hello", NULL}, *const same[] = {"Hello", "Hello", NULL};
    const char *const words[] = {"Hello", "world", NULL};

    ck_assert_int_eq(learn_words("msb,usr1=1,hello=1,nul", word).verdict, LEARNER_UNKNOWN);
    ck_assert_int_eq(learn_words("msb,usr1=1,hello=1,nul", same).verdict, LEARNER_UNKNOWN);
    ck_assert_int_eq(learn_words("msb,usr1=1,hello=1,nul", words).verdict, LEARNER_LEARNT);
}
END_TEST

/* The first letter of all words could be a hello of 8 bits. */
START_TEST(the_same_first_letter_is_no_hello)
{
    const char *const words[] = {"hello", "help", "here", NULL};
    struct learner_result result = learn_words("msb,usr1=1,nul", words);

    ck_assert_int_eq(result.verdict, LEARNER_LEARNT);
    ck_assert_uint_eq(result.dialects[0].hello_length, 0);
}
END_TEST

/* Learns from these words, of which the first one has lost the signal at this index. */
static struct learner_result learn_without(const char *const *words, size_t lost)
{
    struct session session;
    bool *signals;

    record("msb,usr1=1,nul", words, &session);
    signals = session.streams[0].signals;
    memmove(signals + lost, signals + lost + 1, session.streams[0].count - lost - 1);
    session.recordings[0].count--;
    return learn(&session);
}

START_TEST(a_lost_bit_is_not_explained)
{
    const char *const words[] = {"Hello", "world", NULL};

    for (size_t lost = 0; lost < 8 * strlen("Hello"); lost++)
        ck_assert_int_eq(learn_without(words, lost).verdict, LEARNER_UNKNOWN);
}
END_TEST

/* Here it could also be that the client was ended early. What is learnt is the same. */
START_TEST(a_lost_bit_of_one_message_of_three_teaches_nothing_wrong)
{
    const char *const words[] = {"Hello", "world", "again", NULL};
    const struct dialect dialect = parsed("msb,usr1=1,nul");

    for (size_t lost = 0; lost < 8 * strlen("Hello"); lost++) {
        struct learner_result result = learn_without(words, lost);

        if (result.verdict == LEARNER_UNKNOWN)
            continue;
        ck_assert_int_eq(result.verdict, LEARNER_LEARNT);
        ck_assert(dialect_writes_as(&result.dialects[0], &dialect));
    }
}
END_TEST

START_TEST(several_messages_of_one_client_are_read)
{
    struct dialect dialect = parsed("lsb,usr2=1,nul");
    struct session session = {0};
    struct learner_result result;
    struct stream more;

    add_to(&session, &dialect, "Hello");
    ck_assert_int_eq(stream_encode(&dialect, FIRST_PID, (const uint8_t *)"world", 5, &more), 0);
    for (size_t i = 0; i < more.count; i++)
        ck_assert_int_eq(stream_add(&session.streams[0], more.signals[i]), 0);
    stream_free(&more);
    session.recordings[0].signals = session.streams[0].signals;
    session.recordings[0].count = session.streams[0].count;
    result = learn(&session);
    ck_assert_int_eq(result.verdict, LEARNER_LEARNT);
    ck_assert(dialect_writes_as(&result.dialects[0], &dialect));
}
END_TEST

/* Its characters have several octets, which are looked at before the message is complete. */
START_TEST(a_long_message_is_learnt)
{
    char text[4 * 2000 + 1] = "";
    const char *const words[] = {text, NULL};
    struct dialect dialect = parsed("msb,usr1=1,ff+ff");
    struct learner_result result;

    for (size_t at = 0; at + 4 < sizeof text; at += 4)
        memcpy(text + at, "\xf0\x9f\x98\x80", 5);
    result = learn_words("msb,usr1=1,ff+ff", words);
    ck_assert_int_eq(result.verdict, LEARNER_LEARNT);
    ck_assert(dialect_writes_as(&result.dialects[0], &dialect));
}
END_TEST

START_TEST(control_characters_are_no_text)
{
    ck_assert(learner_is_text((const uint8_t *)"a\tb\r\n", 5));
    ck_assert(learner_is_text((const uint8_t *)"", 0));
    ck_assert(!learner_is_text((const uint8_t *)"a\x1b[0m", 5));
    ck_assert(!learner_is_text((const uint8_t *)"a\0b", 3));
    ck_assert(!learner_is_text((const uint8_t *)"\xc3", 1));
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        three_words_teach_each_dialect_of_the_survey,
        utf8_is_text,
        a_length_in_digits_is_no_message,
        a_known_text_is_all_of_its_recording,
        a_known_text_ends_the_ambiguity,
        a_word_that_reads_the_same_from_both_ends_is_certain_and_its_dialect_is_not,
        a_word_that_reads_differently_is_ambiguous,
        another_word_ends_the_ambiguity,
        one_text_that_looks_like_a_length_proves_nothing,
        a_length_is_not_a_row_of_empty_messages,
        a_pid_counts_if_it_is_the_senders,
        a_hello_needs_a_second_text,
        the_same_first_letter_is_no_hello,
        a_lost_bit_is_not_explained,
        a_lost_bit_of_one_message_of_three_teaches_nothing_wrong,
        several_messages_of_one_client_are_read,
        a_long_message_is_learnt,
        control_characters_are_no_text,
        NULL,
    };

    return suite_of("learner", tests);
}
