/* SPDX-License-Identifier: MIT */
/* check-programs.c - tests what is printed of the recordings of programs, and when */

#include "doctor/programs.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "printed.h"
#include "scarce.h"
#include "suite.h"

static struct programs programs;
static struct program *program;
static pid_t pid;

/* In a child, this process cannot be told anything. */
static bool is_mute;

ssize_t __real_write(int file, const void *octets, size_t count);
ssize_t __wrap_write(int file, const void *octets, size_t count);

ssize_t __wrap_write(int file, const void *octets, size_t count)
{
    return is_mute ? -1 : __real_write(file, octets, count);
}

static struct dialect parsed(const char *form)
{
    struct dialect dialect;

    ck_assert(dialect_parse(form, &dialect));
    return dialect;
}

/* This process runs the program. */
static void begin(void)
{
    int r;

    pid = 4710;
    programs_init(&programs, NULL);
    program = programs_find(&programs, getpid(), &r);
    ck_assert_ptr_nonnull(program);
}

static void end(void)
{
    programs_free(&programs);
    ck_assert_uint_eq(programs.count, 0);
}

/* A client of the program sends a text, but not so many of its last signals. */
static void send(const char *form, const char *text, size_t lost)
{
    const struct dialect dialect = parsed(form);
    struct program_recording recording = {0};

    recording.pid = ++pid;
    ck_assert_int_eq(
        stream_encode(&dialect, pid, (const uint8_t *)text, strlen(text), &recording.stream), 0);
    recording.stream.count -= lost;
    ck_assert_int_eq(programs_record(&programs, program, &recording), 0);
}

static void await_lesson(void)
{
    struct pollfd watch = {.fd = programs_watch(&programs), .events = POLLIN};

    ck_assert_int_eq(poll(&watch, 1, 60000), 1);
}

START_TEST(processes_of_one_file_run_one_program)
{
    int r = 42;

    ck_assert_ptr_eq(programs_find(&programs, getpid(), &r), program);
    ck_assert_int_eq(r, 0);
    /* Nobody has this PID: the file is unknown. */
    ck_assert_ptr_ne(programs_find(&programs, 0, &r), program);
    ck_assert_uint_eq(programs.count, 2);
}
END_TEST

START_TEST(a_program_needs_memory)
{
    struct program *other;
    int r;

    memory_is_scarce = true;
    other = programs_find(&programs, 0, &r);
    memory_is_scarce = false;
    ck_assert_ptr_null(other);
    ck_assert_int_eq(r, -ENOMEM);
}
END_TEST

START_TEST(all_is_printed_once_the_dialect_is_learnt)
{
    printed_begin();
    send("msb,usr1=1,nul", "Hello", 0);
    ck_assert(programs_has_new(&programs));
    ck_assert_int_eq(programs_watch(&programs), -1);
    ck_assert_int_eq(programs_begin(&programs), 0);
    ck_assert(!programs_has_new(&programs));
    /* These come while the first one is learnt from. */
    send("msb,usr1=1,nul", "world", 0);
    send("msb,usr1=1,nul", "again", 3);
    ck_assert(!programs_has_new(&programs));
    await_lesson();
    ck_assert_int_eq(programs_look(&programs), 0);
    ck_assert_int_eq(programs_watch(&programs), -1);
    ck_assert(!programs_has_new(&programs));
    ck_assert_str_eq(printed_end(),
                     "learnt msb,usr1=1,nul,ack=none\n"
                     "4711: Hello\n"
                     "4712: world\n"
                     "4713 sent 45 signals that are no message in msb,usr1=1,nul,ack=none\n");
}
END_TEST

START_TEST(what_comes_later_is_printed_at_once)
{
    send("msb,usr1=1,nul", "Hello", 0);
    printed_begin();
    ck_assert_int_eq(programs_settle(&programs), 0);
    send("msb,usr1=1,nul", "world", 0);
    ck_assert(!programs_has_new(&programs));
    ck_assert_str_eq(printed_end(), "learnt msb,usr1=1,nul,ack=none\n"
                                    "4711: Hello\n"
                                    "4712: world\n");
}
END_TEST

