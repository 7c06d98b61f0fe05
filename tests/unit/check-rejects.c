/* SPDX-License-Identifier: MIT */
/* check-rejects.c - tests the negative cache of processes that are no senders */

#include "daemon/rejects.h"
#include "protocol/timing.h"
#include "suite.h"

#define NOW UINT64_C(1000000000)

static struct rejects rejects;

START_TEST(at_first_no_process_is_remembered)
{
    ck_assert(!rejects_have(&rejects, 1, 1));
    ck_assert(!rejects_have(&rejects, 0, 1));
}
END_TEST

START_TEST(a_process_is_remembered_for_reject_time)
{
    rejects_add(&rejects, 42, NOW);
    ck_assert(rejects_have(&rejects, 42, NOW));
    ck_assert(rejects_have(&rejects, 42, NOW + REJECT_TIME - 1));
    ck_assert(!rejects_have(&rejects, 42, NOW + REJECT_TIME));
    ck_assert(!rejects_have(&rejects, 43, NOW));
}
END_TEST

START_TEST(a_newer_process_replaces_an_older_one_in_the_same_entry)
{
    rejects_add(&rejects, 42, NOW);
    rejects_add(&rejects, 42 + REJECTS, NOW);
    ck_assert(!rejects_have(&rejects, 42, NOW));
    ck_assert(rejects_have(&rejects, 42 + REJECTS, NOW));
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        at_first_no_process_is_remembered,
        a_process_is_remembered_for_reject_time,
        a_newer_process_replaces_an_older_one_in_the_same_entry,
        NULL,
    };

    return suite_of("rejects", tests);
}
