/* SPDX-License-Identifier: MIT */
/* check-arq.c - bits arrive once and in order, whatever is lost on the way */

#include "protocol/arq.h"
#include "suite.h"

/* ---- the receiving end ---- */

static struct arq_receiver receiver;

static void expect_next(enum lane lane, bool value)
{
    struct arq_bit bit;

    ck_assert(arq_receiver_next(&receiver, 7, &bit));
    ck_assert_int_eq(bit.lane, lane);
    ck_assert_int_eq(bit.value, value);
    ck_assert_uint_eq(bit.index, 7);
    ck_assert_int_eq(arq_receiver_take(&receiver), value);
}

static void expect_no_next(void)
{
    struct arq_bit bit = {.index = 3};

    ck_assert(!arq_receiver_next(&receiver, 7, &bit));
    ck_assert_uint_eq(bit.index, 3);
}

START_TEST(bits_are_taken_from_the_lanes_in_turn)
{
    for (unsigned i = 0; i < 5; i++) {
        enum lane lane = (enum lane)(i % LANES);

        expect_no_next();
        arq_receiver_hold(&receiver, lane, i % 3 == 0);
        expect_next(lane, i % 3 == 0);
        ck_assert_uint_eq(receiver.count, i + 1);
    }
}
END_TEST

START_TEST(a_bit_waits_for_its_predecessor)
{
    arq_receiver_hold(&receiver, LANE_PROCESS, true);
    expect_no_next();
    arq_receiver_hold(&receiver, LANE_THREAD, false);
    expect_next(LANE_THREAD, false);
    expect_next(LANE_PROCESS, true);
    expect_no_next();
    ck_assert_uint_eq(receiver.count, 2);
}
END_TEST

START_TEST(looking_at_the_next_bit_does_not_take_it)
{
    struct arq_bit bit;

    arq_receiver_hold(&receiver, LANE_THREAD, true);
    for (int i = 0; i < 3; i++)
        ck_assert(arq_receiver_next(&receiver, 0, &bit));
    ck_assert_uint_eq(receiver.count, 0);
}
END_TEST

START_TEST(a_lane_is_next_or_one_bit_ahead)
{
    ck_assert_uint_eq(arq_receiver_ahead(&receiver, LANE_THREAD), 0);
    ck_assert_uint_eq(arq_receiver_ahead(&receiver, LANE_PROCESS), 1);
    arq_receiver_hold(&receiver, LANE_THREAD, true);
    arq_receiver_take(&receiver);
    ck_assert_uint_eq(arq_receiver_ahead(&receiver, LANE_THREAD), 1);
    ck_assert_uint_eq(arq_receiver_ahead(&receiver, LANE_PROCESS), 0);
}
END_TEST

START_TEST(bits_that_wait_for_a_lost_one_can_be_forgotten)
{
    arq_receiver_hold(&receiver, LANE_PROCESS, true);
    arq_receiver_clear(&receiver);
    arq_receiver_hold(&receiver, LANE_THREAD, false);
    expect_next(LANE_THREAD, false);
    expect_no_next();
    ck_assert_uint_eq(receiver.count, 1);
}
END_TEST

START_TEST(of_two_bits_on_a_lane_the_newer_counts)
{
    arq_receiver_hold(&receiver, LANE_THREAD, false);
    arq_receiver_hold(&receiver, LANE_THREAD, true);
    expect_next(LANE_THREAD, true);
    expect_no_next();
}
END_TEST

/* ---- the sending end ---- */

#define NONCE 0xfffe /* so that the next but one wraps round */

static struct arq_sender sender;

/* An ack comes on this lane. Whether it is that of a bit in flight. */
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

    ck_assert_int_eq(step.what, ARQ_BIT);
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

/* A message of so many bits, begun and let go at the receiver's count. */
static void let_go(uint64_t total, unsigned count)
{
    arq_sender_begin(&sender, total, NONCE);
    expect_probe(ASK_START, NONCE);
    ck_assert_int_eq(hear(REPLY_GO, count, NONCE), ARQ_GO);
    ck_assert_int_eq(sender.phase, ARQ_SENDING);
}

