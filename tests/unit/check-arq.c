/* SPDX-License-Identifier: MIT */
/* check-arq.c - tests that bits arrive once and in order, whatever signals are lost */

#include "protocol/arq.h"
#include "suite.h"

/* ---- the receiving end ---- */

static struct arq_receiver receiver;

static void expect_next(enum lane lane, bool value)
{
    struct arq_symbol bit;

    ck_assert(arq_receiver_next(&receiver, 7, SYMBOL_BIT, &bit));
    ck_assert_int_eq(bit.lane, lane);
    ck_assert_uint_eq(bit.symbol.value, value);
    ck_assert_uint_eq(bit.index, 7);
    ck_assert_uint_eq(arq_receiver_take(&receiver).value, value);
}

static void expect_no_next(void)
{
    struct arq_symbol bit = {.index = 3};

    ck_assert(!arq_receiver_next(&receiver, 7, SYMBOL_BIT, &bit));
    ck_assert_uint_eq(bit.index, 3);
}

START_TEST(bits_are_taken_from_the_lanes_alternately)
{
    for (unsigned i = 0; i < 5; i++) {
        enum lane lane = (enum lane)(i % LANES);

        expect_no_next();
        arq_receiver_hold(&receiver, lane, symbol_bit(i % 3 == 0));
        expect_next(lane, i % 3 == 0);
        ck_assert_uint_eq(receiver.count, i + 1);
    }
}
END_TEST

START_TEST(a_bit_waits_for_its_predecessor)
{
    arq_receiver_hold(&receiver, LANE_PROCESS, symbol_bit(true));
    expect_no_next();
    arq_receiver_hold(&receiver, LANE_THREAD, symbol_bit(false));
    expect_next(LANE_THREAD, false);
    expect_next(LANE_PROCESS, true);
    expect_no_next();
    ck_assert_uint_eq(receiver.count, 2);
}
END_TEST

START_TEST(looking_at_the_next_bit_does_not_take_it)
{
    struct arq_symbol bit;

    arq_receiver_hold(&receiver, LANE_THREAD, symbol_bit(true));
    for (int i = 0; i < 3; i++)
        ck_assert(arq_receiver_next(&receiver, 0, SYMBOL_BIT, &bit));
    ck_assert_uint_eq(receiver.count, 0);
}
END_TEST

START_TEST(the_next_bit_belongs_to_one_lane_and_the_bit_after_it_to_the_other)
{
    ck_assert_uint_eq(arq_receiver_ahead(&receiver, LANE_THREAD), 0);
    ck_assert_uint_eq(arq_receiver_ahead(&receiver, LANE_PROCESS), 1);
    arq_receiver_hold(&receiver, LANE_THREAD, symbol_bit(true));
    arq_receiver_take(&receiver);
    ck_assert_uint_eq(arq_receiver_ahead(&receiver, LANE_THREAD), 1);
    ck_assert_uint_eq(arq_receiver_ahead(&receiver, LANE_PROCESS), 0);
}
END_TEST

START_TEST(bits_that_wait_for_a_lost_bit_can_be_dropped)
{
    arq_receiver_hold(&receiver, LANE_PROCESS, symbol_bit(true));
    arq_receiver_clear(&receiver);
    arq_receiver_hold(&receiver, LANE_THREAD, symbol_bit(false));
    expect_next(LANE_THREAD, false);
    expect_no_next();
    ck_assert_uint_eq(receiver.count, 1);
}
END_TEST

START_TEST(the_newer_of_two_bits_on_a_lane_counts)
{
    arq_receiver_hold(&receiver, LANE_THREAD, symbol_bit(false));
    arq_receiver_hold(&receiver, LANE_THREAD, symbol_bit(true));
    expect_next(LANE_THREAD, true);
    expect_no_next();
}
END_TEST

/* ---- the sending end ---- */

#define NONCE 0xfffe /* the nonce after the next wraps around to 0 */

