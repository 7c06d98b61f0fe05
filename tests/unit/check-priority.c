/* SPDX-License-Identifier: MIT */
/* check-priority.c - tests that priorities are parsed as logger(1) parses them */

#include <stdio.h>
#include <string.h>

#include "sender/priority.h"
#include "suite.h"

static void expect(const char *text, unsigned level, int facility)
{
    struct priority priority;

    ck_assert_msg(priority_parse(text, &priority), "%s", text);
    ck_assert_msg(priority.level == level, "%s is %u", text, priority.level);
    ck_assert_msg(priority.facility == facility, "%s is of %d", text, priority.facility);
}

static void expect_none(const char *text)
{
    struct priority priority = {.level = 42, .facility = 43};

    ck_assert_msg(!priority_parse(text, &priority), "%s", text);
    ck_assert_uint_eq(priority.level, 42);
    ck_assert_int_eq(priority.facility, 43);
}

START_TEST(a_level_is_a_name_or_a_number)
{
    static const char *const names[] = {"emerg",   "alert",  "crit", "err",
                                        "warning", "notice", "info", "debug"};

    for (unsigned level = 0; level < 8; level++) {
        expect(names[level], level, FACILITY_NONE);
        expect((char[]){(char)('0' + level), '\0'}, level, FACILITY_NONE);
    }
    expect("Error", 3, FACILITY_NONE);
    expect("WARN", 4, FACILITY_NONE);
    expect("panic", 0, FACILITY_NONE);
}
END_TEST

START_TEST(a_facility_is_a_name_or_a_number)
{
    static const char *const names[] = {
        "kern",   "user",   "mail",     "daemon", "auth",   "syslog", "lpr",    "news",
        "uucp",   "cron",   "authpriv", "ftp",    NULL,     NULL,     NULL,     NULL,
        "local0", "local1", "local2",   "local3", "local4", "local5", "local6", "local7"};

    for (int facility = 0; facility < 24; facility++) {
        char text[32];

        snprintf(text, sizeof text, "%d.3", facility);
        expect(text, 3, facility);
        if (!names[facility])
            continue;
        snprintf(text, sizeof text, "%s.err", names[facility]);
        expect(text, 3, facility);
    }
}
END_TEST

START_TEST(any_other_text_is_refused)
{
    static const char *const texts[] = {"",
                                        ".",
                                        "8",
                                        "-1",
                                        "none",
                                        "loud",
                                        "user.",
                                        ".err",
                                        "mark.err",
                                        "24.err",
                                        "user.err.",
                                        "err.user",
                                        "user.none",
                                        "user 3",
                                        "user..err",
                                        "0x3",
                                        "a-facility-with-a-long-name.err"};

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        expect_none(texts[i]);
}
END_TEST

static size_t prefix(const char *text, struct priority *ret)
{
    *ret = (struct priority){.level = 5, .facility = 1};
    return priority_prefix((const uint8_t *)text, strlen(text), ret);
}

START_TEST(a_prefix_gives_its_level_its_facility_and_its_length)
{
    struct priority priority;

    ck_assert_uint_eq(prefix("<134>text", &priority), 5);
    ck_assert_uint_eq(priority.level, 6);
    ck_assert_int_eq(priority.facility, 16);
    ck_assert_uint_eq(prefix("<191>", &priority), 5);
    ck_assert_uint_eq(priority.level, 7);
    ck_assert_int_eq(priority.facility, 23);
}
END_TEST

START_TEST(a_prefix_of_facility_0_does_not_change_the_facility)
{
    struct priority priority;

    ck_assert_uint_eq(prefix("<3>text", &priority), 3);
    ck_assert_uint_eq(priority.level, 3);
    ck_assert_int_eq(priority.facility, 1);
}
END_TEST

START_TEST(text_that_is_no_prefix_belongs_to_the_message)
{
    static const char *const texts[] = {"",          "<",        "<3",    "<>text",
                                        "<192>text", "<-3>text", "3>",    "text",
                                        " <3>",      "<3 >",     "<0x3>", "<4294967299>"};

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct priority priority;

        ck_assert_msg(prefix(texts[i], &priority) == 0, "%s", texts[i]);
        ck_assert_uint_eq(priority.level, 5);
        ck_assert_int_eq(priority.facility, 1);
    }
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        a_level_is_a_name_or_a_number,
        a_facility_is_a_name_or_a_number,
        any_other_text_is_refused,
        a_prefix_gives_its_level_its_facility_and_its_length,
        a_prefix_of_facility_0_does_not_change_the_facility,
        text_that_is_no_prefix_belongs_to_the_message,
        NULL,
    };

    return suite_of("priority", tests);
}
