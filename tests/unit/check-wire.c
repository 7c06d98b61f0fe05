/* SPDX-License-Identifier: MIT */
/* check-wire.c - tests that a record is read as it was written, and shown as lines for people */

#include <stdlib.h>
#include <string.h>

#include "doctor/wire.h"
#include "protocol/nsec.h"
#include "suite.h"

/* A time by a clock that has run for long. */
#define START (4711 * NSEC_PER_SEC)

static struct wire wire;

static void write_events(size_t count, enum wire_kind kind, char *ret)
{
    *ret = '\0';
    for (size_t i = 0; i < count; i++) {
        char line[WIRE_LINE_SIZE];

        wire_write(kind, i % 2 == 1, START + i, line);
        ret = stpcpy(ret, line);
    }
}

static void expect_event(size_t index, enum wire_kind kind, bool signal, uint64_t time_ns)
{
    const struct wire_event *event = &wire.events[index];

    ck_assert_uint_lt(index, wire.count);
    ck_assert_int_eq(event->kind, kind);
    ck_assert_int_eq(event->signal, signal);
    ck_assert_uint_eq(event->time_ns, time_ns);
}

static const char *formatted(enum wire_kind kind, bool signal, uint64_t time_ns)
{
    static char line[WIRE_LINE_SIZE];
    const struct wire_event event = {time_ns, kind, signal};

    wire_format(&event, line);
    return line;
}

START_TEST(each_kind_of_event_is_read_as_it_was_written)
{
    for (unsigned kind = WIRE_SIGNAL; kind <= WIRE_GIVES_UP; kind++) {
        char record[2 * WIRE_LINE_SIZE];

        write_events(2, kind, record);
        wire_read(record, &wire);
        ck_assert_uint_eq(wire.count, 2);
        ck_assert_uint_eq(wire.start_ns, START);
        expect_event(0, kind, false, 0);
        expect_event(1, kind, true, 1);
    }
}
END_TEST

START_TEST(the_largest_time_is_read)
{
    char record[WIRE_LINE_SIZE];

    wire_write(WIRE_GIVES_UP, true, UINT64_MAX, record);
    ck_assert_uint_eq(strlen(record), strcspn(record, "\n") + 1);
    wire_read(record, &wire);
    ck_assert_uint_eq(wire.start_ns, UINT64_MAX);
    expect_event(0, WIRE_GIVES_UP, true, 0);
}
END_TEST

START_TEST(a_record_without_a_line_is_an_empty_wire)
{
    memset(&wire, 0xff, sizeof wire);
    wire_read(NULL, &wire);
    ck_assert_uint_eq(wire.count, 0);
    memset(&wire, 0xff, sizeof wire);
    wire_read("", &wire);
    ck_assert_uint_eq(wire.count, 0);
}
END_TEST

START_TEST(other_lines_are_passed_over)
{
    static const char *const others[] = {
        "\n",
        "minitalk-doctor: cannot go on\n",
        " wire 0 0 1\n",
        "wire\n",
        "wire \n",
        "wire 0\n",
        "wire 0 0\n",
        "wire 7 0 1\n",
        "wire -1 0 1\n",
        "wire 0 2 1\n",
        "wire 0 0 1 \n",
        "wire 0 0 1x\n",
        "wire 0 0 18446744073709551616\n",
        "wire 0 0 -1\n",
        "wire +0 0 1\n",
        "wire  0 0 1\n",
        "wire 00 0 1\n",
    };

    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        char record[2 * WIRE_LINE_SIZE];

        wire_write(WIRE_ANSWER, true, START, stpcpy(record, others[i]));
        wire_read(record, &wire);
        ck_assert_msg(wire.count == 1, "line %zu is read: %s", i, others[i]);
        expect_event(0, WIRE_ANSWER, true, 0);
    }
}
END_TEST

/* The relay may be ended while it writes. */
START_TEST(a_line_that_is_cut_anywhere_is_no_event)
{
    char record[2 * WIRE_LINE_SIZE];
    size_t length, whole;

    write_events(2, WIRE_SIGNAL, record);
    whole = strcspn(record, "\n") + 1;
    length = strlen(record);
    while (--length >= whole) {
        record[length] = '\0';
        wire_read(record, &wire);
        ck_assert_uint_eq(wire.count, 1);
    }
}
END_TEST

START_TEST(the_first_events_fill_the_wire_and_others_are_not_kept)
{
    char *record = malloc((WIRE_MAX + 2) * WIRE_LINE_SIZE);

    ck_assert_ptr_nonnull(record);
    write_events(WIRE_MAX + 2, WIRE_SIGNAL, record);
    wire_read(record, &wire);
    free(record);
    ck_assert_uint_eq(wire.count, WIRE_MAX);
    expect_event(WIRE_MAX - 1, WIRE_SIGNAL, (WIRE_MAX - 1) % 2, WIRE_MAX - 1);
    wire_add(&wire, WIRE_HANGS, START + WIRE_MAX);
    ck_assert_uint_eq(wire.count, WIRE_MAX);
    ck_assert_uint_eq(wire_count(&wire, WIRE_HANGS), 0);
}
END_TEST

START_TEST(the_last_room_is_used)
{
    char *record = malloc(WIRE_MAX * WIRE_LINE_SIZE);

    ck_assert_ptr_nonnull(record);
    write_events(WIRE_MAX - 1, WIRE_SIGNAL, record);
    wire_read(record, &wire);
    free(record);
    wire_add(&wire, WIRE_HANGS, START + WIRE_MAX);
    expect_event(WIRE_MAX - 1, WIRE_HANGS, false, WIRE_MAX);
}
END_TEST

