/* SPDX-License-Identifier: MIT */
/* check-subids.c - tests that a subordinate user ID counts for the owner of its range */

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "daemon/subids.h"
#include "suite.h"

static char path[64];
static struct subids subids;

static void write_file(const char *text)
{
    FILE *file = fopen(path, "we");

    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
}

static void begin(void)
{
    const char *parent = getenv("TMPDIR");
    int fd;

    snprintf(path, sizeof path, "%s/check-subids-XXXXXX", parent ? parent : "/tmp");
    fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    close(fd);
    subids_init(&subids, path);
}

static void end(void)
{
    subids_done(&subids);
    unlink(path);
}

static uid_t account_of(uid_t uid)
{
    uid_t account;

    ck_assert_int_eq(subids_account(&subids, uid, &account), 0);
    return account;
}

START_TEST(each_id_of_a_range_counts_for_its_owner)
{
    write_file("1001:100000:65536\n1002:165536:65536\n");
    ck_assert_uint_eq(account_of(99999), 99999);
    ck_assert_uint_eq(account_of(100000), 1001);
    ck_assert_uint_eq(account_of(165535), 1001);
    ck_assert_uint_eq(account_of(165536), 1002);
    ck_assert_uint_eq(account_of(231071), 1002);
    ck_assert_uint_eq(account_of(231072), 231072);
    ck_assert_uint_eq(account_of(1001), 1001);
}
END_TEST

START_TEST(an_owner_may_be_a_name)
{
    uid_t nobody = 65534;

    write_file("nobody:100000:10\n");
    ck_assert_uint_eq(account_of(100009), nobody);
}
END_TEST

START_TEST(a_range_of_root_or_of_nobody_known_is_an_account_of_its_own)
{
    write_file("root:100000:10\nno-such-user:200000:10\n0:300000:10\n");
    ck_assert_uint_eq(account_of(100009), 100000);
    ck_assert_uint_eq(account_of(200009), 200000);
    ck_assert_uint_eq(account_of(300009), 300000);
}
END_TEST

START_TEST(the_last_possible_range_is_complete)
{
    write_file("1001:4294967290:100\n");
    ck_assert_uint_eq(account_of(4294967294), 1001);
    ck_assert_uint_eq(account_of(4294967289), 4294967289);
    ck_assert_uint_eq(account_of(5), 5);
}
END_TEST

START_TEST(numbers_are_those_of_shadow)
{
    write_file("1001:0x186a0:0x10\n1002:0303260:8\n");
    ck_assert_uint_eq(account_of(100015), 1001);
    ck_assert_uint_eq(account_of(100016), 1002);
    ck_assert_uint_eq(account_of(100024), 100024);
}
END_TEST

START_TEST(lines_that_are_no_range_are_ignored)
{
    write_file("\n# comment\n1001\n1001:100000\n1001:x:10\n1001:100000:-1\n:100000:10\n"
               "1001:100000:10:\n1002:100000:10");
    ck_assert_uint_eq(account_of(100000), 1002);
}
END_TEST

START_TEST(the_file_is_read_again_after_a_change)
{
    write_file("");
    ck_assert_uint_eq(account_of(100000), 100000);
    write_file("1001:100000:10\n");
    ck_assert_uint_eq(account_of(100000), 1001);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_uint_eq(account_of(100000), 100000);
}
END_TEST

static void allow_descriptors(bool are_allowed)
{
    struct rlimit limit;

    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = are_allowed ? limit.rlim_max : 0;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

START_TEST(a_shortage_gives_no_answer_now_and_the_right_one_later)
{
    uid_t account, nobody = 65534;

    write_file("1001:100000:10\nnobody:200000:10\n");
    allow_descriptors(false);
    ck_assert_int_eq(subids_account(&subids, 100000, &account), -EMFILE);
    allow_descriptors(true);
    ck_assert_uint_eq(account_of(100000), 1001);
    allow_descriptors(false);
    ck_assert_int_eq(subids_account(&subids, 200000, &account), -EMFILE);
    allow_descriptors(true);
    ck_assert_uint_eq(account_of(200000), nobody);
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        each_id_of_a_range_counts_for_its_owner,
        an_owner_may_be_a_name,
        a_range_of_root_or_of_nobody_known_is_an_account_of_its_own,
        the_last_possible_range_is_complete,
        numbers_are_those_of_shadow,
        lines_that_are_no_range_are_ignored,
        the_file_is_read_again_after_a_change,
        a_shortage_gives_no_answer_now_and_the_right_one_later,
        NULL,
    };

    return suite_around("subids", tests, begin, end);
}
