/* SPDX-License-Identifier: MIT */
/* check-turns.c - tests that one sender at a time has the turn, and that none waits forever */

#include <errno.h>

#include "protocol/timing.h"
#include "suite.h"
#include "world.h"

#define SESSIONS 8
#define USEC UINT64_C(1000)
#define MSEC UINT64_C(1000000)

static struct sender ann = {.pid = 1, .uid = 1001};
static struct sender bob = {.pid = 2, .uid = 1002};
static struct sender cid = {.pid = 3, .uid = 1003};

static void begin(void)
{
    world_begin(SESSIONS);
    world.exchange.kept_for_new_users = 0; /* tests that need some set this */
    sender_takes(&ann, "from ann");
    sender_takes(&bob, "from bob");
    sender_takes(&cid, "from cid");
}

static void end(void)
{
    world_end();
    sender_done(&ann);
    sender_done(&bob);
    sender_done(&cid);
}

/* All three send a probe: ann gets the turn, the others are told to wait. */
static void all_ask(void)
{
    ck_assert_int_eq(sender_asks(&ann, ASK_START), REPLY_GO);
    ck_assert_int_eq(sender_asks(&bob, ASK_START), REPLY_WAIT);
    ck_assert_int_eq(sender_asks(&cid, ASK_START), REPLY_WAIT);
}

static unsigned told_count(const struct sender *sender)
{
    return world.processes[sender->pid].told_count;
}

/* ---- the order of turns ---- */

START_TEST(turns_are_given_first_come_first_served)
{
    all_ask();
    sender_sends(&ann, SENDER_REST);
    ck_assert_int_eq(sender_heard(&ann), REPLY_COMMITTED);
    ck_assert_int_eq(sender_heard(&bob), REPLY_GO);
    ck_assert_int_eq(sender_heard(&cid), REPLY_WAIT);
    sender_sends(&bob, SENDER_REST);
    ck_assert_int_eq(sender_heard(&cid), REPLY_GO);
    sender_sends(&cid, SENDER_REST);
    ck_assert_int_eq(sender_heard(&cid), REPLY_COMMITTED);
    ck_assert_uint_eq(world.log.count, 3);
}
END_TEST

START_TEST(a_sender_that_probes_again_keeps_its_position_in_the_queue)
{
    all_ask();
    ck_assert_int_eq(sender_asks(&cid, ASK_START), REPLY_WAIT);
    ck_assert_int_eq(sender_asks(&bob, ASK_RESUME), REPLY_WAIT);
    sender_sends(&ann, SENDER_REST);
    ck_assert_int_eq(sender_heard(&bob), REPLY_GO);
    ck_assert_int_eq(sender_heard(&cid), REPLY_WAIT);
    sender_sends(&bob, SENDER_REST);
    ck_assert_int_eq(sender_heard(&cid), REPLY_GO);
    sender_sends(&cid, SENDER_REST);
    ck_assert_int_eq(sender_heard(&cid), REPLY_COMMITTED);
    ck_assert_uint_eq(time_passes(0), EXCHANGE_NEVER);
}
END_TEST

START_TEST(a_sender_that_has_just_had_a_turn_queues_behind_the_others)
{
    all_ask();
    sender_sends(&ann, SENDER_REST);
    sender_takes(&ann, "more of ann");
    ck_assert_int_eq(sender_asks(&ann, ASK_START), REPLY_WAIT);
    sender_sends(&bob, SENDER_REST);
    ck_assert_int_eq(sender_heard(&cid), REPLY_GO);
    sender_sends(&cid, SENDER_REST);
    ck_assert_int_eq(sender_heard(&ann), REPLY_GO);
}
END_TEST

START_TEST(a_refusal_passes_the_turn_on_too)
{
    all_ask();
    ann.frame.octets[0] ^= 0x80;
    sender_sends(&ann, 8);
    ck_assert_int_eq(sender_heard(&ann), REPLY_DAMAGED);
    ck_assert_int_eq(sender_heard(&bob), REPLY_GO);
}
END_TEST

START_TEST(no_turn_is_given_while_a_message_is_being_logged)
{
    world.commit_result = -EINPROGRESS;
    all_ask();
    sender_sends(&ann, SENDER_REST);
    ck_assert_uint_eq(time_passes(1000 * MSEC), EXCHANGE_NEVER);
    ck_assert_int_eq(sender_heard(&bob), REPLY_WAIT);
    exchange_committed(&world.exchange, world.now, 0);
    ck_assert_int_eq(sender_heard(&bob), REPLY_GO);
}
END_TEST

/* ---- time ---- */

START_TEST(a_sender_keeps_its_turn_while_no_other_waits)
{
    ck_assert_int_eq(sender_asks(&ann, ASK_START), REPLY_GO);
    sender_sends(&ann, 9);
    for (int i = 0; i < 100; i++)
        ck_assert_uint_eq(time_passes(1000 * MSEC), EXCHANGE_NEVER);
    sender_sends(&ann, SENDER_REST);
    ck_assert_int_eq(sender_heard(&ann), REPLY_COMMITTED);
}
END_TEST

START_TEST(without_a_runner_there_is_no_deadline)
{
    ck_assert_uint_eq(time_passes(0), EXCHANGE_NEVER);
    ck_assert(!exchange_is_busy(&world.exchange));
    sender_delivers(&ann, "hello");
    ck_assert_uint_eq(time_passes(0), EXCHANGE_NEVER);
    ck_assert(!exchange_is_busy(&world.exchange));
}
END_TEST

START_TEST(a_silent_runner_loses_its_turn_at_the_deadline_and_not_before)
{
    uint64_t deadline;

    all_ask();
    sender_sends(&ann, 9);
    deadline = time_passes(0);
    ck_assert_uint_gt(deadline, world.now);
    ck_assert_uint_eq(time_passes(deadline - 1 - world.now), deadline);
    ck_assert_int_eq(sender_heard(&bob), REPLY_WAIT);
    time_passes(1);
    ck_assert_int_eq(sender_heard(&bob), REPLY_GO);
    ck_assert(!sender_sends_symbol(&ann, 9));
}
END_TEST

/*
 * Lets the runner send a bit every millisecond until next has the turn. Returns the length of the
 * runner's turn, in nanoseconds.
 */
static uint64_t slice_of(struct sender *runner, const struct sender *next)
{
    uint64_t begun = world.now;

    ck_assert_int_eq(sender_heard(runner), REPLY_GO);
    while (sender_heard(next) == REPLY_WAIT) {
        sender_sends(runner, 1);
        time_passes(MSEC);
    }
    ck_assert_int_eq(sender_heard(next), REPLY_GO);
    return world.now - begun;
}