static struct arq_sender sender;

/* Lets an ack come on this lane. Returns true if it acknowledges a bit in flight. */
static bool acks(enum lane lane)
{
    uint64_t index = UINT64_MAX;
    bool is_acked = arq_sender_acked(&sender, lane, &index);

    ck_assert(is_acked == (index != UINT64_MAX));
    ck_assert(!is_acked || index + LANES >= sender.next);
    return is_acked;
}

static void expect_nothing(void)
{
    ck_assert_int_eq(arq_sender_step(&sender).what, ARQ_NOTHING);
}

static void expect_bit(enum lane lane, uint64_t index)
{
    struct arq_step step = arq_sender_step(&sender);

    ck_assert_int_eq(step.what, ARQ_SYMBOL);
    ck_assert_int_eq(step.lane, lane);
    ck_assert_uint_eq(step.index, index);
}

static void expect_probe(enum ask ask, uint16_t nonce)
{
    struct arq_step step = arq_sender_step(&sender);

    ck_assert_int_eq(step.what, ARQ_PROBE);
    ck_assert_int_eq(step.probe.ask, ask);
    ck_assert_uint_eq(step.probe.nonce, nonce);
    expect_nothing();
}

static enum arq_news hear(enum reply_code reply, unsigned count, uint16_t nonce)
{
    return arq_sender_word(&sender, (struct reply){.code = reply,
                                                   .count = (uint16_t)(count % WORD_COUNT_MODULUS),
                                                   .nonce = nonce});
}

/* Begins a message of total bits and lets it go: the receiver replies "go" with this count. */
static void let_go(uint64_t total, unsigned count)
{
    arq_sender_begin(&sender, total, NONCE);
    expect_probe(ASK_START, NONCE);
    ck_assert_int_eq(hear(REPLY_GO, count, NONCE), ARQ_GO);
    ck_assert_int_eq(sender.phase, ARQ_SENDING);
}

/* As let_go(); then sends the first bits, of which as many as given are acked, and two more. */
static void let_fly(uint64_t total, unsigned count, uint64_t acked)
{
    let_go(total, count);
    for (uint64_t i = 0; i < acked; i++) {
        struct arq_step step = arq_sender_step(&sender);

        ck_assert_int_eq(step.what, ARQ_SYMBOL);
        ck_assert(acks(step.lane));
    }
    ck_assert_int_eq(arq_sender_step(&sender).what, ARQ_SYMBOL);
    ck_assert_int_eq(arq_sender_step(&sender).what, ARQ_SYMBOL);
    expect_nothing();
}

/* Lets the probe timeout expire, and expects the probe that follows. */
static void probe_after_timeout(uint16_t nonce)
{
    arq_sender_timeout(&sender);
    expect_probe(ASK_RESUME, nonce);
}

START_TEST(a_sender_sends_a_probe_before_its_first_bit)
{
    arq_sender_begin(&sender, 8, NONCE);
    expect_probe(ASK_START, NONCE);
    ck_assert_int_eq(sender.phase, ARQ_STARTING);
    ck_assert(!arq_sender_done(&sender));
}
END_TEST

START_TEST(after_a_timeout_the_start_probe_is_repeated_with_the_next_nonce)
{
    arq_sender_begin(&sender, 8, NONCE);
    expect_probe(ASK_START, NONCE);
    arq_sender_timeout(&sender);
    expect_probe(ASK_START, 0xffff);
    arq_sender_timeout(&sender);
    expect_probe(ASK_START, 0);
    ck_assert_int_eq(hear(REPLY_GO, 0, 0xffff), ARQ_STALE);
    ck_assert_int_eq(hear(REPLY_GO, 0, 0), ARQ_GO);
    expect_bit(LANE_THREAD, 0);
}
END_TEST

