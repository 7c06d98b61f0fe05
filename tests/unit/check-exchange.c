/* SPDX-License-Identifier: MIT */
/* check-exchange.c - tests the acks and replies to each sender, and the messages in the log */

#include <errno.h>
#include <string.h>

#include "protocol/timing.h"
#include "scarce.h"
#include "suite.h"
#include "world.h"

#define SESSIONS 4

static struct sender ann = {.pid = 3, .uid = 1003};
static struct sender bob = {.pid = 7, .uid = 1007}; /* in the same hash bucket as ann */

static void begin(void)
{
    world_begin(SESSIONS);
}

static void end(void)
{
    world_end();
    sender_done(&ann);
    sender_done(&bob);
}

static void expect_logged(unsigned index, const struct sender *sender, const char *text)
{
    const struct note *note = &world.log.list[index];

    ck_assert_uint_gt(world.log.count, index);
    ck_assert_int_eq(note->pid, sender->pid);
    ck_assert_uint_eq(note->uid, sender->uid);
    ck_assert_uint_eq(note->priority, 5);
    ck_assert_str_eq(note->bytes, text);
    ck_assert_uint_eq(note->length, strlen(text));
}

/* Sends these octets in place of the frame of the sender's message. */
static void sends_octets(struct sender *sender, uint8_t *octets, size_t length)
{
    const struct frame own = sender->frame;

    sender->frame = (struct frame){.octets = octets, .length = length};
    sender_sends(sender, SENDER_REST);
    sender->frame = own;
}

/* ---- messages ---- */

START_TEST(a_message_is_in_the_log_once_before_its_sender_is_told_so)
{
    ck_assert_int_eq(sender_delivers(&ann, "hello"), REPLY_COMMITTED);
    ck_assert_uint_eq(world.log.count, 1);
    expect_logged(0, &ann, "hello");
    ck_assert_uint_eq(world.processes[ann.pid].told.count, frame_symbols(&ann.frame));
    ck_assert_uint_eq(world.processes[ann.pid].told_count, 2);
    ck_assert_uint_eq(world.exchange.counts.messages, 1);
    ck_assert_uint_eq(world.exchange.counts.bytes, 5);
    ck_assert_uint_eq(world.exchange.counts.refused, 0);
}
END_TEST

START_TEST(an_empty_message_is_a_message)
{
    ck_assert_int_eq(sender_delivers(&ann, ""), REPLY_COMMITTED);
    ck_assert_uint_eq(world.log.count, 1);
    expect_logged(0, &ann, "");
}
END_TEST

START_TEST(each_bit_is_acked_once)
{
    uint64_t bits;

    sender_delivers(&ann, "hello");
    bits = frame_symbols(&ann.frame);
    ck_assert_uint_eq(world.processes[ann.pid].acks[LANE_THREAD], bits / 2);
    ck_assert_uint_eq(world.processes[ann.pid].acks[LANE_PROCESS], bits / 2);
}
END_TEST

START_TEST(a_session_carries_one_message_after_another)
{
    for (unsigned i = 0; i < 60; i++) {
        ck_assert_int_eq(sender_delivers(&ann, "once more"), REPLY_COMMITTED);
        expect_logged(i, &ann, "once more");
    }
    ck_assert_uint_eq(world.log.count, 60);
    ck_assert_uint_gt(ann.base, WORD_COUNT_MODULUS);
    ck_assert_uint_eq(world.open_peers, 1);
}
END_TEST

/*
 * True if the next plain signal of this process on this lane would count as a bit; *ret_index is
 * then the bit's number in its message.
 */
static bool is_wanted_on(const struct sender *sender, enum lane lane, uint64_t *ret_index)
{
    const struct lane_signal signal = {
        .kind = SIGNAL_PLAIN, .lane = lane, .pid = sender->pid, .uid = sender->uid};
    struct arq_symbol symbol;

    if (!exchange_wants(&world.exchange, &signal, &symbol))
        return false;
    *ret_index = symbol.index;
    return true;
}

static bool is_wanted(const struct sender *sender)
{
    uint64_t index;

    return is_wanted_on(sender, LANE_THREAD, &index);
}

START_TEST(a_wanted_bit_has_its_index_in_its_message)
{
    uint64_t index;

    sender_takes(&ann, "hello");
    sender_asks(&ann, ASK_START);
    ck_assert(is_wanted_on(&ann, LANE_THREAD, &index) && index == 0);
    ck_assert(is_wanted_on(&ann, LANE_PROCESS, &index) && index == 1);
    sender_sends(&ann, 3);
    ck_assert(is_wanted_on(&ann, LANE_THREAD, &index) && index == 4);
    ck_assert(is_wanted_on(&ann, LANE_PROCESS, &index) && index == 3);
}
END_TEST

