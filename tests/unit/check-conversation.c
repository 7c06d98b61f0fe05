/* SPDX-License-Identifier: MIT */
/* check-conversation.c - tests that a sender waits, probes and gives up as minitalk(7) says */

#include <errno.h>
#include <string.h>

#include "protocol/conversation.h"
#include "protocol/timing.h"
#include "suite.h"

#define DAEMON 300
#define STRANGER 301
#define NONCE 0xfffe /* the nonce after the next wraps around to 0 */
#define LIMIT (5 * NSEC_PER_SEC)

/* ---- what the conversation is connected to ---- */

static struct conversation c;
static struct frame frame;
static uint64_t now;

static struct {
    unsigned bits, acks, probes, words, stale, ignored, strangers, timeouts;
    struct arq_symbol bit;
    struct probe probe;
    uint64_t index, first, last, waited;
    enum ask asked;
    int result; /* of each attempt to send */
    bool has_ended;
} seen;

static int send_symbol(void *owner, const struct arq_symbol *bit)
{
    (void)owner;
    seen.bits += seen.result == 0;
    seen.bit = *bit;
    return seen.result;
}

static int send_word(void *owner, uint32_t word)
{
    (void)owner;
    ck_assert(probe_unpack(word, &seen.probe));
    seen.probes += seen.result == 0;
    return seen.result;
}

static bool has_ended(void *owner)
{
    (void)owner;
    return seen.has_ended;
}

static void acked(void *owner, const struct arq_symbol *symbol)
{
    (void)owner;
    seen.acks++;
    seen.index = symbol->index;
}

static void heard(void *owner, uint32_t word)
{
    (void)owner, (void)word;
    seen.words++;
}

static void dropped(void *owner, uint32_t word)
{
    (void)owner, (void)word;
    seen.stale++;
}

static void ignored(void *owner, const struct lane_signal *signal, bool is_stranger)
{
    (void)owner, (void)signal;
    seen.ignored++;
    seen.strangers += is_stranger;
}

static void repeats(void *owner, uint64_t first, uint64_t last)
{
    (void)owner;
    seen.first = first;
    seen.last = last;
}

static void expired(void *owner, uint64_t waited_ns, enum ask ask)
{
    (void)owner;
    seen.timeouts++;
    seen.waited = waited_ns;
    seen.asked = ask;
}

static const struct conversation_ops ops = {
    .send_symbol = send_symbol,
    .send_word = send_word,
    .has_ended = has_ended,
    .acked = acked,
    .heard = heard,
    .dropped = dropped,
    .ignored = ignored,
    .repeats = repeats,
    .expired = expired,
};

/* ---- what happens to the conversation ---- */

static void send_all(void)
{
    while (conversation_send(&c) > 0)
        ;
}

static enum conversation_hint plain_from(pid_t pid, enum lane lane)
{
    enum conversation_hint hint = conversation_take(
        &c, &(struct lane_signal){
                .kind = SIGNAL_PLAIN, .slot = slot_of(lane, false), .lane = lane, .pid = pid});

    send_all();
    return hint;
}

static enum conversation_hint ack(enum lane lane)
{
    return plain_from(DAEMON, lane);
}

static void word_comes(enum reply_code code, uint64_t count, uint16_t nonce)
{
    struct reply reply = {
        .code = code, .count = (uint16_t)(count % WORD_COUNT_MODULUS), .nonce = nonce};

    conversation_take(&c, &(struct lane_signal){.kind = SIGNAL_WORD,
                                                .slot = SLOT_PROCESS_USR2,
                                                .pid = DAEMON,
                                                .word = reply_pack(reply)});
}

static enum conversation_hint nothing_is_pending(void)
{
    enum conversation_hint hint = conversation_settle(&c);

    send_all();
    return hint;
}

/* Lets a reply to the newest probe come, and pass the barrier. */
static enum conversation_hint hear(enum reply_code code, uint64_t count)
{
    word_comes(code, count, c.arq.nonce);
    return nothing_is_pending();
}

static uint64_t tick(bool may_poll)
{
    uint64_t deadline = conversation_tick(&c, now, may_poll);

    send_all();
    return deadline;
}

/* Lets the probe timeout expire. Returns its length from now on, in nanoseconds. */
static uint64_t wait_for_timeout(bool may_poll)
{
    uint64_t wait = tick(may_poll) - now;

    ck_assert_uint_gt(wait, 0);
    now += wait;
    ck_assert_uint_eq(tick(may_poll), now);
    return wait;
}

