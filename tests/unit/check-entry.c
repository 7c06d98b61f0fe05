/* SPDX-License-Identifier: MIT */
/* check-entry.c - tests the fields of messages and records */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "daemon/entry.h"
#include "daemon/message-ids.h"
#include "suite.h"

static struct entry_fields list;

/* The list has exactly these fields, each NAME=VALUE and a newline, in this order. */
static void expect_list(const char *expected)
{
    char text[1024];
    size_t length = 0;

    for (unsigned i = 0; i < list.count; i++) {
        const struct entry_field *field = &list.list[i];

        length += (size_t)snprintf(text + length, sizeof text - length, "%.*s=%.*s\n",
                                   (int)field->name_length, field->name, (int)field->length,
                                   field->length > 0 ? (const char *)field->value : "");
        ck_assert_uint_lt(length, sizeof text);
    }
    ck_assert_str_eq(text, expected);
}

static void list_message(const char *text, struct fields *fields, struct origin origin)
{
    struct entry entry = {
        .from = {.pid = 7, .uid = 8, .account = 9},
        .origin = origin,
        .message = {.priority = 5, .bytes = (uint8_t *)text, .length = strlen(text)},
    };

    entry.message.fields = fields->octets;
    entry.message.fields_length = fields->length;
    entry_fields_begin(&list);
    entry_fields_add_message(&list, &entry);
}

START_TEST(a_message_has_its_priority_and_its_sender)
{
    list_message("text", &(struct fields){0}, ORIGIN_UNKNOWN);
    expect_list("MESSAGE=text\nPRIORITY=5\nMESSAGE_ID=" MESSAGE_ID_MESSAGE
                "\nSYSLOG_IDENTIFIER=minitalk\nMINITALK_SENDER_PID=7\nMINITALK_SENDER_UID=8\n"
                "MINITALK_SENDER_ACCOUNT=9\nMINITALK_BYTES=4\n");
}
END_TEST

START_TEST(an_empty_message_has_an_empty_field)
{
    list_message("", &(struct fields){0}, ORIGIN_UNKNOWN);
    ck_assert_mem_eq(list.list[0].name, "MESSAGE", list.list[0].name_length);
    ck_assert_uint_eq(list.list[0].length, 0);
}
END_TEST

START_TEST(the_origin_is_listed_as_far_as_it_is_known)
{
    list_message(
        "", &(struct fields){0},
        (struct origin){"command", (char[]){"a.service"}, (char[]){"b.service"}, (char[]){"c1"}});
    expect_list("MESSAGE=\nPRIORITY=5\nMESSAGE_ID=" MESSAGE_ID_MESSAGE
                "\nSYSLOG_IDENTIFIER=minitalk\nMINITALK_SENDER_PID=7\nMINITALK_SENDER_UID=8\n"
                "MINITALK_SENDER_ACCOUNT=9\nMINITALK_SENDER_COMM=command\n"
                "MINITALK_SENDER_UNIT=a.service\nMINITALK_SENDER_USER_UNIT=b.service\n"
                "MINITALK_SENDER_SESSION=c1\nMINITALK_BYTES=0\n");
}
END_TEST

static void add_own(struct fields *fields, const char *text)
{
    ck_assert_int_eq(fields_add(fields, text, strlen(text)), FIELDS_ADDED);
}

START_TEST(fields_of_the_same_name_stand_together_in_their_order)
{
    struct fields fields = {0};

    add_own(&fields, "A=1");
    add_own(&fields, "AB=2");
    add_own(&fields, "A=3");
    add_own(&fields, "B=");
    add_own(&fields, "A=0");
    add_own(&fields, "AB=2");
    ck_assert_int_eq(fields_set_tag(&fields, "tag"), FIELDS_ADDED);
    ck_assert_int_eq(fields_set_facility(&fields, 3), FIELDS_ADDED);
    ck_assert_int_eq(fields_set_pid(&fields, 4711), FIELDS_ADDED);
    list_message("x", &fields, ORIGIN_UNKNOWN);
    expect_list("MESSAGE=x\nPRIORITY=5\nMESSAGE_ID=" MESSAGE_ID_MESSAGE
                "\nA=1\nA=3\nA=0\nAB=2\nAB=2\nB=\nSYSLOG_IDENTIFIER=tag\nSYSLOG_FACILITY=3\n"
                "SYSLOG_PID=4711\nMINITALK_SENDER_PID=7\nMINITALK_SENDER_UID=8\n"
                "MINITALK_SENDER_ACCOUNT=9\nMINITALK_BYTES=1\n");
    fields_free(&fields);
}
END_TEST

/* The largest numbers fit the memory of the list, and all fields fit the list. */
START_TEST(the_largest_entry_fits)
{
    char unit[] = "unit", name[FIELD_NAME_MAX];
    struct fields fields = {0};
    struct entry entry = {
        .from = {.pid = INT32_MIN, .uid = UINT32_MAX, .account = UINT32_MAX},
        .origin = {.command = "command", .unit = unit, .user_unit = unit, .login_session = unit},
        .message = {.priority = 7, .length = SIZE_MAX},
    };

    for (unsigned i = 0; i < FIELDS_COUNT_MAX; i++) {
        snprintf(name, sizeof name, "FIELD_%u=", i);
        add_own(&fields, name);
    }
    entry.message.fields = fields.octets;
    entry.message.fields_length = fields.length;
    entry_fields_begin(&list);
    entry_fields_stamp(&list);
    entry_fields_add_message(&list, &entry);
    ck_assert_uint_le(list.count, sizeof list.list / sizeof list.list[0]);
    fields_free(&fields);
}
END_TEST

