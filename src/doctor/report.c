/* SPDX-License-Identifier: MIT */
/* report.c - see report.h */

#include "doctor/report.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "doctor/line.h"
#include "host/complaint.h"
#include "protocol/text.h"

/* Columns of a finding: those of a line at most, and those before its text. */
#define WIDTH 79u
#define INDENT 13u

/* ---- text ---- */

/* Cuts off the octets of an incomplete character at the end of a text. */
static void cut_character(char *text)
{
    size_t length = strlen(text);

    for (size_t i = 1; i < TEXT_CHARACTER_MAX && i <= length; i++) {
        uint8_t *last = (uint8_t *)text + length - i;

        if (*last < 0xc0)
            continue;
        if (text_printable(last, i) == 0)
            *last = '\0';
        return;
    }
}

__attribute__((format(printf, 3, 0))) static void keep(char *ret, size_t size, const char *format,
                                                       va_list arguments)
{
    int length = vsnprintf(ret, size, format, arguments);

    if (length >= (int)size)
        cut_character(ret);
}

__attribute__((format(printf, 3, 4))) static void keep_text(char *ret, size_t size,
                                                            const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    keep(ret, size, format, arguments);
    va_end(arguments);
}

/* ---- lines ---- */

static void print_line(const struct report *report, const char *name, const char *text)
{
    int r;

    if (report->is_silent)
        return;
    printf("%-7s ", name);
    line_print((const uint8_t *)text, strlen(text));
    r = line_flush();
    if (r < 0)
        fail_of(EX_IOERR, -r, "cannot write to standard output");
}

void report_begin(struct report *report, const char *server, const char *client, bool is_silent)
{
    *report = (struct report){.server = server, .client = client, .is_silent = is_silent};
    print_line(report, "server", server);
    print_line(report, "client", client);
}

void report_dialect(struct report *report, const char *dialect)
{
    keep_text(report->dialect, sizeof report->dialect, "%s", dialect ? dialect : "");
    print_line(report, "dialect",
               dialect ? dialect : "not found out, so checks that need it are left out");
}

/* ---- checks ---- */

void report_check(struct report *report, enum check_result result, const char *tried,
                  const char *outcome)
{
    static const char *const names[] = {
        [CHECK_PASSED] = "ok", [CHECK_FAILED] = "FAILED", [CHECK_OPEN] = "--"};
    char line[TRIED_SIZE + sizeof ": " + EVIDENCE_SIZE];
    struct check *check = &report->checks[report->check_count];

    assert(report->check_count < CHECKS_MAX);
    report->check_count++;
    check->result = result;
    keep_text(check->tried, sizeof check->tried, "%s", tried);
    keep_text(check->outcome, sizeof check->outcome, "%s", outcome);
    snprintf(line, sizeof line, "%s: %s", check->tried, check->outcome);
    print_line(report, names[result], line);
}

static bool has_result(const struct report *report, enum check_result result)
{
    for (size_t i = 0; i < report->check_count; i++)
        if (report->checks[i].result == result)
            return true;
    return false;
}

bool report_has_failed(const struct report *report)
{
    return has_result(report, CHECK_FAILED);
}

/* ---- findings ---- */

void report_find(struct report *report, enum cause cause, const char *format, ...)
{
    struct finding *finding = &report->findings[cause];
    va_list arguments;

    if (finding->count == EVIDENCE_LINES)
        return;
    va_start(arguments, format);
    keep(finding->lines[finding->count], EVIDENCE_SIZE, format, arguments);
    va_end(arguments);
    finding->count++;
}

void report_show(struct report *report, enum cause cause, const struct wire *wire)
{
    report->findings[cause].wire = *wire;
}

bool report_has(const struct report *report, enum cause cause)
{
    return report->findings[cause].count > 0;
}

static void print_name(const char *name)
{
    printf("   %-*s", (int)INDENT - 3, name);
}

/* Prints a text behind the name of its first line. Words that do not fit go to another line. */
static void print_wrapped(const char *text)
{
    unsigned column = INDENT;

    while (*text) {
        unsigned word = (unsigned)strcspn(text, " ");

        if (column > INDENT && column + 1 + word > WIDTH) {
            putchar('\n');
            print_name("");
            column = INDENT;
        } else if (column > INDENT) {
            putchar(' ');
            column++;
        }
        printf("%.*s", (int)word, text);
        column += word;
        text += word + (text[word] == ' ');
    }
    putchar('\n');
}

/* Prints the first and the last events of a wire. */
static void print_wire(const struct wire *wire)
{
    size_t left_out = wire_left_out(wire, EVIDENCE_EVENTS, EVIDENCE_EVENTS);
    char line[WIRE_LINE_SIZE];

    for (size_t i = 0; i < wire->count; i++) {
        if (i == EVIDENCE_EVENTS && left_out > 0) {
            print_name("");
            printf("      ... %zu more\n", left_out);
            i += left_out;
        }
        wire_format(&wire->events[i], line);
        print_name("");
        puts(line);
    }
}

static void print_finding(const struct report *report, enum cause cause, size_t number)
{
    const struct cause_text *text = cause_text(cause);
    const struct finding *finding = &report->findings[cause];

    printf("\n%zu. %s [%s]\n", number, text->finding, text->name);
    for (size_t i = 0; i < finding->count; i++) {
        print_name(i == 0 ? "evidence" : "");
        line_print((const uint8_t *)finding->lines[i], strlen(finding->lines[i]));
    }
    print_wire(&finding->wire);
    print_name("cause");
    print_wrapped(text->cause);
    print_name("read");
    printf("minitalk-howto(7), \"%s\"\n", text->section);
}

size_t report_count(const struct report *report)
{
    size_t count = 0;

    for (unsigned cause = 0; cause < CAUSES; cause++)
        count += report_has(report, cause);
    return count;
}

void report_print(const struct report *report)
{
    size_t count = 0;

    for (unsigned cause = 0; cause < CAUSES; cause++)
        if (report_has(report, cause))
            print_finding(report, cause, ++count);
    if (count > 0)
        printf("\n%zu finding%s.\n", count, count == 1 ? "" : "s");
    else if (has_result(report, CHECK_OPEN) || !*report->dialect)
        printf("\nNothing was found, but checks were left out or took too long.\n");
    else
        printf("\nNothing was found: the pair is healthy.\n");
}
