/* SPDX-License-Identifier: MIT */
/* check-diagram.c - tests that a diagram has the signals of a report, in its order and within it */

#include <stdlib.h>
#include <string.h>

#include "doctor/diagram.h"
#include "protocol/nsec.h"
#include "suite.h"

static struct report report;
static char *diagram;
static size_t diagram_size;

static void begin(void)
{
    report_begin(&report, "./server", "./client", true);
}

static void end(void)
{
    free(diagram);
    diagram = NULL;
}

static void draw(void)
{
    FILE *file;

    end();
    file = open_memstream(&diagram, &diagram_size);
    ck_assert_ptr_nonnull(file);
    diagram_write(&report, file);
    ck_assert_int_eq(fclose(file), 0);
    ck_assert_uint_eq(strlen(diagram), diagram_size);
}

static size_t count_of(const char *part)
{
    size_t count = 0;

    for (const char *at = diagram; (at = strstr(at, part)); at += strlen(part))
        count++;
    return count;
}

/* Returns the place of a part that is drawn once. */
static const char *place_of(const char *part)
{
    ck_assert_msg(count_of(part) == 1, "'%s' is drawn %zu times", part, count_of(part));
    return strstr(diagram, part);
}

static void expect_once(const char *part)
{
    (void)place_of(part);
}

static void expect_before(const char *first, const char *second)
{
    ck_assert_msg(place_of(first) < place_of(second), "'%s' is behind '%s'", first, second);
}

static unsigned long number_behind(const char *at, const char *name)
{
    at = strstr(at, name);
    ck_assert_ptr_nonnull(at);
    return strtoul(at + strlen(name), NULL, 10);
}

static unsigned long height(void)
{
    return number_behind(place_of("<svg "), " height=\"");
}

/* Sets the wire to so many signals of the client, 1 ms apart. */
static void set_signals(struct wire *wire, size_t count)
{
    *wire = (struct wire){.count = count};
    for (size_t i = 0; i < count; i++)
        wire->events[i] = (struct wire_event){.time_ns = i * NSEC_PER_MSEC, .kind = WIRE_SIGNAL};
}

static void find(enum cause cause, size_t signals)
{
    struct wire wire;

    set_signals(&wire, signals);
    report_find(&report, cause, "evidence");
    report_show(&report, cause, &wire);
}

/* Everything with a height is drawn below what came before, or beside it, and within the picture.
 */
static void expect_order(void)
{
    unsigned long bottom = height(), last = 0;

    for (const char *at = diagram; (at = strstr(at, "<text class=\"time\"")); at++) {
        unsigned long y = number_behind(at, " y=\"");

        ck_assert_uint_gt(y, last);
        ck_assert_uint_lt(y, bottom);
        last = y;
    }
    for (const char *at = diagram; (at = strstr(at, "<line class=\"life\"")); at++)
        ck_assert_uint_lt(number_behind(at, " y2=\""), bottom);
}

START_TEST(a_report_without_wires_is_a_picture_without_drawings)
{
    report_find(&report, CAUSE_NO_PID, "evidence");
    draw();
    ck_assert_ptr_eq(place_of("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg "), diagram);
    ck_assert_str_eq(diagram + diagram_size - strlen("</svg>\n"), "</svg>\n");
    ck_assert_uint_eq(count_of("<text"), 0);
    ck_assert_uint_eq(count_of("<line"), 0);
    ck_assert_uint_gt(height(), 0);
}
END_TEST

START_TEST(a_wire_has_a_title_and_two_life_lines)
{
    set_signals(&report.usual, 1);
    draw();
    expect_once(">Hello, through a relay that loses nothing</text>");
    expect_once(">client</text>");
    expect_once(">server</text>");
    ck_assert_uint_eq(count_of("<line class=\"life\""), 2);
}
END_TEST

START_TEST(wires_are_drawn_below_each_other_in_the_order_of_the_report)
{
    find(CAUSE_IMPATIENT, 3);
    find(CAUSE_NO_WAIT, DIAGRAM_FIRST + DIAGRAM_LAST + 1);
    set_signals(&report.usual, 2);
    draw();
    expect_before(">Hello, through", ">The client does not wait for an ");
    expect_before(">The client does not wait for an ", ">The client does not wait long ");
    ck_assert_uint_eq(count_of("<line class=\"life\""), 3 * 2);
    expect_order();
}
END_TEST