START_TEST(the_runner_is_the_process_that_has_the_turn)
{
    ck_assert_int_eq(exchange_runner(&world.exchange), 0);
    sender_takes(&ann, "hello");
    sender_asks(&ann, ASK_START);
    ck_assert_int_eq(exchange_runner(&world.exchange), ann.pid);
    sender_sends(&ann, SENDER_REST);
    ck_assert_int_eq(exchange_runner(&world.exchange), 0);
}
END_TEST

START_TEST(only_bits_of_the_runner_are_wanted_and_only_until_its_message_ends)
{
    ck_assert(!is_wanted(&ann));
    sender_takes(&ann, "hello");
    sender_asks(&ann, ASK_START);
    ck_assert(is_wanted(&ann));
    ck_assert(!is_wanted(&bob));
    sender_sends(&ann, SENDER_REST);
    ck_assert(!is_wanted(&ann));
}
END_TEST

START_TEST(a_process_is_known_from_its_first_probe_to_its_end)
{
    ck_assert(!exchange_knows(&world.exchange, ann.pid));
    sender_delivers(&ann, "hello");
    ck_assert(exchange_knows(&world.exchange, ann.pid));
    ck_assert(!exchange_knows(&world.exchange, bob.pid));
    process_ends(ann.pid);
    process_end_is_noticed(ann.pid);
    ck_assert(!exchange_knows(&world.exchange, ann.pid));
}
END_TEST

START_TEST(a_bit_that_overtakes_its_predecessor_is_acked_after_it)
{
    const struct process *process = &world.processes[ann.pid];

    sender_takes(&ann, "x");
    sender_asks(&ann, ASK_START);
    ck_assert(!sender_sends_symbol(&ann, 1));
    ck_assert_uint_eq(process->acks[LANE_PROCESS], 0);
    sender_sends_symbol(&ann, 0);
    ck_assert_uint_eq(process->acks[LANE_THREAD], 1);
    ck_assert_uint_eq(process->acks[LANE_PROCESS], 1);
    ann.sent = 2;
    sender_sends(&ann, SENDER_REST);
    expect_logged(0, &ann, "x");
}
END_TEST

START_TEST(a_reply_tells_how_many_bits_were_taken)
{
    sender_takes(&ann, "hello");
    sender_asks(&ann, ASK_START);
    sender_sends(&ann, 21);
    ck_assert_int_eq(sender_asks(&ann, ASK_RESUME), REPLY_GO);
    ck_assert_uint_eq(world.processes[ann.pid].told.count, 21);
    sender_sends(&ann, SENDER_REST);
    expect_logged(0, &ann, "hello");
}
END_TEST

START_TEST(bits_that_wait_for_a_lost_bit_are_dropped_before_the_count_is_told)
{
    sender_takes(&ann, "x");
    sender_asks(&ann, ASK_START);
    ck_assert(!sender_sends_symbol(&ann, 1));
    ck_assert_int_eq(sender_asks(&ann, ASK_RESUME), REPLY_GO);
    ck_assert_uint_eq(world.processes[ann.pid].told.count, 0);
    sender_sends(&ann, 1);
    ck_assert_uint_eq(world.processes[ann.pid].acks[LANE_PROCESS], 0);
}
END_TEST

START_TEST(bits_sent_before_a_probe_are_counted_in_its_reply)
{
    sender_takes(&ann, "x");
    sender_asks(&ann, ASK_START);
    exchange_take(
        &world.exchange, world.now,
        &(struct lane_signal){.kind = SIGNAL_WORD,
                              .slot = SLOT_PROCESS_USR2,
                              .pid = ann.pid,
                              .word = probe_pack((struct probe){.ask = ASK_RESUME, .nonce = 99})});
    ck_assert_uint_eq(world.processes[ann.pid].told_count, 1);
    sender_sends(&ann, 2);
    exchange_settle(&world.exchange, world.now);
    ck_assert_uint_eq(world.processes[ann.pid].told.nonce, 99);
    ck_assert_uint_eq(world.processes[ann.pid].told.count, 2);
}
END_TEST

START_TEST(each_probe_is_told_the_verdict_again)
{
    sender_delivers(&ann, "hello");
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(sender_asks(&ann, ASK_RESUME), REPLY_COMMITTED);
    ck_assert_uint_eq(world.log.count, 1);
}
END_TEST

START_TEST(a_bit_after_the_last_bit_changes_nothing)
{
    sender_delivers(&ann, "hello");
    ck_assert(!sender_sends_symbol(&ann, 0));
    ck_assert(!sender_sends_symbol(&ann, 1));
    ck_assert_int_eq(sender_asks(&ann, ASK_RESUME), REPLY_COMMITTED);
    ck_assert_uint_eq(world.processes[ann.pid].told.count, frame_symbols(&ann.frame));
    ck_assert_uint_eq(world.log.count, 1);
}
END_TEST