START_TEST(a_slice_is_short_only_while_a_young_message_waits)
{
    uint64_t first, later, last;

    ck_assert_int_eq(sender_asks(&ann, ASK_START), REPLY_GO);
    ck_assert_int_eq(sender_asks(&bob, ASK_START), REPLY_WAIT);
    first = slice_of(&ann, &bob);
    ck_assert_int_eq(sender_asks(&ann, ASK_RESUME), REPLY_WAIT);
    later = slice_of(&bob, &ann);
    ck_assert_uint_ge(later, 4 * first);
    ck_assert_int_eq(sender_asks(&bob, ASK_RESUME), REPLY_WAIT);
    ck_assert_int_eq(sender_asks(&cid, ASK_START), REPLY_WAIT);
    last = slice_of(&ann, &bob);
    ck_assert_uint_eq(last, first);
}
END_TEST

/* Gives the turn from ann, whose message is not young, to bob. */
static void grow_ann_old(void)
{
    ck_assert_int_eq(sender_asks(&ann, ASK_START), REPLY_GO);
    ck_assert_int_eq(sender_asks(&bob, ASK_START), REPLY_WAIT);
    slice_of(&ann, &bob);
    ck_assert_int_eq(sender_asks(&ann, ASK_RESUME), REPLY_WAIT);
}

/* The runner sends bits for this time, and then nothing until it has lost its turn. */
static void run_and_lapse(struct sender *runner, uint64_t duration)
{
    sender_sends(runner, 1);
    time_passes(duration);
    time_passes(TURN_LAPSE);
    ck_assert_int_eq(sender_asks(runner, ASK_RESUME), REPLY_WAIT);
}

/* The scheduler keeps bob from its CPU during its turn. A young message of cid makes it short. */
START_TEST(silence_does_not_age_a_message)
{
    grow_ann_old();
    ck_assert_int_eq(sender_asks(&cid, ASK_START), REPLY_WAIT);
    time_passes(SLICE_SHORT);
    ck_assert_int_eq(sender_heard(&ann), REPLY_GO);
    ck_assert_int_eq(sender_asks(&bob, ASK_RESUME), REPLY_WAIT);
    slice_of(&ann, &cid);
    ck_assert_int_eq(sender_asks(&ann, ASK_RESUME), REPLY_WAIT);
    sender_sends(&cid, SENDER_REST);
    ck_assert_int_eq(sender_heard(&bob), REPLY_GO);
    run_and_lapse(&bob, MSEC);
    ck_assert_uint_eq(slice_of(&ann, &bob), SLICE_SHORT);
}
END_TEST

START_TEST(the_next_message_of_a_sender_is_young_again)
{
    grow_ann_old();
    sender_sends(&bob, SENDER_REST);
    ck_assert_int_eq(sender_heard(&ann), REPLY_GO);
    sender_sends(&ann, SENDER_REST);
    sender_takes(&bob, "old at first");
    sender_takes(&ann, "young");
    ck_assert_int_eq(sender_asks(&bob, ASK_START), REPLY_GO);
    ck_assert_int_eq(sender_asks(&ann, ASK_START), REPLY_WAIT);
    ck_assert_uint_eq(slice_of(&bob, &ann), SLICE_SHORT);
}
END_TEST

/* The turn begins with silence, even if the runner before was just heard. */
START_TEST(a_new_runner_that_is_not_heard_lapses)
{
    grow_ann_old();
    sender_sends(&bob, SENDER_REST);
    ck_assert_int_eq(sender_heard(&ann), REPLY_GO);
    sender_takes(&bob, "again");
    ck_assert_int_eq(sender_asks(&cid, ASK_START), REPLY_WAIT);
    world.now += TURN_LAPSE - 1;
    exchange_tick(&world.exchange, world.now);
    ck_assert_uint_eq(world.exchange.heard_at, world.exchange.granted_at);
}
END_TEST

START_TEST(each_signal_of_the_runner_moves_the_deadline)
{
    uint64_t first, second;

    grow_ann_old();
    sender_sends(&bob, 1);
    first = time_passes(0);
    ck_assert_uint_eq(first, world.now + TURN_LAPSE);
    time_passes(10 * USEC);
    sender_sends(&bob, 1);
    second = time_passes(0);
    ck_assert_uint_eq(second, first + 10 * USEC);
    time_passes(10 * USEC);
    ck_assert_int_eq(sender_asks(&bob, ASK_RESUME), REPLY_GO);
    ck_assert_uint_eq(time_passes(0), second + 10 * USEC);
}
END_TEST

START_TEST(a_busy_runner_loses_its_turn_after_a_slice_if_others_wait)
{
    uint64_t begun;

    grow_ann_old();
    begun = world.now;
    while (sender_heard(&ann) == REPLY_WAIT) {
        ck_assert(exchange_is_busy(&world.exchange));
        sender_sends(&bob, 1);
        time_passes(TURN_LAPSE / 2);
    }
    ck_assert_int_eq(sender_heard(&ann), REPLY_GO);
    ck_assert_uint_ge(world.now - begun, SLICE_LONG);
}
END_TEST

START_TEST(a_message_that_lost_its_turn_soon_waits_for_a_short_slice)
{
    grow_ann_old();
    run_and_lapse(&bob, MSEC);
    ck_assert_uint_eq(slice_of(&ann, &bob), SLICE_SHORT);
}
END_TEST

START_TEST(turns_that_lapse_add_up_until_a_message_is_no_longer_young)
{
    grow_ann_old();
    for (uint64_t age = 0; age < YOUTH; age += MSEC) {
        run_and_lapse(&bob, MSEC);
        ck_assert_int_eq(sender_heard(&ann), REPLY_GO);
        if (age + MSEC < YOUTH)
            ck_assert_uint_eq(slice_of(&ann, &bob), SLICE_SHORT);
        ck_assert_int_eq(sender_asks(&ann, ASK_RESUME), age + MSEC < YOUTH ? REPLY_WAIT : REPLY_GO);
    }
    ck_assert_uint_eq(slice_of(&ann, &bob), SLICE_LONG);
}
END_TEST

/* Its signals may be pending. */
START_TEST(a_runner_loses_no_turn_while_the_owner_does_not_look)
{
    grow_ann_old();
    sender_sends(&bob, 1);
    time_passes(0);
    world.now += TURN_LAPSE;
    ck_assert_uint_le(exchange_tick(&world.exchange, world.now), world.now);
    ck_assert_int_eq(exchange_runner(&world.exchange), bob.pid);
    ck_assert(exchange_is_busy(&world.exchange));
    time_passes(0);
    ck_assert_int_eq(sender_heard(&ann), REPLY_GO);
}
END_TEST

START_TEST(a_new_sender_that_waits_to_begin_shortens_a_long_slice)
{
    ck_assert_int_eq(sender_asks(&ann, ASK_START), REPLY_GO);
    ck_assert_int_eq(sender_asks(&bob, ASK_START), REPLY_WAIT);
    slice_of(&ann, &bob);
    ck_assert_int_eq(sender_asks(&ann, ASK_RESUME), REPLY_WAIT);
    for (int i = 0; i < 10; i++) {
        sender_sends(&bob, 1);
        time_passes(MSEC);
    }
    ck_assert_int_eq(sender_heard(&ann), REPLY_WAIT);
    ck_assert_int_eq(sender_asks(&cid, ASK_START), REPLY_WAIT);
    time_passes(0);
    ck_assert_int_eq(sender_heard(&ann), REPLY_GO);
}
END_TEST