/* Lets acks come until this many bits of the message are acknowledged. */
static void ack_up_to(uint64_t bits)
{
    for (uint64_t i = seen.acks; i < bits; i++)
        ack((enum lane)((c.arq.base + i) % LANES));
}

static void begin_as(const char *text, bool is_wide)
{
    struct message message = {.priority = 5, .bytes = (uint8_t *)text, .length = strlen(text)};

    frame_free(&frame);
    ck_assert_int_eq(frame_encode(&message, is_wide, &frame), 0);
    memset(&seen, 0, sizeof seen);
    now += NSEC_PER_SEC;
    conversation_begin(&c, &frame);
    send_all();
}

static void begin(const char *text)
{
    begin_as(text, false);
}

static void begin_with_limit(uint64_t limit)
{
    conversation_init(&c, &ops, NULL, DAEMON, NONCE, limit);
    begin("hello");
}

static void setup(void)
{
    begin_with_limit(LIMIT);
}

static void teardown(void)
{
    frame_free(&frame);
}

/* ---- a message ---- */

START_TEST(a_message_begins_with_a_probe_and_goes_on_with_two_bits)
{
    ck_assert_uint_eq(seen.probes, 1);
    ck_assert_int_eq(seen.probe.ask, ASK_START);
    ck_assert_uint_eq(seen.probe.nonce, 0xffff);
    ck_assert_uint_eq(seen.bits, 0);
    ck_assert_int_eq(hear(REPLY_GO, 0), CONVERSATION_POLL);
    ck_assert_uint_eq(seen.bits, 2);
    ck_assert_int_eq(ack(LANE_THREAD), CONVERSATION_POLL);
    ck_assert_uint_eq(seen.index, 0);
    ck_assert_uint_eq(seen.bits, 3);
    ck_assert_uint_eq(seen.bit.index, 2);
    ck_assert_int_eq(seen.bit.lane, LANE_THREAD);
    ck_assert_uint_eq(seen.bit.symbol.value, frame_symbol(&frame, 2).value);
}
END_TEST

START_TEST(the_outcome_is_committed_when_the_daemon_says_so)
{
    hear(REPLY_GO, 0);
    ack_up_to(frame_symbols(&frame));
    ck_assert_int_eq(c.outcome, CONVERSATION_OPEN);
    hear(REPLY_COMMITTED, frame_symbols(&frame));
    ck_assert_int_eq(c.outcome, CONVERSATION_COMMITTED);
    ck_assert_uint_eq(c.counts.bits, frame_symbols(&frame));
    ck_assert_uint_eq(c.counts.repeats, 0);
}
END_TEST

START_TEST(the_probe_of_the_next_message_has_the_next_nonce)
{
    hear(REPLY_GO, 0);
    ack_up_to(frame_symbols(&frame));
    hear(REPLY_COMMITTED, frame_symbols(&frame));
    begin("again");
    ck_assert_uint_eq(seen.probe.nonce, 0);
    ck_assert_int_eq(c.outcome, CONVERSATION_OPEN);
}
END_TEST

START_TEST(a_refusal_ends_the_message_with_its_reason)
{
    hear(REPLY_BUSY, 0);
    ck_assert_int_eq(c.outcome, CONVERSATION_REFUSED);
    ck_assert_int_eq(c.arq.refusal, REPLY_BUSY);
}
END_TEST

/* Lets the message be refused: at its beginning, or after its last bit. */
static void refuse(enum reply_code reason, bool at_its_end)
{
    setup();
    hear(REPLY_GO, 0);
    if (at_its_end)
        ack_up_to(frame_symbols(&frame));
    hear(reason, at_its_end ? frame_symbols(&frame) : 0);
    ck_assert_int_eq(c.outcome, CONVERSATION_REFUSED);
    ck_assert_int_eq(c.arq.refusal, reason);
}

START_TEST(a_refused_message_may_be_sent_again_if_its_reason_may_pass)
{
    for (enum reply_code reason = REPLY_FIRST_REFUSAL; reason <= REPLY_LAST; reason++) {
        bool may_pass =
            reason == REPLY_UNLOGGED || reason == REPLY_BUSY || reason == REPLY_STOPPING;

        refuse(reason, true);
        ck_assert_int_eq(conversation_may_retry(&c), may_pass);
        refuse(reason, false);
        ck_assert_int_eq(conversation_may_retry(&c), may_pass || reason == REPLY_FORGOTTEN);
    }
}
END_TEST

