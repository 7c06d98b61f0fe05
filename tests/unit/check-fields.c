/* SPDX-License-Identifier: MIT */
/* check-fields.c - tests that fields are decoded unchanged, and that invalid ones are refused */

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/fields.h"
#include "protocol/leb128.h"
#include "scarce.h"
#include "suite.h"

#define NAME_64 "A123456789012345678901234567890123456789012345678901234567890123"

static enum fields_result add_text(const char *text)
{
    struct fields fields = {0};
    enum fields_result result = fields_add(&fields, text, strlen(text));

    ck_assert_uint_eq(fields.count, result == FIELDS_ADDED);
    ck_assert_int_eq(fields_are_valid(fields.octets, fields.length), true);
    fields_free(&fields);
    return result;
}

/* True if a sequence of octets with one field, of this text, is valid. */
static bool is_valid(const char *text, size_t length)
{
    uint8_t *octets = malloc(LEB128_OCTETS + length), *at;
    bool valid;

    ck_assert_ptr_nonnull(octets);
    at = leb128_put(octets, length);
    memcpy(at, text, length);
    valid = fields_are_valid(octets, (size_t)(at - octets) + length);
    free(octets);
    return valid;
}

static void expect_invalid(const uint8_t *octets, size_t length)
{
    ck_assert(!fields_are_valid(octets, length));
}
#define EXPECT_INVALID(...)                                                                        \
    expect_invalid((const uint8_t[]){__VA_ARGS__}, sizeof(uint8_t[]){__VA_ARGS__})

static void expect_next(const struct fields *fields, size_t *offset, enum field_kind kind,
                        const char *name, const char *value)
{
    struct field field;

    ck_assert(fields_next(fields->octets, fields->length, offset, &field));
    ck_assert_int_eq(field.kind, kind);
    ck_assert_uint_eq(field.name_length, strlen(name));
    ck_assert_mem_eq(field.name, name, strlen(name));
    ck_assert_uint_eq(field.length, strlen(value));
    if (field.length > 0)
        ck_assert_mem_eq(field.value, value, strlen(value));
}

/* ---- encoding and decoding ---- */

START_TEST(fields_are_decoded_unchanged_and_in_order)
{
    struct fields fields = {0};
    struct field field;
    size_t offset = 0;

    ck_assert_int_eq(fields_set_tag(&fields, "cron"), FIELDS_ADDED);
    ck_assert_int_eq(fields_add(&fields, "UNIT_NAME=a=b", 13), FIELDS_ADDED);
    ck_assert_int_eq(fields_set_facility(&fields, 9), FIELDS_ADDED);
    ck_assert_int_eq(fields_add(&fields, "A=", 2), FIELDS_ADDED);
    ck_assert_int_eq(fields_set_pid(&fields, 4711), FIELDS_ADDED);
    ck_assert_uint_eq(fields.count, 5);
    ck_assert(fields_are_valid(fields.octets, fields.length));
    expect_next(&fields, &offset, FIELD_TAG, "SYSLOG_IDENTIFIER", "cron");
    expect_next(&fields, &offset, FIELD_OWN, "UNIT_NAME", "a=b");
    expect_next(&fields, &offset, FIELD_FACILITY, "SYSLOG_FACILITY", "9");
    expect_next(&fields, &offset, FIELD_OWN, "A", "");
    expect_next(&fields, &offset, FIELD_PID, "SYSLOG_PID", "4711");
    ck_assert_uint_eq(offset, fields.length);
    ck_assert(!fields_next(fields.octets, fields.length, &offset, &field));
    fields_free(&fields);
    ck_assert_ptr_null(fields.octets);
}
END_TEST

