/* SPDX-License-Identifier: MIT */
/* check-user.c - tests that users take turns, and that sessions and room are counted by user */

#include "protocol/user.h"
#include "suite.h"

#define ANN 1001
#define BOB 1002

static struct users users;
static struct member members[6];
static struct member *const ann1 = &members[0], *const ann2 = &members[1],
                            *const ann3 = &members[2], *const bob1 = &members[3],
                            *const bob2 = &members[4];

/* Begins with three sessions of ann's and two of bob's. */
static void begin(void)
{
    users_init(&users);
    for (unsigned i = 0; i < 5; i++) {
        members[i] = (struct member){0};
        ck_assert(users_join(&users, 1, i < 3 ? ANN : BOB, &members[i]));
    }
}

static void end(void)
{
    for (unsigned i = 0; i < 5; i++)
        if (members[i].user)
            users_leave(&users, 1, &members[i]);
    ck_assert(LIST_EMPTY(&users.all));
    ck_assert(!users_have_queued(&users));
    ck_assert_uint_eq(users.reserved, 0);
    ck_assert_uint_eq(users.young, 0);
}

START_TEST(users_take_turns_and_the_sessions_of_a_user_keep_their_order)
{
    users_enqueue(&users, ann1, false);
    users_enqueue(&users, ann2, false);
    users_enqueue(&users, ann3, false);
    users_enqueue(&users, bob1, false);
    users_enqueue(&users, bob2, false);
    ck_assert_ptr_eq(users_next(&users), ann1);
    ck_assert_ptr_eq(users_next(&users), bob1);
    ck_assert_ptr_eq(users_next(&users), ann2);
    ck_assert_ptr_eq(users_next(&users), bob2);
    ck_assert_ptr_eq(users_next(&users), ann3);
    ck_assert_ptr_null(users_next(&users));
}
END_TEST

START_TEST(a_later_user_waits_for_one_turn_of_each_other_user)
{
    users_enqueue(&users, ann1, false);
    users_enqueue(&users, ann2, false);
    users_enqueue(&users, ann3, false);
    ck_assert_ptr_eq(users_next(&users), ann1);
    users_enqueue(&users, bob1, false);
    ck_assert_ptr_eq(users_next(&users), ann2);
    ck_assert_ptr_eq(users_next(&users), bob1);
}
END_TEST

START_TEST(a_session_that_is_queued_again_keeps_its_position)
{
    users_enqueue(&users, ann1, false);
    users_enqueue(&users, ann2, false);
    users_enqueue(&users, ann1, false);
    ck_assert_ptr_eq(users_next(&users), ann1);
    ck_assert_ptr_eq(users_next(&users), ann2);
    ck_assert_ptr_null(users_next(&users));
}
END_TEST

START_TEST(a_session_that_leaves_or_is_dequeued_gets_no_turn)
{
    users_enqueue(&users, ann1, false);
    users_enqueue(&users, bob1, false);
    users_enqueue(&users, bob2, false);
    users_dequeue(&users, ann1);
    users_dequeue(&users, ann1);
    users_leave(&users, 1, bob1);
    ck_assert_ptr_eq(users_next(&users), bob2);
    ck_assert(!users_have_queued(&users));
}
END_TEST

START_TEST(young_sessions_that_wait_are_counted)
{
    users_enqueue(&users, ann1, true);
    users_enqueue(&users, ann2, false);
    users_enqueue(&users, bob1, true);
    ck_assert_uint_eq(users.young, 2);
    users_dequeue(&users, bob1);
    ck_assert_uint_eq(users.young, 1);
    ck_assert_ptr_eq(users_next(&users), ann1);
    ck_assert_uint_eq(users.young, 0);
}
END_TEST

START_TEST(sessions_are_counted_by_user)
{
    ck_assert_uint_eq(users_sessions(&users, ANN), 3);
    ck_assert_uint_eq(users_sessions(&users, BOB), 2);
    ck_assert_uint_eq(users_sessions(&users, 1003), 0);
    ck_assert_uint_eq(users_with_most_sessions(&users)->account, ANN);
    users_leave(&users, 1, ann1);
    users_leave(&users, 1, ann2);
    ck_assert_uint_eq(users_with_most_sessions(&users)->account, BOB);
    users_leave(&users, 1, ann3);
    ck_assert_uint_eq(users_sessions(&users, ANN), 0);
}
END_TEST

START_TEST(the_first_member_is_the_one_that_probed_least_recently)
{
    const struct user *ann = ann1->user;

    ck_assert_ptr_eq(TAILQ_FIRST(&ann->members), ann1);
    users_asked(ann1);
    ck_assert_ptr_eq(TAILQ_FIRST(&ann->members), ann2);
    users_asked(ann2);
    users_asked(ann3);
    ck_assert_ptr_eq(TAILQ_FIRST(&ann->members), ann1);
}
END_TEST

START_TEST(room_is_counted_by_user_and_in_all)
{
    users_reserve(&users, ann1, 100);
    users_reserve(&users, bob1, 60);
    users_reserve(&users, bob2, 60);
    ck_assert_uint_eq(users.reserved, 220);
    ck_assert_uint_eq(users_with_most_room(&users)->account, BOB);
    users_release(&users, bob2);
    users_release(&users, bob2);
    ck_assert_uint_eq(users.reserved, 160);
    ck_assert_uint_eq(users_with_most_room(&users)->account, ANN);
    users_leave(&users, 1, ann1);
    ck_assert_uint_eq(users.reserved, 60);
}
END_TEST

START_TEST(without_users_no_user_has_the_most)
{
    struct users nobody;

    users_init(&nobody);
    ck_assert_ptr_null(users_with_most_sessions(&nobody));
    ck_assert_ptr_null(users_with_most_room(&nobody));
    ck_assert_ptr_null(users_next(&nobody));
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        users_take_turns_and_the_sessions_of_a_user_keep_their_order,
        a_later_user_waits_for_one_turn_of_each_other_user,
        a_session_that_is_queued_again_keeps_its_position,
        a_session_that_leaves_or_is_dequeued_gets_no_turn,
        young_sessions_that_wait_are_counted,
        sessions_are_counted_by_user,
        the_first_member_is_the_one_that_probed_least_recently,
        room_is_counted_by_user_and_in_all,
        without_users_no_user_has_the_most,
        NULL,
    };

    return suite_around("user", tests, begin, end);
}
