/* SPDX-License-Identifier: MIT */
/* check-dialect.c - tests that the text form of a dialect is strict and complete */

#include <stdio.h>
#include <string.h>

#include "doctor/dialect.h"
#include "suite.h"
#include "survey.h"

static struct dialect parsed(const char *text)
{
    struct dialect dialect;

    if (!dialect_parse(text, &dialect))
        ck_abort_msg("not a dialect: %s", text);
    return dialect;
}

START_TEST(each_dialect_of_the_survey_is_printed_as_it_was_parsed)
{
    for (size_t i = 0; i < survey_count; i++) {
        struct dialect dialect = parsed(survey[i]);
        char text[DIALECT_TEXT_SIZE];

        dialect_format(&dialect, text);
        ck_assert_str_eq(text, survey[i]);
    }
}
END_TEST

START_TEST(each_word_sets_its_member)
{
    struct dialect dialect = parsed("lsb,usr1=1,7bit,hello=0101,pid31,len64le,counted,nul+one,"
                                    "ack=octet/usr2+message/usr1");

    ck_assert(dialect.is_lsb && dialect.has_usr1_as_one && dialect.has_7_bits);
    ck_assert_uint_eq(dialect.hello_length, 4);
    ck_assert_uint_eq(dialect.hello, 5);
    ck_assert_int_eq(dialect.pid, PID_31);
    ck_assert_int_eq(dialect.length, LENGTH_64LE);
    ck_assert(dialect.counts_end);
    ck_assert_int_eq(dialect.end, END_NUL_ONE);
    ck_assert_int_eq(dialect.answers[UNIT_BIT], ANSWER_NONE);
    ck_assert_int_eq(dialect.answers[UNIT_OCTET], ANSWER_USR2);
    ck_assert_int_eq(dialect.answers[UNIT_MESSAGE], ANSWER_USR1);
    ck_assert_uint_eq(dialect_width(&dialect), 7);
    ck_assert(!dialect_ends_by_silence(&dialect));
}
END_TEST

START_TEST(the_shortest_form_has_no_answers)
{
    struct dialect dialect = parsed("msb,usr2=1,nothing");

    for (unsigned unit = 0; unit < UNITS; unit++)
        ck_assert_int_eq(dialect.answers[unit], ANSWER_NONE);
    ck_assert(!dialect.is_lsb && !dialect.has_usr1_as_one && !dialect.has_7_bits);
    ck_assert_uint_eq(dialect_width(&dialect), 8);
    ck_assert(dialect_ends_by_silence(&dialect));
}
END_TEST

START_TEST(the_longest_form_fits)
{
    char form[DIALECT_TEXT_SIZE], text[DIALECT_TEXT_SIZE];
    char bits[HELLO_MAX + 1] = "";
    struct dialect dialect;

    memset(bits, '1', HELLO_MAX);
    snprintf(text, sizeof text,
             "lsb,usr1=1,7bit,hello=%s,pid31,len64le,counted,newline+nul,"
             "ack=bit/usr1+octet/usr2+message/usr1",
             bits);
    dialect = parsed(text);
    dialect_format(&dialect, form);
    ck_assert_str_eq(form, text);
}
END_TEST

START_TEST(anything_else_is_refused)
{
    static const char *const wrong[] = {
        "",
        "msb",
        "msb,usr1=1",
        "usr1=1,msb,nul",
        "msb,usr1=0,nul",
        "msb,usr1=1,nul,",
        ",msb,usr1=1,nul",
        "msb,,usr1=1,nul",
        "msb, usr1=1,nul",
        "MSB,usr1=1,nul",
        "msb,usr1=1,nulx",
        "msb,usr1=1,nothing,nul",
        "msb,usr1=1,len32be,nothing",
        "msb,usr1=1,nul,len32be",
        "msb,usr1=1,len32be,len32le",
        "msb,usr1=1,counted,nul",
        "msb,usr1=1,len32be,counted",
        "msb,usr1=1,len32be,nul,counted",
        "msb,usr1=1,counted,nothing",
        "msb,usr1=1,hello=,nul",
        "msb,usr1=1,hello=2,nul",
        "msb,usr1=1,hello=01x,nul",
        "msb,usr1=1,hello=010101010101010101010101010101010,nul",
        "msb,usr1=1,nul,ack=",
        "msb,usr1=1,nul,ack=bit",
        "msb,usr1=1,nul,ack=bit/usr3",
        "msb,usr1=1,nul,ack=bit/usr1+",
        "msb,usr1=1,nul,ack=bit/usr1+bit/usr2",
        "msb,usr1=1,nul,ack=message/usr1+bit/usr2",
        "msb,usr1=1,nul,ack=none+bit/usr1",
        "msb,usr1=1,nul,ack=bit/usr1,nul",
    };
    struct dialect dialect = {.hello_length = 7};

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        if (dialect_parse(wrong[i], &dialect))
            ck_abort_msg("taken for a dialect: %s", wrong[i]);
    ck_assert_uint_eq(dialect.hello_length, 7);
}
END_TEST

START_TEST(dialects_with_other_answers_write_the_same)
{
    struct dialect dialect = parsed("msb,usr1=1,nul,ack=bit/usr1"), other = dialect;

    ck_assert(dialect_equals(&dialect, &other));
    other.answers[UNIT_BIT] = ANSWER_USR2;
    ck_assert(!dialect_equals(&dialect, &other));
    ck_assert(dialect_writes_as(&dialect, &other));
}
END_TEST

START_TEST(each_other_member_makes_another_dialect)
{
    static const char *const others[] = {
        "lsb,usr1=1,nul",         "msb,usr2=1,nul",         "msb,usr1=1,7bit,nul",
        "msb,usr1=1,pid31,nul",   "msb,usr1=1,len32be,nul", "msb,usr1=1,eot",
        "msb,usr1=1,hello=0,nul",
    };
    struct dialect dialect = parsed("msb,usr1=1,nul"), zero = parsed(others[6]);
    struct dialect one = parsed("msb,usr1=1,hello=1,nul");
    struct dialect uncounted = parsed("msb,usr1=1,len32be,nul");
    struct dialect counted = parsed("msb,usr1=1,len32be,counted,nul");

    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        struct dialect other = parsed(others[i]);

        ck_assert(!dialect_writes_as(&dialect, &other));
    }
    ck_assert(!dialect_writes_as(&zero, &one));
    ck_assert(!dialect_writes_as(&uncounted, &counted));
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        each_dialect_of_the_survey_is_printed_as_it_was_parsed,
        each_word_sets_its_member,
        the_shortest_form_has_no_answers,
        the_longest_form_fits,
        anything_else_is_refused,
        dialects_with_other_answers_write_the_same,
        each_other_member_makes_another_dialect,
        NULL,
    };

    return suite_of("dialect", tests);
}
