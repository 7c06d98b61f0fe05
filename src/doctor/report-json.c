/* SPDX-License-Identifier: MIT */
/* report-json.c - see report-json.h */

#include "doctor/report-json.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/escape.h"

static void print_character(char character)
{
    if (character == '\t')
        fputs("\\t", stdout);
    else if (character == '"' || character == '\\')
        printf("\\%c", character);
    else
        putchar(character);
}

static void print_string(const char *text)
{
    size_t length = 0;
    char *line =
        escape_line((const uint8_t *)text, strlen(text), program_invocation_short_name, &length);

    putchar('"');
    /* Without the newline at its end. */
    for (size_t i = 0; line && i + 1 < length; i++)
        print_character(line[i]);
    if (!line)
        fputs("[out of memory]", stdout);
    putchar('"');
    free(line);
}

static void print_member(const char *name, const char *text)
{
    printf("\"%s\": ", name);
    print_string(text);
}

static void print_check(const struct check *check)
{
    static const char *const results[] = {
        [CHECK_PASSED] = "ok", [CHECK_FAILED] = "failed", [CHECK_OPEN] = "open"};

    printf("{\"result\": \"%s\", ", results[check->result]);
    print_member("tried", check->tried);
    fputs(", ", stdout);
    print_member("outcome", check->outcome);
    putchar('}');
}

static void print_event(const struct wire_event *event)
{
    static const char *const names[] = {
        [WIRE_SIGNAL] = "signal",    [WIRE_ANSWER] = "answer",   [WIRE_HELD] = "held",
        [WIRE_STOPPED] = "stopped",  [WIRE_GOES_ON] = "goes-on", [WIRE_HANGS] = "hangs",
        [WIRE_GIVES_UP] = "gives-up"};

    printf("{\"ns\": %llu, \"event\": \"%s\"", (unsigned long long)event->time_ns,
           names[event->kind]);
    if (wire_is_signal(event->kind))
        printf(", \"signal\": \"%s\"", wire_signal_name(event));
    putchar('}');
}

static void print_wire(const struct wire *wire)
{
    fputs("\"wire\": [", stdout);
    for (size_t i = 0; i < wire->count; i++) {
        fputs(i > 0 ? ", " : "", stdout);
        print_event(&wire->events[i]);
    }
    putchar(']');
}

static void print_finding(const struct finding *finding, const struct cause_text *text)
{
    putchar('{');
    print_member("name", text->name);
    fputs(", ", stdout);
    print_member("finding", text->finding);
    fputs(", \"evidence\": [", stdout);
    for (size_t i = 0; i < finding->count; i++) {
        fputs(i > 0 ? ", " : "", stdout);
        print_string(finding->lines[i]);
    }
    fputs("], ", stdout);
    print_wire(&finding->wire);
    fputs(", ", stdout);
    print_member("cause", text->cause);
    fputs(", ", stdout);
    print_member("read", text->section);
    putchar('}');
}

static void print_findings(const struct report *report)
{
    const char *between = "";

    for (unsigned cause = 0; cause < CAUSES; cause++) {
        if (!report_has(report, cause))
            continue;
        printf("%s\n    ", between);
        print_finding(&report->findings[cause], cause_text(cause));
        between = ",";
    }
}

void report_json_print(const struct report *report)
{
    fputs("{\n  ", stdout);
    print_member("server", report->server);
    fputs(",\n  ", stdout);
    print_member("client", report->client);
    fputs(",\n  ", stdout);
    if (*report->dialect)
        print_member("dialect", report->dialect);
    else
        fputs("\"dialect\": null", stdout);
    fputs(",\n  \"checks\": [", stdout);
    for (size_t i = 0; i < report->check_count; i++) {
        fputs(i > 0 ? ",\n    " : "\n    ", stdout);
        print_check(&report->checks[i]);
    }
    fputs("\n  ],\n  \"findings\": [", stdout);
    print_findings(report);
    fputs("\n  ]\n}\n", stdout);
}