START_TEST(a_sender_may_start_again_until_a_bit_is_taken)
{
    sender_takes(&ann, "hello");
    ck_assert_int_eq(sender_asks(&ann, ASK_START), REPLY_GO);
    ck_assert_int_eq(sender_asks(&ann, ASK_START), REPLY_GO);
    sender_sends(&ann, SENDER_REST);
    ck_assert_int_eq(sender_heard(&ann), REPLY_COMMITTED);
}
END_TEST

START_TEST(a_start_probe_in_the_middle_of_a_message_is_out_of_step)
{
    sender_takes(&ann, "hello");
    sender_asks(&ann, ASK_START);
    sender_sends(&ann, 21);
    ck_assert_int_eq(sender_asks(&ann, ASK_START), REPLY_OUT_OF_STEP);
    sender_sends(&ann, SENDER_REST);
    ck_assert_int_eq(sender_heard(&ann), REPLY_COMMITTED);
    expect_logged(0, &ann, "hello");
}
END_TEST

START_TEST(a_resume_probe_without_a_session_is_told_forgotten)
{
    ck_assert_int_eq(sender_asks(&ann, ASK_RESUME), REPLY_FORGOTTEN);
    ck_assert_uint_eq(world.processes[ann.pid].told.count, 0);
    ck_assert_uint_eq(world.open_peers, 0);
    ck_assert_uint_eq(world.exchange.counts.senders, 0);
}
END_TEST

/* ---- refusals ---- */

/*
 * Expects that ann was refused for this reason. The refusal stands until the first bit of her next
 * message, although a probe to start invites that message.
 */
static void expect_refused(enum reply_code reason)
{
    unsigned before = world.refused.count;
    const struct note *note = &world.refused.list[before - 1];

    ck_assert_uint_gt(before, 0);
    ck_assert_int_eq(sender_heard(&ann), reason);
    ck_assert_int_eq(note->reason, reason);
    ck_assert_int_eq(note->pid, ann.pid);
    ck_assert_uint_eq(note->uid, ann.uid);
    ck_assert_uint_eq(world.exchange.counts.refused, before);
    ck_assert_uint_eq(world.log.count, 0);
    ck_assert_int_eq(sender_asks(&ann, ASK_RESUME), reason);
    ck_assert_int_eq(sender_asks(&ann, ASK_START), REPLY_GO);
    ck_assert_int_eq(sender_asks(&ann, ASK_RESUME), reason);
    ck_assert_int_eq(exchange_runner(&world.exchange), 0);
    ck_assert_uint_eq(world.refused.count, before);
}

/* Sends the first octets of a frame, which suffice to refuse the frame, in a new session. */
static void expect_refused_after(enum reply_code reason, uint8_t *octets, size_t length)
{
    sender_takes(&ann, "");
    sender_asks(&ann, ASK_START);
    sends_octets(&ann, octets, length);
    expect_refused(reason);
    process_ends(ann.pid);
    process_end_is_noticed(ann.pid);
    process_starts(ann.pid);
}

START_TEST(a_refusal_is_recorded_once_and_stands_until_the_next_message)
{
    expect_refused_after(REPLY_DAMAGED, (uint8_t[]){0xff}, 1);
    expect_refused_after(REPLY_VERSION, (uint8_t[]){0x5f}, 1);
    expect_refused_after(REPLY_TOO_LARGE, (uint8_t[]){0x51, 6, WORLD_MESSAGE_LIMIT + 1}, 3);
}
END_TEST

START_TEST(a_session_goes_on_after_a_refusal)
{
    ck_assert_int_eq(sender_delivers(&ann, "one"), REPLY_COMMITTED);
    world.commit_result = -EIO;
    ck_assert_int_eq(sender_delivers(&ann, "two"), REPLY_UNLOGGED);
    world.commit_result = 0;
    ck_assert_int_eq(sender_delivers(&ann, "three"), REPLY_COMMITTED);
}
END_TEST

START_TEST(a_refusal_is_not_repeated_for_a_bit_that_waits_for_the_first_of_the_next_message)
{
    world.commit_result = -EIO;
    ck_assert_int_eq(sender_delivers(&ann, "one"), REPLY_UNLOGGED);
    sender_takes(&ann, "two");
    ck_assert_int_eq(sender_asks(&ann, ASK_START), REPLY_GO);
    ck_assert(!sender_sends_symbol(&ann, 1));
    ck_assert_int_eq(sender_heard(&ann), REPLY_GO);
    ck_assert_int_eq(exchange_runner(&world.exchange), ann.pid);
    ck_assert_uint_eq(world.refused.count, 1);
}
END_TEST