START_TEST(a_message_is_unconfirmed_if_the_daemon_has_forgotten_it_after_its_last_bit)
{
    for (enum reply_code reason = REPLY_FIRST_REFUSAL; reason <= REPLY_LAST; reason++) {
        bool knows_not = reason == REPLY_FORGOTTEN || reason == REPLY_OUT_OF_STEP;

        refuse(reason, true);
        ck_assert_int_eq(conversation_is_unconfirmed(&c), knows_not);
        refuse(reason, false);
        ck_assert(!conversation_is_unconfirmed(&c));
    }
}
END_TEST

static void begin_wide(void)
{
    conversation_init(&c, &ops, NULL, DAEMON, NONCE, LIMIT);
    begin_as("hello world, in blocks", true);
    hear(REPLY_GO, 0);
}

START_TEST(blocks_are_sent_and_counted_like_bits)
{
    begin_wide();
    ack_up_to(frame_symbols(&frame));
    hear(REPLY_COMMITTED, frame_symbols(&frame));
    ck_assert_int_eq(c.outcome, CONVERSATION_COMMITTED);
    ck_assert_uint_eq(c.counts.bits, 7 * 8);
    ck_assert_uint_eq(c.counts.blocks, frame_symbols(&frame) - 7 * 8);
    ck_assert_uint_eq(c.counts.repeats, 0);
}
END_TEST

START_TEST(a_message_whose_blocks_do_not_arrive_is_sent_again_as_bits)
{
    begin_wide();
    ack_up_to(3 * 8 + 1);
    wait_for_timeout(true);
    hear(REPLY_NARROW, 3 * 8 + 1);
    ck_assert_int_eq(c.outcome, CONVERSATION_OPEN);
    ck_assert_int_eq(seen.probe.ask, ASK_START);
    ck_assert(!frame_is_wide(&frame));
    seen.acks = 0;
    hear(REPLY_GO, 3 * 8 + 1);
    ack_up_to(frame_symbols(&frame));
    hear(REPLY_COMMITTED, 3 * 8 + 1 + frame_symbols(&frame));
    ck_assert_int_eq(c.outcome, CONVERSATION_COMMITTED);
    /* The probes to resume and to start again. The bits are new. */
    ck_assert_uint_eq(c.counts.repeats, 2);
}
END_TEST

/* So the timeout without progress begins anew. */
START_TEST(a_message_sent_again_as_bits_makes_progress_from_its_first_bit_on)
{
    begin_wide();
    ack_up_to(3 * 8);
    wait_for_timeout(true);
    hear(REPLY_GO, 3 * 8 + 1);
    wait_for_timeout(true);
    ck_assert_uint_gt(c.waited, 0);
    hear(REPLY_NARROW, 3 * 8 + 1);
    ck_assert_uint_eq(c.waited, 0);
    hear(REPLY_GO, 3 * 8 + 1);
    wait_for_timeout(true);
    ck_assert_uint_gt(c.waited, 0);
    hear(REPLY_GO, 3 * 8 + 2);
    ck_assert_uint_eq(c.waited, 0);
}
END_TEST

START_TEST(a_message_of_bits_is_not_sent_again_as_bits)
{
    refuse(REPLY_NARROW, false);
}
END_TEST

/* Neither a daemon of another version, nor one that stops, nor a broken session serves further. */
START_TEST(after_most_refusals_the_next_message_may_begin)
{
    for (enum reply_code reason = REPLY_FIRST_REFUSAL; reason <= REPLY_LAST; reason++) {
        bool is_over =
            reason == REPLY_VERSION || reason == REPLY_STOPPING || reason == REPLY_OUT_OF_STEP;

        refuse(reason, true);
        ck_assert_int_eq(conversation_may_go_on(&c), !is_over);
        if (is_over)
            continue;
        begin("the next");
        ck_assert_int_eq(c.outcome, CONVERSATION_OPEN);
        ck_assert_int_eq(seen.probe.ask, ASK_START);
        ck_assert(!conversation_may_retry(&c) && !conversation_is_unconfirmed(&c));
    }
}
END_TEST