START_TEST(fields_are_encoded_as_the_manual_says)
{
    static const uint8_t expected[] = {3, 'A', '=', 'b', 2, 't', 'x',
                                       3, 'f', '2', '3', 2, 'i', '1'};
    struct fields fields = {0};

    ck_assert_int_eq(fields_add(&fields, "A=b", 3), FIELDS_ADDED);
    ck_assert_int_eq(fields_set_tag(&fields, "x"), FIELDS_ADDED);
    ck_assert_int_eq(fields_set_facility(&fields, 23), FIELDS_ADDED);
    ck_assert_int_eq(fields_set_pid(&fields, 1), FIELDS_ADDED);
    ck_assert_uint_eq(fields.length, sizeof expected);
    ck_assert_mem_eq(fields.octets, expected, sizeof expected);
    fields_free(&fields);
}
END_TEST

START_TEST(name_and_value_of_an_own_field_are_in_one_piece)
{
    struct fields fields = {0};
    struct field field;
    size_t offset = 0;

    ck_assert_int_eq(fields_add(&fields, "AB=cd", 5), FIELDS_ADDED);
    ck_assert(fields_next(fields.octets, fields.length, &offset, &field));
    ck_assert_mem_eq(field.name, "AB=cd", 5);
    ck_assert_ptr_eq(field.value, field.name + 3);
    fields_free(&fields);
}
END_TEST

START_TEST(the_value_of_an_own_field_may_have_any_octets)
{
    char text[2 + 256] = {'A', '='};
    struct fields fields = {0};
    struct field field;
    size_t offset = 0;

    for (int i = 0; i < 256; i++)
        text[2 + i] = (char)i;
    ck_assert_int_eq(fields_add(&fields, text, sizeof text), FIELDS_ADDED);
    ck_assert(fields_are_valid(fields.octets, fields.length));
    ck_assert(fields_next(fields.octets, fields.length, &offset, &field));
    ck_assert_uint_eq(field.length, 256);
    ck_assert_mem_eq(field.value, text + 2, 256);
    fields_free(&fields);
}
END_TEST

START_TEST(an_own_field_may_be_repeated)
{
    struct fields fields = {0};

    ck_assert_int_eq(fields_add(&fields, "A=b", 3), FIELDS_ADDED);
    ck_assert_int_eq(fields_add(&fields, "A=b", 3), FIELDS_ADDED);
    ck_assert(fields_are_valid(fields.octets, fields.length));
    fields_free(&fields);
}
END_TEST

START_TEST(an_empty_sequence_is_valid_and_has_no_field)
{
    struct field field;
    size_t offset = 0;

    ck_assert(fields_are_valid(NULL, 0));
    ck_assert(!fields_next(NULL, 0, &offset, &field));
}
END_TEST

/* ---- names ---- */

START_TEST(a_name_has_only_capitals_digits_and_underscores)
{
    static const char *const bad[] = {"",      "=",     "=b",   "A",  "a=b", "1A=b", "Aa", "A b=",
                                      "\xc4=", "A\n=b", "A-B=", "@=", "[=",  "/=",   ":="};

    ck_assert_int_eq(add_text("AZ_09=b"), FIELDS_ADDED);
    ck_assert_int_eq(add_text("Z=b"), FIELDS_ADDED);
    ck_assert_int_eq(add_text(NAME_64 "="), FIELDS_ADDED);
    ck_assert_int_eq(add_text(NAME_64 "A="), FIELDS_BAD_NAME);
    ck_assert(!is_valid(NAME_64 "A=", FIELD_NAME_MAX + 2));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ck_assert_msg(add_text(bad[i]) == FIELDS_BAD_NAME, "%s", bad[i]);
        ck_assert_msg(!is_valid(bad[i], strlen(bad[i])), "%s", bad[i]);
    }
}
END_TEST

START_TEST(names_that_the_daemon_or_journald_sets_are_reserved)
{
    static const char *const reserved[] = {
        "MESSAGE=b",
        "MESSAGE_ID=b",
        "PRIORITY=1",
        "SYSLOG_IDENTIFIER=b",
        "SYSLOG_FACILITY=1",
        "SYSLOG_PID=1",
        "_=b",
        "_UID=0",
        "MINITALK_SENDER_UID=",
        "MINITALK_=b",
        "OBJECT_PID=1",
        "OBJECT_SYSTEMD_UNIT=b",
    };

    for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++) {
        ck_assert_msg(add_text(reserved[i]) == FIELDS_RESERVED, "%s", reserved[i]);
        ck_assert_msg(!is_valid(reserved[i], strlen(reserved[i])), "%s", reserved[i]);
    }
}
END_TEST