START_TEST(two_bits_are_in_flight_one_on_each_lane)
{
    let_go(4, 0);
    expect_bit(LANE_THREAD, 0);
    expect_bit(LANE_PROCESS, 1);
    expect_nothing();
    ck_assert(acks(LANE_THREAD));
    expect_bit(LANE_THREAD, 2);
    expect_nothing();
    ck_assert(acks(LANE_PROCESS));
    expect_bit(LANE_PROCESS, 3);
    expect_nothing();
}
END_TEST

START_TEST(after_the_last_bit_nothing_is_sent)
{
    let_fly(3, 0, 1);
    ck_assert(acks(LANE_PROCESS));
    ck_assert(acks(LANE_THREAD));
    expect_nothing();
    ck_assert_int_eq(sender.phase, ARQ_SENDING);
}
END_TEST

START_TEST(the_lanes_follow_the_receivers_count)
{
    let_go(3, WORD_COUNT_MODULUS - 1);
    expect_bit(LANE_PROCESS, 0);
    expect_bit(LANE_THREAD, 1);
    expect_nothing();
    ck_assert(acks(LANE_PROCESS));
    expect_bit(LANE_PROCESS, 2);
}
END_TEST

START_TEST(acks_may_overtake_each_other)
{
    let_fly(4, 0, 0);
    ck_assert(acks(LANE_PROCESS));
    expect_nothing();
    ck_assert(acks(LANE_THREAD));
    expect_bit(LANE_THREAD, 2);
    expect_bit(LANE_PROCESS, 3);
}
END_TEST

START_TEST(an_ack_without_a_bit_in_flight_changes_nothing)
{
    arq_sender_begin(&sender, 4, NONCE);
    ck_assert(!acks(LANE_THREAD));
    expect_probe(ASK_START, NONCE);
    ck_assert_int_eq(hear(REPLY_GO, 0, NONCE), ARQ_GO);
    expect_bit(LANE_THREAD, 0);
    ck_assert(!acks(LANE_PROCESS));
    ck_assert(acks(LANE_THREAD));
    ck_assert(!acks(LANE_THREAD));
    expect_bit(LANE_PROCESS, 1);
}
END_TEST

/* ---- loss ---- */

START_TEST(a_bit_lost_on_either_lane_is_sent_again)
{
    for (unsigned count = 0; count < LANES; count++) {
        let_fly(6, count, 2);
        probe_after_timeout(0xffff); /* bits 2 and 3 are in flight; bit 2 was lost */
        ck_assert_int_eq(hear(REPLY_GO, count + 2, 0xffff), ARQ_GO);
        expect_bit((enum lane)(count % LANES), 2);
        expect_bit((enum lane)((count + 1) % LANES), 3);
    }
}
END_TEST

START_TEST(only_the_bit_that_was_lost_is_sent_again)
{
    let_fly(6, 0, 2);
    probe_after_timeout(0xffff);
    ck_assert_int_eq(hear(REPLY_GO, 3, 0xffff), ARQ_GO);
    expect_bit(LANE_PROCESS, 3);
    expect_bit(LANE_THREAD, 4);
    expect_nothing();
}
END_TEST

START_TEST(bits_whose_acks_were_lost_are_not_sent_again)
{
    let_fly(6, 0, 2);
    probe_after_timeout(0xffff);
    ck_assert_int_eq(hear(REPLY_GO, 4, 0xffff), ARQ_GO);
    expect_bit(LANE_THREAD, 4);
    expect_bit(LANE_PROCESS, 5);
}
END_TEST

START_TEST(no_bit_is_sent_while_a_probe_awaits_its_reply)
{
    let_go(6, 0);
    expect_bit(LANE_THREAD, 0);
    probe_after_timeout(0xffff);
    expect_nothing();
    ck_assert_int_eq(sender.phase, ARQ_RESUMING);
}
END_TEST

