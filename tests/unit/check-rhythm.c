/* SPDX-License-Identifier: MIT */
/* check-rhythm.c - tests that the rhythm tells where a client waits, and that it does not wait */

#include "doctor/rhythm.h"
#include "protocol/nsec.h"
#include "suite.h"

#define QUIET (3 * NSEC_PER_MSEC)
#define GAP (50 * NSEC_PER_USEC)

/* A client and its server, with a clock. */
struct scene {
    struct rhythm rhythm;
    uint64_t now;
};

static struct scene begin(unsigned length)
{
    struct scene scene = {.now = NSEC_PER_SEC};

    rhythm_init(&scene.rhythm, QUIET, length);
    return scene;
}

static void send_signals(struct scene *scene, unsigned count, uint64_t gap)
{
    for (unsigned i = 0; i < count; i++) {
        scene->now += gap;
        rhythm_note_signal(&scene->rhythm, scene->now);
    }
}

static void answer_after(struct scene *scene, uint64_t wait)
{
    scene->now += wait;
    rhythm_note_answer(&scene->rhythm, scene->now);
}

/* The client sends so many signals, waits for an answer, and so on. */
static void converse(struct scene *scene, unsigned length, unsigned runs)
{
    for (unsigned i = 0; i < runs; i++) {
        send_signals(scene, length, GAP);
        answer_after(scene, QUIET);
    }
}

static void expect_unit(const struct scene *scene, enum dialect_unit expected)
{
    enum dialect_unit unit;

    ck_assert(rhythm_unit(&scene->rhythm, &unit));
    ck_assert_int_eq(unit, expected);
}

START_TEST(a_client_that_waits_for_each_bit_is_known_once_it_has_gone_on_three_times)
{
    struct scene scene = begin(0);
    enum dialect_unit unit;

    converse(&scene, 1, RHYTHM_RUNS);
    ck_assert(!rhythm_unit(&scene.rhythm, &unit));
    send_signals(&scene, 1, GAP);
    expect_unit(&scene, UNIT_BIT);
    ck_assert(rhythm_is_due(&scene.rhythm));
    ck_assert(!rhythm_is_doubtful(&scene.rhythm));
    ck_assert(!rhythm_is_free(&scene.rhythm));
}
END_TEST

START_TEST(an_octet_can_have_7_or_8_bits)
{
    for (unsigned length = 7; length <= 8; length++) {
        struct scene scene = begin(0);

        converse(&scene, length, RHYTHM_RUNS);
        send_signals(&scene, length - 1, GAP);
        expect_unit(&scene, UNIT_OCTET);
        ck_assert_uint_eq(rhythm_length(&scene.rhythm), length);
        ck_assert(!rhythm_is_due(&scene.rhythm));
        send_signals(&scene, 1, GAP);
        ck_assert(rhythm_is_due(&scene.rhythm));
        ck_assert(!rhythm_is_free(&scene.rhythm));
    }
}
END_TEST

/* Signals of the octet can meet. */
START_TEST(a_client_that_waits_for_octets_only_is_doubtful)
{
    struct scene scene = begin(0);

    converse(&scene, 8, RHYTHM_RUNS);
    ck_assert(rhythm_is_doubtful(&scene.rhythm));
}
END_TEST

START_TEST(runs_of_different_lengths_are_no_rhythm)
{
    struct scene scene = begin(0);
    enum dialect_unit unit;

    for (unsigned i = 0; i < RHYTHM_RUNS; i++) {
        converse(&scene, 1, 1);
        converse(&scene, 2, 1);
    }
    send_signals(&scene, 1, GAP);
    ck_assert(!rhythm_unit(&scene.rhythm, &unit));
    ck_assert(!rhythm_is_due(&scene.rhythm));
}
END_TEST

START_TEST(a_client_that_goes_on_without_answers_is_free)
{
    struct scene scene = begin(0);

    send_signals(&scene, RHYTHM_FREE - 1, GAP);
    ck_assert(!rhythm_is_free(&scene.rhythm));
    send_signals(&scene, 1, GAP);
    ck_assert(rhythm_is_free(&scene.rhythm));
    ck_assert(rhythm_is_doubtful(&scene.rhythm));
}
END_TEST

/* Answered at once, a client that waits goes on at once. */
START_TEST(a_client_that_goes_on_as_slowly_as_before_does_not_wait)
{
    struct scene slow = begin(1), fast = begin(1);

    for (unsigned i = 0; i < 20; i++) {
        send_signals(&slow, 1, 10 * NSEC_PER_MSEC);
        answer_after(&slow, GAP);
        send_signals(&fast, 1, GAP);
        answer_after(&fast, GAP);
    }
    ck_assert(rhythm_is_free(&slow.rhythm));
    ck_assert(rhythm_is_doubtful(&slow.rhythm));
    ck_assert(!rhythm_is_free(&fast.rhythm));
    ck_assert(!rhythm_is_doubtful(&fast.rhythm));
}
END_TEST

START_TEST(another_answer_to_the_same_signal_is_no_run)
{
    struct scene scene = begin(0);

    for (unsigned i = 0; i < RHYTHM_RUNS; i++) {
        converse(&scene, 1, 1);
        answer_after(&scene, QUIET);
        answer_after(&scene, QUIET);
    }
    send_signals(&scene, 1, GAP);
    expect_unit(&scene, UNIT_BIT);
}
END_TEST

START_TEST(the_rhythm_of_the_program_counts_from_the_first_signal)
{
    struct scene scene = begin(1);

    ck_assert(!rhythm_is_due(&scene.rhythm));
    send_signals(&scene, 1, GAP);
    ck_assert(rhythm_is_due(&scene.rhythm));
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        a_client_that_waits_for_each_bit_is_known_once_it_has_gone_on_three_times,
        an_octet_can_have_7_or_8_bits,
        a_client_that_waits_for_octets_only_is_doubtful,
        runs_of_different_lengths_are_no_rhythm,
        a_client_that_goes_on_without_answers_is_free,
        a_client_that_goes_on_as_slowly_as_before_does_not_wait,
        another_answer_to_the_same_signal_is_no_run,
        the_rhythm_of_the_program_counts_from_the_first_signal,
        NULL,
    };

    return suite_of("rhythm", tests);
}
