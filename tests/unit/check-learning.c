/* SPDX-License-Identifier: MIT */
/* check-learning.c - tests that a program is learnt from in a process of its own */

#include "doctor/learning.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "scarce.h"
#include "suite.h"

static struct program program;
static struct learning learning;
static struct learner_result result;
/* What it has as a count before something is learnt. */
#define UNCHANGED 4711u

/* The linker's --wrap puts this before the write() of libc. */
ssize_t __real_write(int file, const void *octets, size_t count);
ssize_t __wrap_write(int file, const void *octets, size_t count);

static bool is_mute, is_stuck;

ssize_t __wrap_write(int file, const void *octets, size_t count)
{
    while (is_stuck)
        pause();
    return is_mute ? -1 : __real_write(file, octets, count);
}

static void begin(void)
{
    struct program_recording recording = {.pid = 4711};
    struct dialect dialect;

    program = (struct program){0};
    learning = LEARNING_NONE;
    result = (struct learner_result){.count = UNCHANGED};
    ck_assert(dialect_parse("msb,usr1=1,nul", &dialect));
    ck_assert_int_eq(
        stream_encode(&dialect, recording.pid, (const uint8_t *)"Hello", 5, &recording.stream), 0);
    program_add(&program, &recording);
}

static void end(void)
{
    learning_stop(&learning);
    ck_assert_int_eq(learning.answer, -1);
    program_forget(&program);
}

static void await_end(void)
{
    struct pollfd answer = {.fd = learning.answer, .events = POLLIN};

    ck_assert_int_eq(poll(&answer, 1, 60000), 1);
}

/* Begins to learn with a child in which this is true. */
static void begin_while(bool *flag)
{
    int r;

    *flag = true;
    r = learning_begin(&learning, &program);
    *flag = false;
    ck_assert_int_eq(r, 0);
}

START_TEST(the_answer_is_that_of_the_learner)
{
    struct learner_result own = {0};

    ck_assert_int_eq(program_learn(&program, &own), 0);
    ck_assert_int_eq(own.verdict, LEARNER_LEARNT);
    ck_assert_int_eq(learning_begin(&learning, &program), 0);
    ck_assert_int_eq(learning_end(&learning, &result), 0);
    ck_assert_int_eq(result.verdict, LEARNER_LEARNT);
    ck_assert_uint_eq(result.count, own.count);
    ck_assert(dialect_equals(&result.dialects[0], &own.dialects[0]));
}
END_TEST

/* The child has a copy of them. */
START_TEST(what_becomes_of_the_recordings_meanwhile_does_not_count)
{
    ck_assert_int_eq(learning_begin(&learning, &program), 0);
    program_forget(&program);
    ck_assert_int_eq(learning_end(&learning, &result), 0);
    ck_assert_int_eq(result.verdict, LEARNER_LEARNT);
}
END_TEST

START_TEST(the_end_is_told)
{
    ck_assert(!learning_is_over(&learning));
    ck_assert_int_eq(learning_begin(&learning, &program), 0);
    await_end();
    ck_assert(learning_is_over(&learning));
}
END_TEST

START_TEST(a_child_that_ends_without_an_answer_has_learnt_nothing)
{
    begin_while(&is_mute);
    await_end();
    ck_assert(learning_is_over(&learning));
    ck_assert_int_eq(learning_end(&learning, &result), -EIO);
    ck_assert_uint_eq(result.count, UNCHANGED);
}
END_TEST

START_TEST(a_child_that_learns_is_ended)
{
    pid_t child;

    begin_while(&is_stuck);
    child = learning.child;
    learning_stop(&learning);
    ck_assert_int_eq(kill(child, 0), -1);
    ck_assert_int_eq(errno, ESRCH);
}
END_TEST

START_TEST(a_child_without_memory_says_so)
{
    begin_while(&memory_is_scarce);
    ck_assert_int_eq(learning_end(&learning, &result), -ENOMEM);
    ck_assert_uint_eq(result.count, UNCHANGED);
}
END_TEST

START_TEST(without_descriptors_nothing_begins)
{
    struct rlimit usual, none;
    int r;

    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &usual), 0);
    none = (struct rlimit){0, usual.rlim_max};
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
    r = learning_begin(&learning, &program);
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &usual), 0);
    ck_assert_int_eq(r, -EMFILE);
    ck_assert_int_eq(learning.answer, -1);
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        the_answer_is_that_of_the_learner,
        what_becomes_of_the_recordings_meanwhile_does_not_count,
        the_end_is_told,
        a_child_that_ends_without_an_answer_has_learnt_nothing,
        a_child_that_learns_is_ended,
        a_child_without_memory_says_so,
        without_descriptors_nothing_begins,
        NULL,
    };

    return suite_around("learning", tests, begin, end);
}