START_TEST(a_message_refused_by_a_stopping_daemon_may_be_retried)
{
    hear(REPLY_STOPPING, 0);
    ck_assert_int_eq(c.outcome, CONVERSATION_REFUSED);
    ck_assert(conversation_may_retry(&c));
}
END_TEST

START_TEST(a_reply_waits_behind_the_barrier)
{
    word_comes(REPLY_GO, 0, c.arq.nonce);
    send_all();
    ck_assert(conversation_holds_words(&c));
    ck_assert_uint_eq(seen.bits, 0);
    nothing_is_pending();
    ck_assert(!conversation_holds_words(&c));
    ck_assert_uint_eq(seen.bits, 2);
}
END_TEST

START_TEST(signals_of_strangers_count_for_nothing)
{
    hear(REPLY_GO, 0);
    ck_assert_int_eq(plain_from(STRANGER, LANE_THREAD), CONVERSATION_AS_BEFORE);
    ck_assert_uint_eq(seen.acks, 0);
    ck_assert_uint_eq(seen.strangers, 1);
    ck_assert(!c.is_stripped);
    plain_from(0, LANE_THREAD);
    ck_assert(c.is_stripped);
}
END_TEST

START_TEST(an_ack_without_a_bit_in_flight_is_ignored_but_not_as_a_strangers)
{
    ck_assert_int_eq(ack(LANE_THREAD), CONVERSATION_AS_BEFORE);
    ck_assert_uint_eq(seen.ignored, 1);
    ck_assert_uint_eq(seen.strangers, 0);
    ck_assert(!c.was_heard);
}
END_TEST

START_TEST(a_failure_to_send_is_returned)
{
    seen.result = -EPERM;
    wait_for_timeout(true);
    ck_assert_int_eq(c.outcome, CONVERSATION_OPEN);
    hear(REPLY_GO, 0);
    ck_assert_int_eq(conversation_send(&c), -EPERM);
    ck_assert_uint_eq(seen.bits, 0);
}
END_TEST

/* ---- waiting ---- */

START_TEST(a_sender_that_polls_probes_after_the_shortest_timeout)
{
    hear(REPLY_GO, 0);
    ck_assert_uint_eq(wait_for_timeout(true), PROBE_TIMEOUT_MIN);
    ck_assert_uint_eq(seen.waited, PROBE_TIMEOUT_MIN);
    ck_assert_int_eq(seen.asked, ASK_RESUME);
    ck_assert_int_eq(seen.probe.ask, ASK_RESUME);
    ck_assert_uint_eq(seen.probes, 2);
    ck_assert_uint_eq(c.counts.repeats, 1);
}
END_TEST

START_TEST(a_sender_that_sleeps_for_each_ack_waits_longer_before_it_probes)
{
    hear(REPLY_GO, 0);
    ck_assert_uint_eq(wait_for_timeout(false), PROBE_TIMEOUT_SLEEPING);
}
END_TEST

/* A sender that sleeps for each ack is told to go, and probes early until its last such ack. */
static void expect_early_probes(void)
{
    hear(REPLY_GO, 0);
    ck_assert_uint_eq(tick(false) - now, PROBE_TIMEOUT_MIN);
    c.loss_window = 1;
    ack(LANE_THREAD);
    ck_assert_uint_eq(tick(false) - now, PROBE_TIMEOUT_SLEEPING);
}

START_TEST(after_a_loss_a_sender_that_sleeps_probes_early_for_a_while)
{
    begin_with_limit(LIMIT);
    hear(REPLY_GO, 0);
    wait_for_timeout(false);
    expect_early_probes();
}
END_TEST

START_TEST(the_probe_timeout_doubles_up_to_its_maximum_and_an_ack_resets_it)
{
    uint64_t timeout = PROBE_TIMEOUT_MIN;

    hear(REPLY_GO, 0);
    for (int i = 0; i < 12; i++) {
        ck_assert_uint_eq(wait_for_timeout(true), timeout);
        timeout = 2 * timeout < PROBE_TIMEOUT_MAX ? 2 * timeout : PROBE_TIMEOUT_MAX;
    }
    ck_assert_uint_eq(timeout, PROBE_TIMEOUT_MAX);
    ack(LANE_THREAD);
    ck_assert_uint_eq(wait_for_timeout(true), PROBE_TIMEOUT_MIN);
}
END_TEST