START_TEST(a_message_that_the_log_does_not_take_is_refused)
{
    world.commit_result = -EIO;
    ck_assert_int_eq(sender_delivers(&ann, "hello"), REPLY_UNLOGGED);
    expect_refused(REPLY_UNLOGGED);
    ck_assert_uint_eq(world.exchange.counts.messages, 0);
    ck_assert_uint_eq(world.exchange.counts.bytes, 0);
}
END_TEST

START_TEST(a_message_is_refused_when_memory_runs_out)
{
    sender_takes(&ann, "hello");
    sender_asks(&ann, ASK_START);
    sender_sends(&ann, 3 * 8);
    memory_is_scarce = true;
    for (int bit = 0; bit < 8; bit++)
        sender_sends_symbol(&ann, ann.sent++);
    memory_is_scarce = false;
    expect_refused(REPLY_BUSY);
}
END_TEST

START_TEST(a_new_sender_is_told_busy_when_memory_runs_out)
{
    memory_is_scarce = true;
    word_comes(ann.pid, probe_pack((struct probe){.ask = ASK_START, .nonce = 99}));
    memory_is_scarce = false;
    ck_assert_int_eq(world.processes[ann.pid].told.code, REPLY_BUSY);
    ck_assert_uint_eq(world.processes[ann.pid].told.nonce, 99);
    ck_assert_uint_eq(world.open_peers, 0);
    ck_assert_int_eq(sender_delivers(&ann, "hello"), REPLY_COMMITTED);
}
END_TEST

START_TEST(exchange_init_fails_when_memory_runs_out)
{
    struct exchange exchange;
    int r;

    memory_is_scarce = true;
    r = exchange_init(&exchange, world.exchange.ops, &world, WORLD_MESSAGE_LIMIT, SESSIONS);
    memory_is_scarce = false;
    ck_assert_int_eq(r, -ENOMEM);
    exchange_done(&exchange);
}
END_TEST

/* ---- blocks ---- */

/* Sends the head of a message of two blocks. */
#define HEAD_SYMBOLS (3 * 8)

static void begin_wide(struct sender *sender)
{
    sender->is_wide = true;
    sender_takes(sender, "0123456789");
    ck_assert_int_eq(sender_asks(sender, ASK_START), REPLY_GO);
    sender_sends(sender, HEAD_SYMBOLS);
}

/* Lets the next block come with a change. */
static void block_comes(const struct sender *sender, pid_t pid, uint32_t number)
{
    exchange_take(&world.exchange, world.now,
                  &(struct lane_signal){
                      .kind = SIGNAL_BLOCK,
                      .lane = (enum lane)((sender->base + sender->sent) % LANES),
                      .pid = pid,
                      .block = frame_symbol(&sender->frame, sender->sent).value,
                      .number = number,
                  });
}

static void signal_without_sender_comes(void)
{
    exchange_take(&world.exchange, world.now,
                  &(struct lane_signal){.kind = SIGNAL_NOISE, .slot = SLOT_THREAD_USR1});
}

static void expect_count(uint64_t count)
{
    ck_assert_uint_eq(world.processes[ann.pid].told.count, count);
}

START_TEST(a_message_of_blocks_is_logged_like_one_of_bits)
{
    begin_wide(&ann);
    sender_sends(&ann, SENDER_REST);
    ck_assert_int_eq(sender_heard(&ann), REPLY_COMMITTED);
    expect_logged(0, &ann, "0123456789");
    ann.is_wide = false;
    ck_assert_int_eq(sender_delivers(&ann, "as bits"), REPLY_COMMITTED);
    expect_logged(1, &ann, "as bits");
}
END_TEST

START_TEST(a_block_with_another_number_does_not_count)
{
    begin_wide(&ann);
    block_comes(&ann, ann.pid, HEAD_SYMBOLS - 1);
    block_comes(&ann, ann.pid, HEAD_SYMBOLS + 1);
    block_comes(&ann, ann.pid, HEAD_SYMBOLS + 2);
    ck_assert_int_eq(sender_asks(&ann, ASK_RESUME), REPLY_GO);
    expect_count(HEAD_SYMBOLS);
    sender_sends(&ann, SENDER_REST);
    expect_logged(0, &ann, "0123456789");
}
END_TEST

START_TEST(a_block_that_names_another_process_does_not_count)
{
    begin_wide(&ann);
    block_comes(&ann, bob.pid, HEAD_SYMBOLS);
    ck_assert_int_eq(sender_asks(&ann, ASK_RESUME), REPLY_GO);
    expect_count(HEAD_SYMBOLS);
}
END_TEST