START_TEST(names_that_resemble_reserved_names_are_allowed)
{
    static const char *const names[] = {
        "MESSAG=b", "MESSAGES=b", "MESSAGE_I=b",  "MESSAGE_=b", "PRIORITY_=b", "SYSLOG_PIDS=1",
        "SYSLOG=b", "MINITALK=b", "XMINITALK_=b", "OBJECT=b",   "A_=b",
    };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        ck_assert_msg(add_text(names[i]) == FIELDS_ADDED, "%s", names[i]);
        ck_assert_msg(is_valid(names[i], strlen(names[i])), "%s", names[i]);
    }
}
END_TEST

/* ---- values ---- */

START_TEST(a_tag_has_1_to_255_octets)
{
    char tag[TAG_LENGTH_MAX + 2] = "";
    struct fields fields = {0};

    ck_assert_int_eq(fields_set_tag(&fields, tag), FIELDS_BAD_VALUE);
    memset(tag, 'x', TAG_LENGTH_MAX + 1);
    ck_assert_int_eq(fields_set_tag(&fields, tag), FIELDS_BAD_VALUE);
    ck_assert_uint_eq(fields.count, 0);
    tag[TAG_LENGTH_MAX] = '\0';
    ck_assert_int_eq(fields_set_tag(&fields, tag), FIELDS_ADDED);
    ck_assert(fields_are_valid(fields.octets, fields.length));
    fields_free(&fields);
    tag[TAG_LENGTH_MAX] = 'x';
    tag[0] = 't';
    ck_assert(!is_valid(tag, 1));
    ck_assert(is_valid(tag, 2));
    ck_assert(is_valid(tag, 1 + TAG_LENGTH_MAX));
    tag[TAG_LENGTH_MAX + 1] = 'x';
    ck_assert(!is_valid(tag, 2 + TAG_LENGTH_MAX));
}
END_TEST

/* Returns what fields_set_tag() says. The receiver must say the same. */
static enum fields_result judge_tag(const char *tag)
{
    char text[TAG_LENGTH_MAX + 1];
    struct fields fields = {0};
    enum fields_result result = fields_set_tag(&fields, tag);

    snprintf(text, sizeof text, "t%s", tag);
    ck_assert_int_eq(is_valid(text, strlen(text)), result == FIELDS_ADDED);
    ck_assert_uint_eq(fields.count, result == FIELDS_ADDED);
    fields_free(&fields);
    return result;
}

START_TEST(a_tag_is_printable_text)
{
    static const char *const bad[] = {
        "x\x80",
        "x\xff",
        "\xc2",
        "\xc2\x9b",
        "x\xc2\x80y",
        "x\xe2\x80\xa8",
        "\xe2\x80\xaex\xe2\x80\xac",
        "\xef\xbf\xbf",
    };

    for (unsigned octet = 1; octet < 256; octet++) {
        const char tag[] = {'x', (char)octet, '\0'};
        bool is_ascii = octet >= 0x20 && octet < 0x7f;

        ck_assert_int_eq(judge_tag(tag), is_ascii ? FIELDS_ADDED : FIELDS_BAD_VALUE);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        ck_assert_msg(judge_tag(bad[i]) == FIELDS_BAD_VALUE, "%zu", i);
    ck_assert_int_eq(judge_tag("Zo\xc3\xab \xe2\x82\xac \xf0\x9f\x98\x80"), FIELDS_ADDED);
    ck_assert(!is_valid("tx\0", 3));
}
END_TEST

START_TEST(a_tag_that_reads_as_the_daemons_is_reserved)
{
    static const char *const taken[] = {
        "minitalkd",
        "MiniTalkD",
        "  minitalkd",
        "minitalkd ",
        "minitalkd[1]",
        "minitalkd[1]: stopped",
        "minitalkd: stopped",
        "minitalkd/x",
        "mini\xe2\x80\x8btalkd", /* a space without width */
        ("\xe2\x80\x8f"
         "minitalkd"), /* behind a right-to-left mark */
        "minitalkd\xe2\x80\x8b",
        "minitalkd\xe2\x80\x8b: stopped",
    };
    static const char *const free[] = {
        "minitalk",    "minitalk d",   "minitalkdx", "minitalkd-x", "minitalkd.x",
        "minitalkd_x", "minitalkd2",   "xminitalkd", "-minitalkd",  "minitalk-d",
        "m",           "\xe2\x80\x8b", "mini talkd",
    };

    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++)
        ck_assert_msg(judge_tag(taken[i]) == FIELDS_RESERVED, "%s", taken[i]);
    for (size_t i = 0; i < sizeof free / sizeof free[0]; i++)
        ck_assert_msg(judge_tag(free[i]) == FIELDS_ADDED, "%s", free[i]);
}
END_TEST

