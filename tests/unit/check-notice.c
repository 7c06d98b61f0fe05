/* SPDX-License-Identifier: MIT */
/* check-notice.c - tests that the lines of --serve tell what was heard, and are read back */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "doctor/notice.h"
#include "printed.h"
#include "scarce.h"
#include "suite.h"

#define PID 4711

static struct dialect parsed(const char *form)
{
    struct dialect dialect;

    ck_assert(dialect_parse(form, &dialect));
    return dialect;
}

/* Adds the signals of a message to a recording. */
static void record(struct program_recording *recording, const char *form, const char *text)
{
    const struct dialect dialect = parsed(form);
    struct stream stream;

    ck_assert_int_eq(
        stream_encode(&dialect, recording->pid, (const uint8_t *)text, strlen(text), &stream), 0);
    for (size_t i = 0; i < stream.count; i++)
        ck_assert_int_eq(stream_add(&recording->stream, stream.signals[i]), 0);
    stream_free(&stream);
}

/* Returns what is printed of a recording of these texts; NULL ends them. */
static const char *printed_recording(const char *form, const char *const *texts, bool is_doubtful)
{
    struct program_recording recording = {.pid = PID, .is_doubtful = is_doubtful};
    const struct dialect dialect = parsed(form);

    for (; *texts; texts++)
        record(&recording, form, *texts);
    printed_begin();
    notice_recording(&recording, &dialect);
    stream_free(&recording.stream);
    return printed_end();
}

/* ---- printing ---- */

START_TEST(a_message_is_a_line_with_its_pid)
{
    printed_begin();
    notice_message(PID, false, (const uint8_t *)"Hello", 5);
    notice_message(PID, true, (const uint8_t *)"", 0);
    ck_assert_str_eq(printed_end(), "4711: Hello\n4711 (doubtful): \n");
}
END_TEST

START_TEST(a_message_is_escaped)
{
    printed_begin();
    notice_message(PID, false, (const uint8_t *)"a\0b\nlearnt c", 12);
    ck_assert_str_eq(printed_end(), "4711: a\\x00b\\x0alearnt c\n");
}
END_TEST

START_TEST(each_message_of_a_recording_is_a_line)
{
    const char *const texts[] = {"Hello", "", "world", NULL};

    ck_assert_str_eq(printed_recording("msb,usr1=1,nul", texts, false),
                     "4711: Hello\n4711: \n4711: world\n");
    ck_assert_str_eq(printed_recording("lsb,usr2=1,len32le", texts, true),
                     "4711 (doubtful): Hello\n4711 (doubtful): \n4711 (doubtful): world\n");
}
END_TEST

START_TEST(the_end_of_a_recording_ends_a_message_that_has_no_other_end)
{
    const char *const texts[] = {"Hello", NULL};

    ck_assert_str_eq(printed_recording("msb,usr1=1,nothing", texts, false), "4711: Hello\n");
}
END_TEST

START_TEST(an_empty_recording_is_no_line)
{
    const char *const texts[] = {NULL};

    ck_assert_str_eq(printed_recording("msb,usr1=1,nul", texts, false), "");
}
END_TEST

START_TEST(what_is_no_message_of_a_recording_is_told)
{
    struct program_recording recording = {.pid = PID};
    const struct dialect dialect = parsed("msb,usr1=1,7bit,nul"),
                         other = parsed("msb,usr1=1,len32be");

    record(&recording, "msb,usr1=1,7bit,nul", "Hello");
    record(&recording, "msb,usr1=1,7bit,nul", "world");
    recording.stream.count -= 3;
    printed_begin();
    notice_recording(&recording, &dialect);
    notice_recording(&recording, &other);
    stream_free(&recording.stream);
    ck_assert_str_eq(printed_end(),
                     "4711: Hello\n"
                     "4711 sent 39 signals that are no message in msb,usr1=1,7bit,nul,ack=none\n"
                     "4711 sent 81 signals that are no message in msb,usr1=1,len32be,ack=none\n");
}
END_TEST

/* Adds one signal more, and returns what is printed of that. */
static const char *printed_with_one_more(struct program_recording *recording,
                                         const struct dialect *dialect)
{
    ck_assert_int_eq(stream_add(&recording->stream, false), 0);
    printed_begin();
    ck_assert_int_eq(notice_recording(recording, dialect), 0);
    return printed_end();
}

START_TEST(one_signal_behind_a_message_is_passed_over)
{
    struct program_recording recording = {.pid = PID};
    const struct dialect dialect = parsed("msb,usr1=1,nul");

    record(&recording, "msb,usr1=1,nul", "Hello");
    ck_assert_str_eq(printed_with_one_more(&recording, &dialect), "4711: Hello\n");
    ck_assert_str_eq(printed_with_one_more(&recording, &dialect),
                     "4711: Hello\n"
                     "4711 sent 2 signals that are no message in msb,usr1=1,nul,ack=none\n");
    stream_free(&recording.stream);
}
END_TEST