START_TEST(a_strangers_signal_does_not_move_the_deadline)
{
    uint64_t deadline;

    hear(REPLY_GO, 0);
    deadline = tick(true);
    now += 1000;
    plain_from(STRANGER, LANE_THREAD);
    ck_assert_uint_eq(tick(true), deadline);
}
END_TEST

START_TEST(a_sender_gives_up_when_its_waits_add_up_to_its_limit)
{
    uint64_t waited = 0;

    while (c.outcome == CONVERSATION_OPEN) {
        uint64_t deadline = tick(true);

        waited += deadline - now;
        now = deadline;
        conversation_tick(&c, now, true);
        send_all();
    }
    ck_assert_int_eq(c.outcome, CONVERSATION_TIMED_OUT);
    ck_assert_uint_eq(waited, LIMIT);
    ck_assert(!c.was_heard);
    ck_assert(!conversation_may_retry(&c));
}
END_TEST

START_TEST(time_in_which_the_sender_was_stopped_does_not_count)
{
    tick(true);
    now += 3600 * NSEC_PER_SEC;
    tick(true);
    ck_assert_int_eq(c.outcome, CONVERSATION_OPEN);
    ck_assert_uint_eq(c.waited, PROBE_TIMEOUT_MIN);
}
END_TEST

START_TEST(only_a_higher_count_is_progress)
{
    hear(REPLY_GO, 0);
    wait_for_timeout(true);
    hear(REPLY_GO, 0);
    ck_assert_uint_eq(c.waited, PROBE_TIMEOUT_MIN);
    wait_for_timeout(true);
    ck_assert_uint_eq(c.waited, 2 * PROBE_TIMEOUT_MIN);
    hear(REPLY_GO, 1);
    ck_assert_uint_eq(c.waited, 0);
}
END_TEST

/* ---- loss ---- */

START_TEST(bits_that_the_daemon_lacks_are_repeated)
{
    hear(REPLY_GO, 0);
    ack_up_to(2);
    wait_for_timeout(true);
    ck_assert_uint_eq(seen.bits, 4);
    hear(REPLY_GO, 3);
    ck_assert_uint_eq(seen.first, 3);
    ck_assert_uint_eq(seen.last, 3);
    ck_assert_uint_eq(seen.bits, 6);
    ck_assert_uint_eq(c.counts.repeats, 2);
}
END_TEST

/* ---- queues ---- */

START_TEST(a_sender_that_is_told_to_wait_sleeps_longer_each_time)
{
    uint64_t timeout = QUEUE_TIMEOUT_MIN;

    begin_with_limit(100 * LIMIT);
    for (int i = 0; i < 10; i++) {
        ck_assert_int_eq(hear(REPLY_WAIT, 0), CONVERSATION_SLEEP);
        ck_assert_uint_eq(wait_for_timeout(true), timeout);
        timeout = 2 * timeout < QUEUE_TIMEOUT_MAX ? 2 * timeout : QUEUE_TIMEOUT_MAX;
    }
    ck_assert_uint_eq(timeout, QUEUE_TIMEOUT_MAX);
}
END_TEST

START_TEST(in_the_queue_probes_without_a_reply_grow_as_rare_as_those_with_one)
{
    uint64_t timeout = QUEUE_TIMEOUT_MIN;

    begin_with_limit(100 * LIMIT);
    hear(REPLY_WAIT, 0);
    for (int i = 0; i < 10; i++) {
        ck_assert_uint_eq(wait_for_timeout(true), timeout);
        timeout = 2 * timeout < QUEUE_TIMEOUT_MAX ? 2 * timeout : QUEUE_TIMEOUT_MAX;
    }
    ck_assert_uint_eq(timeout, QUEUE_TIMEOUT_MAX);
}
END_TEST

START_TEST(a_turn_in_between_makes_the_next_wait_no_shorter)
{
    begin_with_limit(100 * LIMIT);
    hear(REPLY_WAIT, 0);
    hear(REPLY_GO, 0);
    ack_up_to(2);
    wait_for_timeout(true);
    hear(REPLY_WAIT, 2);
    ck_assert_uint_eq(wait_for_timeout(true), 2 * QUEUE_TIMEOUT_MIN);
}
END_TEST