START_TEST(a_facility_is_0_to_23)
{
    for (int facility = -2; facility <= FACILITY_MAX + 1; facility++) {
        struct fields fields = {0};

        ck_assert_int_eq(fields_set_facility(&fields, facility),
                         facility < FACILITY_NONE || facility > FACILITY_MAX ? FIELDS_BAD_VALUE
                                                                             : FIELDS_ADDED);
        ck_assert(fields_are_valid(fields.octets, fields.length));
        fields_free(&fields);
    }
}
END_TEST

START_TEST(a_pid_is_1_or_more)
{
    static const struct {
        int pid;
        enum fields_result result;
    } pids[] = {{INT_MIN, FIELDS_BAD_VALUE},
                {-1, FIELDS_BAD_VALUE},
                {0, FIELDS_BAD_VALUE},
                {1, FIELDS_ADDED},
                {INT_MAX, FIELDS_ADDED}};

    for (size_t i = 0; i < sizeof pids / sizeof pids[0]; i++) {
        struct fields fields = {0};

        ck_assert_int_eq(fields_set_pid(&fields, pids[i].pid), pids[i].result);
        ck_assert(fields_are_valid(fields.octets, fields.length));
        fields_free(&fields);
    }
}
END_TEST

START_TEST(a_number_is_decimal_in_its_shortest_form)
{
    static const char *const bad[] = {"f",   "f24", "f00", "f01",         "f-1",
                                      "f+1", "f 1", "f1 ", "f1a",         "f0x1",
                                      "i",   "i0",  "i01", "i2147483648", "i99999999999999999999",
                                      "i/",  "i:"};

    ck_assert(is_valid("f0", 2));
    ck_assert(is_valid("f23", 3));
    ck_assert(is_valid("i1", 2));
    ck_assert(is_valid("i2147483647", 11));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        ck_assert_msg(!is_valid(bad[i], strlen(bad[i])), "%s", bad[i]);
}
END_TEST

START_TEST(a_field_with_a_letter_may_occur_once)
{
    EXPECT_INVALID(2, 't', 'x', 2, 't', 'y');
    EXPECT_INVALID(2, 'f', '1', 2, 'i', '1', 2, 'f', '1');
    EXPECT_INVALID(2, 'i', '1', 2, 'f', '1', 2, 'i', '1');
}
END_TEST

START_TEST(a_field_that_is_set_again_replaces_the_older)
{
    static const uint8_t expected[] = {3, 'A', '=', 'b', 2, 't', 'y', 2, 'f', '2', 2, 'i', '2'};
    struct fields fields = {0};

    ck_assert_int_eq(fields_set_tag(&fields, "x"), FIELDS_ADDED);
    ck_assert_int_eq(fields_add(&fields, "A=b", 3), FIELDS_ADDED);
    ck_assert_int_eq(fields_set_facility(&fields, 1), FIELDS_ADDED);
    ck_assert_int_eq(fields_set_pid(&fields, 1), FIELDS_ADDED);
    ck_assert_int_eq(fields_set_tag(&fields, "y"), FIELDS_ADDED);
    ck_assert_int_eq(fields_set_facility(&fields, 2), FIELDS_ADDED);
    ck_assert_int_eq(fields_set_pid(&fields, 2), FIELDS_ADDED);
    ck_assert_uint_eq(fields.count, 4);
    ck_assert_uint_eq(fields.length, sizeof expected);
    ck_assert_mem_eq(fields.octets, expected, sizeof expected);
    fields_free(&fields);
}
END_TEST

