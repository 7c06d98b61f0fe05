/* SPDX-License-Identifier: MIT */
/* check-program.c - tests what is learnt from all recordings of a program together */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "child.h"
#include "doctor/program.h"
#include "scarce.h"
#include "suite.h"

static struct program program;

static struct dialect parsed(const char *form)
{
    struct dialect dialect;

    ck_assert(dialect_parse(form, &dialect));
    return dialect;
}

static void begin(void)
{
    program = (struct program){0};
}

static void end(void)
{
    program_forget(&program);
    ck_assert_uint_eq(program.count, 0);
}

/* Adds the recording of a client that has lost so many of its last signals. */
static void add(const char *form, const char *text, size_t lost, bool is_doubtful)
{
    static pid_t pid = 4711;
    const struct dialect dialect = parsed(form);
    struct program_recording recording;
    struct stream stream;

    ck_assert_int_eq(stream_encode(&dialect, ++pid, (const uint8_t *)text, strlen(text), &stream),
                     0);
    stream.count -= lost;
    recording = (struct program_recording){.stream = stream,
                                           .pid = pid,
                                           .is_doubtful = is_doubtful,
                                           .answers = {[UNIT_BIT] = ANSWER_USR2}};
    program_add(&program, &recording);
    ck_assert_int_eq(program.recordings[program.count - 1].pid, pid);
}

static struct learner_result learn(void)
{
    struct learner_result result;

    ck_assert_int_eq(program_learn(&program, &result), 0);
    return result;
}

static void expect_nothing(void)
{
    ck_assert_int_eq(learn().verdict, LEARNER_UNKNOWN);
}

static void expect_dialect(const char *form)
{
    const struct dialect dialect = parsed(form);
    struct learner_result result = learn();

    ck_assert_int_eq(result.verdict, LEARNER_LEARNT);
    ck_assert(dialect_writes_as(&result.dialects[0], &dialect));
}

START_TEST(clients_together_teach_what_one_does_not)
{
    add("msb,usr1=1,nul", "22", 0, false);
    ck_assert_int_eq(learn().verdict, LEARNER_AMBIGUOUS);
    add("msb,usr1=1,nul", "Good", 0, false);
    expect_dialect("msb,usr1=1,nul");
}
END_TEST

START_TEST(a_program_is_taught_its_dialect_and_the_answers_of_its_last_client)
{
    struct learner_result result;

    add("msb,usr1=1,nul", "22", 0, false);
    program.tried = 1;
    result = learn();
    program_teach(&program, &result);
    ck_assert(!program.is_learnt);
    add("msb,usr1=1,nul", "Good", 0, false);
    program.recordings[1].answers[UNIT_BIT] = ANSWER_USR1;
    program.tried = 2;
    result = learn();
    program_teach(&program, &result);
    ck_assert(program.is_learnt);
    ck_assert(dialect_writes_as(&program.dialect, &result.dialects[0]));
    ck_assert_int_eq(program.dialect.answers[UNIT_BIT], ANSWER_USR1);
}
END_TEST

/* Nobody has been told what the oldest one was. */
START_TEST(a_program_with_all_recordings_untold_is_full)
{
    while (program.count < PROGRAM_RECORDINGS) {
        ck_assert(!program_is_full(&program));
        add("msb,usr1=1,nul", "text", 0, false);
    }
    ck_assert(program_is_full(&program));
    program.tried = program.told = 1;
    ck_assert(!program_is_full(&program));
    add("msb,usr1=1,nul", "text", 0, false);
    ck_assert_uint_eq(program.tried, 0);
    ck_assert_uint_eq(program.told, 0);
    ck_assert(program_is_full(&program));
}
END_TEST

