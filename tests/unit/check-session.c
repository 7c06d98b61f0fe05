/* SPDX-License-Identifier: MIT */
/* check-session.c - tests that a session takes the messages of its sender, one after another */

#include <stdlib.h>
#include <string.h>

#include "protocol/session.h"
#include "scarce.h"
#include "suite.h"

#define LIMIT 16
#define USER 1000
#define OTHER_USER 1001

static struct session *session;

static struct session *idle_session(void)
{
    int peer;
    struct session *s = session_new(7, USER, &peer, LIMIT);

    ck_assert_ptr_nonnull(s);
    ck_assert_int_eq(s->pid, 7);
    ck_assert_ptr_eq(s->peer, &peer);
    return s;
}

/* Takes the bits of these octets in order, until the session takes no more bits. */
static void take(const uint8_t *octets, size_t length)
{
    const struct frame frame = {.octets = (uint8_t *)octets, .length = length};

    for (uint64_t i = 0; i < frame_symbols(&frame) && session_takes_symbols(session); i++) {
        bool value = frame_symbol(&frame, i).value;
        struct arq_symbol bit;

        session_hold(session, (enum lane)(session->arq.count % LANES), symbol_bit(value));
        ck_assert(session_next(session, &bit));
        ck_assert_uint_eq(bit.symbol.value, value);
        ck_assert_uint_eq(bit.index, session_taken(session));
        session_take(session, OTHER_USER);
    }
}

static uint64_t take_message(const char *text)
{
    struct message message = {.priority = 3, .bytes = (uint8_t *)text, .length = strlen(text)};
    struct frame frame;
    uint64_t bits;

    ck_assert_int_eq(frame_encode(&message, false, &frame), 0);
    bits = frame_symbols(&frame);
    take(frame.octets, frame.length);
    frame_free(&frame);
    return bits;
}

static void expect_refused(enum reply_code reason)
{
    ck_assert_int_eq(session->state, SESSION_REFUSED);
    ck_assert_int_eq(session->refusal, reason);
    ck_assert(!session_is_mid_message(session));
    ck_assert_ptr_null(session->decoder.message.bytes);
}

START_TEST(a_new_session_is_idle)
{
    session = idle_session();
    ck_assert_int_eq(session->state, SESSION_IDLE);
    ck_assert_uint_eq(session->arq.count, 0);
    ck_assert(!session->member.is_queued);
    ck_assert(!session_is_mid_message(session));
    session_free(session);
}
END_TEST

START_TEST(session_new_fails_when_memory_runs_out)
{
    int peer;

    memory_is_scarce = true;
    session = session_new(7, USER, &peer, LIMIT);
    memory_is_scarce = false;
    ck_assert_ptr_null(session);
    session_free(session);
}
END_TEST

START_TEST(a_message_is_under_way_from_its_first_bit_to_its_verdict)
{
    session = idle_session();
    ck_assert(!session_takes_symbols(session));
    session_invite(session);
    ck_assert(session_takes_symbols(session));
    ck_assert(!session_is_mid_message(session));
    take((const uint8_t[]){0x51}, 1);
    ck_assert_int_eq(session->state, SESSION_OPEN);
    ck_assert(session_is_mid_message(session));
    take((const uint8_t[]){5, 0, 0xfc, 0x35, 0xca, 0x2f}, 6);
    ck_assert_int_eq(session->state, SESSION_COMMITTING);
    ck_assert(session_is_mid_message(session));
    session_commit(session);
    ck_assert_int_eq(session->state, SESSION_COMMITTED);
    ck_assert(!session_is_mid_message(session));
    session_free(session);
}
END_TEST

START_TEST(an_invitation_can_be_revoked)
{
    session = idle_session();
    session_invite(session);
    session_uninvite(session);
    ck_assert(!session_takes_symbols(session));
    session_free(session);
}
END_TEST