START_TEST(a_bit_in_the_place_of_a_block_does_not_count)
{
    begin_wide(&ann);
    for (int lane = 0; lane < LANES; lane++)
        exchange_take(&world.exchange, world.now,
                      &(struct lane_signal){.kind = SIGNAL_PLAIN,
                                            .slot = slot_of((enum lane)lane, false),
                                            .lane = (enum lane)lane,
                                            .pid = ann.pid,
                                            .uid = ann.uid});
    ck_assert_int_eq(sender_asks(&ann, ASK_RESUME), REPLY_GO);
    expect_count(HEAD_SYMBOLS);
    sender_sends(&ann, SENDER_REST);
    expect_logged(0, &ann, "0123456789");
}
END_TEST

START_TEST(a_block_in_the_place_of_a_bit_does_not_count)
{
    sender_takes(&ann, "hello");
    sender_asks(&ann, ASK_START);
    block_comes(&ann, ann.pid, 0);
    ck_assert_int_eq(sender_asks(&ann, ASK_RESUME), REPLY_GO);
    expect_count(0);
    sender_sends(&ann, SENDER_REST);
    expect_logged(0, &ann, "hello");
}
END_TEST

/* Loses the next block, some times in a row. */
static void lose_blocks(struct sender *sender, unsigned times)
{
    while (times-- > 0) {
        signal_without_sender_comes();
        ck_assert_int_eq(sender_asks(sender, ASK_RESUME), REPLY_GO);
    }
}

START_TEST(a_message_whose_blocks_come_without_their_sender_is_refused)
{
    begin_wide(&ann);
    lose_blocks(&ann, SESSION_LOST_BLOCKS - 1);
    signal_without_sender_comes();
    ck_assert_int_eq(sender_asks(&ann, ASK_RESUME), REPLY_NARROW);
    expect_refused(REPLY_NARROW);
    ann.is_wide = false;
    ann.sent = HEAD_SYMBOLS;
    ck_assert_int_eq(sender_delivers(&ann, "as bits"), REPLY_COMMITTED);
}
END_TEST

START_TEST(a_runner_refused_for_its_blocks_gives_its_turn_away)
{
    begin_wide(&ann);
    lose_blocks(&ann, SESSION_LOST_BLOCKS - 1);
    sender_takes(&bob, "hello");
    ck_assert_int_eq(sender_asks(&bob, ASK_START), REPLY_WAIT);
    signal_without_sender_comes();
    ck_assert_int_eq(sender_asks(&ann, ASK_RESUME), REPLY_NARROW);
    ck_assert_int_eq(sender_heard(&bob), REPLY_GO);
}
END_TEST

START_TEST(a_signal_without_its_sender_refuses_nothing_while_blocks_arrive)
{
    signal_without_sender_comes();
    begin_wide(&ann);
    lose_blocks(&ann, SESSION_LOST_BLOCKS - 1);
    signal_without_sender_comes();
    sender_sends(&ann, 1);
    lose_blocks(&ann, SESSION_LOST_BLOCKS - 1);
    expect_count(HEAD_SYMBOLS + 1);
    sender_sends(&ann, SENDER_REST);
    signal_without_sender_comes();
    ck_assert_int_eq(sender_heard(&ann), REPLY_COMMITTED);
}
END_TEST

START_TEST(a_block_lost_otherwise_in_between_lets_the_message_go_on)
{
    begin_wide(&ann);
    lose_blocks(&ann, SESSION_LOST_BLOCKS - 1);
    ck_assert_int_eq(sender_asks(&ann, ASK_RESUME), REPLY_GO);
    lose_blocks(&ann, SESSION_LOST_BLOCKS - 1);
    sender_sends(&ann, SENDER_REST);
    expect_logged(0, &ann, "0123456789");
}
END_TEST

START_TEST(a_signal_of_a_stranger_with_a_name_is_no_lost_block)
{
    begin_wide(&ann);
    for (unsigned i = 0; i < SESSION_LOST_BLOCKS; i++) {
        exchange_take(
            &world.exchange, world.now,
            &(struct lane_signal){.kind = SIGNAL_NOISE, .slot = SLOT_PROCESS_USR1, .pid = bob.pid});
        ck_assert_int_eq(sender_asks(&ann, ASK_RESUME), REPLY_GO);
    }
}
END_TEST

START_TEST(a_signal_without_its_sender_refuses_no_message_of_bits)
{
    sender_takes(&ann, "hello");
    sender_asks(&ann, ASK_START);
    sender_sends(&ann, HEAD_SYMBOLS);
    lose_blocks(&ann, SESSION_LOST_BLOCKS);
}
END_TEST