START_TEST(the_oldest_recording_goes_first)
{
    for (char text[] = "a"; program.count < PROGRAM_RECORDINGS; text[0]++)
        add("msb,usr1=1,nul", text, 0, false);
    add("lsb,usr1=1,nul", "newest", 0, true);
    ck_assert_uint_eq(program.count, PROGRAM_RECORDINGS);
    ck_assert_uint_eq(program.recordings[0].stream.count, 2 * 8);
    ck_assert_int_eq(program.recordings[0].pid + (int)PROGRAM_RECORDINGS - 1,
                     program.recordings[PROGRAM_RECORDINGS - 1].pid);
    ck_assert(!program.recordings[PROGRAM_RECORDINGS - 2].is_doubtful);
    ck_assert(program.recordings[PROGRAM_RECORDINGS - 1].is_doubtful);
    ck_assert_uint_eq(program.recordings[PROGRAM_RECORDINGS - 1].stream.count, 7 * 8);
}
END_TEST

START_TEST(a_doubtful_recording_that_nothing_explains_is_left_out)
{
    add("msb,usr1=1,nul", "Hello", 0, false);
    add("msb,usr1=1,nul", "world", 3, true);
    add("msb,usr1=1,nul", "again", 0, false);
    expect_dialect("msb,usr1=1,nul");
}
END_TEST

START_TEST(a_message_that_was_cut_off_is_left_out)
{
    add("msb,usr1=1,nul", "world", 3, false);
    add("msb,usr1=1,nul", "Hello", 0, false);
    expect_nothing();
    add("msb,usr1=1,nul", "again", 0, false);
    expect_dialect("msb,usr1=1,nul");
}
END_TEST

START_TEST(half_of_the_messages_may_be_cut_off)
{
    add("msb,usr1=1,nul", "world", 3, false);
    add("msb,usr1=1,nul", "Hello", 0, false);
    add("msb,usr1=1,nul", "four", 2 * 8 + 5, false);
    expect_nothing();
    add("msb,usr1=1,nul", "again", 0, false);
    expect_dialect("msb,usr1=1,nul");
    add("msb,usr1=1,nul", "the fifth", 1, false);
    expect_nothing();
}
END_TEST

/* Without the one, half of the others are cut off. */
START_TEST(messages_that_were_cut_off_are_left_out_beside_a_doubtful_one)
{
    add("msb,usr1=1,nul", "world", 3, false);
    add("lsb,usr1=1,nul", "\x80\x01", 0, true);
    add("msb,usr1=1,nul", "Hello", 0, false);
    add("msb,usr1=1,nul", "again", 0, false);
    expect_dialect("msb,usr1=1,nul");
}
END_TEST

/* This one has sent "Gr" and half of the next character. */
START_TEST(a_message_that_was_cut_off_within_a_character_is_left_out)
{
    add("msb,usr1=1,nul", "Gr\xc3\xbc", 2 * 8, false);
    add("msb,usr1=1,nul", "Hello", 0, false);
    add("msb,usr1=1,nul", "again", 0, false);
    expect_dialect("msb,usr1=1,nul");
}
END_TEST

/*
 * The clients of two messages were ended behind a character. So a dialect without an end explains
 * the two, and takes any signals for the beginning of a message. But no text has a NUL.
 */
START_TEST(a_message_whose_end_is_no_text_is_not_left_out)
{
    add("msb,usr1=1,nul", "22", 0, false);
    add("msb,usr1=1,nul", "Hello", 2 * 8, false);
    add("msb,usr1=1,nul", "world", 3 * 8, false);
    expect_nothing();
}
END_TEST

/* In the dialect of the others, this one would be the beginning of a message that is no text. */
START_TEST(a_recording_that_begins_no_text_is_not_left_out)
{
    add("msb,usr1=1,nul", "Hello", 0, false);
    add("lsb,usr1=1,eot", "Hello", 0, false);
    add("msb,usr1=1,nul", "again", 0, false);
    expect_nothing();
}
END_TEST

/* It is no beginning of a message: this client has another dialect. */
START_TEST(a_recording_that_is_not_doubtful_is_not_left_out)
{
    add("msb,usr1=1,nul", "Hello", 0, false);
    add("lsb,usr1=1,nul", "\x80\x01", 0, false);
    add("msb,usr1=1,nul", "again", 0, false);
    expect_nothing();
}
END_TEST