START_TEST(the_first_bit_decides_the_user_of_a_message)
{
    session = idle_session();
    ck_assert_uint_eq(session->uid, USER);
    session_invite(session);
    take((const uint8_t[]){0x51}, 1);
    ck_assert_uint_eq(session->uid, OTHER_USER);
    session_hold(session, LANE_THREAD, symbol_bit(false));
    session_take(session, USER);
    ck_assert_uint_eq(session->uid, OTHER_USER);
    session_free(session);
}
END_TEST

START_TEST(a_bit_is_held_until_the_one_before_it_has_come)
{
    struct arq_symbol bit;

    session = idle_session();
    session_invite(session);
    ck_assert_uint_eq(session_index_on(session, LANE_THREAD), 0);
    ck_assert_uint_eq(session_index_on(session, LANE_PROCESS), 1);
    session_hold(session, LANE_PROCESS, symbol_bit(true));
    ck_assert(!session_next(session, &bit));
    session_hold(session, LANE_THREAD, symbol_bit(false));
    ck_assert(session_next(session, &bit));
    ck_assert(bit.lane == LANE_THREAD && !bit.symbol.value && bit.index == 0);
    session_take(session, USER);
    ck_assert(session_next(session, &bit));
    ck_assert(bit.lane == LANE_PROCESS && bit.symbol.value && bit.index == 1);
    session_free(session);
}
END_TEST

START_TEST(a_probe_drops_bits_that_are_held)
{
    struct arq_symbol bit;

    session = idle_session();
    session_invite(session);
    session_hold(session, LANE_THREAD, symbol_bit(true));
    session_ask(session, 7);
    ck_assert(!session_next(session, &bit));
    ck_assert_uint_eq(session_reply(session, REPLY_GO).nonce, 7);
    session_free(session);
}
END_TEST

START_TEST(a_message_is_complete_with_its_last_bit_and_can_be_taken_once)
{
    struct message message;

    session = idle_session();
    session_invite(session);
    take_message("whole");
    ck_assert_int_eq(session->state, SESSION_COMMITTING);
    ck_assert_uint_eq(session->decoder.message.priority, 3);
    ck_assert_uint_eq(session->decoder.message.length, 5);
    ck_assert_mem_eq(session->decoder.message.bytes, "whole", 5);
    message = session_take_message(session);
    ck_assert_ptr_null(session->decoder.message.bytes);
    ck_assert_mem_eq(message.bytes, "whole", 5);
    free(message.bytes);
    session_free(session);
}
END_TEST

START_TEST(a_verdict_frees_the_bytes_and_drops_bits_that_are_held)
{
    session = idle_session();
    session_invite(session);
    session_hold(session, LANE_PROCESS, symbol_bit(true));
    session_refuse(session, REPLY_STOPPING);
    ck_assert_ptr_null(session->decoder.message.bytes);
    ck_assert(!session->arq.held[LANE_THREAD]);
    ck_assert(!session->arq.held[LANE_PROCESS]);
    session_free(session);
}
END_TEST

START_TEST(the_count_goes_on_through_all_messages)
{
    uint64_t bits = 0;

    session = idle_session();
    for (int i = 0; i < 100; i++) {
        session_invite(session);
        bits += take_message("again");
        ck_assert_int_eq(session->state, SESSION_COMMITTING);
        session_commit(session);
        ck_assert_uint_eq(session->arq.count, bits);
    }
    ck_assert_uint_gt(bits, WORD_COUNT_MODULUS);
    session_free(session);
}
END_TEST

START_TEST(a_reply_has_the_newest_nonce_and_the_count_in_its_modulus)
{
    struct reply reply;

    session = idle_session();
    session_ask(session, 0xbeef);
    session->arq.count = 3 * WORD_COUNT_MODULUS + 5;
    reply = session_reply(session, REPLY_WAIT);
    ck_assert_int_eq(reply.code, REPLY_WAIT);
    ck_assert_uint_eq(reply.nonce, 0xbeef);
    ck_assert_uint_eq(reply.count, 5);
    session_free(session);
}
END_TEST