START_TEST(after_a_timeout_the_resume_probe_is_repeated_with_the_next_nonce)
{
    let_fly(6, 0, 0);
    probe_after_timeout(0xffff);
    probe_after_timeout(0);
    ck_assert_int_eq(hear(REPLY_GO, 0, 0xffff), ARQ_STALE);
    expect_nothing();
    ck_assert_int_eq(hear(REPLY_GO, 0, 0), ARQ_GO);
    expect_bit(LANE_THREAD, 0);
}
END_TEST

START_TEST(a_late_ack_voids_the_probe_that_was_sent)
{
    let_fly(6, 0, 0);
    probe_after_timeout(0xffff);
    ck_assert(acks(LANE_THREAD));
    ck_assert_int_eq(sender.phase, ARQ_SENDING);
    expect_bit(LANE_THREAD, 2);
    /* The count in this reply is older than bit 2. */
    ck_assert_int_eq(hear(REPLY_GO, 1, 0xffff), ARQ_STALE);
    expect_nothing();
    ck_assert_uint_eq(sender.next, 3);
}
END_TEST

START_TEST(a_late_ack_cancels_the_probe_that_is_not_sent_yet)
{
    let_fly(6, 0, 0);
    arq_sender_timeout(&sender);
    ck_assert(acks(LANE_THREAD));
    expect_bit(LANE_THREAD, 2);
}
END_TEST

START_TEST(a_reply_to_the_previous_probe_or_to_one_not_sent_yet_is_stale)
{
    let_fly(6, 0, 0);
    arq_sender_timeout(&sender);
    ck_assert_int_eq(hear(REPLY_GO, 0, NONCE), ARQ_STALE);
    ck_assert_int_eq(hear(REPLY_GO, 0, 0xffff), ARQ_STALE); /* not sent yet */
    expect_probe(ASK_RESUME, 0xffff);
}
END_TEST

START_TEST(after_go_a_second_go_wait_or_pending_changes_nothing)
{
    let_fly(6, 0, 2);
    ck_assert_int_eq(hear(REPLY_GO, 0, NONCE), ARQ_STALE);
    ck_assert_int_eq(hear(REPLY_WAIT, 0, NONCE), ARQ_STALE);
    ck_assert_int_eq(hear(REPLY_PENDING, 0, NONCE), ARQ_STALE);
    expect_nothing();
    ck_assert_uint_eq(sender.next, 4);
    ck_assert(sender.in_flight[LANE_THREAD] && sender.in_flight[LANE_PROCESS]);
}
END_TEST

START_TEST(a_go_after_wait_or_pending_replies_to_the_same_probe)
{
    let_fly(6, 0, 0);
    probe_after_timeout(0xffff);
    ck_assert_int_eq(hear(REPLY_WAIT, 0, 0xffff), ARQ_WAIT);
    ck_assert_int_eq(hear(REPLY_PENDING, 0, 0xffff), ARQ_PENDING);
    expect_nothing();
    ck_assert_int_eq(hear(REPLY_GO, 0, 0xffff), ARQ_GO);
    expect_bit(LANE_THREAD, 0);
}
END_TEST

/* ---- counts ---- */

/*
 * The receiver may reply with any count. A sender with two bits in flight accepts only the counts
 * that can be true: neither bit was taken, or the first, or both. All counts of the modulus are
 * tried.
 */
START_TEST(only_counts_that_can_be_true_are_accepted)
{
    static const unsigned bases[] = {0, 1, 2, 1000, WORD_COUNT_MODULUS - 2, WORD_COUNT_MODULUS - 1};

    for (size_t i = 0; i < sizeof bases / sizeof bases[0]; i++) {
        const unsigned first = bases[i] + 3; /* the older bit in flight */

        for (unsigned count = 0; count < WORD_COUNT_MODULUS; count++) {
            unsigned ahead = (count - first) % WORD_COUNT_MODULUS;
            enum arq_news news;

            let_fly(100, bases[i], 3);
            probe_after_timeout(0xffff);
            news = hear(REPLY_GO, count, 0xffff);
            if (ahead <= 2) {
                ck_assert_int_eq(news, ARQ_GO);
                ck_assert_uint_eq(sender.next, 3 + ahead);
            } else {
                ck_assert_int_eq(news, ARQ_VERDICT);
                ck_assert_int_eq(sender.phase, ARQ_REFUSED);
                ck_assert_int_eq(sender.refusal, REPLY_FORGOTTEN);
            }
        }
    }
}
END_TEST