START_TEST(a_sender_that_lost_its_turn_is_queued_again_and_loses_no_bit)
{
    all_ask();
    sender_sends(&ann, 9);
    time_passes(time_passes(0) - world.now);
    ck_assert_int_eq(sender_heard(&bob), REPLY_GO);
    ck_assert_int_eq(sender_asks(&ann, ASK_RESUME), REPLY_WAIT);
    ck_assert_uint_eq(world.processes[ann.pid].told.count, 9);
    sender_sends(&bob, SENDER_REST);
    sender_sends(&cid, SENDER_REST);
    ck_assert_int_eq(sender_heard(&ann), REPLY_GO);
    ck_assert_uint_eq(world.processes[ann.pid].told.count, 9);
    sender_sends(&ann, SENDER_REST);
    ck_assert_int_eq(sender_heard(&ann), REPLY_COMMITTED);
    ck_assert_str_eq(world.log.list[2].bytes, "from ann");
}
END_TEST

START_TEST(two_long_messages_take_turns_until_both_are_logged)
{
    ck_assert_int_eq(sender_asks(&ann, ASK_START), REPLY_GO);
    ck_assert_int_eq(sender_asks(&bob, ASK_START), REPLY_WAIT);
    for (int turn = 0; world.log.count < 2; turn++) {
        struct sender *runner = turn % 2 ? &bob : &ann;

        ck_assert_int_lt(turn, 100);
        if (sender_heard(runner) != REPLY_GO)
            continue;
        sender_sends(runner, 7);
        if (sender_heard(runner) == REPLY_COMMITTED)
            continue;
        if (world.log.count == 0)
            time_passes(time_passes(0) - world.now);
        sender_asks(runner, ASK_RESUME);
    }
    ck_assert_int_eq(sender_heard(&ann), REPLY_COMMITTED);
    ck_assert_int_eq(sender_heard(&bob), REPLY_COMMITTED);
}
END_TEST

START_TEST(the_exchange_is_busy_until_its_runner_falls_silent)
{
    sender_asks(&ann, ASK_START);
    sender_sends(&ann, 9);
    ck_assert(exchange_is_busy(&world.exchange));
    time_passes(0);
    time_passes(1000 * MSEC);
    ck_assert(!exchange_is_busy(&world.exchange));
    sender_sends(&ann, 1);
    ck_assert(exchange_is_busy(&world.exchange));
}
END_TEST

START_TEST(an_owner_without_memory_is_relieved_of_idle_sessions_first)
{
    ck_assert_int_eq(sender_delivers(&ann, "hello"), REPLY_COMMITTED);
    ck_assert_int_eq(sender_asks(&bob, ASK_START), REPLY_GO);
    sender_sends(&bob, 9);
    ck_assert_int_eq(sender_asks(&cid, ASK_START), REPLY_WAIT);
    ck_assert(exchange_relieve(&world.exchange, world.now));
    ck_assert(!exchange_knows(&world.exchange, ann.pid));
    ck_assert(exchange_relieve(&world.exchange, world.now));
    ck_assert(exchange_relieve(&world.exchange, world.now));
    ck_assert_int_eq(sender_heard(&bob), REPLY_BUSY);
    ck_assert_int_eq(sender_heard(&cid), REPLY_BUSY);
    ck_assert_int_eq(exchange_runner(&world.exchange), 0);
    ck_assert(!exchange_relieve(&world.exchange, world.now));
}
END_TEST

/* ---- an unheard GO ---- */

/* Lets bob be told to go, when no other sender waits. */
static void let_bob_go(void)
{
    ck_assert_int_eq(sender_asks(&ann, ASK_START), REPLY_GO);
    ck_assert_int_eq(sender_asks(&bob, ASK_START), REPLY_WAIT);
    sender_sends(&ann, SENDER_REST);
    ck_assert_int_eq(sender_heard(&bob), REPLY_GO);
    ck_assert_uint_eq(told_count(&bob), 2);
}

START_TEST(an_unheard_go_is_repeated_at_growing_intervals)
{
    uint64_t granted = world.now, last = 0;

    let_bob_go();
    for (unsigned repeated = 1; repeated <= 3; repeated++) {
        uint64_t deadline = time_passes(0);

        ck_assert_uint_ge(deadline - granted, 2 * last);
        time_passes(deadline - 1 - world.now);
        ck_assert_uint_eq(told_count(&bob), 1 + repeated);
        time_passes(1);
        ck_assert_uint_eq(told_count(&bob), 2 + repeated);
        ck_assert_int_eq(sender_heard(&bob), REPLY_GO);
        last = world.now - granted;
    }
}
END_TEST

START_TEST(a_go_is_not_repeated_after_a_bit)
{
    let_bob_go();
    sender_sends(&bob, 1);
    ck_assert_uint_eq(time_passes(1 * MSEC), EXCHANGE_NEVER);
    ck_assert_uint_eq(told_count(&bob), 2);
}
END_TEST

START_TEST(a_go_is_not_repeated_after_a_probe)
{
    let_bob_go();
    ck_assert_int_eq(sender_asks(&bob, ASK_RESUME), REPLY_GO);
    ck_assert_uint_eq(time_passes(1 * MSEC), EXCHANGE_NEVER);
    ck_assert_uint_eq(told_count(&bob), 3);
}
END_TEST

START_TEST(a_sender_that_does_not_hear_a_go_loses_its_turn_even_if_no_other_waits)
{
    uint64_t deadline;

    let_bob_go();
    for (unsigned i = 0; (deadline = time_passes(0)) != EXCHANGE_NEVER; i++) {
        ck_assert_uint_lt(i, 20);
        time_passes(deadline - world.now);
    }
    ck_assert(!exchange_is_busy(&world.exchange));
    ck_assert(!sender_sends_symbol(&bob, 0));
    ck_assert_int_eq(sender_asks(&cid, ASK_START), REPLY_GO);
}
END_TEST

/* ---- ends ---- */

START_TEST(the_end_of_the_runner_passes_the_turn_on_and_is_recorded)
{
    all_ask();
    sender_sends(&ann, 8 * 7);
    process_ends(ann.pid);
    process_end_is_noticed(ann.pid);
    ck_assert_uint_eq(world.lost.count, 1);
    ck_assert_int_eq(world.lost.list[0].pid, ann.pid);
    ck_assert_uint_eq(world.lost.list[0].uid, ann.uid);
    ck_assert_uint_eq(world.lost.list[0].length, 4);
    ck_assert_uint_eq(world.exchange.counts.lost, 1);
    ck_assert_int_eq(sender_heard(&bob), REPLY_GO);
    ck_assert_uint_eq(world.open_peers, 2);
}
END_TEST