START_TEST(an_event_is_added_by_the_clock_of_the_record)
{
    char record[WIRE_LINE_SIZE];

    write_events(1, WIRE_SIGNAL, record);
    wire_read(record, &wire);
    wire_add(&wire, WIRE_GIVES_UP, START + 5);
    ck_assert_uint_eq(wire.count, 2);
    expect_event(1, WIRE_GIVES_UP, false, 5);
}
END_TEST

/* A client can hang before its first signal. */
START_TEST(an_event_that_is_added_to_an_empty_wire_is_the_first_one)
{
    wire_read(NULL, &wire);
    wire_add(&wire, WIRE_HANGS, START);
    ck_assert_uint_eq(wire.start_ns, START);
    expect_event(0, WIRE_HANGS, false, 0);
}
END_TEST

START_TEST(events_are_counted_by_their_kind)
{
    char record[4 * WIRE_LINE_SIZE];

    write_events(3, WIRE_ANSWER, record);
    wire_read(record, &wire);
    wire_add(&wire, WIRE_HANGS, START + 3);
    ck_assert_uint_eq(wire_count(&wire, WIRE_ANSWER), 3);
    ck_assert_uint_eq(wire_count(&wire, WIRE_HANGS), 1);
    ck_assert_uint_eq(wire_count(&wire, WIRE_SIGNAL), 0);
}
END_TEST

START_TEST(answers_end_a_run_of_signals)
{
    const struct wire none = {0};
    const struct wire some = {.count = 8,
                              .events = {{.kind = WIRE_SIGNAL},
                                         {.kind = WIRE_ANSWER},
                                         {.kind = WIRE_SIGNAL},
                                         {.kind = WIRE_STOPPED},
                                         {.kind = WIRE_SIGNAL},
                                         {.kind = WIRE_SIGNAL},
                                         {.kind = WIRE_ANSWER},
                                         {.kind = WIRE_SIGNAL}}};

    ck_assert_uint_eq(wire_longest_run(&none), 0);
    ck_assert_uint_eq(wire_longest_run(&some), 3);
}
END_TEST

START_TEST(events_are_left_out_only_if_there_are_more)
{
    const struct wire empty = {0}, seven = {.count = 7}, eight = {.count = 8};

    ck_assert_uint_eq(wire_left_out(&empty, 4, 3), 0);
    ck_assert_uint_eq(wire_left_out(&seven, 4, 3), 0);
    ck_assert_uint_eq(wire_left_out(&eight, 4, 3), 1);
}
END_TEST

START_TEST(a_signal_is_an_arrow_in_its_direction)
{
    ck_assert_str_eq(formatted(WIRE_SIGNAL, false, 0), "    0.000 ms  client --SIGUSR1--> server");
    ck_assert_str_eq(formatted(WIRE_SIGNAL, true, 20500),
                     "    0.021 ms  client --SIGUSR2--> server");
    ck_assert_str_eq(formatted(WIRE_ANSWER, false, NSEC_PER_SEC),
                     " 1000.000 ms  client <--SIGUSR1-- server");
    ck_assert_str_eq(formatted(WIRE_ANSWER, true, NSEC_PER_MSEC),
                     "    1.000 ms  client <--SIGUSR2-- server");
}
END_TEST

START_TEST(any_other_event_is_told_in_words)
{
    ck_assert_str_eq(formatted(WIRE_HELD, false, 0), "    0.000 ms  the answer is held back");
    ck_assert_str_eq(formatted(WIRE_STOPPED, false, 0),
                     "    0.000 ms  the client is stopped before it can wait");
    ck_assert_str_eq(formatted(WIRE_GOES_ON, false, 0), "    0.000 ms  the client goes on");
    ck_assert_str_eq(formatted(WIRE_HANGS, false, 0), "    0.000 ms  the client still sleeps");
    ck_assert_str_eq(formatted(WIRE_GIVES_UP, false, 0),
                     "    0.000 ms  the client has ended with an error");
}
END_TEST

START_TEST(the_longest_lines_fit)
{
    ck_assert_str_eq(formatted(WIRE_ANSWER, true, UINT64_MAX),
                     "18446744073709.551 ms  client <--SIGUSR2-- server");
    ck_assert_str_eq(formatted(WIRE_STOPPED, false, UINT64_MAX),
                     "18446744073709.551 ms  the client is stopped before it can wait");
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        each_kind_of_event_is_read_as_it_was_written,
        the_largest_time_is_read,
        a_record_without_a_line_is_an_empty_wire,
        other_lines_are_passed_over,
        a_line_that_is_cut_anywhere_is_no_event,
        the_first_events_fill_the_wire_and_others_are_not_kept,
        the_last_room_is_used,
        an_event_is_added_by_the_clock_of_the_record,
        an_event_that_is_added_to_an_empty_wire_is_the_first_one,
        events_are_counted_by_their_kind,
        answers_end_a_run_of_signals,
        events_are_left_out_only_if_there_are_more,
        a_signal_is_an_arrow_in_its_direction,
        any_other_event_is_told_in_words,
        the_longest_lines_fit,
        NULL,
    };

    return suite_of("wire", tests);
}