START_TEST(a_count_before_an_acked_bit_means_forgotten)
{
    let_fly(100, 0, 0);
    ck_assert(acks(LANE_THREAD));
    probe_after_timeout(0xffff); /* bit 0 is known to be taken, bit 1 is in flight */
    ck_assert_int_eq(hear(REPLY_GO, 0, 0xffff), ARQ_VERDICT);
    ck_assert_int_eq(sender.refusal, REPLY_FORGOTTEN);
}
END_TEST

START_TEST(without_a_bit_in_flight_only_one_count_is_accepted)
{
    let_go(100, 5);
    probe_after_timeout(0xffff);
    ck_assert_int_eq(hear(REPLY_GO, 5, 0xffff), ARQ_GO);
    probe_after_timeout(0);
    ck_assert_int_eq(hear(REPLY_GO, 6, 0), ARQ_VERDICT);
    ck_assert_int_eq(sender.refusal, REPLY_FORGOTTEN);
}
END_TEST

/* ---- verdicts ---- */

START_TEST(the_verdict_needs_no_further_probe_after_the_last_bit)
{
    let_fly(2, 4095, 0);
    ck_assert(acks(LANE_PROCESS));
    ck_assert(acks(LANE_THREAD));
    ck_assert_int_eq(hear(REPLY_COMMITTED, 4097, NONCE), ARQ_VERDICT);
    ck_assert_int_eq(sender.phase, ARQ_COMMITTED);
    ck_assert(arq_sender_done(&sender));
    expect_nothing();
}
END_TEST

START_TEST(the_verdict_may_overtake_the_last_acks)
{
    let_fly(2, 0, 0);
    ck_assert_int_eq(hear(REPLY_COMMITTED, 2, NONCE), ARQ_VERDICT);
    ck_assert_int_eq(sender.phase, ARQ_COMMITTED);
}
END_TEST

START_TEST(a_probe_brings_back_a_lost_verdict)
{
    let_fly(2, 0, 0);
    probe_after_timeout(0xffff);
    ck_assert_int_eq(hear(REPLY_COMMITTED, 2, 0xffff), ARQ_VERDICT);
    ck_assert_int_eq(sender.phase, ARQ_COMMITTED);
}
END_TEST

START_TEST(committed_is_accepted_in_reply_to_any_probe_of_the_message)
{
    let_fly(2, 0, 0);
    probe_after_timeout(0xffff);
    ck_assert_int_eq(hear(REPLY_COMMITTED, 2, NONCE - 1), ARQ_STALE);
    ck_assert_int_eq(hear(REPLY_COMMITTED, 1, NONCE), ARQ_STALE);
    ck_assert_int_eq(hear(REPLY_COMMITTED, 2, NONCE), ARQ_VERDICT);
    ck_assert_int_eq(sender.phase, ARQ_COMMITTED);
}
END_TEST

START_TEST(committed_before_the_last_bit_was_sent_means_out_of_step)
{
    arq_sender_begin(&sender, 2, NONCE);
    expect_probe(ASK_START, NONCE);
    ck_assert_int_eq(hear(REPLY_COMMITTED, 2, NONCE), ARQ_VERDICT);
    ck_assert_int_eq(sender.phase, ARQ_REFUSED);
    ck_assert_int_eq(sender.refusal, REPLY_OUT_OF_STEP);

    for (unsigned count = 0; count <= 4; count++) {
        let_fly(3, 0, 0);
        ck_assert_int_eq(hear(REPLY_COMMITTED, count, NONCE), ARQ_VERDICT);
        ck_assert_int_eq(sender.phase, ARQ_REFUSED);
        ck_assert_int_eq(sender.refusal, REPLY_OUT_OF_STEP);
    }
}
END_TEST