/* The same, with its first bits sent and answered, and then two in flight. */
static void let_fly(uint64_t total, unsigned count, uint64_t answered)
{
    let_go(total, count);
    for (uint64_t i = 0; i < answered; i++) {
        struct arq_step step = arq_sender_step(&sender);

        ck_assert_int_eq(step.what, ARQ_BIT);
        ck_assert(acks(step.lane));
    }
    ck_assert_int_eq(arq_sender_step(&sender).what, ARQ_BIT);
    ck_assert_int_eq(arq_sender_step(&sender).what, ARQ_BIT);
    expect_nothing();
}

/* A silence, and the question that follows from it. */
static void ask_after_silence(uint16_t nonce)
{
    arq_sender_timeout(&sender);
    expect_probe(ASK_RESUME, nonce);
}

START_TEST(a_sender_asks_before_it_sends)
{
    arq_sender_begin(&sender, 8, NONCE);
    expect_probe(ASK_START, NONCE);
    ck_assert_int_eq(sender.phase, ARQ_STARTING);
    ck_assert(!arq_sender_done(&sender));
}
END_TEST

START_TEST(an_unheard_start_is_asked_again_with_another_nonce)
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

START_TEST(answers_may_overtake_each_other)
{
    let_fly(4, 0, 0);
    ck_assert(acks(LANE_PROCESS));
    expect_nothing();
    ck_assert(acks(LANE_THREAD));
    expect_bit(LANE_THREAD, 2);
    expect_bit(LANE_PROCESS, 3);
}
END_TEST

START_TEST(a_signal_that_answers_nothing_changes_nothing)
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
        ask_after_silence(0xffff); /* bits 2 and 3 are in flight; 2 never came */
        ck_assert_int_eq(hear(REPLY_GO, count + 2, 0xffff), ARQ_GO);
        expect_bit((enum lane)(count % LANES), 2);
        expect_bit((enum lane)((count + 1) % LANES), 3);
    }
}
END_TEST

START_TEST(only_the_bit_that_was_lost_is_sent_again)
{
    let_fly(6, 0, 2);
    ask_after_silence(0xffff);
    ck_assert_int_eq(hear(REPLY_GO, 3, 0xffff), ARQ_GO);
    expect_bit(LANE_PROCESS, 3);
    expect_bit(LANE_THREAD, 4);
    expect_nothing();
}
END_TEST

START_TEST(bits_whose_answers_were_lost_are_not_sent_again)
{
    let_fly(6, 0, 2);
    ask_after_silence(0xffff);
    ck_assert_int_eq(hear(REPLY_GO, 4, 0xffff), ARQ_GO);
    expect_bit(LANE_THREAD, 4);
    expect_bit(LANE_PROCESS, 5);
}
END_TEST

START_TEST(while_a_question_is_open_no_bit_is_sent)
{
    let_go(6, 0);
    expect_bit(LANE_THREAD, 0);
    ask_after_silence(0xffff);
    expect_nothing();
    ck_assert_int_eq(sender.phase, ARQ_RESUMING);
}
END_TEST

START_TEST(an_unheard_question_is_asked_again_with_another_nonce)
{
    let_fly(6, 0, 0);
    ask_after_silence(0xffff);
    ask_after_silence(0);
    ck_assert_int_eq(hear(REPLY_GO, 0, 0xffff), ARQ_STALE);
    expect_nothing();
    ck_assert_int_eq(hear(REPLY_GO, 0, 0), ARQ_GO);
    expect_bit(LANE_THREAD, 0);
}
END_TEST