START_TEST(the_end_of_a_sender_between_messages_is_no_loss)
{
    sender_delivers(&ann, "hello");
    process_ends(ann.pid);
    process_end_is_noticed(ann.pid);
    ck_assert_uint_eq(world.lost.count, 0);
    ck_assert_uint_eq(world.open_peers, 0);
    ck_assert_uint_eq(world.exchange.counts.senders, 0);
}
END_TEST

START_TEST(the_end_of_a_queued_sender_disturbs_no_other)
{
    all_ask();
    process_ends(bob.pid);
    process_end_is_noticed(bob.pid);
    sender_sends(&ann, SENDER_REST);
    ck_assert_int_eq(sender_heard(&ann), REPLY_COMMITTED);
    ck_assert_int_eq(sender_heard(&cid), REPLY_GO);
    ck_assert_uint_eq(world.lost.count, 0);
}
END_TEST

START_TEST(a_queued_sender_that_cannot_be_told_go_is_skipped)
{
    all_ask();
    process_ends(bob.pid);
    sender_sends(&ann, SENDER_REST);
    ck_assert_int_eq(sender_heard(&cid), REPLY_GO);
    ck_assert_uint_eq(world.exchange.counts.senders, 2);
    sender_sends(&cid, SENDER_REST);
    ck_assert_int_eq(sender_heard(&cid), REPLY_COMMITTED);
}
END_TEST

START_TEST(the_turn_is_free_if_no_queued_sender_can_be_told_go)
{
    all_ask();
    process_ends(bob.pid);
    process_ends(cid.pid);
    sender_sends(&ann, SENDER_REST);
    ck_assert_uint_eq(time_passes(0), EXCHANGE_NEVER);
    ck_assert_int_eq(sender_delivers(&ann, "more"), REPLY_COMMITTED);
}
END_TEST

START_TEST(a_bit_whose_ack_cannot_be_delivered_is_not_taken)
{
    all_ask();
    sender_sends(&ann, 8 * 5);
    process_ends(ann.pid);
    ck_assert(!sender_sends_symbol(&ann, ann.sent));
    ck_assert_uint_eq(world.lost.count, 1);
    ck_assert_uint_eq(world.lost.list[0].length, 2);
    ck_assert_int_eq(sender_heard(&bob), REPLY_GO);
    ck_assert_uint_eq(world.open_peers, 2);
}
END_TEST

START_TEST(a_last_bit_whose_ack_cannot_be_delivered_logs_nothing)
{
    sender_asks(&ann, ASK_START);
    sender_sends(&ann, frame_symbols(&ann.frame) - 1);
    process_ends(ann.pid);
    ck_assert(!sender_sends_symbol(&ann, ann.sent));
    ck_assert_uint_eq(world.log.count, 0);
    ck_assert_uint_eq(world.lost.count, 1);
}
END_TEST

START_TEST(a_sender_that_ends_while_its_message_is_being_logged_loses_nothing)
{
    world.commit_result = -EINPROGRESS;
    all_ask();
    sender_sends(&ann, SENDER_REST);
    process_ends(ann.pid);
    process_end_is_noticed(ann.pid);
    ck_assert_uint_eq(world.lost.count, 0);
    ck_assert(exchange_has_unfinished(&world.exchange));
    ck_assert_int_eq(sender_heard(&bob), REPLY_WAIT);
    exchange_committed(&world.exchange, world.now, 0);
    ck_assert_uint_eq(world.log.count, 1);
    ck_assert_uint_eq(world.exchange.counts.messages, 1);
    ck_assert_int_eq(sender_heard(&bob), REPLY_GO);
}
END_TEST

START_TEST(no_turn_is_given_before_the_message_of_an_ended_sender_is_logged)
{
    world.commit_result = -EINPROGRESS;
    sender_asks(&ann, ASK_START);
    sender_sends(&ann, SENDER_REST);
    process_ends(ann.pid);
    process_end_is_noticed(ann.pid);
    ck_assert_int_eq(sender_asks(&bob, ASK_START), REPLY_PENDING);
    exchange_committed(&world.exchange, world.now, 0);
    ck_assert_int_eq(sender_heard(&bob), REPLY_GO);
}
END_TEST

START_TEST(a_new_process_with_an_old_pid_starts_afresh)
{
    sender_asks(&ann, ASK_START);
    sender_sends(&ann, 9);
    process_ends(ann.pid);
    process_starts(ann.pid);
    ann.sent = 0;
    ck_assert(!sender_sends_symbol(&ann, 9));
    ck_assert_int_eq(sender_asks(&ann, ASK_START), REPLY_GO);
    ck_assert_uint_eq(world.processes[ann.pid].told.count, 0);
    ck_assert_uint_eq(world.lost.count, 1);
    ck_assert_uint_eq(world.open_peers, 1);
    sender_sends(&ann, SENDER_REST);
    ck_assert_int_eq(sender_heard(&ann), REPLY_COMMITTED);
}
END_TEST

/*
 * A stranger forges a probe of the new process before the daemon has taken all signals of the old
 * process with the same PID.
 */
START_TEST(a_bit_left_by_an_old_process_is_not_taken_from_a_new_one)
{
    struct lane_signal word = {.kind = SIGNAL_WORD,
                               .slot = SLOT_PROCESS_USR2,
                               .pid = ann.pid,
                               .word = probe_pack((struct probe){.ask = ASK_START, .nonce = 7})};
    struct lane_signal left = {.kind = SIGNAL_PLAIN, .lane = LANE_THREAD, .pid = ann.pid};

    exchange_take(&world.exchange, world.now, &word);
    exchange_settle(&world.exchange, world.now);
    exchange_take(&world.exchange, world.now, &left);
    ck_assert_uint_eq(world.processes[ann.pid].acks[LANE_THREAD], 0);
    exchange_settle(&world.exchange, world.now);
    ck_assert_int_eq(world.processes[ann.pid].told.code, REPLY_GO);
    ck_assert_uint_eq(world.processes[ann.pid].told.count, 0);
}
END_TEST

START_TEST(a_probe_of_a_new_process_ends_the_session_of_an_old_one_with_its_pid)
{
    all_ask();
    sender_sends(&ann, 9);
    process_ends(ann.pid);
    process_starts(ann.pid);
    ck_assert_int_eq(sender_asks(&ann, ASK_RESUME), REPLY_FORGOTTEN);
    ck_assert_uint_eq(world.lost.count, 1);
    ck_assert_int_eq(sender_heard(&bob), REPLY_GO);
    ck_assert_uint_eq(world.open_peers, 2);
}
END_TEST

START_TEST(the_late_notice_of_an_end_does_not_end_another_session)
{
    int former_peer;

    sender_asks(&ann, ASK_START);
    exchange_ended(&world.exchange, world.now, ann.pid, &former_peer);
    exchange_ended(&world.exchange, world.now, bob.pid, &former_peer);
    sender_sends(&ann, SENDER_REST);
    ck_assert_int_eq(sender_heard(&ann), REPLY_COMMITTED);
}
END_TEST