START_TEST(each_refusal_ends_the_message_at_any_time)
{
    for (enum reply_code reply = REPLY_FIRST_REFUSAL; reply <= REPLY_LAST; reply++) {
        arq_sender_begin(&sender, 6, NONCE);
        expect_probe(ASK_START, NONCE);
        ck_assert_int_eq(hear(reply, 0, NONCE), ARQ_VERDICT);
        ck_assert_int_eq(sender.refusal, reply);

        let_fly(6, 0, 1);
        ck_assert_int_eq(hear(reply, 2, NONCE), ARQ_VERDICT);
        ck_assert_int_eq(sender.phase, ARQ_REFUSED);
        ck_assert_int_eq(sender.refusal, reply);
        ck_assert(arq_sender_done(&sender));
        expect_nothing();
    }
}
END_TEST

/*
 * The receiver repeats its verdict on the message before if it has taken no bit of this message.
 * The other refusals are replies to a probe: they are never about another message.
 */
START_TEST(a_verdict_before_any_bit_was_taken_is_that_of_the_message_before)
{
    for (enum reply_code reply = REPLY_COMMITTED; reply <= REPLY_LAST; reply++) {
        bool is_of_probe =
            reply == REPLY_STOPPING || reply == REPLY_FORGOTTEN || reply == REPLY_OUT_OF_STEP;

        let_fly(6, 9, 0);
        probe_after_timeout(0xffff);
        if (is_of_probe) {
            ck_assert_int_eq(hear(reply, 9, 0xffff), ARQ_VERDICT);
            ck_assert_int_eq(sender.refusal, reply);
        } else {
            ck_assert_int_eq(hear(reply, 9, 0xffff), ARQ_GO);
            expect_probe(ASK_START, 0);
        }
    }
}
END_TEST

START_TEST(a_refusal_after_a_bit_was_taken_is_that_of_this_message)
{
    for (enum reply_code reply = REPLY_FIRST_REFUSAL; reply <= REPLY_LAST; reply++) {
        let_fly(6, 9, 0);
        probe_after_timeout(0xffff);
        ck_assert_int_eq(hear(reply, 10, 0xffff), ARQ_VERDICT);
        ck_assert_int_eq(sender.phase, ARQ_REFUSED);
        ck_assert_int_eq(sender.refusal, reply);
    }
}
END_TEST

START_TEST(a_refusal_in_reply_to_an_older_probe_is_stale)
{
    let_fly(6, 0, 1);
    ck_assert_int_eq(hear(REPLY_STOPPING, 2, NONCE - 1), ARQ_STALE);
    arq_sender_timeout(&sender);
    expect_probe(ASK_RESUME, NONCE + 1);
    ck_assert_int_eq(hear(REPLY_BUSY, 2, NONCE), ARQ_STALE);
    ck_assert_int_eq(sender.phase, ARQ_RESUMING);
}
END_TEST

/*
 * The daemon sends "stopping" without a new probe. The reply therefore has the nonce of the newest
 * probe that the daemon has taken, which need not be the newest that was sent.
 */
START_TEST(stopping_is_accepted_in_reply_to_any_probe_of_the_message)
{
    for (uint16_t asked = 0; asked <= 3; asked++) {
        let_fly(6, 0, 1);
        for (unsigned i = 0; i < 3; i++)
            arq_sender_timeout(&sender);
        ck_assert_int_eq(hear(REPLY_STOPPING, 2, (uint16_t)(NONCE + asked)), ARQ_VERDICT);
        ck_assert_int_eq(sender.phase, ARQ_REFUSED);
        ck_assert_int_eq(sender.refusal, REPLY_STOPPING);
    }
}
END_TEST

