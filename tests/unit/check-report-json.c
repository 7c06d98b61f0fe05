/* SPDX-License-Identifier: MIT */
/* check-report-json.c - tests that a report as JSON has all of it, and only valid strings */

#include <stddef.h>
#include <string.h>

#include "doctor/report-json.h"
#include "printed.h"
#include "suite.h"

static struct report report;
static bool memory_is_scarce;

void *__real_reallocarray(void *old, size_t count, size_t size);
void *__wrap_reallocarray(void *old, size_t count, size_t size);
void *__wrap_reallocarray(void *old, size_t count, size_t size)
{
    return memory_is_scarce ? NULL : __real_reallocarray(old, count, size);
}

static void begin(void)
{
    report_begin(&report, "./server", "./client", true);
}

static const char *printed_report(void)
{
    printed_begin();
    report_json_print(&report);
    return printed_end();
}

static void expect_member(const char *member)
{
    const char *text = printed_report();

    ck_assert_msg(strstr(text, member), "%s is not in %s", member, text);
}

START_TEST(an_empty_report_has_all_keys)
{
    ck_assert_str_eq(printed_report(), "{\n"
                                       "  \"server\": \"./server\",\n"
                                       "  \"client\": \"./client\",\n"
                                       "  \"dialect\": null,\n"
                                       "  \"checks\": [\n"
                                       "  ],\n"
                                       "  \"findings\": [\n"
                                       "  ]\n"
                                       "}\n");
}
END_TEST

START_TEST(a_dialect_that_was_found_out_is_a_string)
{
    report_dialect(&report, "msb,usr1=1,nul");
    expect_member("\n  \"dialect\": \"msb,usr1=1,nul\",\n");
}
END_TEST

START_TEST(each_check_is_an_object)
{
    report_check(&report, CHECK_PASSED, "one", "arrived");
    report_check(&report, CHECK_FAILED, "two", "lost");
    report_check(&report, CHECK_OPEN, "three", "left out");
    expect_member("  \"checks\": [\n"
                  "    {\"result\": \"ok\", \"tried\": \"one\", \"outcome\": \"arrived\"},\n"
                  "    {\"result\": \"failed\", \"tried\": \"two\", \"outcome\": \"lost\"},\n"
                  "    {\"result\": \"open\", \"tried\": \"three\", \"outcome\": \"left out\"}\n"
                  "  ],\n");
}
END_TEST

START_TEST(each_finding_is_an_object)
{
    report_find(&report, CAUSE_BYSTANDER, "one");
    report_find(&report, CAUSE_BYSTANDER, "two");
    report_find(&report, CAUSE_NO_PID, "three");
    expect_member("  \"findings\": [\n"
                  "    {\"name\": \"bystander\", "
                  "\"finding\": \"The client ends a process that is no server.\", "
                  "\"evidence\": [\"one\", \"two\"], "
                  "\"wire\": [], "
                  "\"cause\": \"SIGUSR1 and SIGUSR2 end a process that has not prepared for them. "
                  "Look at SigCgt in /proc/PID/status before the first signal.\", "
                  "\"read\": \"Bystanders\"},\n"
                  "    {\"name\": \"no-pid\", ");
    expect_member("\"read\": \"Numbers that are no PID\"}\n"
                  "  ]\n"
                  "}\n");
}
END_TEST

START_TEST(a_wire_has_each_kind_of_event)
{
    struct wire wire = {
        .count = 2,
        .events = {{.kind = WIRE_SIGNAL}, {.time_ns = 1, .kind = WIRE_ANSWER, .signal = true}}};

    wire_add(&wire, WIRE_HELD, 2);
    wire_add(&wire, WIRE_STOPPED, 3);
    wire_add(&wire, WIRE_GOES_ON, 4);
    wire_add(&wire, WIRE_HANGS, 5);
    wire_add(&wire, WIRE_GIVES_UP, UINT64_MAX);
    report_find(&report, CAUSE_PAUSE, "it hung");
    report_show(&report, CAUSE_PAUSE, &wire);
    expect_member("\"wire\": [{\"ns\": 0, \"event\": \"signal\", \"signal\": \"SIGUSR1\"}, "
                  "{\"ns\": 1, \"event\": \"answer\", \"signal\": \"SIGUSR2\"}, "
                  "{\"ns\": 2, \"event\": \"held\"}, "
                  "{\"ns\": 3, \"event\": \"stopped\"}, "
                  "{\"ns\": 4, \"event\": \"goes-on\"}, "
                  "{\"ns\": 5, \"event\": \"hangs\"}, "
                  "{\"ns\": 18446744073709551615, \"event\": \"gives-up\"}], ");
}
END_TEST

START_TEST(a_full_wire_is_printed_whole)
{
    struct wire wire = {.count = WIRE_MAX};
    const char *text;
    size_t events = 0;

    report_find(&report, CAUSE_PAUSE, "it hung");
    report_show(&report, CAUSE_PAUSE, &wire);
    text = printed_report();
    while ((text = strstr(text, "{\"ns\": "))) {
        events++;
        text++;
    }
    ck_assert_uint_eq(events, WIRE_MAX);
}
END_TEST

/* RFC 8259, section 7. The text that escape.h makes of an octet has a backslash itself. */
START_TEST(strings_are_escaped)
{
    report.server = "'\"\\\t/\n\x01\x7f\xff\xc3";
    report.client = "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80 \xe2\x80\xa8";
    expect_member("\"server\": \"'\\\"\\\\\\t/\\\\x0a\\\\x01\\\\x7f\\\\xff\\\\xc3\",\n");
    expect_member("\"client\": \"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80 "
                  "\\\\xe2\\\\x80\\\\xa8\",\n");
}
END_TEST

START_TEST(an_empty_string_is_a_string)
{
    report.server = "";
    expect_member("\"server\": \"\",\n");
}
END_TEST

/* It takes four octets for each one of the text, and another one for each backslash. */
START_TEST(a_string_that_is_escaped_all_over_is_printed_whole)
{
    char text[EVIDENCE_SIZE], expected[32 + 5 * EVIDENCE_SIZE] = "\"outcome\": \"";
    char *end = expected + strlen(expected);

    memset(text, '\xff', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    for (size_t i = 0; i + 1 < sizeof text; i++)
        end = stpcpy(end, "\\\\xff");
    (void)stpcpy(end, "\"}\n");
    report_check(&report, CHECK_OPEN, "tried", text);
    expect_member(expected);
}
END_TEST

START_TEST(without_memory_a_string_is_a_remark)
{
    const char *text;

    printed_begin();
    memory_is_scarce = true;
    report_json_print(&report);
    memory_is_scarce = false;
    text = printed_end();
    ck_assert_ptr_nonnull(strstr(text, "{\n  \"server\": \"[out of memory]\",\n"));
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        an_empty_report_has_all_keys,
        a_dialect_that_was_found_out_is_a_string,
        each_check_is_an_object,
        each_finding_is_an_object,
        a_wire_has_each_kind_of_event,
        a_full_wire_is_printed_whole,
        strings_are_escaped,
        an_empty_string_is_a_string,
        a_string_that_is_escaped_all_over_is_printed_whole,
        without_memory_a_string_is_a_remark,
        NULL,
    };

    return suite_around("report-json", tests, begin, NULL);
}