START_TEST(one_signal_is_told_if_it_is_doubtful_or_all)
{
    struct program_recording recording = {.pid = PID};
    const struct dialect dialect = parsed("msb,usr1=1,nul");

    ck_assert_str_eq(printed_with_one_more(&recording, &dialect),
                     "4711 sent 1 signals that are no message in msb,usr1=1,nul,ack=none\n");
    stream_free(&recording.stream);
    recording.is_doubtful = true;
    record(&recording, "msb,usr1=1,nul", "Hello");
    ck_assert_str_eq(printed_with_one_more(&recording, &dialect),
                     "4711 (doubtful): Hello\n"
                     "4711 sent 1 signals that are no message in msb,usr1=1,nul,ack=none\n");
    stream_free(&recording.stream);
}
END_TEST

START_TEST(without_memory_nothing_is_printed_of_a_recording)
{
    struct program_recording recording = {.pid = PID};
    const struct dialect dialect = parsed("msb,usr1=1,nul");
    struct learner_result result = {.count = 1, .dialects = {dialect}};
    int r, of_ambiguity;

    record(&recording, "msb,usr1=1,nul", "Hello");
    printed_begin();
    memory_is_scarce = true;
    r = notice_recording(&recording, &dialect);
    of_ambiguity = notice_ambiguity(&recording, &result);
    memory_is_scarce = false;
    ck_assert_str_eq(printed_end(), "");
    ck_assert_int_eq(r, -ENOMEM);
    ck_assert_int_eq(of_ambiguity, -ENOMEM);
    stream_free(&recording.stream);
}
END_TEST

START_TEST(each_dialect_of_an_ambiguous_recording_has_its_line)
{
    struct program_recording recording = {.pid = PID};
    struct learner_result result = {
        .verdict = LEARNER_AMBIGUOUS,
        .count = 2,
        .dialects = {parsed("msb,usr1=1,nul"), parsed("lsb,usr1=1,nul")}};

    record(&recording, "msb,usr1=1,nul", "22");
    printed_begin();
    notice_ambiguity(&recording, &result);
    stream_free(&recording.stream);
    ck_assert_str_eq(printed_end(), "4711 (ambiguous, if msb,usr1=1,nul,ack=none): 22\n"
                                    "4711 (ambiguous, if lsb,usr1=1,nul,ack=none): LL\n");
}
END_TEST

/* A result counts more dialects than it lists. */
START_TEST(as_many_ambiguous_dialects_as_are_listed_are_printed)
{
    struct program_recording recording = {.pid = PID};
    struct learner_result result = {.verdict = LEARNER_AMBIGUOUS, .count = LEARNER_LISTED_MAX + 1};
    size_t lines = 0;

    for (size_t i = 0; i < LEARNER_LISTED_MAX; i++)
        result.dialects[i] = parsed("msb,usr1=1,nul");
    record(&recording, "msb,usr1=1,nul", "x");
    printed_begin();
    notice_ambiguity(&recording, &result);
    stream_free(&recording.stream);
    for (const char *at = printed_end(); *at; at++)
        lines += *at == '\n';
    ck_assert_uint_eq(lines, LEARNER_LISTED_MAX);
}
END_TEST

START_TEST(the_longest_dialect_fits_in_the_line_of_an_ambiguous_recording)
{
    struct program_recording recording = {.pid = PID};
    struct learner_result result = {.verdict = LEARNER_AMBIGUOUS, .count = 1};
    const char *text;

    result.dialects[0] = parsed("msb,usr1=1,7bit,hello=01010101010101010101010101010101,pid31,"
                                "len32be,newline+nul,ack=bit/usr1+octet/usr1+message/usr1");
    record(&recording,
           "msb,usr1=1,7bit,hello=01010101010101010101010101010101,pid31,"
           "len32be,newline+nul",
           "x");
    printed_begin();
    notice_ambiguity(&recording, &result);
    stream_free(&recording.stream);
    text = printed_end();
    ck_assert_str_eq(text + strcspn(text, ")"), "): x\n");
}
END_TEST

START_TEST(signals_that_are_no_message_are_counted)
{
    const struct dialect dialect = parsed("msb,usr1=1,nul");

    printed_begin();
    notice_unknown(PID, 42, NULL);
    notice_unknown(PID, 7, &dialect);
    ck_assert_str_eq(printed_end(),
                     "4711 sent 42 signals that no dialect explains\n"
                     "4711 sent 7 signals that are no message in msb,usr1=1,nul,ack=none\n");
}
END_TEST

/* ---- reading ---- */

START_TEST(nothing_is_read_of_no_output)
{
    static const char *const outputs[] = {NULL, "", "\n", "PID"};
    struct dialect dialect;

    for (size_t i = 0; i < sizeof outputs / sizeof outputs[0]; i++) {
        ck_assert(!notice_has_self(outputs[i]));
        ck_assert(!notice_has_only_message(outputs[i], ""));
        ck_assert(!notice_has_plus_one(outputs[i]));
        ck_assert(!notice_has_learnt(outputs[i], &dialect));
    }
}
END_TEST