START_TEST(the_facility_can_be_none)
{
    struct fields fields = {0};

    ck_assert_int_eq(fields_set_facility(&fields, FACILITY_NONE), FIELDS_ADDED);
    ck_assert_uint_eq(fields.count, 0);
    ck_assert_int_eq(fields_set_facility(&fields, 23), FIELDS_ADDED);
    ck_assert_int_eq(fields_set_facility(&fields, FACILITY_NONE), FIELDS_ADDED);
    ck_assert_uint_eq(fields.count, 0);
    ck_assert_uint_eq(fields.length, 0);
    fields_free(&fields);
}
END_TEST

START_TEST(other_letters_are_invalid)
{
    for (unsigned letter = 0; letter < 256; letter++) {
        const char text[] = {(char)letter, '1'};

        ck_assert_int_eq(is_valid(text, sizeof text),
                         letter == 't' || letter == 'f' || letter == 'i');
    }
}
END_TEST

/* ---- sequences of octets ---- */

START_TEST(a_malformed_field_is_invalid)
{
    EXPECT_INVALID(0);
    EXPECT_INVALID(3, 'A', '=');
    EXPECT_INVALID(2, 'A', '=', 0);
    EXPECT_INVALID(2, 'A', '=', 2, 'A');
    EXPECT_INVALID(2, 'A', '=', 2);
    EXPECT_INVALID(0x80);
    EXPECT_INVALID(0x82, 0, 'A', '=');
    EXPECT_INVALID(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 'A', '=');
    EXPECT_INVALID(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 'A', '=');
}
END_TEST

START_TEST(each_field_of_a_sequence_must_be_valid)
{
    static const uint8_t octets[] = {2, 'A', '=', 2, '_', '='};
    struct field field = {.length = 42};
    size_t offset = 0;

    ck_assert(!fields_are_valid(octets, sizeof octets));
    ck_assert(fields_next(octets, sizeof octets, &offset, &field));
    ck_assert_uint_eq(offset, 3);
}
END_TEST

START_TEST(fields_next_changes_nothing_without_a_valid_field)
{
    static const struct {
        uint8_t octets[6];
        size_t length;
    } sequences[] = {
        {{0}, 0},
        {{4, 'A', '='}, 3},
        {{2, '_', '='}, 3},
        {{2, 'f', 'x'}, 3},
    };

    for (size_t i = 0; i < sizeof sequences / sizeof sequences[0]; i++) {
        struct field field = {.kind = FIELD_PID, .length = 42};
        size_t offset = 0;

        ck_assert(!fields_next(sequences[i].octets, sequences[i].length, &offset, &field));
        ck_assert_uint_eq(offset, 0);
        ck_assert_int_eq(field.kind, FIELD_PID);
        ck_assert_uint_eq(field.length, 42);
    }
}
END_TEST

/* ---- limits ---- */

START_TEST(at_most_64_fields_are_allowed)
{
    static const uint8_t one_more[] = {2, 'B', '='};
    struct fields fields = {0};
    uint8_t *octets;

    for (unsigned i = 0; i < FIELDS_COUNT_MAX; i++)
        ck_assert_int_eq(fields_add(&fields, "A=", 2), FIELDS_ADDED);
    ck_assert(fields_are_valid(fields.octets, fields.length));
    ck_assert_int_eq(fields_add(&fields, "A=", 2), FIELDS_TOO_LARGE);
    ck_assert_int_eq(fields_set_tag(&fields, "x"), FIELDS_TOO_LARGE);
    ck_assert_uint_eq(fields.count, FIELDS_COUNT_MAX);
    octets = malloc(fields.length + sizeof one_more);
    ck_assert_ptr_nonnull(octets);
    memcpy(mempcpy(octets, fields.octets, fields.length), one_more, sizeof one_more);
    ck_assert(!fields_are_valid(octets, fields.length + sizeof one_more));
    free(octets);
    fields_free(&fields);
}
END_TEST