START_TEST(in_the_queue_a_sender_probes_at_least_four_times_before_it_gives_up)
{
    begin_with_limit(8 * NSEC_PER_MSEC);
    hear(REPLY_WAIT, 0);
    for (int i = 0; i < 3; i++)
        ck_assert_uint_eq(wait_for_timeout(true), 2 * NSEC_PER_MSEC);
}
END_TEST

START_TEST(a_wait_reply_resets_the_time_waited)
{
    wait_for_timeout(true);
    hear(REPLY_WAIT, 0);
    ck_assert_uint_eq(c.waited, 0);
}
END_TEST

START_TEST(a_pending_reply_does_not_reset_the_time_waited)
{
    wait_for_timeout(true);
    ck_assert_int_eq(hear(REPLY_PENDING, 0), CONVERSATION_SLEEP);
    ck_assert_uint_eq(c.waited, PROBE_TIMEOUT_MIN);
    ck_assert(c.is_log_full);
    hear(REPLY_GO, 0);
    ck_assert(!c.is_log_full);
}
END_TEST

START_TEST(a_stale_go_in_the_queue_is_followed_by_a_probe_at_once)
{
    uint16_t queued;

    hear(REPLY_WAIT, 0);
    queued = c.arq.nonce;
    wait_for_timeout(true);
    hear(REPLY_WAIT, 0);
    ck_assert_uint_eq(seen.probes, 2);
    tick(true);
    now += 1000;
    word_comes(REPLY_GO, 0, queued);
    ck_assert_int_eq(nothing_is_pending(), CONVERSATION_POLL);
    ck_assert_uint_eq(seen.stale, 1);
    ck_assert_uint_eq(seen.probes, 3);
    ck_assert_uint_eq(seen.bits, 0);
    ck_assert_uint_eq(tick(true) - now, PROBE_TIMEOUT_MIN);
    ck_assert_uint_eq(c.waited, 1000);
}
END_TEST

START_TEST(time_in_which_a_queued_sender_was_stopped_does_not_count)
{
    uint16_t queued;

    hear(REPLY_WAIT, 0);
    queued = c.arq.nonce;
    wait_for_timeout(true);
    hear(REPLY_WAIT, 0);
    tick(true);
    now += 3600 * NSEC_PER_SEC;
    word_comes(REPLY_GO, 0, queued);
    nothing_is_pending();
    tick(true);
    ck_assert_int_eq(c.outcome, CONVERSATION_OPEN);
    ck_assert_uint_eq(c.waited, 2 * QUEUE_TIMEOUT_MIN);
}
END_TEST

/* The daemon runs, so the next probe need not wait for a long timeout. */
START_TEST(a_stale_reply_to_a_probe_shortens_the_timeout)
{
    static const enum reply_code codes[] = {REPLY_GO, REPLY_WAIT};

    for (unsigned i = 0; i < 2; i++) {
        for (int j = 0; j < 5; j++)
            wait_for_timeout(true);
        memset(&seen, 0, sizeof seen);
        ck_assert_uint_gt(tick(true) - now, PROBE_TIMEOUT_MIN);
        now += 1000;
        word_comes(codes[i], 0, (uint16_t)(c.arq.nonce - 1));
        ck_assert_int_eq(nothing_is_pending(), CONVERSATION_POLL);
        ck_assert_uint_eq(seen.stale, 1);
        ck_assert_uint_eq(seen.probes, 0);
        ck_assert_uint_eq(tick(true) - now, PROBE_TIMEOUT_MIN);
    }
}
END_TEST

/*
 * Starts a message with a daemon that acts on a probe only so long after it came. Until then, the
 * probe is pending, and further probes are lost. Returns the time until the first GO counts.
 */
static uint64_t start_with_delay(uint64_t delay)
{
    uint64_t start, replies_at;
    uint16_t nonce;
    unsigned known;

    conversation_init(&c, &ops, NULL, DAEMON, NONCE, LIMIT);
    begin("hello");
    start = now;
    replies_at = now + delay;
    nonce = c.arq.nonce;
    known = seen.probes;
    while (c.outcome == CONVERSATION_OPEN && seen.bits == 0) {
        uint64_t deadline = tick(true);

        now = deadline < replies_at ? deadline : replies_at;
        if (now == replies_at) {
            replies_at = UINT64_MAX;
            word_comes(REPLY_GO, 0, nonce);
            nothing_is_pending();
        }
        if (seen.probes > known && replies_at == UINT64_MAX) {
            replies_at = now + delay;
            nonce = c.arq.nonce;
        }
        known = seen.probes;
    }
    ck_assert_int_eq(c.outcome, CONVERSATION_OPEN);
    return now - start;
}