/* One that is left would have to prove its dialect alone. */
START_TEST(two_recordings_must_be_left)
{
    add("msb,usr1=1,nul", "a text that proves its dialect", 0, false);
    add("msb,usr1=1,nul", "world", 3, true);
    expect_nothing();
}
END_TEST

START_TEST(none_is_left_out_if_the_others_are_not_explained_either)
{
    add("msb,usr1=1,nul", "Hello", 3, true);
    add("msb,usr1=1,nul", "world", 3, true);
    add("msb,usr1=1,nul", "again", 0, false);
    expect_nothing();
}
END_TEST

/* Adds the recording of a client that has sent one signal more. */
static void add_with_surplus(const char *form, const char *text)
{
    struct stream *stream;
    bool *signals;

    add(form, text, 0, false);
    stream = &program.recordings[program.count - 1].stream;
    signals = realloc(stream->signals, (stream->count + 1) * sizeof *signals);
    ck_assert_ptr_nonnull(signals);
    signals[stream->count++] = false;
    stream->signals = signals;
}

START_TEST(a_signal_behind_each_message_is_left_out)
{
    add_with_surplus("msb,usr2=1,nul", "Hello");
    add_with_surplus("msb,usr2=1,nul", "the next text");
    expect_dialect("msb,usr2=1,nul");
}
END_TEST

START_TEST(a_signal_behind_one_message_of_two_is_not_left_out)
{
    add_with_surplus("msb,usr2=1,nul", "Hello");
    add("msb,usr2=1,nul", "the next text", 0, false);
    expect_nothing();
}
END_TEST

/* Such a message could be one that lacks signals. */
START_TEST(a_signal_behind_a_message_without_an_end_is_not_left_out)
{
    add_with_surplus("msb,usr2=1,nothing", "Hello");
    add_with_surplus("msb,usr2=1,nothing", "the next text");
    expect_nothing();
}
END_TEST

START_TEST(without_memory_nothing_is_learnt)
{
    struct learner_result result = {.count = 4711};
    int r;

    add("msb,usr1=1,nul", "Hello", 0, false);
    memory_is_scarce = true;
    r = program_learn(&program, &result);
    memory_is_scarce = false;
    ck_assert_int_eq(r, -ENOMEM);
    ck_assert_uint_eq(result.count, 4711);
}
END_TEST

START_TEST(a_process_is_known_by_the_file_that_it_executes)
{
    pid_t child = child_stays(child_does_nothing);
    struct program_file file;
    struct stat own;

    ck_assert_int_eq(stat("/proc/self/exe", &own), 0);
    file = program_identify(child);
    ck_assert(file.device == own.st_dev && file.inode == own.st_ino);
    ck_assert(file.written.tv_sec == own.st_mtim.tv_sec);
    ck_assert(file.written.tv_nsec == own.st_mtim.tv_nsec);
    child_ends(child);
    file = program_identify(child);
    ck_assert(file.device == 0 && file.inode == 0);
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        clients_together_teach_what_one_does_not,
        a_program_is_taught_its_dialect_and_the_answers_of_its_last_client,
        a_program_with_all_recordings_untold_is_full,
        the_oldest_recording_goes_first,
        a_doubtful_recording_that_nothing_explains_is_left_out,
        a_message_that_was_cut_off_is_left_out,
        half_of_the_messages_may_be_cut_off,
        messages_that_were_cut_off_are_left_out_beside_a_doubtful_one,
        a_message_that_was_cut_off_within_a_character_is_left_out,
        a_message_whose_end_is_no_text_is_not_left_out,
        a_recording_that_begins_no_text_is_not_left_out,
        a_recording_that_is_not_doubtful_is_not_left_out,
        two_recordings_must_be_left,
        none_is_left_out_if_the_others_are_not_explained_either,
        a_signal_behind_each_message_is_left_out,
        a_signal_behind_one_message_of_two_is_not_left_out,
        a_signal_behind_a_message_without_an_end_is_not_left_out,
        without_memory_nothing_is_learnt,
        a_process_is_known_by_the_file_that_it_executes,
        NULL,
    };

    return suite_around("program", tests, begin, end);
}