/* Its turn is over, and it waits for the next. */
START_TEST(a_queued_sender_can_be_refused_for_its_blocks)
{
    begin_wide(&ann);
    lose_blocks(&ann, SESSION_LOST_BLOCKS - 1);
    signal_without_sender_comes();
    sender_takes(&bob, "hello");
    ck_assert_int_eq(sender_asks(&bob, ASK_START), REPLY_WAIT);
    time_passes(0);
    time_passes(TURN_LAPSE);
    ck_assert_int_eq(exchange_runner(&world.exchange), bob.pid);
    ck_assert_int_eq(sender_asks(&ann, ASK_RESUME), REPLY_NARROW);
    sender_sends(&bob, SENDER_REST);
    ck_assert_int_eq(sender_heard(&bob), REPLY_COMMITTED);
    ck_assert_int_eq(exchange_runner(&world.exchange), 0);
}
END_TEST

/* ---- a slow log ---- */

START_TEST(while_the_log_is_slow_senders_are_told_pending)
{
    world.commit_result = -EINPROGRESS;
    sender_takes(&ann, "hello");
    sender_takes(&bob, "me too");
    sender_asks(&ann, ASK_START);
    sender_sends(&ann, SENDER_REST);
    ck_assert_uint_eq(world.processes[ann.pid].told_count, 1);
    ck_assert_int_eq(sender_asks(&ann, ASK_RESUME), REPLY_PENDING);
    ck_assert_int_eq(sender_asks(&bob, ASK_START), REPLY_PENDING);
    ck_assert_int_eq(sender_asks(&bob, ASK_RESUME), REPLY_PENDING);
    ck_assert(exchange_has_unfinished(&world.exchange));
    ck_assert(!exchange_is_busy(&world.exchange));
    ck_assert_uint_eq(world.exchange.counts.messages, 0);

    exchange_committed(&world.exchange, world.now, 0);
    ck_assert_int_eq(sender_heard(&ann), REPLY_COMMITTED);
    ck_assert_int_eq(sender_heard(&bob), REPLY_GO);
    ck_assert_uint_eq(world.exchange.counts.messages, 1);
    ck_assert_uint_eq(world.exchange.counts.bytes, 5);
}
END_TEST

START_TEST(a_late_error_of_the_log_refuses_the_message)
{
    world.commit_result = -EINPROGRESS;
    sender_takes(&ann, "hello");
    sender_asks(&ann, ASK_START);
    sender_sends(&ann, SENDER_REST);
    exchange_committed(&world.exchange, world.now, -EPIPE);
    ck_assert_int_eq(sender_heard(&ann), REPLY_UNLOGGED);
    ck_assert_uint_eq(world.refused.count, 1);
    ck_assert_uint_eq(world.exchange.counts.messages, 0);
    ck_assert(!exchange_has_unfinished(&world.exchange));
}
END_TEST

START_TEST(no_signal_of_its_sender_logs_a_message_twice)
{
    world.commit_result = -EINPROGRESS;
    sender_takes(&ann, "hello");
    sender_asks(&ann, ASK_START);
    sender_sends(&ann, SENDER_REST);
    ck_assert(!sender_sends_symbol(&ann, 0));
    ck_assert(!sender_sends_symbol(&ann, 1));
    ck_assert_int_eq(sender_asks(&ann, ASK_START), REPLY_OUT_OF_STEP);
    ck_assert_uint_eq(world.log.count, 1);
    exchange_committed(&world.exchange, world.now, 0);
    ck_assert_int_eq(sender_heard(&ann), REPLY_COMMITTED);
    ck_assert_uint_eq(world.log.count, 1);
}
END_TEST

/* ---- strangers ---- */

START_TEST(a_bit_of_a_process_without_a_session_is_not_acked)
{
    sender_takes(&ann, "hello");
    sender_takes(&bob, "hello");
    ck_assert(!sender_sends_symbol(&bob, 0));
    sender_asks(&ann, ASK_START);
    ck_assert(!sender_sends_symbol(&bob, 0));
    ck_assert_uint_eq(world.processes[bob.pid].acks[LANE_THREAD], 0);
    sender_sends(&ann, SENDER_REST);
    expect_logged(0, &ann, "hello");
}
END_TEST

START_TEST(noise_changes_nothing)
{
    sender_takes(&ann, "hello");
    sender_asks(&ann, ASK_START);
    for (int slot = SLOT_THREAD_USR1; slot <= SLOT_PROCESS_USR2; slot++) {
        exchange_take(
            &world.exchange, world.now,
            &(struct lane_signal){.kind = SIGNAL_NOISE, .slot = (enum slot)slot, .pid = ann.pid});
        exchange_settle(&world.exchange, world.now);
        sender_sends(&ann, 3);
    }
    sender_sends(&ann, SENDER_REST);
    expect_logged(0, &ann, "hello");
    ck_assert_uint_eq(world.processes[ann.pid].told_count, 2);
}
END_TEST