START_TEST(all_fields_together_have_at_most_64_kib)
{
    /* The length of the first text takes 3 octets, the length of the second text 1. */
    static char text[FIELDS_SIZE_MAX + 1] = "A=";
    const size_t second = 10, first = FIELDS_SIZE_MAX - 3 - 1 - second;
    struct fields fields = {0};

    ck_assert_int_eq(fields_add(&fields, text, FIELDS_SIZE_MAX - 2), FIELDS_TOO_LARGE);
    ck_assert_int_eq(fields_add(&fields, text, FIELDS_SIZE_MAX + 1), FIELDS_TOO_LARGE);
    ck_assert_int_eq(fields_add(&fields, text, first), FIELDS_ADDED);
    ck_assert_int_eq(fields_add(&fields, text, second + 1), FIELDS_TOO_LARGE);
    ck_assert_uint_eq(fields.count, 1);
    ck_assert_int_eq(fields_add(&fields, text, second), FIELDS_ADDED);
    ck_assert_uint_eq(fields.length, FIELDS_SIZE_MAX);
    ck_assert(fields_are_valid(fields.octets, fields.length));
    ck_assert_int_eq(fields_add(&fields, "A=", 2), FIELDS_TOO_LARGE);
    fields_free(&fields);
}
END_TEST

START_TEST(fields_stay_unchanged_when_memory_runs_out)
{
    enum fields_result results[2];
    struct fields fields = {0};
    size_t offset = 0;

    ck_assert_int_eq(fields_add(&fields, "A=b", 3), FIELDS_ADDED);
    memory_is_scarce = true;
    results[0] = fields_add(&fields, "B=c", 3);
    results[1] = fields_set_tag(&fields, "x");
    memory_is_scarce = false;
    ck_assert_int_eq(results[0], FIELDS_NO_MEMORY);
    ck_assert_int_eq(results[1], FIELDS_NO_MEMORY);
    ck_assert_uint_eq(fields.count, 1);
    expect_next(&fields, &offset, FIELD_OWN, "A", "b");
    ck_assert_uint_eq(offset, fields.length);
    ck_assert_int_eq(fields_set_tag(&fields, "x"), FIELDS_ADDED);
    fields_free(&fields);
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        fields_are_decoded_unchanged_and_in_order,
        fields_are_encoded_as_the_manual_says,
        name_and_value_of_an_own_field_are_in_one_piece,
        the_value_of_an_own_field_may_have_any_octets,
        an_own_field_may_be_repeated,
        an_empty_sequence_is_valid_and_has_no_field,
        a_name_has_only_capitals_digits_and_underscores,
        names_that_the_daemon_or_journald_sets_are_reserved,
        names_that_resemble_reserved_names_are_allowed,
        a_tag_has_1_to_255_octets,
        a_tag_is_printable_text,
        a_tag_that_reads_as_the_daemons_is_reserved,
        a_facility_is_0_to_23,
        a_pid_is_1_or_more,
        a_number_is_decimal_in_its_shortest_form,
        a_field_with_a_letter_may_occur_once,
        a_field_that_is_set_again_replaces_the_older,
        the_facility_can_be_none,
        other_letters_are_invalid,
        a_malformed_field_is_invalid,
        each_field_of_a_sequence_must_be_valid,
        fields_next_changes_nothing_without_a_valid_field,
        at_most_64_fields_are_allowed,
        all_fields_together_have_at_most_64_kib,
        fields_stay_unchanged_when_memory_runs_out,
        NULL,
    };

    return suite_of("fields", tests);
}