START_TEST(a_daemon_that_is_always_late_is_understood)
{
    for (uint64_t delay = PROBE_TIMEOUT_MIN / 2; delay < 50 * NSEC_PER_MSEC; delay += delay / 7)
        ck_assert_uint_lt(start_with_delay(delay), 8 * delay + PROBE_TIMEOUT_MIN);
}
END_TEST

START_TEST(after_a_stale_go_in_the_queue_the_next_wait_is_not_one_in_the_queue)
{
    hear(REPLY_WAIT, 0);
    tick(true);
    word_comes(REPLY_GO, 0, (uint16_t)(c.arq.nonce - 1));
    nothing_is_pending();
    ck_assert_uint_eq(wait_for_timeout(true), PROBE_TIMEOUT_MIN);
    ck_assert(!c.is_queued);
    word_comes(REPLY_GO, 0, (uint16_t)(c.arq.nonce - 1));
    seen.probes = 0;
    nothing_is_pending();
    ck_assert_uint_eq(seen.probes, 0);
}
END_TEST

START_TEST(after_a_wait_a_sender_that_sleeps_probes_early_for_a_while)
{
    hear(REPLY_WAIT, 0);
    expect_early_probes();
}
END_TEST

START_TEST(a_stale_reply_without_an_open_probe_changes_nothing)
{
    hear(REPLY_GO, 0);
    word_comes(REPLY_GO, 0, c.arq.nonce);
    ck_assert_int_eq(nothing_is_pending(), CONVERSATION_AS_BEFORE);
    ck_assert_uint_eq(seen.stale, 1);
    ck_assert_uint_eq(seen.probes, 1);
}
END_TEST

START_TEST(a_stale_wait_in_the_queue_changes_nothing)
{
    hear(REPLY_WAIT, 0);
    tick(true);
    word_comes(REPLY_WAIT, 0, (uint16_t)(c.arq.nonce - 1));
    ck_assert_int_eq(nothing_is_pending(), CONVERSATION_AS_BEFORE);
    ck_assert_uint_eq(tick(true) - now, QUEUE_TIMEOUT_MIN);
}
END_TEST

START_TEST(repeated_stale_gos_do_not_reset_the_time_waited)
{
    for (int i = 0; c.outcome == CONVERSATION_OPEN; i++) {
        ck_assert_int_lt(i, 100000);
        c.is_queued = true;
        if (tick(true) == now)
            continue;
        now += PROBE_TIMEOUT_MIN / 2;
        word_comes(REPLY_GO, 0, (uint16_t)(c.arq.nonce - 5));
        nothing_is_pending();
    }
    ck_assert_int_eq(c.outcome, CONVERSATION_TIMED_OUT);
}
END_TEST

/* ---- a daemon that has ended ---- */

START_TEST(a_daemon_that_has_ended_is_noticed_when_the_timeout_expires)
{
    hear(REPLY_GO, 0);
    seen.has_ended = true;
    wait_for_timeout(true);
    ck_assert_uint_eq(seen.timeouts, 0);
    ck_assert_int_eq(c.outcome, CONVERSATION_OPEN);
    nothing_is_pending();
    ck_assert_int_eq(c.outcome, CONVERSATION_ENDED);
    ck_assert(conversation_may_retry(&c));
}
END_TEST

START_TEST(a_daemon_that_has_ended_is_noticed_when_a_signal_cannot_be_sent)
{
    seen.result = -ESRCH;
    hear(REPLY_GO, 0);
    ck_assert_int_eq(c.outcome, CONVERSATION_OPEN);
    ck_assert_int_eq(conversation_send(&c), 0);
    nothing_is_pending();
    ck_assert_int_eq(c.outcome, CONVERSATION_ENDED);
}
END_TEST

START_TEST(the_last_reply_of_a_daemon_that_has_ended_counts)
{
    hear(REPLY_GO, 0);
    ack_up_to(frame_symbols(&frame));
    seen.has_ended = true;
    wait_for_timeout(true);
    word_comes(REPLY_COMMITTED, frame_symbols(&frame), c.arq.nonce);
    nothing_is_pending();
    ck_assert_int_eq(c.outcome, CONVERSATION_COMMITTED);
}
END_TEST