START_TEST(stopping_for_an_older_probe_needs_a_bit_sent_and_a_count_that_can_be_true)
{
    let_fly(6, 0, 1);
    arq_sender_timeout(&sender);
    ck_assert_int_eq(hear(REPLY_STOPPING, 100, NONCE), ARQ_STALE);
    arq_sender_begin(&sender, 6, NONCE);
    arq_sender_timeout(&sender);
    ck_assert_int_eq(hear(REPLY_STOPPING, 0, NONCE), ARQ_STALE);
}
END_TEST

START_TEST(no_word_changes_the_verdict)
{
    let_fly(2, 0, 0);
    ck_assert_int_eq(hear(REPLY_COMMITTED, 2, NONCE), ARQ_VERDICT);
    for (enum reply_code reply = REPLY_GO; reply <= REPLY_LAST; reply++)
        ck_assert_int_eq(hear(reply, 2, NONCE), ARQ_STALE);
    ck_assert_int_eq(sender.phase, ARQ_COMMITTED);
}
END_TEST

START_TEST(an_unknown_reply_code_is_stale)
{
    let_fly(2, 0, 0);
    ck_assert_int_eq(hear((enum reply_code)0, 2, NONCE), ARQ_STALE);
    ck_assert_int_eq(hear((enum reply_code)15, 2, NONCE), ARQ_STALE);
    ck_assert_int_eq(sender.phase, ARQ_SENDING);
}
END_TEST

/* ---- both ends ---- */

#define MESSAGE_BITS 11

/*
 * A wire between the two ends that loses the signals with two given numbers. The signals of both
 * directions are numbered together, from 0.
 */
struct wire {
    unsigned passed;
    unsigned lost[2];
    uint16_t nonce; /* of the newest probe that arrived */
    bool is_open;   /* a probe has arrived */
};

static bool passes(struct wire *wire)
{
    unsigned number = wire->passed++;

    return number != wire->lost[0] && number != wire->lost[1];
}

static bool bit_of_message(uint64_t index)
{
    return 0x5b3 >> index & 1;
}

static void tell(struct wire *wire, enum reply_code reply)
{
    if (passes(wire))
        hear(reply, (unsigned)(receiver.count % WORD_COUNT_MODULUS), wire->nonce);
}

static void carry_probe(struct wire *wire, struct probe probe, uint64_t begin)
{
    if (!passes(wire))
        return;
    wire->nonce = probe.nonce;
    wire->is_open = true;
    arq_receiver_clear(&receiver);
    tell(wire, receiver.count == begin + MESSAGE_BITS ? REPLY_COMMITTED : REPLY_GO);
}

static void carry_bit(struct wire *wire, enum lane lane, uint64_t index, uint64_t begin)
{
    struct arq_symbol bit;

    if (!passes(wire))
        return;
    ck_assert(wire->is_open);
    arq_receiver_hold(&receiver, lane, symbol_bit(bit_of_message(index)));
    while (arq_receiver_next(&receiver, receiver.count - begin, SYMBOL_BIT, &bit)) {
        ck_assert_uint_lt(bit.index, MESSAGE_BITS);
        ck_assert_uint_eq(bit.symbol.value, bit_of_message(bit.index));
        arq_receiver_take(&receiver);
        if (passes(wire))
            acks(bit.lane);
        if (bit.index + 1 == MESSAGE_BITS)
            tell(wire, REPLY_COMMITTED);
    }
}