START_TEST(the_pid_is_read_once_its_line_is_whole)
{
    char expected[32];

    printed_begin();
    notice_self();
    snprintf(expected, sizeof expected, "PID: %d\n", (int)getpid());
    ck_assert_str_eq(printed_end(), expected);
    ck_assert(notice_has_self(expected));
    expected[strlen(expected) - 1] = '\0';
    ck_assert(!notice_has_self(expected));
}
END_TEST

START_TEST(a_message_is_read_if_all_its_text_is_the_same)
{
    static const char output[] = "PID: 1\n4711: Hello\n4712 (doubtful): some: other\n4713: ";

    ck_assert(notice_has_only_message(output, "Hello"));
    ck_assert(notice_has_only_message(output, "some: other"));
    ck_assert(!notice_has_only_message(output, "Hell"));
    ck_assert(!notice_has_only_message(output, "ello"));
    ck_assert(!notice_has_only_message(output, "Hello\n4712"));
    ck_assert(!notice_has_only_message(output, ""));
}
END_TEST

/* A client that was to send one text has sent two, or its dialect is another one. */
START_TEST(a_message_beside_another_one_of_its_client_is_not_read)
{
    ck_assert(!notice_has_only_message("learnt x\n4711: 5\n4711: Hello\n", "Hello"));
    ck_assert(!notice_has_only_message("4711: 5\n4711: Hello\n", "5"));
    ck_assert(!notice_has_only_message("4711: Hello\n4711: Hello\n", "Hello"));
    ck_assert(!notice_has_only_message("4711 (doubtful): 5\n4711 (doubtful): Hello\n", "Hello"));
    ck_assert(notice_has_only_message("4710: 5\n4711: Hello\n4712: 5\n", "Hello"));
    ck_assert(notice_has_only_message("4711: Hello\n", "Hello"));
}
END_TEST

START_TEST(the_first_dialect_that_was_learnt_is_read)
{
    const struct dialect first = parsed("msb,usr1=1,nul,ack=bit/usr1");
    const struct dialect second = parsed("lsb,usr2=1,nul");
    struct dialect dialect;
    const char *output;

    printed_begin();
    notice_self();
    notice_message(PID, false, (const uint8_t *)"learnt lsb,usr1=1,eot", 21);
    notice_learnt(&first);
    notice_learnt(&second);
    output = printed_end();
    ck_assert(notice_has_learnt(output, &dialect));
    ck_assert(dialect_equals(&dialect, &first));
}
END_TEST

START_TEST(what_is_no_dialect_is_not_learnt)
{
    const struct dialect before = parsed("msb,usr1=1,nul");
    struct dialect dialect = before;

    ck_assert(!notice_has_learnt("learnt nothing\n", &dialect));
    ck_assert(!notice_has_learnt("learnt \n", &dialect));
    ck_assert(!notice_has_learnt("learnt lsb,usr2=1,nul", &dialect));
    ck_assert(dialect_equals(&dialect, &before));
}
END_TEST

START_TEST(a_wrong_signal_is_read_and_is_not_taken_for_a_message)
{
    const char *output;

    printed_begin();
    notice_message(PID, false, (const uint8_t *)"it sends SIGSEGV", 16);
    ck_assert(!notice_has_plus_one(printed_end()));
    printed_begin();
    notice_plus_one(PID);
    output = printed_end();
    ck_assert_str_eq(output, "4711 sends SIGSEGV, which is SIGUSR1 + 1 here: it has to send "
                             "SIGUSR2\n");
    ck_assert(notice_has_plus_one(output));
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        a_message_is_a_line_with_its_pid,
        a_message_is_escaped,
        each_message_of_a_recording_is_a_line,
        the_end_of_a_recording_ends_a_message_that_has_no_other_end,
        an_empty_recording_is_no_line,
        what_is_no_message_of_a_recording_is_told,
        one_signal_behind_a_message_is_passed_over,
        one_signal_is_told_if_it_is_doubtful_or_all,
        without_memory_nothing_is_printed_of_a_recording,
        each_dialect_of_an_ambiguous_recording_has_its_line,
        as_many_ambiguous_dialects_as_are_listed_are_printed,
        the_longest_dialect_fits_in_the_line_of_an_ambiguous_recording,
        signals_that_are_no_message_are_counted,
        nothing_is_read_of_no_output,
        the_pid_is_read_once_its_line_is_whole,
        a_message_is_read_if_all_its_text_is_the_same,
        a_message_beside_another_one_of_its_client_is_not_read,
        the_first_dialect_that_was_learnt_is_read,
        what_is_no_dialect_is_not_learnt,
        a_wrong_signal_is_read_and_is_not_taken_for_a_message,
        NULL,
    };

    return suite_of("notice", tests);
}