/* Expects an arrow, drawn once, from one life line to the other. The client's is the first one. */
static void expect_arrow(const char *arrow, bool is_to_server)
{
    const char *client = strstr(diagram, "<line class=\"life\"");
    unsigned long client_x = number_behind(client, " x1=\"");
    unsigned long server_x = number_behind(strstr(client + 1, "<line class=\"life\""), " x1=\"");

    ck_assert_uint_lt(client_x, server_x);
    arrow = place_of(arrow);
    ck_assert_uint_eq(number_behind(arrow, " x1=\""), is_to_server ? client_x : server_x);
    ck_assert_uint_eq(number_behind(arrow, " x2=\""), is_to_server ? server_x - 1 : client_x + 1);
    ck_assert_uint_eq(number_behind(arrow, " y1=\""), number_behind(arrow, " y2=\""));
}

START_TEST(a_signal_is_an_arrow_from_the_client_to_the_server)
{
    report.usual = (struct wire){.count = 1, .events = {{1500000, WIRE_SIGNAL, true}}};
    draw();
    expect_once(">1.500 ms</text>");
    expect_once(">SIGUSR2</text>");
    expect_arrow("<line class=\"signal\"", true);
    ck_assert_uint_eq(count_of("class=\"answer\""), 0);
}
END_TEST

START_TEST(an_answer_is_an_arrow_from_the_server_to_the_client)
{
    report.usual = (struct wire){.count = 1, .events = {{0, WIRE_ANSWER, false}}};
    draw();
    expect_once(">0.000 ms</text>");
    expect_once(">SIGUSR1</text>");
    expect_arrow("<line class=\"answer\"", false);
    ck_assert_uint_eq(count_of("class=\"signal\""), 0);
}
END_TEST

START_TEST(any_other_event_is_a_mark_and_words)
{
    for (unsigned kind = WIRE_HELD; kind <= WIRE_GIVES_UP; kind++) {
        report.usual = (struct wire){0};
        wire_add(&report.usual, kind, 0);
        draw();
        expect_once("<circle ");
        expect_once(wire_text(kind));
        ck_assert_uint_eq(count_of("SIGUSR"), 0);
    }
}
END_TEST

START_TEST(a_wire_that_is_not_long_is_drawn_whole)
{
    set_signals(&report.usual, DIAGRAM_FIRST + DIAGRAM_LAST);
    draw();
    ck_assert_uint_eq(count_of("<line class=\"signal\""), DIAGRAM_FIRST + DIAGRAM_LAST);
    ck_assert_uint_eq(count_of(" more</text>"), 0);
    expect_order();
}
END_TEST

START_TEST(a_long_wire_is_drawn_with_its_first_and_last_events)
{
    char first[32], last[32];

    set_signals(&report.usual, WIRE_MAX);
    draw();
    ck_assert_uint_eq(count_of("<line class=\"signal\""), DIAGRAM_FIRST + DIAGRAM_LAST);
    snprintf(first, sizeof first, ">%u.000 ms</text>", DIAGRAM_FIRST - 1);
    snprintf(last, sizeof last, ">%u.000 ms</text>", WIRE_MAX - DIAGRAM_LAST);
    expect_before(first, " more</text>");
    expect_before(" more</text>", last);
    ck_assert_uint_eq(number_behind(diagram, ">... "), WIRE_MAX - DIAGRAM_FIRST - DIAGRAM_LAST);
    expect_order();
}
END_TEST

/* diagram.c escapes nothing. */
START_TEST(no_text_has_a_character_of_markup)
{
    for (unsigned cause = 0; cause < CAUSES; cause++)
        ck_assert_ptr_null(strpbrk(cause_text(cause)->finding, "<>&"));
    for (unsigned kind = WIRE_HELD; kind <= WIRE_GIVES_UP; kind++)
        ck_assert_ptr_null(strpbrk(wire_text(kind), "<>&"));
}
END_TEST

START_TEST(a_full_diagram_of_all_causes_is_in_order)
{
    set_signals(&report.usual, WIRE_MAX);
    for (unsigned cause = 0; cause < CAUSES; cause++)
        find(cause, 1 + cause * 2);
    draw();
    ck_assert_uint_eq(count_of("class=\"title\""), 1 + CAUSES);
    expect_order();
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        a_report_without_wires_is_a_picture_without_drawings,
        a_wire_has_a_title_and_two_life_lines,
        wires_are_drawn_below_each_other_in_the_order_of_the_report,
        a_signal_is_an_arrow_from_the_client_to_the_server,
        an_answer_is_an_arrow_from_the_server_to_the_client,
        any_other_event_is_a_mark_and_words,
        a_wire_that_is_not_long_is_drawn_whole,
        a_long_wire_is_drawn_with_its_first_and_last_events,
        no_text_has_a_character_of_markup,
        a_full_diagram_of_all_causes_is_in_order,
        NULL,
    };

    return suite_around("diagram", tests, begin, end);
}