/* Sends one message over a wire that loses two signals. Returns how many signals were sent. */
static unsigned send_over(unsigned lost, unsigned also_lost, uint64_t begin)
{
    struct wire wire = {.lost = {lost, also_lost}};
    unsigned timeouts = 0;

    receiver = (struct arq_receiver){.count = begin};
    arq_sender_begin(&sender, MESSAGE_BITS, 0);
    while (!arq_sender_done(&sender)) {
        struct arq_step step = arq_sender_step(&sender);

        if (step.what == ARQ_PROBE)
            carry_probe(&wire, step.probe, begin);
        else if (step.what == ARQ_SYMBOL)
            carry_bit(&wire, step.lane, step.index, begin);
        else
            arq_sender_timeout(&sender);
        timeouts += step.what == ARQ_NOTHING;
        ck_assert_uint_le(timeouts, 2);
    }
    ck_assert_int_eq(sender.phase, ARQ_COMMITTED);
    ck_assert_uint_eq(receiver.count, begin + MESSAGE_BITS);
    return wire.passed;
}

START_TEST(a_message_arrives_once_whichever_two_signals_are_lost)
{
    for (uint64_t begin = WORD_COUNT_MODULUS - 8; begin < WORD_COUNT_MODULUS - 6; begin++) {
        unsigned total = send_over(UINT32_MAX, UINT32_MAX, begin);

        ck_assert_uint_eq(total, 2 + 2 * MESSAGE_BITS + 1);
        for (unsigned lost = 0; lost < total; lost++)
            for (unsigned also = lost; also < lost + total; also++)
                send_over(lost, also, begin);
    }
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        bits_are_taken_from_the_lanes_alternately,
        a_bit_waits_for_its_predecessor,
        looking_at_the_next_bit_does_not_take_it,
        the_next_bit_belongs_to_one_lane_and_the_bit_after_it_to_the_other,
        bits_that_wait_for_a_lost_bit_can_be_dropped,
        the_newer_of_two_bits_on_a_lane_counts,
        a_sender_sends_a_probe_before_its_first_bit,
        after_a_timeout_the_start_probe_is_repeated_with_the_next_nonce,
        two_bits_are_in_flight_one_on_each_lane,
        after_the_last_bit_nothing_is_sent,
        the_lanes_follow_the_receivers_count,
        acks_may_overtake_each_other,
        an_ack_without_a_bit_in_flight_changes_nothing,
        a_bit_lost_on_either_lane_is_sent_again,
        only_the_bit_that_was_lost_is_sent_again,
        bits_whose_acks_were_lost_are_not_sent_again,
        no_bit_is_sent_while_a_probe_awaits_its_reply,
        after_a_timeout_the_resume_probe_is_repeated_with_the_next_nonce,
        a_late_ack_voids_the_probe_that_was_sent,
        a_late_ack_cancels_the_probe_that_is_not_sent_yet,
        a_reply_to_the_previous_probe_or_to_one_not_sent_yet_is_stale,
        after_go_a_second_go_wait_or_pending_changes_nothing,
        a_go_after_wait_or_pending_replies_to_the_same_probe,
        only_counts_that_can_be_true_are_accepted,
        a_count_before_an_acked_bit_means_forgotten,
        without_a_bit_in_flight_only_one_count_is_accepted,
        the_verdict_needs_no_further_probe_after_the_last_bit,
        the_verdict_may_overtake_the_last_acks,
        a_probe_brings_back_a_lost_verdict,
        committed_is_accepted_in_reply_to_any_probe_of_the_message,
        committed_before_the_last_bit_was_sent_means_out_of_step,
        each_refusal_ends_the_message_at_any_time,
        a_verdict_before_any_bit_was_taken_is_that_of_the_message_before,
        a_refusal_after_a_bit_was_taken_is_that_of_this_message,
        a_refusal_in_reply_to_an_older_probe_is_stale,
        stopping_is_accepted_in_reply_to_any_probe_of_the_message,
        stopping_for_an_older_probe_needs_a_bit_sent_and_a_count_that_can_be_true,
        no_word_changes_the_verdict,
        an_unknown_reply_code_is_stale,
        a_message_arrives_once_whichever_two_signals_are_lost,
        NULL,
    };

    return suite_of("arq", tests);
}