START_TEST(a_record_has_the_identifier_of_the_daemon)
{
    entry_fields_begin(&list);
    entry_fields_add_record(&list, RECORD_STARTED, NULL, "it started");
    expect_list("MESSAGE=it started\nPRIORITY=6\nMESSAGE_ID=" MESSAGE_ID_STARTED
                "\nSYSLOG_IDENTIFIER=minitalkd\n");
}
END_TEST

START_TEST(each_kind_of_record_has_an_id_of_its_own)
{
    char ids[RECORD_PARTIAL + 1][33];

    for (enum record record = 0; record <= RECORD_PARTIAL; record++) {
        const struct entry_field *id = &list.list[2];

        entry_fields_begin(&list);
        entry_fields_add_record(&list, record, NULL, "text");
        ck_assert_mem_eq(id->name, "MESSAGE_ID", id->name_length);
        ck_assert_uint_eq(id->length, 32);
        snprintf(ids[record], sizeof ids[record], "%.32s", (const char *)id->value);
        for (enum record other = 0; other < record; other++)
            ck_assert_str_ne(ids[other], ids[record]);
    }
}
END_TEST

START_TEST(a_record_about_a_sender_names_the_sender)
{
    entry_fields_begin(&list);
    entry_fields_add_record(&list, RECORD_LOST,
                            &(struct credentials){.pid = 7, .uid = 8, .account = 9}, "it ended");
    expect_list("MESSAGE=it ended\nPRIORITY=5\nMESSAGE_ID=" MESSAGE_ID_LOST
                "\nSYSLOG_IDENTIFIER=minitalkd\nMINITALK_SENDER_PID=7\nMINITALK_SENDER_UID=8\n"
                "MINITALK_SENDER_ACCOUNT=9\n");
}
END_TEST

/* Returns the value of a field as text, which is in the list once. */
static const char *value_of(const char *name)
{
    static char text[256];
    unsigned found = 0;

    for (unsigned i = 0; i < list.count; i++) {
        const struct entry_field *field = &list.list[i];

        if (field->name_length == strlen(name) &&
            memcmp(field->name, name, field->name_length) == 0) {
            snprintf(text, sizeof text, "%.*s", (int)field->length, (const char *)field->value);
            found++;
        }
    }
    ck_assert_uint_eq(found, 1);
    return text;
}

static unsigned long long microseconds_of(clockid_t clock)
{
    struct timespec now;

    ck_assert_int_eq(clock_gettime(clock, &now), 0);
    return (unsigned long long)now.tv_sec * 1000000 + (unsigned long long)now.tv_nsec / 1000;
}

static void expect_time(const char *name, clockid_t clock)
{
    unsigned long long before = microseconds_of(clock), stamped;

    entry_fields_begin(&list);
    entry_fields_stamp(&list);
    stamped = strtoull(value_of(name), NULL, 10);
    ck_assert_uint_ge(stamped, before);
    ck_assert_uint_le(stamped, microseconds_of(clock));
}

START_TEST(a_stamp_has_time_boot_host_and_process)
{
    char expected[256] = "", line[64];
    FILE *boot = fopen("/proc/sys/kernel/random/boot_id", "re");
    size_t length = 0;

    expect_time("__REALTIME_TIMESTAMP", CLOCK_REALTIME);
    expect_time("__MONOTONIC_TIMESTAMP", CLOCK_MONOTONIC);
    ck_assert_int_eq(gethostname(expected, sizeof expected), 0);
    ck_assert_str_eq(value_of("_HOSTNAME"), expected);
    snprintf(expected, sizeof expected, "%d", (int)getpid());
    ck_assert_str_eq(value_of("_PID"), expected);
    if (!boot)
        return;
    ck_assert_ptr_nonnull(fgets(line, sizeof line, boot));
    fclose(boot);
    for (const char *at = line; *at && *at != '\n'; at++)
        if (*at != '-')
            expected[length++] = *at;
    expected[length] = '\0';
    ck_assert_str_eq(value_of("_BOOT_ID"), expected);
}
END_TEST

START_TEST(a_field_repeats_if_the_one_before_has_its_name)
{
    struct fields fields = {0};

    add_own(&fields, "A=1");
    add_own(&fields, "AB=1");
    add_own(&fields, "AB=2");
    list_message("", &fields, ORIGIN_UNKNOWN);
    for (unsigned i = 0; i <= list.count; i++)
        ck_assert_int_eq(entry_fields_repeat(&list, i), i == 5);
    fields_free(&fields);
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        a_message_has_its_priority_and_its_sender,
        an_empty_message_has_an_empty_field,
        the_origin_is_listed_as_far_as_it_is_known,
        fields_of_the_same_name_stand_together_in_their_order,
        a_field_repeats_if_the_one_before_has_its_name,
        a_stamp_has_time_boot_host_and_process,
        the_largest_entry_fits,
        a_record_has_the_identifier_of_the_daemon,
        each_kind_of_record_has_an_id_of_its_own,
        a_record_about_a_sender_names_the_sender,
        NULL,
    };

    return suite_of("entry", tests);
}