START_TEST(a_word_that_is_no_probe_changes_nothing)
{
    static const uint32_t words[] = {0, 1, 0xffffffff, 0x60000000, 0x10000001, 0x63000000};

    sender_takes(&ann, "hello");
    sender_asks(&ann, ASK_START);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        word_comes(ann.pid, words[i]);
        word_comes(bob.pid, words[i]);
        sender_sends(&ann, 1);
    }
    ck_assert_uint_eq(world.processes[ann.pid].told_count, 1);
    ck_assert_uint_eq(world.processes[bob.pid].told_count, 0);
    ck_assert_uint_eq(world.open_peers, 1);
    sender_sends(&ann, SENDER_REST);
    ck_assert_int_eq(sender_heard(&ann), REPLY_COMMITTED);
}
END_TEST

START_TEST(a_forged_probe_changes_no_message)
{
    sender_takes(&ann, "hello");
    sender_asks(&ann, ASK_START);
    for (uint64_t bit = 0; bit < frame_symbols(&ann.frame); bit++) {
        enum ask ask = bit % 2 ? ASK_START : ASK_RESUME;

        sender_sends(&ann, 1);
        word_comes(ann.pid, probe_pack((struct probe){.ask = ask, .nonce = 0xf000}));
    }
    ck_assert_uint_eq(world.log.count, 1);
    expect_logged(0, &ann, "hello");
}
END_TEST

START_TEST(a_forged_probe_does_not_hide_the_verdict)
{
    sender_delivers(&ann, "hello");
    word_comes(ann.pid, probe_pack((struct probe){.ask = ASK_RESUME, .nonce = 0xf000}));
    ck_assert_int_eq(sender_asks(&ann, ASK_RESUME), REPLY_COMMITTED);
}
END_TEST

START_TEST(a_process_that_a_signal_would_end_is_told_nothing)
{
    world.processes[bob.pid].is_unsafe = true;
    ck_assert_int_eq(sender_asks(&bob, ASK_START), 0);
    ck_assert_int_eq(sender_asks(&bob, ASK_RESUME), 0);
    ck_assert_uint_eq(world.exchange.counts.senders, 0);
}
END_TEST

START_TEST(a_sender_for_which_there_is_no_room_is_told_busy)
{
    world.room = 0;
    ck_assert_int_eq(sender_asks(&bob, ASK_START), REPLY_BUSY);
    ck_assert_int_eq(sender_asks(&bob, ASK_RESUME), REPLY_FORGOTTEN);
    ck_assert_uint_eq(world.exchange.counts.senders, 0);
    ck_assert_uint_eq(world.open_peers, 0);
    world.room = SESSIONS;
    sender_delivers(&bob, "hello");
}
END_TEST

/* Each idle session that is evicted makes room for one peer. */
START_TEST(an_idle_session_gives_way_where_there_is_no_room_for_one_more)
{
    sender_delivers(&ann, "hello");
    world.room = 1;
    ck_assert_int_eq(sender_delivers(&bob, "hello"), REPLY_COMMITTED);
    ck_assert_uint_eq(world.exchange.counts.senders, 1);
    ck_assert_int_eq(sender_asks(&ann, ASK_RESUME), REPLY_FORGOTTEN);
    ck_assert_int_eq(sender_delivers(&ann, "hello again"), REPLY_COMMITTED);
}
END_TEST

START_TEST(a_session_with_a_message_under_way_does_not_give_way_where_there_is_no_room)
{
    sender_takes(&ann, "hello");
    sender_asks(&ann, ASK_START);
    world.room = 1;
    ck_assert_int_eq(sender_asks(&bob, ASK_START), REPLY_BUSY);
    sender_sends(&ann, SENDER_REST);
    ck_assert_int_eq(sender_heard(&ann), REPLY_COMMITTED);
}
END_TEST

START_TEST(a_probe_with_the_pid_of_no_process_opens_no_session)
{
    process_ends(bob.pid);
    ck_assert_int_eq(sender_asks(&bob, ASK_START), 0);
    ck_assert_uint_eq(world.exchange.counts.senders, 0);
    ck_assert_uint_eq(world.open_peers, 0);
}
END_TEST