START_TEST(a_late_answer_voids_the_question_that_was_asked)
{
    let_fly(6, 0, 0);
    ask_after_silence(0xffff);
    ck_assert(acks(LANE_THREAD));
    ck_assert_int_eq(sender.phase, ARQ_SENDING);
    expect_bit(LANE_THREAD, 2);
    /* The count in the answer is older than that bit. */
    ck_assert_int_eq(hear(REPLY_GO, 1, 0xffff), ARQ_STALE);
    expect_nothing();
    ck_assert_uint_eq(sender.next, 3);
}
END_TEST

START_TEST(a_late_answer_voids_the_question_before_it_is_asked)
{
    let_fly(6, 0, 0);
    arq_sender_timeout(&sender);
    ck_assert(acks(LANE_THREAD));
    expect_bit(LANE_THREAD, 2);
}
END_TEST

START_TEST(a_late_answer_to_the_question_before_is_not_believed)
{
    let_fly(6, 0, 0);
    arq_sender_timeout(&sender);
    ck_assert_int_eq(hear(REPLY_GO, 0, NONCE), ARQ_STALE);
    ck_assert_int_eq(hear(REPLY_GO, 0, 0xffff), ARQ_STALE); /* not even asked yet */
    expect_probe(ASK_RESUME, 0xffff);
}
END_TEST

START_TEST(a_second_copy_of_go_changes_nothing)
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

START_TEST(a_sender_that_is_told_to_wait_waits_for_the_same_answer)
{
    let_fly(6, 0, 0);
    ask_after_silence(0xffff);
    ck_assert_int_eq(hear(REPLY_WAIT, 0, 0xffff), ARQ_WAIT);
    ck_assert_int_eq(hear(REPLY_PENDING, 0, 0xffff), ARQ_PENDING);
    expect_nothing();
    ck_assert_int_eq(hear(REPLY_GO, 0, 0xffff), ARQ_GO);
    expect_bit(LANE_THREAD, 0);
}
END_TEST

/* ---- counts ---- */

/*
 * Whatever the receiver says, a sender with bits in flight believes just the counts that can be
 * true: none of those bits taken, or the first, or all. Every position in the modulus is tried.
 */
