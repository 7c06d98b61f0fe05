/* check-stranger.c - who was no sender a moment ago is remembered, for a moment */

#include "daemon/stranger.h"
#include "suite.h"

#define NOW UINT64_C(1000000000)

static struct strangers strangers;

START_TEST(at_first_nobody_is_remembered)
{
    ck_assert(!strangers_have(&strangers, 1, 1));
    ck_assert(!strangers_have(&strangers, 0, 1));
}
END_TEST

START_TEST(a_process_is_remembered_for_its_time)
{
    strangers_add(&strangers, 42, NOW);
    ck_assert(strangers_have(&strangers, 42, NOW));
    ck_assert(strangers_have(&strangers, 42, NOW + STRANGER_TIME - 1));
    ck_assert(!strangers_have(&strangers, 42, NOW + STRANGER_TIME));
    ck_assert(!strangers_have(&strangers, 43, NOW));
}
END_TEST

START_TEST(the_newest_of_those_that_share_a_place_is_remembered)
{
    strangers_add(&strangers, 42, NOW);
    strangers_add(&strangers, 42 + STRANGERS, NOW);
    ck_assert(!strangers_have(&strangers, 42, NOW));
    ck_assert(strangers_have(&strangers, 42 + STRANGERS, NOW));
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        at_first_nobody_is_remembered,
        a_process_is_remembered_for_its_time,
        the_newest_of_those_that_share_a_place_is_remembered,
        NULL,
    };

    return suite_of("stranger", tests);
}