/* ---- limits ---- */

START_TEST(a_sender_beyond_the_limit_of_sessions_is_told_busy)
{
    struct sender senders[SESSIONS + 1] = {0};
    struct sender *last = &senders[SESSIONS];

    for (int i = 0; i <= SESSIONS; i++)
        senders[i].pid = i + 1;
    for (int i = 0; i < SESSIONS; i++)
        ck_assert_int_eq(sender_asks(&senders[i], ASK_START), i == 0 ? REPLY_GO : REPLY_WAIT);
    ck_assert_int_eq(sender_asks(last, ASK_START), REPLY_BUSY);
    ck_assert_uint_eq(world.open_peers, SESSIONS);
    process_ends(5);
    process_end_is_noticed(5);
    ck_assert_int_eq(sender_asks(last, ASK_START), REPLY_WAIT);
    ck_assert_uint_eq(world.exchange.counts.senders, SESSIONS);
}
END_TEST

/* Opens all possible sessions for ann: those of senders 1 to SESSIONS. The first has the turn. */
static void ann_opens_all_sessions(struct sender *senders)
{
    for (int i = 0; i < SESSIONS; i++) {
        senders[i].pid = i + 1;
        world.processes[i + 1].uid = ann.uid;
        sender_takes(&senders[i], "one of many");
        ck_assert_int_eq(sender_asks(&senders[i], ASK_START), i == 0 ? REPLY_GO : REPLY_WAIT);
    }
}

static void senders_done(struct sender *senders)
{
    for (int i = 0; i < SESSIONS; i++)
        sender_done(&senders[i]);
}

START_TEST(the_user_with_most_sessions_loses_the_one_that_probed_least_recently)
{
    struct sender many[SESSIONS] = {0}, other = {.pid = 10};

    ann_opens_all_sessions(many);
    sender_asks(&many[0], ASK_START);
    ck_assert_int_eq(sender_asks(&other, ASK_START), REPLY_WAIT);
    ck_assert_int_eq(sender_heard(&many[1]), REPLY_BUSY);
    ck_assert_uint_eq(world.exchange.counts.senders, SESSIONS);
    ck_assert_int_eq(sender_asks(&many[1], ASK_RESUME), REPLY_FORGOTTEN);
    ck_assert_int_eq(sender_asks(&many[1], ASK_START), REPLY_BUSY);
    senders_done(many);
}
END_TEST

/*
 * Opens all possible sessions: as many as given for ann, the rest for bob. Returns the reply to
 * another probe of bob's.
 */
static enum reply_code bob_asks_for_another(unsigned anns)
{
    struct sender senders[SESSIONS] = {0}, other = {.pid = 10};

    world.processes[other.pid].uid = bob.uid;
    for (unsigned i = 0; i < SESSIONS; i++) {
        senders[i].pid = (pid_t)i + 1;
        world.processes[i + 1].uid = i < anns ? ann.uid : bob.uid;
        sender_asks(&senders[i], ASK_START);
    }
    return sender_asks(&other, ASK_START);
}

START_TEST(no_session_is_evicted_for_a_user_who_would_then_have_as_many)
{
    ck_assert_int_eq(bob_asks_for_another(SESSIONS / 2), REPLY_BUSY);
}
END_TEST

START_TEST(a_session_is_evicted_from_a_user_who_has_two_more)
{
    ck_assert_int_eq(bob_asks_for_another(SESSIONS / 2 + 1), REPLY_WAIT);
}
END_TEST

/* Lets each of senders 1 to SESSIONS, of ann, log a message and then stay idle. */
static void ann_has_idle_sessions(struct sender *senders)
{
    for (int i = 0; i < SESSIONS; i++) {
        senders[i].pid = i + 1;
        world.processes[i + 1].uid = ann.uid;
        ck_assert_int_eq(sender_delivers(&senders[i], "idle"), REPLY_COMMITTED);
    }
}

START_TEST(an_idle_session_is_evicted_before_a_sender_is_refused)
{
    struct sender idle[SESSIONS] = {0}, own = {.pid = 10};

    ann_has_idle_sessions(idle);
    world.processes[own.pid].uid = ann.uid;
    ck_assert_int_eq(sender_asks(&own, ASK_START), REPLY_GO);
    ck_assert_uint_eq(world.exchange.counts.senders, SESSIONS);
    ck_assert_ptr_null(sessions_find(&world.exchange.sessions, idle[0].pid));
    ck_assert_uint_eq(world.lost.count + world.refused.count, 0);
    senders_done(idle);
}
END_TEST

START_TEST(an_evicted_idle_sender_may_send_another_message)
{
    struct sender idle[SESSIONS] = {0}, other = {.pid = 10};

    ann_has_idle_sessions(idle);
    ck_assert_int_eq(sender_delivers(&other, "other"), REPLY_COMMITTED);
    idle[0].base = idle[0].sent = 0;
    ck_assert_int_eq(sender_delivers(&idle[0], "again"), REPLY_COMMITTED);
    sender_done(&other);
    senders_done(idle);
}
END_TEST

START_TEST(an_idle_session_is_evicted_before_one_that_waits)
{
    struct sender senders[SESSIONS] = {0}, other = {.pid = 10};

    for (int i = 0; i < SESSIONS; i++) {
        senders[i].pid = i + 1;
        world.processes[i + 1].uid = i < SESSIONS - 1 ? ann.uid : bob.uid;
    }
    ck_assert_int_eq(sender_delivers(&senders[SESSIONS - 1], "bob"), REPLY_COMMITTED);
    for (int i = 0; i < SESSIONS - 1; i++)
        ck_assert_int_eq(sender_asks(&senders[i], ASK_START), i == 0 ? REPLY_GO : REPLY_WAIT);
    ck_assert_int_eq(sender_asks(&other, ASK_START), REPLY_WAIT);
    for (int i = 0; i < SESSIONS - 1; i++)
        ck_assert_ptr_nonnull(sessions_find(&world.exchange.sessions, senders[i].pid));
    ck_assert_ptr_null(sessions_find(&world.exchange.sessions, senders[SESSIONS - 1].pid));
    senders_done(senders);
}
END_TEST

START_TEST(a_session_is_not_idle_before_its_first_probe_is_acted_on)
{
    struct sender other = {.pid = 10};
    struct probe probe = {.ask = ASK_START, .nonce = 7};

    world.exchange.sessions.limit = 1;
    exchange_take(&world.exchange, world.now,
                  &(struct lane_signal){.kind = SIGNAL_WORD,
                                        .slot = SLOT_PROCESS_USR2,
                                        .pid = ann.pid,
                                        .word = probe_pack(probe)});
    exchange_settle(&world.exchange, world.now);
    ck_assert(exchange_knows(&world.exchange, ann.pid));
    ck_assert(exchange_holds_words(&world.exchange));
    exchange_take(&world.exchange, world.now,
                  &(struct lane_signal){.kind = SIGNAL_WORD,
                                        .slot = SLOT_PROCESS_USR2,
                                        .pid = other.pid,
                                        .word = probe_pack(probe)});
    exchange_settle(&world.exchange, world.now);
    ck_assert(exchange_knows(&world.exchange, ann.pid));
    ck_assert(!exchange_knows(&world.exchange, other.pid));
    ck_assert_int_eq(world.processes[ann.pid].told.code, REPLY_GO);
    ck_assert_int_eq(world.processes[other.pid].told.code, REPLY_BUSY);
}
END_TEST