START_TEST(what_comes_meanwhile_is_learnt_from_later)
{
    printed_begin();
    send("msb,usr1=1,nul", "22", 0);
    ck_assert_int_eq(programs_begin(&programs), 0);
    send("msb,usr1=1,nul", "Good", 0);
    await_lesson();
    ck_assert_int_eq(programs_look(&programs), 0);
    ck_assert(programs_has_new(&programs));
    ck_assert_int_eq(programs_settle(&programs), 0);
    ck_assert_str_eq(printed_end(), "4711 (ambiguous, if msb,usr1=1,nul,ack=none): 22\n"
                                    "4711 (ambiguous, if lsb,usr1=1,nul,ack=none): LL\n"
                                    "learnt msb,usr1=1,nul,ack=none\n"
                                    "4711: 22\n"
                                    "4712: Good\n");
}
END_TEST

/* All dialects that are left read no text here: the number 0 has no order of bits. */
START_TEST(a_certain_text_is_printed_once)
{
    printed_begin();
    send("msb,usr2=1,len32be", "", 0);
    ck_assert_int_eq(programs_settle(&programs), 0);
    send("msb,usr2=1,len32be", "Hello", 0);
    ck_assert_int_eq(programs_settle(&programs), 0);
    ck_assert_str_eq(printed_end(), "4711: \n"
                                    "learnt msb,usr2=1,len32be,ack=none\n"
                                    "4712: Hello\n");
}
END_TEST

START_TEST(no_recording_is_dropped_before_it_was_told)
{
    const char *first;

    printed_begin();
    for (size_t i = 0; i < PROGRAM_RECORDINGS; i++)
        send("msb,usr1=1,nul", "22", 0);
    ck_assert_int_eq(programs_watch(&programs), -1);
    send("msb,usr1=1,nul", "22", 0);
    first = printed_end();
    ck_assert_int_eq(strncmp(first, "4711 (ambiguous", 15), 0);
    ck_assert_ptr_nonnull(strstr(first, "4718 (ambiguous"));
    ck_assert_ptr_null(strstr(first, "4719"));
    ck_assert_uint_eq(program->count, PROGRAM_RECORDINGS);
    ck_assert(programs_has_new(&programs));
}
END_TEST

/* A client of each of two programs sends. */
static void send_to_two(void)
{
    int r;

    send("msb,usr1=1,nul", "Hello", 0);
    program = programs_find(&programs, 0, &r);
    ck_assert_ptr_nonnull(program);
    send("lsb,usr1=1,nul", "world", 0);
}

static const char *const two_lines = "learnt msb,usr1=1,nul,ack=none\n"
                                     "4711: Hello\n"
                                     "learnt lsb,usr1=1,nul,ack=none\n"
                                     "4712: world\n";

START_TEST(without_descriptors_this_process_learns)
{
    struct rlimit usual, none;
    int r;

    printed_begin();
    send_to_two();
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &usual), 0);
    none = (struct rlimit){0, usual.rlim_max};
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
    r = programs_settle(&programs);
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &usual), 0);
    ck_assert_int_eq(r, 0);
    ck_assert_str_eq(printed_end(), two_lines);
}
END_TEST

START_TEST(if_the_child_was_ended_this_process_learns)
{
    printed_begin();
    send_to_two();
    is_mute = true;
    ck_assert_int_eq(programs_settle(&programs), 0);
    is_mute = false;
    ck_assert_str_eq(printed_end(), two_lines);
}
END_TEST

START_TEST(a_few_signals_are_not_learnt_from)
{
    printed_begin();
    send("msb,usr1=1,nul", "", 2);
    ck_assert(!programs_has_new(&programs));
    ck_assert_str_eq(printed_end(), "4711 sent 6 signals that no dialect explains\n");
}
END_TEST

START_TEST(a_dialect_that_is_told_is_not_learnt)
{
    const struct dialect told = parsed("msb,usr1=1,nul");
    int r;

    programs_free(&programs);
    programs_init(&programs, &told);
    program = programs_find(&programs, getpid(), &r);
    printed_begin();
    send("msb,usr1=1,nul", "Hello", 0);
    ck_assert(!programs_has_new(&programs));
    ck_assert_str_eq(printed_end(), "4711: Hello\n");
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        processes_of_one_file_run_one_program,      a_program_needs_memory,
        all_is_printed_once_the_dialect_is_learnt,  what_comes_later_is_printed_at_once,
        what_comes_meanwhile_is_learnt_from_later,  a_certain_text_is_printed_once,
        no_recording_is_dropped_before_it_was_told, a_few_signals_are_not_learnt_from,
        without_descriptors_this_process_learns,    if_the_child_was_ended_this_process_learns,
        a_dialect_that_is_told_is_not_learnt,       NULL,
    };

    return suite_around("programs", tests, begin, end);
}