START_TEST(of_all_counts_only_those_that_can_be_true_are_believed)
{
    static const unsigned origins[] = {
        0, 1, 2, 1000, WORD_COUNT_MODULUS - 2, WORD_COUNT_MODULUS - 1};

    for (size_t i = 0; i < sizeof origins / sizeof origins[0]; i++) {
        const unsigned first = origins[i] + 3; /* the older bit in flight */

        for (unsigned count = 0; count < WORD_COUNT_MODULUS; count++) {
            unsigned ahead = (count - first) % WORD_COUNT_MODULUS;
            enum arq_news news;

            let_fly(100, origins[i], 3);
            ask_after_silence(0xffff);
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

START_TEST(a_count_before_an_answered_bit_cannot_be_true)
{
    let_fly(100, 0, 0);
    ck_assert(acks(LANE_THREAD));
    ask_after_silence(0xffff); /* bit 0 is known to be taken, bit 1 is in flight */
    ck_assert_int_eq(hear(REPLY_GO, 0, 0xffff), ARQ_VERDICT);
    ck_assert_int_eq(sender.refusal, REPLY_FORGOTTEN);
}
END_TEST

START_TEST(with_nothing_in_flight_there_is_one_true_count)
{
    let_go(100, 5);
    ask_after_silence(0xffff);
    ck_assert_int_eq(hear(REPLY_GO, 5, 0xffff), ARQ_GO);
    ask_after_silence(0);
    ck_assert_int_eq(hear(REPLY_GO, 6, 0), ARQ_VERDICT);
    ck_assert_int_eq(sender.refusal, REPLY_FORGOTTEN);
}
END_TEST

/* ---- verdicts ---- */

START_TEST(the_verdict_comes_unasked_after_the_last_bit)
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

START_TEST(the_verdict_may_overtake_the_last_answers)
{
    let_fly(2, 0, 0);
    ck_assert_int_eq(hear(REPLY_COMMITTED, 2, NONCE), ARQ_VERDICT);
    ck_assert_int_eq(sender.phase, ARQ_COMMITTED);
}
END_TEST

START_TEST(a_verdict_that_was_lost_can_be_asked_for)
{
    let_fly(2, 0, 0);
    ask_after_silence(0xffff);
    ck_assert_int_eq(hear(REPLY_COMMITTED, 2, 0xffff), ARQ_VERDICT);
    ck_assert_int_eq(sender.phase, ARQ_COMMITTED);
}
END_TEST

START_TEST(that_all_is_committed_is_believed_in_answer_to_any_question_of_the_message)
{
    let_fly(2, 0, 0);
    ask_after_silence(0xffff);
    ck_assert_int_eq(hear(REPLY_COMMITTED, 2, NONCE - 1), ARQ_STALE);
    ck_assert_int_eq(hear(REPLY_COMMITTED, 1, NONCE), ARQ_STALE);
    ck_assert_int_eq(hear(REPLY_COMMITTED, 2, NONCE), ARQ_VERDICT);
    ck_assert_int_eq(sender.phase, ARQ_COMMITTED);
}
END_TEST

START_TEST(no_message_is_committed_before_its_last_bit)
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
    for (enum reply_code reply = REPLY_TOO_LARGE; reply <= REPLY_OUT_OF_STEP; reply++) {
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

START_TEST(a_refusal_of_an_older_question_is_not_believed)
{
    let_fly(6, 0, 1);
    ck_assert_int_eq(hear(REPLY_STOPPING, 2, NONCE - 1), ARQ_STALE);
    arq_sender_timeout(&sender);
    expect_probe(ASK_RESUME, NONCE + 1);
    ck_assert_int_eq(hear(REPLY_BUSY, 2, NONCE), ARQ_STALE);
    ck_assert_int_eq(sender.phase, ARQ_RESUMING);
}
END_TEST

/* The daemon says so of its own accord, and so answers the newest question that it has heard. */
START_TEST(that_the_daemon_stops_is_believed_whichever_question_of_the_message_it_answers)
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

START_TEST(but_not_with_a_count_that_cannot_be_true_or_before_the_first_bit)
{
    let_fly(6, 0, 1);
    arq_sender_timeout(&sender);
    ck_assert_int_eq(hear(REPLY_STOPPING, 100, NONCE), ARQ_STALE);
    arq_sender_begin(&sender, 6, NONCE);
    arq_sender_timeout(&sender);
    ck_assert_int_eq(hear(REPLY_STOPPING, 0, NONCE), ARQ_STALE);
}
END_TEST

START_TEST(after_the_verdict_no_word_changes_it)
{
    let_fly(2, 0, 0);
    ck_assert_int_eq(hear(REPLY_COMMITTED, 2, NONCE), ARQ_VERDICT);
    for (enum reply_code reply = REPLY_GO; reply <= REPLY_OUT_OF_STEP; reply++)
        ck_assert_int_eq(hear(reply, 2, NONCE), ARQ_STALE);
    ck_assert_int_eq(sender.phase, ARQ_COMMITTED);
}
END_TEST

START_TEST(a_number_that_is_no_reply_is_no_news)
{
    let_fly(2, 0, 0);
    ck_assert_int_eq(hear((enum reply_code)0, 2, NONCE), ARQ_STALE);
    ck_assert_int_eq(hear((enum reply_code)15, 2, NONCE), ARQ_STALE);
    ck_assert_int_eq(sender.phase, ARQ_SENDING);
}
END_TEST

/* ---- both ends ---- */

#define MESSAGE_BITS 11

/* A wire between the two ends that loses chosen signals, counted from 0 in either direction. */
struct wire {
    unsigned passed;
    unsigned lost[2];
    uint16_t nonce; /* that the receiver heard last */
    bool is_open;   /* the receiver was asked */
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
    struct arq_bit bit;

    if (!passes(wire))
        return;
    ck_assert(wire->is_open);
    arq_receiver_hold(&receiver, lane, bit_of_message(index));
    while (arq_receiver_next(&receiver, receiver.count - begin, &bit)) {
        ck_assert_uint_lt(bit.index, MESSAGE_BITS);
        ck_assert_int_eq(bit.value, bit_of_message(bit.index));
        arq_receiver_take(&receiver);
        if (passes(wire))
            acks(bit.lane);
        if (bit.index + 1 == MESSAGE_BITS)
            tell(wire, REPLY_COMMITTED);
    }
}

/* Sends one message over a wire that loses two signals; returns how many were sent in all. */
static unsigned send_over(unsigned lost, unsigned also_lost, uint64_t begin)
{
    struct wire wire = {.lost = {lost, also_lost}};
    unsigned silences = 0;

    receiver = (struct arq_receiver){.count = begin};
    arq_sender_begin(&sender, MESSAGE_BITS, 0);
    while (!arq_sender_done(&sender)) {
        struct arq_step step = arq_sender_step(&sender);

        if (step.what == ARQ_PROBE)
            carry_probe(&wire, step.probe, begin);
        else if (step.what == ARQ_BIT)
            carry_bit(&wire, step.lane, step.index, begin);
        else
            arq_sender_timeout(&sender);
        silences += step.what == ARQ_NOTHING;
        ck_assert_uint_le(silences, 2);
    }
    ck_assert_int_eq(sender.phase, ARQ_COMMITTED);
    ck_assert_uint_eq(receiver.count, begin + MESSAGE_BITS);
    return wire.passed;
}

START_TEST(whatever_two_signals_are_lost_the_message_arrives_once)
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
        bits_are_taken_from_the_lanes_in_turn,
        a_bit_waits_for_its_predecessor,
        looking_at_the_next_bit_does_not_take_it,
        a_lane_is_next_or_one_bit_ahead,
        bits_that_wait_for_a_lost_one_can_be_forgotten,
        of_two_bits_on_a_lane_the_newer_counts,
        a_sender_asks_before_it_sends,
        an_unheard_start_is_asked_again_with_another_nonce,
        two_bits_are_in_flight_one_on_each_lane,
        after_the_last_bit_nothing_is_sent,
        the_lanes_follow_the_receivers_count,
        answers_may_overtake_each_other,
        a_signal_that_answers_nothing_changes_nothing,
        a_bit_lost_on_either_lane_is_sent_again,
        only_the_bit_that_was_lost_is_sent_again,
        bits_whose_answers_were_lost_are_not_sent_again,
        while_a_question_is_open_no_bit_is_sent,
        an_unheard_question_is_asked_again_with_another_nonce,
        a_late_answer_voids_the_question_that_was_asked,
        a_late_answer_voids_the_question_before_it_is_asked,
        a_late_answer_to_the_question_before_is_not_believed,
        a_second_copy_of_go_changes_nothing,
        a_sender_that_is_told_to_wait_waits_for_the_same_answer,
        of_all_counts_only_those_that_can_be_true_are_believed,
        a_count_before_an_answered_bit_cannot_be_true,
        with_nothing_in_flight_there_is_one_true_count,
        the_verdict_comes_unasked_after_the_last_bit,
        the_verdict_may_overtake_the_last_answers,
        a_verdict_that_was_lost_can_be_asked_for,
        that_all_is_committed_is_believed_in_answer_to_any_question_of_the_message,
        no_message_is_committed_before_its_last_bit,
        each_refusal_ends_the_message_at_any_time,
        a_refusal_of_an_older_question_is_not_believed,
        that_the_daemon_stops_is_believed_whichever_question_of_the_message_it_answers,
        but_not_with_a_count_that_cannot_be_true_or_before_the_first_bit,
        after_the_verdict_no_word_changes_it,
        a_number_that_is_no_reply_is_no_news,
        whatever_two_signals_are_lost_the_message_arrives_once,
        NULL,
    };

    return suite_of("arq", tests);
}
