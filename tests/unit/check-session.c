/* check-session.c - a session follows its sender's messages, one after another */

#include <stdlib.h>
#include <string.h>

#include "protocol/session.h"
#include "scarce.h"
#include "suite.h"

#define LIMIT 16

static struct session *session;

static struct session *idle_session(void)
{
    int peer;
    struct session *s = session_new(7, &peer, LIMIT);

    ck_assert_ptr_nonnull(s);
    ck_assert_int_eq(s->pid, 7);
    ck_assert_ptr_eq(s->peer, &peer);
    return s;
}

/* Takes octets as bits that came in order, until the session wants no more. */
static void take(const uint8_t *octets, size_t length)
{
    const struct frame frame = {.octets = (uint8_t *)octets, .length = length};

    for (uint64_t i = 0; i < frame_bits(&frame) && session->state == SESSION_OPEN; i++) {
        arq_receiver_take(&session->arq);
        session_bit(session, frame_bit(&frame, i));
    }
}

static uint64_t take_message(const char *text)
{
    struct message message = {.priority = 3, .bytes = (uint8_t *)text, .length = strlen(text)};
    struct frame frame;
    uint64_t bits;

    ck_assert_int_eq(frame_encode(&message, &frame), 0);
    bits = frame_bits(&frame);
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

START_TEST(a_new_session_has_begun_nothing)
{
    session = idle_session();
    ck_assert_int_eq(session->state, SESSION_IDLE);
    ck_assert_uint_eq(session->arq.count, 0);
    ck_assert(!session->waiting);
    ck_assert(!session_is_mid_message(session));
    session_free(session);
}
END_TEST

START_TEST(without_memory_there_is_no_session)
{
    int peer;

    memory_is_scarce = true;
    session = session_new(7, &peer, LIMIT);
    memory_is_scarce = false;
    ck_assert_ptr_null(session);
    session_free(session);
}
END_TEST

START_TEST(a_message_is_under_way_from_its_first_bit_to_its_verdict)
{
    session = idle_session();
    ck_assert(!session_is_mid_message(session));
    session_begin(session);
    ck_assert_int_eq(session->state, SESSION_OPEN);
    ck_assert(session_is_mid_message(session));
    take_message("whole");
    ck_assert_int_eq(session->state, SESSION_COMMITTING);
    ck_assert(session_is_mid_message(session));
    session_commit(session);
    ck_assert_int_eq(session->state, SESSION_COMMITTED);
    ck_assert(!session_is_mid_message(session));
    session_free(session);
}
END_TEST

START_TEST(a_message_is_whole_with_its_last_bit)
{
    session = idle_session();
    session_begin(session);
    take_message("whole");
    ck_assert_int_eq(session->state, SESSION_COMMITTING);
    ck_assert_uint_eq(session->decoder.message.priority, 3);
    ck_assert_uint_eq(session->decoder.message.length, 5);
    ck_assert_mem_eq(session->decoder.message.bytes, "whole", 5);
    session_free(session);
}
END_TEST

START_TEST(a_verdict_frees_the_bytes_and_forgets_bits_that_wait)
{
    session = idle_session();
    session_begin(session);
    take_message("whole");
    arq_receiver_hold(&session->arq, LANE_THREAD, true);
    arq_receiver_hold(&session->arq, LANE_PROCESS, true);
    session_commit(session);
    ck_assert_ptr_null(session->decoder.message.bytes);
    ck_assert(!session->arq.held[LANE_THREAD]);
    ck_assert(!session->arq.held[LANE_PROCESS]);
    session_free(session);
}
END_TEST

START_TEST(the_count_runs_through_all_messages)
{
    uint64_t bits = 0;

    session = idle_session();
    for (int i = 0; i < 100; i++) {
        session_begin(session);
        bits += take_message("again");
        ck_assert_int_eq(session->state, SESSION_COMMITTING);
        session_commit(session);
        ck_assert_uint_eq(session->arq.count, bits);
    }
    ck_assert_uint_gt(bits, WORD_COUNT_MODULUS);
    session_free(session);
}
END_TEST

START_TEST(an_answer_has_the_newest_nonce_and_the_count_reduced)
{
    struct reply reply;

    session = idle_session();
    session->nonce = 0xbeef;
    session->arq.count = 3 * WORD_COUNT_MODULUS + 5;
    reply = session_reply(session, REPLY_WAIT);
    ck_assert_int_eq(reply.code, REPLY_WAIT);
    ck_assert_uint_eq(reply.nonce, 0xbeef);
    ck_assert_uint_eq(reply.count, 5);
    session_free(session);
}
END_TEST

START_TEST(each_refusal_of_the_frame_has_its_reply)
{
    session = idle_session();
    session_begin(session);
    take((const uint8_t[]){0x00}, 1);
    expect_refused(REPLY_DAMAGED);
    session_begin(session);
    take((const uint8_t[]){0x52}, 1);
    expect_refused(REPLY_VERSION);
    session_begin(session);
    take((const uint8_t[]){0x51, 6, LIMIT + 1}, 3);
    expect_refused(REPLY_TOO_LARGE);
    session_begin(session);
    memory_is_scarce = true;
    take((const uint8_t[]){0x51, 6, LIMIT, 'x'}, 4);
    memory_is_scarce = false;
    expect_refused(REPLY_BUSY);
    session_free(session);
}
END_TEST

START_TEST(a_refused_message_leaves_the_session_fit_for_the_next)
{
    session = idle_session();
    session_begin(session);
    take((const uint8_t[]){0x51, 6, 4, 'h', 'a', 'l', 'f'}, 7);
    session_refuse(session, REPLY_STOPPING);
    expect_refused(REPLY_STOPPING);
    session_begin(session);
    take_message("whole");
    ck_assert_int_eq(session->state, SESSION_COMMITTING);
    ck_assert_mem_eq(session->decoder.message.bytes, "whole", 5);
    session_free(session);
}
END_TEST

START_TEST(the_bits_of_each_message_are_counted_from_0)
{
    session = idle_session();
    for (int i = 0; i < 2; i++) {
        session->is_invited = true;
        ck_assert_uint_eq(session_taken(session), 0);
        session_begin(session);
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

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        a_new_session_has_begun_nothing,
        without_memory_there_is_no_session,
        a_message_is_under_way_from_its_first_bit_to_its_verdict,
        a_message_is_whole_with_its_last_bit,
        a_verdict_frees_the_bytes_and_forgets_bits_that_wait,
        the_count_runs_through_all_messages,
        the_bits_of_each_message_are_counted_from_0,
        an_answer_has_the_newest_nonce_and_the_count_reduced,
        each_refusal_of_the_frame_has_its_reply,
        a_refused_message_leaves_the_session_fit_for_the_next,
        NULL,
    };

    return suite_of("session", tests);
}