/* Lets ann open as many waiting sessions as she can. Returns how many she has. */
static unsigned ann_opens_what_she_can(struct sender *senders)
{
    unsigned count = 0;

    for (int i = 0; i < SESSIONS; i++) {
        senders[i].pid = i + 1;
        world.processes[i + 1].uid = ann.uid;
        count += sender_asks(&senders[i], ASK_START) != REPLY_BUSY;
    }
    return count;
}

START_TEST(the_last_sessions_are_kept_for_root_and_for_new_users)
{
    struct sender senders[SESSIONS] = {0}, first = {.pid = 10}, second = {.pid = 11},
                  root = {.pid = 12};

    world.exchange.kept_for_root = 1;
    world.exchange.kept_for_new_users = 2;
    world.processes[first.pid].uid = bob.uid;
    world.processes[second.pid].uid = bob.uid;
    world.processes[root.pid].uid = 0;
    ck_assert_uint_eq(ann_opens_what_she_can(senders), SESSIONS - 3);
    ck_assert_int_eq(sender_asks(&first, ASK_START), REPLY_WAIT);
    ck_assert_uint_eq(world.exchange.counts.senders, SESSIONS - 2);
    /* Bob has a session now, so a second one takes the place of one of ann's. */
    ck_assert_int_eq(sender_asks(&second, ASK_START), REPLY_WAIT);
    ck_assert_uint_eq(world.exchange.counts.senders, SESSIONS - 2);
    for (pid_t pid = 13; pid < 16; pid++)
        sender_asks(&(struct sender){.pid = pid}, ASK_START);
    ck_assert_uint_eq(world.exchange.counts.senders, SESSIONS - 1);
    ck_assert_int_eq(sender_asks(&root, ASK_START), REPLY_WAIT);
    ck_assert_uint_eq(world.exchange.counts.senders, SESSIONS);
    senders_done(senders);
}
END_TEST

/* Limits ann to 2 messages in 10 s. */
static void limit_rate(void)
{
    exchange_limit_rate(&world.exchange, (struct rate){2, 10000 * MSEC});
}

START_TEST(a_user_at_its_limit_of_messages_is_told_busy_until_some_time_has_passed)
{
    limit_rate();
    ck_assert_int_eq(sender_delivers(&ann, "one"), REPLY_COMMITTED);
    ck_assert_int_eq(sender_delivers(&ann, "two"), REPLY_COMMITTED);
    sender_takes(&ann, "three");
    ck_assert_int_eq(sender_asks(&ann, ASK_START), REPLY_BUSY);
    ck_assert_int_eq(sender_asks(&ann, ASK_START), REPLY_BUSY);
    ck_assert_int_eq(sender_delivers(&bob, "bob"), REPLY_COMMITTED);
    time_passes(5000 * MSEC - 1);
    ck_assert_int_eq(sender_asks(&ann, ASK_START), REPLY_BUSY);
    time_passes(1);
    ck_assert_int_eq(sender_asks(&ann, ASK_START), REPLY_GO);
    sender_sends(&ann, SENDER_REST);
    ck_assert_int_eq(sender_heard(&ann), REPLY_COMMITTED);
    sender_takes(&ann, "four");
    ck_assert_int_eq(sender_asks(&ann, ASK_START), REPLY_BUSY);
    ck_assert_uint_eq(world.exchange.counts.limited, 4);
    ck_assert_uint_eq(world.limited.count, 1);
    ck_assert_uint_eq(world.limited.list[0].uid, ann.uid);
}
END_TEST

START_TEST(the_limit_of_messages_holds_for_new_processes_of_the_user)
{
    struct sender dan = {.pid = 4};

    limit_rate();
    world.processes[dan.pid].uid = ann.uid;
    ck_assert_int_eq(sender_delivers(&ann, "one"), REPLY_COMMITTED);
    ck_assert_int_eq(sender_delivers(&ann, "two"), REPLY_COMMITTED);
    process_ends(ann.pid);
    process_end_is_noticed(ann.pid);
    ck_assert_int_eq(sender_asks(&dan, ASK_START), REPLY_BUSY);
    time_passes(5000 * MSEC);
    ck_assert_int_eq(sender_delivers(&dan, "three"), REPLY_COMMITTED);
    sender_done(&dan);
}
END_TEST

START_TEST(a_message_that_is_refused_counts_and_a_probe_alone_does_not)
{
    limit_rate();
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(sender_asks(&ann, ASK_START), REPLY_GO);
    sender_takes(&ann, "more octets than a message may have");
    ck_assert_int_eq(sender_asks(&ann, ASK_START), REPLY_GO);
    sender_sends(&ann, 24);
    ck_assert_int_eq(sender_heard(&ann), REPLY_TOO_LARGE);
    process_ends(ann.pid);
    process_end_is_noticed(ann.pid);
    process_starts(ann.pid);
    ann.base = ann.sent = 0;
    ck_assert_int_eq(sender_delivers(&ann, "two"), REPLY_COMMITTED);
    ck_assert_int_eq(sender_asks(&ann, ASK_START), REPLY_BUSY);
}
END_TEST

START_TEST(root_has_no_limit_of_messages)
{
    struct sender root = {.pid = 4};

    limit_rate();
    world.processes[root.pid].uid = 0;
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(sender_delivers(&root, "root"), REPLY_COMMITTED);
    sender_done(&root);
}
END_TEST

START_TEST(a_message_whose_session_is_evicted_is_refused)
{
    struct sender many[SESSIONS] = {0}, other = {.pid = 10};

    ann_opens_all_sessions(many);
    sender_sends(&many[0], 9);
    ck_assert_int_eq(sender_asks(&other, ASK_START), REPLY_WAIT);
    ck_assert_int_eq(sender_heard(&many[0]), REPLY_BUSY);
    ck_assert_uint_eq(world.refused.count, 1);
    ck_assert_int_eq(world.refused.list[0].reason, REPLY_BUSY);
    ck_assert_uint_eq(world.lost.count, 0);
    ck_assert_int_eq(sender_heard(&many[1]), REPLY_GO);
    senders_done(many);
}
END_TEST

