/* SPDX-License-Identifier: MIT */
/*
 * report.h - what an examination has tried and found, as text
 *
 * A check is a line of its own, printed at once, so that somebody who waits sees that it goes on. A
 * finding has evidence, a cause, and the section of minitalk-howto(7) that tells what to do. All
 * findings are printed at the end, in the order of enum cause.
 *
 * Policy: text of the programs is kept as it is, and escaped as by escape.h when it is printed.
 * What is longer than its room is cut off behind a whole character of UTF-8. If a line cannot be
 * printed when it comes, nobody reads the report: that ends the program with EX_IOERR.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "doctor/cause.h"
#include "doctor/dialect.h"
#include "doctor/wire.h"

#define EVIDENCE_LINES 6u
/* Octets of a line, with a NUL. */
#define EVIDENCE_SIZE 160u
#define TRIED_SIZE 80u
/* So many of the first and of the last events of a wire are printed as evidence. */
#define EVIDENCE_EVENTS 4u
/* An examination has fewer. */
#define CHECKS_MAX 32u

enum check_result {
    CHECK_PASSED,
    CHECK_FAILED,
    CHECK_OPEN, /* neither good nor bad: left out, not found out, or it took too long */
};

struct check {
    enum check_result result;
    char tried[TRIED_SIZE];
    char outcome[EVIDENCE_SIZE];
};

struct finding {
    size_t count; /* lines; 0: not found. More than EVIDENCE_LINES are not kept. */
    char lines[EVIDENCE_LINES][EVIDENCE_SIZE];
    struct wire wire; /* without events: nothing was recorded */
};

struct report {
    const char *server; /* the commands */
    const char *client;
    bool is_silent;
    char dialect[DIALECT_TEXT_SIZE]; /* of the client, in its text form; or "" */
    size_t check_count;
    struct check checks[CHECKS_MAX];
    struct finding findings[CAUSES];
    struct wire usual; /* a message that was relayed without loss; without events: none was */
};

/*
 * Begins a report, and prints the two commands, which must outlive it. is_silent: neither these nor
 * the dialect and the checks are printed; the caller prints the whole report in another form.
 */
void report_begin(struct report *report, const char *server, const char *client, bool is_silent);

/* Notes the dialect of the client, and prints it. NULL: not found out. */
void report_dialect(struct report *report, const char *dialect);

/* Notes and prints a check: what was tried, and how it went. */
void report_check(struct report *report, enum check_result result, const char *tried,
                  const char *outcome);

/* Sets the wire that is shown as evidence of a finding, behind its lines. */
void report_show(struct report *report, enum cause cause, const struct wire *wire);

/* Adds a finding, or a line of evidence to one. The arguments are those of printf(3). */
__attribute__((format(printf, 3, 4))) void report_find(struct report *report, enum cause cause,
                                                       const char *format, ...);

/* Returns true if this cause was found. */
bool report_has(const struct report *report, enum cause cause);

/* Returns the number of findings. */
size_t report_count(const struct report *report);

/* Returns true if a check has failed. */
bool report_has_failed(const struct report *report);

/*
 * Prints all findings, and how many there are. Without any, tells that the pair is healthy, or that
 * a check has had no result, or that the dialect was not found out.
 */
void report_print(const struct report *report);
