/* SPDX-License-Identifier: MIT */
/* check-haste.c - tests that a client that does not wait is told from one that waits wrongly */

#include "doctor/haste.h"
#include "protocol/nsec.h"
#include "suite.h"

#define PAUSE (10 * NSEC_PER_MSEC)
#define NO_PAUSE (50 * NSEC_PER_USEC)
#define ANSWER (30 * NSEC_PER_USEC)
#define BITS 16u

static struct wire held, prompt;
static struct dialect dialect;
static struct speech_result answers;
static struct haste haste;

/* Signals of a client in turns, so far apart, with an answer behind each one if it gets any. */
static void send_bits(struct wire *wire, uint64_t gap, bool has_answers)
{
    *wire = (struct wire){0};
    for (unsigned i = 0; i < BITS; i++) {
        const struct wire_event bit = {i * gap, WIRE_SIGNAL, i % 2 == 1};

        wire->events[wire->count++] = bit;
        if (has_answers)
            wire->events[wire->count++] =
                (struct wire_event){bit.time_ns + ANSWER, WIRE_ANSWER, false};
    }
}

/* A client that sends the same bit again and again if no answer comes, and is fast with answers. */
static void begin(void)
{
    send_bits(&prompt, NO_PAUSE, true);
    send_bits(&held, PAUSE, false);
    for (unsigned i = 0; i < BITS; i++)
        held.events[i].signal = true;
    dialect = (struct dialect){.answers = {[UNIT_BIT] = ANSWER_USR1}};
    answers = (struct speech_result){.signals = BITS, .answers = BITS};
    haste =
        (struct haste){.held = &held, .prompt = &prompt, .dialect = &dialect, .answers = &answers};
}

START_TEST(a_client_that_sends_again_is_impatient)
{
    ck_assert_int_eq(haste_cause(&haste), CAUSE_IMPATIENT);
    haste.is_waiting = true;
    ck_assert_int_eq(haste_cause(&haste), CAUSE_IMPATIENT);
}
END_TEST

START_TEST(what_the_server_answers_need_not_be_known)
{
    answers = (struct speech_result){0};
    ck_assert_int_eq(haste_cause(&haste), CAUSE_IMPATIENT);
}
END_TEST

/* It goes on after a time, and sends faster with answers. */
START_TEST(a_client_that_goes_on_more_slowly_is_impatient)
{
    send_bits(&held, PAUSE, false);
    ck_assert_int_eq(haste_cause(&haste), CAUSE_IMPATIENT);
}
END_TEST

START_TEST(a_client_that_pauses_as_long_with_answers_does_not_wait)
{
    send_bits(&held, PAUSE, false);
    send_bits(&prompt, PAUSE, true);
    ck_assert_int_eq(haste_cause(&haste), CAUSE_NO_WAIT);
}
END_TEST

/* A busy machine makes times longer. So a half is as long, and less is shorter. */
START_TEST(half_the_pause_is_the_limit)
{
    send_bits(&held, PAUSE, false);
    send_bits(&prompt, PAUSE / 2 + ANSWER + 1, true);
    ck_assert_int_eq(haste_cause(&haste), CAUSE_NO_WAIT);
    send_bits(&prompt, PAUSE / 2 + ANSWER, true);
    ck_assert_int_eq(haste_cause(&haste), CAUSE_IMPATIENT);
}
END_TEST

/* A busy machine makes pauses longer and shorter, so a few short ones prove nothing. */
START_TEST(a_quarter_of_short_pauses_is_the_limit)
{
    const unsigned gaps = BITS - 1;

    send_bits(&held, PAUSE, false);
    send_bits(&prompt, PAUSE, true);
    for (unsigned i = 1; i <= gaps; i++) {
        bool is_quarter = 4 * i >= gaps;

        prompt.events[2 * i - 1].time_ns = prompt.events[2 * i].time_ns - NO_PAUSE;
        ck_assert_int_eq(haste_cause(&haste), is_quarter ? CAUSE_IMPATIENT : CAUSE_NO_WAIT);
    }
}
END_TEST

/* A busy machine also makes the mean longer: some pauses are as long as its turn on the CPU. */
START_TEST(a_few_long_pauses_without_answers_prove_nothing)
{
    send_bits(&held, NO_PAUSE, false);
    for (unsigned i = BITS / 2; i < BITS; i++)
        held.events[i].time_ns += PAUSE * i;
    send_bits(&prompt, NO_PAUSE + ANSWER, true);
    ck_assert_int_eq(haste_cause(&haste), CAUSE_NO_WAIT);
}
END_TEST

/* Nothing tells how fast it is with answers. */
START_TEST(a_prompt_wire_without_two_bits_proves_no_pause)
{
    send_bits(&held, PAUSE, false);
    prompt = (struct wire){0};
    ck_assert_int_eq(haste_cause(&haste), CAUSE_IMPATIENT);
    prompt.count = 1;
    ck_assert_int_eq(haste_cause(&haste), CAUSE_IMPATIENT);
}
END_TEST

START_TEST(a_client_does_not_wait_for_a_server_that_never_answers)
{
    answers.answers = 0;
    ck_assert_int_eq(haste_cause(&haste), CAUSE_NO_WAIT);
    haste.is_waiting = true;
    ck_assert_int_eq(haste_cause(&haste), CAUSE_NO_WAIT);
}
END_TEST

/* Its dialect has no answers to bits, or is unknown. */
START_TEST(answers_to_octets_are_too_late)
{
    answers.answers = BITS / 8;
    dialect.answers[UNIT_BIT] = ANSWER_NONE;
    ck_assert_int_eq(haste_cause(&haste), CAUSE_LATE_ANSWER);
    haste.dialect = NULL;
    ck_assert_int_eq(haste_cause(&haste), CAUSE_LATE_ANSWER);
}
END_TEST

START_TEST(answers_to_half_of_all_signals_are_not_late)
{
    haste.dialect = NULL;
    answers.answers = BITS / 2 - 1;
    ck_assert_int_eq(haste_cause(&haste), CAUSE_LATE_ANSWER);
    answers.answers = BITS / 2;
    ck_assert_int_eq(haste_cause(&haste), CAUSE_NO_WAIT);
    answers.answers = BITS;
    ck_assert_int_eq(haste_cause(&haste), CAUSE_NO_WAIT);
}
END_TEST

START_TEST(a_client_that_waits_in_the_end_waits_for_a_late_answer)
{
    haste.dialect = NULL;
    answers = (struct speech_result){0};
    ck_assert_int_eq(haste_cause(&haste), CAUSE_NO_WAIT);
    haste.is_waiting = true;
    ck_assert_int_eq(haste_cause(&haste), CAUSE_LATE_ANSWER);
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        a_client_that_sends_again_is_impatient,
        what_the_server_answers_need_not_be_known,
        a_client_that_goes_on_more_slowly_is_impatient,
        a_client_that_pauses_as_long_with_answers_does_not_wait,
        half_the_pause_is_the_limit,
        a_quarter_of_short_pauses_is_the_limit,
        a_few_long_pauses_without_answers_prove_nothing,
        a_prompt_wire_without_two_bits_proves_no_pause,
        a_client_does_not_wait_for_a_server_that_never_answers,
        answers_to_octets_are_too_late,
        answers_to_half_of_all_signals_are_not_late,
        a_client_that_waits_in_the_end_waits_for_a_late_answer,
        NULL,
    };

    return suite_around("haste", tests, begin, NULL);
}