START_TEST(a_session_whose_message_is_being_logged_is_not_evicted)
{
    struct sender many[SESSIONS] = {0}, other = {.pid = 10};

    world.commit_result = -EINPROGRESS;
    ann_opens_all_sessions(many);
    sender_sends(&many[0], SENDER_REST);
    ck_assert_int_eq(sender_asks(&other, ASK_START), REPLY_PENDING);
    ck_assert_int_eq(sender_heard(&many[1]), REPLY_BUSY);
    exchange_committed(&world.exchange, world.now, 0);
    ck_assert_int_eq(sender_heard(&many[0]), REPLY_COMMITTED);
    senders_done(many);
}
END_TEST

START_TEST(users_take_turns_whatever_the_number_of_their_senders)
{
    struct sender many[SESSIONS] = {0};

    for (int i = 0; i < SESSIONS - 1; i++) {
        many[i] = (struct sender){.pid = i + 1};
        world.processes[i + 1].uid = ann.uid;
        sender_takes(&many[i], "one of many");
        sender_asks(&many[i], ASK_START);
    }
    many[SESSIONS - 1].pid = SESSIONS;
    ck_assert_int_eq(sender_asks(&many[SESSIONS - 1], ASK_START), REPLY_WAIT);
    sender_sends(&many[0], SENDER_REST);
    ck_assert_int_eq(sender_heard(&many[1]), REPLY_GO);
    sender_sends(&many[1], SENDER_REST);
    ck_assert_int_eq(sender_heard(&many[SESSIONS - 1]), REPLY_GO);
    senders_done(many);
}
END_TEST

/* Limits the exchange to this much room, in octets, and lets ann begin a message of 8 octets. */
static void ann_needs_room(size_t room)
{
    world.exchange.room = room;
    ck_assert_int_eq(sender_asks(&ann, ASK_START), REPLY_GO);
    sender_sends(&ann, 24);
}

START_TEST(a_message_that_exceeds_the_room_left_is_refused_at_its_header)
{
    ann_needs_room(7);
    ck_assert_int_eq(sender_heard(&ann), REPLY_BUSY);
    ck_assert_int_eq(world.refused.list[0].reason, REPLY_BUSY);
}
END_TEST

START_TEST(the_user_with_most_room_loses_a_session)
{
    struct sender dan = {.pid = 4};

    world.processes[dan.pid].uid = ann.uid;
    sender_takes(&dan, "from dan");
    ann_needs_room(20);
    ck_assert_int_eq(sender_asks(&dan, ASK_START), REPLY_WAIT);
    time_passes(time_passes(0) - world.now);
    ck_assert_int_eq(sender_heard(&dan), REPLY_GO);
    sender_sends(&dan, 24);
    ck_assert_int_eq(sender_asks(&bob, ASK_START), REPLY_WAIT);
    time_passes(time_passes(0) - world.now);
    ck_assert_int_eq(sender_heard(&bob), REPLY_GO);
    sender_sends(&bob, SENDER_REST);
    ck_assert_int_eq(sender_heard(&bob), REPLY_COMMITTED);
    ck_assert_int_eq(sender_heard(&ann), REPLY_BUSY);
    ck_assert_int_eq(sender_asks(&dan, ASK_RESUME), REPLY_GO);
    sender_sends(&dan, SENDER_REST);
    ck_assert_int_eq(sender_heard(&dan), REPLY_COMMITTED);
    ck_assert_uint_eq(world.exchange.users.reserved, 0);
    sender_done(&dan);
}
END_TEST

START_TEST(room_is_released_however_a_message_ends)
{
    ann_needs_room(8);
    process_ends(ann.pid);
    process_end_is_noticed(ann.pid);
    ck_assert_uint_eq(world.exchange.users.reserved, 0);
    ck_assert_int_eq(sender_delivers(&bob, "12345678"), REPLY_COMMITTED);
    ck_assert_int_eq(sender_delivers(&bob, "87654321"), REPLY_COMMITTED);
    ck_assert_uint_eq(world.exchange.users.reserved, 0);
}
END_TEST

/* ---- stopping ---- */

START_TEST(a_sender_that_has_not_sent_a_bit_is_told_that_the_daemon_stops)
{
    all_ask();
    exchange_stop(&world.exchange, world.now);
    ck_assert_int_eq(sender_heard(&ann), REPLY_STOPPING);
    ck_assert_int_eq(sender_heard(&bob), REPLY_STOPPING);
    ck_assert_int_eq(sender_heard(&cid), REPLY_STOPPING);
    ck_assert(!exchange_has_unfinished(&world.exchange));
    ck_assert(!sender_sends_symbol(&ann, 0));
}
END_TEST

START_TEST(a_stopping_daemon_refuses_new_senders)
{
    exchange_stop(&world.exchange, world.now);
    ck_assert_int_eq(sender_asks(&ann, ASK_START), REPLY_STOPPING);
    ck_assert_int_eq(sender_asks(&ann, ASK_RESUME), REPLY_FORGOTTEN);
    ck_assert(!exchange_has_unfinished(&world.exchange));
}
END_TEST

START_TEST(a_stopping_daemon_evicts_no_message_under_way)
{
    struct sender many[SESSIONS] = {0}, other = {.pid = 10};

    ann_opens_all_sessions(many);
    sender_sends(&many[0], 9);
    exchange_stop(&world.exchange, world.now);
    ck_assert_int_eq(sender_asks(&other, ASK_START), REPLY_STOPPING);
    ck_assert_uint_eq(world.open_peers, SESSIONS);
    sender_sends(&many[0], SENDER_REST);
    ck_assert_int_eq(sender_heard(&many[0]), REPLY_COMMITTED);
    senders_done(many);
}
END_TEST

START_TEST(messages_under_way_are_finished_before_the_daemon_stops)
{
    all_ask();
    sender_sends(&ann, 9);
    time_passes(time_passes(0) - world.now);
    sender_sends(&bob, 9);
    ck_assert_int_eq(sender_asks(&ann, ASK_RESUME), REPLY_WAIT);
    exchange_stop(&world.exchange, world.now);
    ck_assert_int_eq(sender_heard(&cid), REPLY_STOPPING);
    ck_assert(exchange_has_unfinished(&world.exchange));
    sender_sends(&bob, SENDER_REST);
    ck_assert_int_eq(sender_heard(&bob), REPLY_COMMITTED);
    ck_assert_int_eq(sender_heard(&ann), REPLY_GO);
    ck_assert(exchange_has_unfinished(&world.exchange));
    sender_sends(&ann, SENDER_REST);
    ck_assert_int_eq(sender_heard(&ann), REPLY_COMMITTED);
    ck_assert(!exchange_has_unfinished(&world.exchange));
    ck_assert_int_eq(sender_asks(&bob, ASK_START), REPLY_STOPPING);
}
END_TEST