START_TEST(bits_of_two_senders_never_mix)
{
    sender_takes(&ann, "from ann");
    sender_takes(&bob, "from bob");
    ck_assert_int_eq(sender_asks(&ann, ASK_START), REPLY_GO);
    ck_assert_int_eq(sender_asks(&bob, ASK_START), REPLY_WAIT);
    for (uint64_t bit = 0; bit < frame_symbols(&ann.frame); bit++) {
        ck_assert(!sender_sends_symbol(&bob, bit));
        sender_sends(&ann, 1);
        if (bit + 1 < frame_symbols(&ann.frame))
            ck_assert(!sender_sends_symbol(&bob, bit + 1));
    }
    ck_assert_int_eq(sender_heard(&ann), REPLY_COMMITTED);
    ck_assert_int_eq(sender_heard(&bob), REPLY_GO);
    ck_assert_uint_eq(world.processes[bob.pid].told.count, 0);
    sender_takes(&ann, "more of ann");
    sender_asks(&ann, ASK_START);
    for (uint64_t bit = 0; bit < frame_symbols(&bob.frame); bit++) {
        ck_assert(!sender_sends_symbol(&ann, bit));
        sender_sends(&bob, 1);
    }
    ck_assert_uint_eq(world.log.count, 2);
    expect_logged(0, &ann, "from ann");
    expect_logged(1, &bob, "from bob");
}
END_TEST

START_TEST(a_message_belongs_to_the_user_of_its_first_bit)
{
    sender_takes(&ann, "hello");
    sender_asks(&ann, ASK_START);
    sender_sends(&ann, 1);
    ann.uid = 0;
    sender_sends(&ann, SENDER_REST);
    ck_assert_uint_eq(world.log.list[0].uid, 1003);
    ck_assert_int_eq(sender_delivers(&ann, "again"), REPLY_COMMITTED);
    ck_assert_uint_eq(world.log.list[1].uid, 0);
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        a_message_is_in_the_log_once_before_its_sender_is_told_so,
        an_empty_message_is_a_message,
        each_bit_is_acked_once,
        a_session_carries_one_message_after_another,
        a_wanted_bit_has_its_index_in_its_message,
        the_runner_is_the_process_that_has_the_turn,
        only_bits_of_the_runner_are_wanted_and_only_until_its_message_ends,
        a_process_is_known_from_its_first_probe_to_its_end,
        a_bit_that_overtakes_its_predecessor_is_acked_after_it,
        a_reply_tells_how_many_bits_were_taken,
        bits_that_wait_for_a_lost_bit_are_dropped_before_the_count_is_told,
        bits_sent_before_a_probe_are_counted_in_its_reply,
        each_probe_is_told_the_verdict_again,
        a_bit_after_the_last_bit_changes_nothing,
        a_sender_may_start_again_until_a_bit_is_taken,
        a_start_probe_in_the_middle_of_a_message_is_out_of_step,
        a_resume_probe_without_a_session_is_told_forgotten,
        a_refusal_is_recorded_once_and_stands_until_the_next_message,
        a_session_goes_on_after_a_refusal,
        a_refusal_is_not_repeated_for_a_bit_that_waits_for_the_first_of_the_next_message,
        a_message_that_the_log_does_not_take_is_refused,
        a_message_is_refused_when_memory_runs_out,
        a_new_sender_is_told_busy_when_memory_runs_out,
        exchange_init_fails_when_memory_runs_out,
        while_the_log_is_slow_senders_are_told_pending,
        a_late_error_of_the_log_refuses_the_message,
        no_signal_of_its_sender_logs_a_message_twice,
        a_bit_of_a_process_without_a_session_is_not_acked,
        noise_changes_nothing,
        a_word_that_is_no_probe_changes_nothing,
        a_forged_probe_changes_no_message,
        a_forged_probe_does_not_hide_the_verdict,
        a_process_that_a_signal_would_end_is_told_nothing,
        a_sender_for_which_there_is_no_room_is_told_busy,
        a_message_of_blocks_is_logged_like_one_of_bits,
        a_block_with_another_number_does_not_count,
        a_block_that_names_another_process_does_not_count,
        a_bit_in_the_place_of_a_block_does_not_count,
        a_block_in_the_place_of_a_bit_does_not_count,
        a_message_whose_blocks_come_without_their_sender_is_refused,
        a_runner_refused_for_its_blocks_gives_its_turn_away,
        a_signal_without_its_sender_refuses_nothing_while_blocks_arrive,
        a_block_lost_otherwise_in_between_lets_the_message_go_on,
        a_signal_of_a_stranger_with_a_name_is_no_lost_block,
        a_signal_without_its_sender_refuses_no_message_of_bits,
        a_queued_sender_can_be_refused_for_its_blocks,
        an_idle_session_gives_way_where_there_is_no_room_for_one_more,
        a_session_with_a_message_under_way_does_not_give_way_where_there_is_no_room,
        a_probe_with_the_pid_of_no_process_opens_no_session,
        bits_of_two_senders_never_mix,
        a_message_belongs_to_the_user_of_its_first_bit,
        NULL,
    };

    return suite_around("exchange", tests, begin, end);
}