START_TEST(without_a_verdict_a_message_that_was_sent_in_full_may_not_be_retried)
{
    hear(REPLY_GO, 0);
    ack_up_to(frame_symbols(&frame) - 2);
    ck_assert_uint_eq(conversation_sent(&c), frame_symbols(&frame));
    seen.has_ended = true;
    wait_for_timeout(true);
    nothing_is_pending();
    ck_assert_int_eq(c.outcome, CONVERSATION_ENDED);
    ck_assert(!conversation_may_retry(&c));
}
END_TEST

START_TEST(strangers_cannot_hide_that_the_daemon_has_ended)
{
    unsigned taken = 0;

    seen.has_ended = true;
    wait_for_timeout(true);
    for (; c.outcome == CONVERSATION_OPEN; taken++) {
        ck_assert_uint_lt(taken, 10000);
        plain_from(STRANGER, LANE_THREAD);
    }
    ck_assert_int_eq(c.outcome, CONVERSATION_ENDED);
    ck_assert_uint_ge(taken, SLOTS);
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        a_message_begins_with_a_probe_and_goes_on_with_two_bits,
        the_outcome_is_committed_when_the_daemon_says_so,
        the_probe_of_the_next_message_has_the_next_nonce,
        a_refusal_ends_the_message_with_its_reason,
        a_message_refused_by_a_stopping_daemon_may_be_retried,
        a_refused_message_may_be_sent_again_if_its_reason_may_pass,
        a_message_is_unconfirmed_if_the_daemon_has_forgotten_it_after_its_last_bit,
        blocks_are_sent_and_counted_like_bits,
        a_message_whose_blocks_do_not_arrive_is_sent_again_as_bits,
        a_message_sent_again_as_bits_makes_progress_from_its_first_bit_on,
        a_message_of_bits_is_not_sent_again_as_bits,
        after_most_refusals_the_next_message_may_begin,
        a_reply_waits_behind_the_barrier,
        signals_of_strangers_count_for_nothing,
        an_ack_without_a_bit_in_flight_is_ignored_but_not_as_a_strangers,
        a_failure_to_send_is_returned,
        a_sender_that_polls_probes_after_the_shortest_timeout,
        a_sender_that_sleeps_for_each_ack_waits_longer_before_it_probes,
        after_a_loss_a_sender_that_sleeps_probes_early_for_a_while,
        the_probe_timeout_doubles_up_to_its_maximum_and_an_ack_resets_it,
        a_strangers_signal_does_not_move_the_deadline,
        a_sender_gives_up_when_its_waits_add_up_to_its_limit,
        time_in_which_the_sender_was_stopped_does_not_count,
        only_a_higher_count_is_progress,
        bits_that_the_daemon_lacks_are_repeated,
        a_sender_that_is_told_to_wait_sleeps_longer_each_time,
        in_the_queue_probes_without_a_reply_grow_as_rare_as_those_with_one,
        a_turn_in_between_makes_the_next_wait_no_shorter,
        in_the_queue_a_sender_probes_at_least_four_times_before_it_gives_up,
        a_wait_reply_resets_the_time_waited,
        a_pending_reply_does_not_reset_the_time_waited,
        a_stale_go_in_the_queue_is_followed_by_a_probe_at_once,
        time_in_which_a_queued_sender_was_stopped_does_not_count,
        a_stale_reply_to_a_probe_shortens_the_timeout,
        a_daemon_that_is_always_late_is_understood,
        after_a_stale_go_in_the_queue_the_next_wait_is_not_one_in_the_queue,
        after_a_wait_a_sender_that_sleeps_probes_early_for_a_while,
        a_stale_reply_without_an_open_probe_changes_nothing,
        a_stale_wait_in_the_queue_changes_nothing,
        repeated_stale_gos_do_not_reset_the_time_waited,
        a_daemon_that_has_ended_is_noticed_when_the_timeout_expires,
        a_daemon_that_has_ended_is_noticed_when_a_signal_cannot_be_sent,
        the_last_reply_of_a_daemon_that_has_ended_counts,
        without_a_verdict_a_message_that_was_sent_in_full_may_not_be_retried,
        strangers_cannot_hide_that_the_daemon_has_ended,
        NULL,
    };

    return suite_around("conversation", tests, setup, teardown);
}