START_TEST(a_stopping_daemon_gives_an_unused_turn_to_a_message_under_way)
{
    ck_assert_int_eq(sender_asks(&bob, ASK_START), REPLY_GO);
    ck_assert_int_eq(sender_asks(&ann, ASK_START), REPLY_WAIT);
    sender_sends(&bob, 9);
    time_passes(time_passes(0) - world.now);
    ck_assert_int_eq(sender_heard(&ann), REPLY_GO);
    ck_assert_int_eq(sender_asks(&bob, ASK_RESUME), REPLY_WAIT);
    exchange_stop(&world.exchange, world.now);
    ck_assert_int_eq(sender_heard(&ann), REPLY_STOPPING);
    ck_assert_int_eq(sender_heard(&bob), REPLY_GO);
}
END_TEST

START_TEST(a_stopping_daemon_waits_for_a_message_that_is_being_logged)
{
    world.commit_result = -EINPROGRESS;
    sender_asks(&ann, ASK_START);
    sender_sends(&ann, SENDER_REST);
    exchange_stop(&world.exchange, world.now);
    ck_assert(exchange_has_unfinished(&world.exchange));
    exchange_committed(&world.exchange, world.now, 0);
    ck_assert_int_eq(sender_heard(&ann), REPLY_COMMITTED);
    ck_assert(!exchange_has_unfinished(&world.exchange));
}
END_TEST

START_TEST(exchange_done_tells_stopping_to_each_sender_without_a_verdict)
{
    struct sender dan = {.pid = 4};

    sender_delivers(&dan, "hello");
    all_ask();
    sender_sends(&ann, 9);
    exchange_done(&world.exchange);
    ck_assert_int_eq(sender_heard(&ann), REPLY_STOPPING);
    ck_assert_int_eq(sender_heard(&bob), REPLY_STOPPING);
    ck_assert_int_eq(sender_heard(&cid), REPLY_STOPPING);
    ck_assert_int_eq(sender_heard(&dan), REPLY_COMMITTED);
    ck_assert_uint_eq(world.refused.count, 3);
    ck_assert_uint_eq(world.open_peers, 0);
    sender_done(&dan);
}
END_TEST

START_TEST(exchange_done_gives_no_verdict_for_a_message_that_is_partly_in_the_log)
{
    world.commit_result = -EINPROGRESS;
    world.has_begun = true;
    all_ask();
    sender_sends(&ann, SENDER_REST);
    exchange_done(&world.exchange);
    ck_assert_int_eq(sender_heard(&ann), REPLY_GO);
    ck_assert_int_eq(sender_heard(&bob), REPLY_STOPPING);
    ck_assert_uint_eq(world.refused.count, 2);
    ck_assert_uint_eq(world.open_peers, 0);
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        turns_are_given_first_come_first_served,
        a_sender_that_probes_again_keeps_its_position_in_the_queue,
        a_sender_that_has_just_had_a_turn_queues_behind_the_others,
        a_refusal_passes_the_turn_on_too,
        no_turn_is_given_while_a_message_is_being_logged,
        a_sender_keeps_its_turn_while_no_other_waits,
        without_a_runner_there_is_no_deadline,
        a_silent_runner_loses_its_turn_at_the_deadline_and_not_before,
        silence_does_not_age_a_message,
        the_next_message_of_a_sender_is_young_again,
        a_new_runner_that_is_not_heard_lapses,
        each_signal_of_the_runner_moves_the_deadline,
        an_owner_without_memory_is_relieved_of_idle_sessions_first,
        a_busy_runner_loses_its_turn_after_a_slice_if_others_wait,
        a_slice_is_short_only_while_a_young_message_waits,
        a_message_that_lost_its_turn_soon_waits_for_a_short_slice,
        turns_that_lapse_add_up_until_a_message_is_no_longer_young,
        a_new_sender_that_waits_to_begin_shortens_a_long_slice,
        a_runner_loses_no_turn_while_the_owner_does_not_look,
        a_sender_that_lost_its_turn_is_queued_again_and_loses_no_bit,
        two_long_messages_take_turns_until_both_are_logged,
        the_exchange_is_busy_until_its_runner_falls_silent,
        an_unheard_go_is_repeated_at_growing_intervals,
        a_go_is_not_repeated_after_a_bit,
        a_go_is_not_repeated_after_a_probe,
        a_sender_that_does_not_hear_a_go_loses_its_turn_even_if_no_other_waits,
        the_end_of_the_runner_passes_the_turn_on_and_is_recorded,
        the_end_of_a_sender_between_messages_is_no_loss,
        the_end_of_a_queued_sender_disturbs_no_other,
        a_queued_sender_that_cannot_be_told_go_is_skipped,
        the_turn_is_free_if_no_queued_sender_can_be_told_go,
        a_bit_whose_ack_cannot_be_delivered_is_not_taken,
        a_last_bit_whose_ack_cannot_be_delivered_logs_nothing,
        a_sender_that_ends_while_its_message_is_being_logged_loses_nothing,
        no_turn_is_given_before_the_message_of_an_ended_sender_is_logged,
        a_new_process_with_an_old_pid_starts_afresh,
        a_bit_left_by_an_old_process_is_not_taken_from_a_new_one,
        a_probe_of_a_new_process_ends_the_session_of_an_old_one_with_its_pid,
        the_late_notice_of_an_end_does_not_end_another_session,
        a_sender_beyond_the_limit_of_sessions_is_told_busy,
        the_user_with_most_sessions_loses_the_one_that_probed_least_recently,
        no_session_is_evicted_for_a_user_who_would_then_have_as_many,
        a_session_is_evicted_from_a_user_who_has_two_more,
        an_idle_session_is_evicted_before_a_sender_is_refused,
        an_evicted_idle_sender_may_send_another_message,
        an_idle_session_is_evicted_before_one_that_waits,
        a_session_is_not_idle_before_its_first_probe_is_acted_on,
        the_last_sessions_are_kept_for_root_and_for_new_users,
        a_user_at_its_limit_of_messages_is_told_busy_until_some_time_has_passed,
        the_limit_of_messages_holds_for_new_processes_of_the_user,
        a_message_that_is_refused_counts_and_a_probe_alone_does_not,
        root_has_no_limit_of_messages,
        a_message_whose_session_is_evicted_is_refused,
        a_session_whose_message_is_being_logged_is_not_evicted,
        users_take_turns_whatever_the_number_of_their_senders,
        a_message_that_exceeds_the_room_left_is_refused_at_its_header,
        the_user_with_most_room_loses_a_session,
        room_is_released_however_a_message_ends,
        a_sender_that_has_not_sent_a_bit_is_told_that_the_daemon_stops,
        a_stopping_daemon_refuses_new_senders,
        a_stopping_daemon_evicts_no_message_under_way,
        messages_under_way_are_finished_before_the_daemon_stops,
        a_stopping_daemon_gives_an_unused_turn_to_a_message_under_way,
        a_stopping_daemon_waits_for_a_message_that_is_being_logged,
        exchange_done_tells_stopping_to_each_sender_without_a_verdict,
        exchange_done_gives_no_verdict_for_a_message_that_is_partly_in_the_log,
        NULL,
    };

    return suite_around("turns", tests, begin, end);
}