/* Expects that a new session refuses a message that begins with these octets. */
static void expect_refusal_of(const uint8_t *octets, size_t length, enum reply_code reason)
{
    session = idle_session();
    session_invite(session);
    take(octets, length);
    expect_refused(reason);
    session_free(session);
}

START_TEST(each_refusal_of_a_frame_has_its_reply)
{
    expect_refusal_of((const uint8_t[]){0x00}, 1, REPLY_DAMAGED);
    expect_refusal_of((const uint8_t[]){0x52}, 1, REPLY_VERSION);
    expect_refusal_of((const uint8_t[]){0x51, 6, LIMIT + 1}, 3, REPLY_TOO_LARGE);
}
END_TEST

START_TEST(a_message_is_refused_as_busy_when_memory_runs_out)
{
    session = idle_session();
    session_invite(session);
    take((const uint8_t[]){0x51, 6, LIMIT}, 3);
    for (int i = 0; i < 7; i++) {
        session_hold(session, (enum lane)(session->arq.count % LANES), symbol_bit(false));
        session_take(session, USER);
    }
    session_hold(session, (enum lane)(session->arq.count % LANES), symbol_bit(false));
    memory_is_scarce = true;
    session_take(session, USER);
    memory_is_scarce = false;
    expect_refused(REPLY_BUSY);
    session_free(session);
}
END_TEST

START_TEST(the_bits_of_each_message_are_counted_from_0)
{
    session = idle_session();
    for (int i = 0; i < 2; i++) {
        session_invite(session);
        ck_assert_uint_eq(session_taken(session), 0);
        take((const uint8_t[]){0x51}, 1);
        ck_assert_uint_eq(session_taken(session), 8);
        take((const uint8_t[]){5, 0, 0xfc, 0x35, 0xca, 0x2f}, 6);
        ck_assert_uint_eq(session_taken(session), 56);
        session_commit(session);
        ck_assert_uint_eq(session_taken(session), 56);
    }
    session_free(session);
}
END_TEST

START_TEST(the_table_finds_a_session_by_its_pid)
{
    static const pid_t pids[] = {3, 4, 6, 9};
    struct session *all[4];
    struct sessions table;

    ck_assert_int_eq(sessions_init(&table, 5), 0);
    for (unsigned i = 0; i < 4; i++) {
        all[i] = session_new(pids[i], USER, NULL, LIMIT);
        sessions_add(&table, all[i]);
    }
    ck_assert_uint_eq(table.count, 4);
    for (unsigned i = 0; i < 4; i++)
        ck_assert_ptr_eq(sessions_find(&table, pids[i]), all[i]);
    ck_assert_ptr_null(sessions_find(&table, 8));
    for (unsigned i = 0; i < 4; i++) {
        sessions_remove(&table, all[i]);
        ck_assert_ptr_null(sessions_find(&table, pids[i]));
        session_free(all[i]);
    }
    sessions_done(&table);
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        a_new_session_is_idle,
        session_new_fails_when_memory_runs_out,
        a_message_is_under_way_from_its_first_bit_to_its_verdict,
        a_message_is_complete_with_its_last_bit_and_can_be_taken_once,
        an_invitation_can_be_revoked,
        the_first_bit_decides_the_user_of_a_message,
        a_bit_is_held_until_the_one_before_it_has_come,
        a_probe_drops_bits_that_are_held,
        a_message_is_refused_as_busy_when_memory_runs_out,
        the_table_finds_a_session_by_its_pid,
        a_verdict_frees_the_bytes_and_drops_bits_that_are_held,
        the_count_goes_on_through_all_messages,
        the_bits_of_each_message_are_counted_from_0,
        a_reply_has_the_newest_nonce_and_the_count_in_its_modulus,
        each_refusal_of_a_frame_has_its_reply,
        NULL,
    };

    return suite_of("session", tests);
}
