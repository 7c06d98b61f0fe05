/* SPDX-License-Identifier: MIT */
/* check-barrier.c - tests that a word is released only after all signals sent before it */

#include "protocol/barrier.h"
#include "suite.h"

static struct barrier barrier;

static void note_word(pid_t pid, uint32_t word)
{
    barrier_note(&barrier,
                 &(struct lane_signal){
                     .kind = SIGNAL_WORD, .slot = SLOT_PROCESS_USR2, .pid = pid, .word = word});
}

static void note_noise(enum slot slot)
{
    barrier_note(&barrier, &(struct lane_signal){.kind = SIGNAL_NOISE, .slot = slot});
}

static void expect_word(bool empty, pid_t expected_pid, uint32_t expected_word)
{
    pid_t pid;
    uint32_t word;

    ck_assert(barrier_release(&barrier, empty, &pid, &word));
    ck_assert_int_eq(pid, expected_pid);
    ck_assert_uint_eq(word, expected_word);
}

static void expect_none(bool empty)
{
    pid_t pid = 1;
    uint32_t word = 2;

    ck_assert(!barrier_release(&barrier, empty, &pid, &word));
    ck_assert_int_eq(pid, 1);
    ck_assert_uint_eq(word, 2);
}

START_TEST(without_a_word_nothing_is_released)
{
    expect_none(true);
    note_noise(SLOT_PROCESS_USR2);
    barrier_note(&barrier, &(struct lane_signal){.kind = SIGNAL_PLAIN, .pid = 7});
    expect_none(true);
}
END_TEST

START_TEST(a_word_waits_until_nothing_is_pending)
{
    note_word(7, 0xcafe);
    expect_none(false);
    note_noise(SLOT_THREAD_USR1);
    expect_none(false);
    expect_word(true, 7, 0xcafe);
    expect_none(true);
}
END_TEST

START_TEST(in_a_storm_a_word_waits_until_every_slot_was_emptied_once)
{
    note_word(7, 1);
    note_noise(SLOT_THREAD_USR1);
    expect_none(false);
    note_noise(SLOT_THREAD_USR2);
    expect_none(false);
    note_noise(SLOT_THREAD_USR1);
    expect_none(false);
    note_noise(SLOT_PROCESS_USR1);
    expect_none(false);
    note_noise(SLOT_PROCESS_USR2);
    expect_word(false, 7, 1);
}
END_TEST

START_TEST(a_signal_from_a_slot_shows_that_the_slots_before_it_are_empty)
{
    for (int last = SLOT_THREAD_USR1; last <= SLOT_PROCESS_USR2; last++) {
        note_word(7, 1);
        note_noise((enum slot)last);
        if (last == SLOT_PROCESS_USR2)
            expect_word(false, 7, 1);
        else
            expect_none(false);
        barrier = (struct barrier){0};
    }
}
END_TEST

START_TEST(a_word_is_not_released_by_itself_or_by_signals_before_it)
{
    note_noise(SLOT_PROCESS_USR2);
    note_word(7, 1);
    expect_none(false);
}
END_TEST

START_TEST(a_newer_word_of_a_process_replaces_the_older_and_waits_anew)
{
    note_word(7, 1);
    note_word(7, 2);
    expect_none(false);
    expect_word(true, 7, 2);
    expect_none(true);
}
END_TEST

START_TEST(words_of_different_processes_are_released_oldest_first)
{
    note_word(7, 70);
    note_word(8, 80);
    note_word(9, 90);
    expect_word(false, 7, 70);
    expect_word(false, 8, 80);
    expect_none(false);
    expect_word(true, 9, 90);
    expect_none(true);
}
END_TEST

START_TEST(beyond_the_limit_a_new_word_is_lost_and_held_words_are_kept)
{
    const pid_t count = BARRIER_WORDS;

    for (pid_t pid = 1; pid <= count; pid++)
        note_word(pid, (uint32_t)pid);
    note_word(count + 1, 42);
    note_word(count, 43);
    for (pid_t pid = 1; pid < count; pid++)
        expect_word(true, pid, (uint32_t)pid);
    expect_word(true, count, 43);
    expect_none(true);
    note_word(count + 1, 42);
    expect_word(true, count + 1, 42);
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        without_a_word_nothing_is_released,
        a_word_waits_until_nothing_is_pending,
        in_a_storm_a_word_waits_until_every_slot_was_emptied_once,
        a_signal_from_a_slot_shows_that_the_slots_before_it_are_empty,
        a_word_is_not_released_by_itself_or_by_signals_before_it,
        a_newer_word_of_a_process_replaces_the_older_and_waits_anew,
        words_of_different_processes_are_released_oldest_first,
        beyond_the_limit_a_new_word_is_lost_and_held_words_are_kept,
        NULL,
    };

    return suite_of("barrier", tests);
}
