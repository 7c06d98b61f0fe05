/* SPDX-License-Identifier: MIT */
/* client-strain.c - see client-strain.h */

#include "doctor/client-strain.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/wait.h>

#include "doctor/haste.h"
#include "doctor/relayed.h"
#include "doctor/rest.h"
#include "doctor/usual.h"
#include "doctor/waiting.h"
#include "host/monotonic.h"

/* A limit of time, for a busy machine. */
#define START_LIMIT (10 * NSEC_PER_SEC)
/* A server can be without a CPU for so long, in nanoseconds. Some clients wait for 1 s or 2. */
#define HOLD (3 * NSEC_PER_SEC)
/* A client that sleeps for longer at a time does not just poll, in nanoseconds. */
#define DOZE (2 * NSEC_PER_SEC)
/* A client that has run so often without a signal does not send without an answer. */
#define TURNS_IN_VAIN 100u
/* A client that sends so many signals without an answer has not just sent one again. */
#define UNANSWERED 4u

/* ---- an answer that is held back ---- */

/* The bits of a U alternate in both orders. A client that pauses for 10 ms sends the text in 2 s.
 */
static const char alternating[] = "UUUUUUUUUUUUUUUUUUUU";

/*
 * Watches a client whose first signal is not answered. Returns true if it waits for something.
 * *ret_waiting is what it has slept for in the end, without a break for DOZE or longer.
 */
static bool watch(struct pair *pair, enum waiting *ret_waiting)
{
    const struct patient *client = &pair->clients[0], *relay = &pair->relay;
    uint64_t end = monotonic_now() + START_LIMIT, turns = 0;
    size_t printed = relay->length;
    struct rest rest;

    while (relay->length == 0 && !client->has_ended && monotonic_now() < end)
        pair_look(pair);
    rest_begin(&rest, false);
    end = monotonic_now() + HOLD;
    while (!client->has_ended && monotonic_now() < end) {
        pair_look(pair);
        rest_look(&rest, client->pid, client->length);
        if (relay->length != printed)
            turns = rest.turns;
        printed = relay->length;
    }
    *ret_waiting = waiting_read(client->pid);
    if (monotonic_now() < rest.asleep_ns + DOZE)
        *ret_waiting = WAITING_UNKNOWN;
    return !client->has_ended && (rest_is_asleep(&rest) || rest.turns > turns + TURNS_IN_VAIN);
}

static void tell_haste(const struct pair *pair, struct report *report,
                       const struct speech_result *answers, const struct wire *prompt,
                       bool is_waiting, const struct wire *wire)
{
    const struct haste haste = {.held = wire,
                                .prompt = prompt,
                                .dialect = pair->has_dialect ? &pair->dialect : NULL,
                                .answers = answers,
                                .is_waiting = is_waiting};
    enum cause cause = haste_cause(&haste);
    const struct patient *client = &pair->clients[0];

    report_find(report, cause, "no signal was answered, and the client sent %zu or more%s",
                wire_count(wire, WIRE_SIGNAL),
                is_waiting          ? ", and then waited"
                : client->has_ended ? ", and then ended"
                                    : "");
    if (answers->signals > 0)
        report_find(report, cause, "the server answers %zu signals with %" PRIu64, answers->signals,
                    answers->answers);
    report_show(report, cause, wire);
}

static bool has_failed(const struct patient *client)
{
    return client->has_ended && (!WIFEXITED(client->status) || WEXITSTATUS(client->status) != 0);
}

/*
 * A client that looks at a flag before pause(2) takes an answer that comes at once. It misses one
 * that comes between the two.
 */
static void tell_pause(struct report *report, enum waiting waiting, const struct wire *wire)
{
    static const char tried[] = "an answer just before the client waits";

    if (report_has(report, CAUSE_PAUSE))
        return;
    report_check(report, CHECK_FAILED, tried, "the client would miss it");
    report_find(report, CAUSE_PAUSE,
                "it waited in %s and blocked neither signal before: if the answer comes just "
                "before this call, it sleeps on",
                waiting == WAITING_PAUSE ? "pause()" : "a long sleep");
    report_show(report, CAUSE_PAUSE, wire);
}

/*
 * Returns true if a client has got answers, and has sent many signals without one. The brake held
 * it until the server had taken each of them. A client that gets none may look at the server.
 */
static bool waits_for_some(const struct wire *prompt)
{
    return wire_count(prompt, WIRE_ANSWER) > 0 && wire_longest_run(prompt) >= UNANSWERED;
}

void client_strain_wait(struct pair *pair, struct report *report,
                        const struct speech_result *answers, const struct wire *prompt)
{
    static const char tried[] = "an answer that is held back";
    size_t from, signals;
    bool is_started = relayed_start(pair, RELAY_HOLD, alternating, &from);
    enum waiting waiting = WAITING_UNKNOWN;
    bool is_waiting = is_started && watch(pair, &waiting);
    uint64_t end_ns = monotonic_now();
    struct wire wire;

    wire_read(pair->relay.output, &wire);
    signals = wire_count(&wire, WIRE_SIGNAL);
    if (!is_started || signals == 0) {
        report_check(report, CHECK_OPEN, tried, "the client sent nothing, or took too long");
    } else if (signals > 1) {
        report_check(report, CHECK_FAILED, tried, "the client went on without it");
        tell_haste(pair, report, answers, prompt, is_waiting, &wire);
    } else if (has_failed(&pair->clients[0])) {
        report_check(report, CHECK_FAILED, tried, "the client gave up");
        report_find(report, CAUSE_IMPATIENT,
                    "the first signal was not answered at once, and the client ended");
        wire_add(&wire, WIRE_GIVES_UP, end_ns);
        report_show(report, CAUSE_IMPATIENT, &wire);
    } else if (waits_for_some(prompt)) {
        report_check(report, CHECK_FAILED, tried, "the client waits only for some");
        report_find(
            report, CAUSE_LATE_ANSWER,
            "the client waited for the first answer, and later sent %zu signals without one",
            wire_longest_run(prompt));
        report_show(report, CAUSE_LATE_ANSWER, prompt);
    } else {
        report_check(report, CHECK_PASSED, tried, "the client waited");
        if (waiting != WAITING_UNKNOWN && pair->is_outside)
            tell_pause(report, waiting, &wire);
    }
    pair_clear(pair);
}

/* ---- an answer that comes at once ---- */

static void note_answers(const struct wire *wire, struct speech_result *answers)
{
    if (answers->signals > 0)
        return;
    answers->signals = wire_count(wire, WIRE_SIGNAL);
    answers->answers = wire_count(wire, WIRE_ANSWER);
}

static const char early_tried[] = "an answer that comes at once";
static const char early_text[] = "Hello";

/* The client hangs with early answers. */
static void tell_hang(struct report *report, enum outcome late, const struct wire *prompt)
{
    if (!relayed_is_hung(late) && late != OUTCOME_SLOW) {
        report_check(report, CHECK_FAILED, early_tried, "the client hung");
        report_find(report, CAUSE_PAUSE,
                    "it hung at signal %zu; with later answers it sent all of its %zu signals",
                    wire_count(prompt, WIRE_SIGNAL), wire_count(&report->usual, WIRE_SIGNAL));
        report_show(report, CAUSE_PAUSE, prompt);
        return;
    }
    report_check(report, CHECK_OPEN, early_tried, "not found out");
    if (late == OUTCOME_STAYED) {
        report_find(report, CAUSE_STAYS,
                    "'%s' arrived, each answer came while the client slept, and it sleeps on",
                    early_text);
        report_show(report, CAUSE_STAYS, &report->usual);
    }
}

/* The client has ended with early answers, and its text has not arrived. */
static void tell_early_loss(struct report *report, enum outcome late, enum outcome early,
                            const struct wire *prompt)
{
    if (late != OUTCOME_ARRIVED || wire_count(prompt, WIRE_ANSWER) == 0) {
        report_check(report, CHECK_OPEN, early_tried, "not found out");
        return;
    }
    report_check(report, CHECK_FAILED, early_tried, outcome_text(early));
    report_find(report, CAUSE_PAUSE, "with later answers the text arrived; with these, %s",
                outcome_text(early));
    report_show(report, CAUSE_PAUSE, prompt);
}

void client_strain_pause(struct pair *pair, struct report *report, struct speech_result *answers,
                         struct wire *ret_prompt)
{
    enum outcome late = relayed_talk(pair, RELAY_LATE, early_text, &report->usual), early;

    early = relayed_talk(pair, RELAY_EARLY, early_text, ret_prompt);
    if (early != OUTCOME_SLOW)
        note_answers(ret_prompt, answers);
    if (early == OUTCOME_SLOW)
        report_check(report, CHECK_OPEN, early_tried, "took too long");
    else if (early == OUTCOME_ARRIVED)
        report_check(report, CHECK_PASSED, early_tried, "the client took it");
    else if (relayed_is_hung(early))
        tell_hang(report, late, ret_prompt);
    else
        tell_early_loss(report, late, early, ret_prompt);
}

/* ---- characters beyond ASCII ---- */

void client_strain_unicode(struct pair *pair, struct report *report)
{
    static const char text[] = UNICODE_TEXT;
    bool is_waiting = pair->dialect.answers[UNIT_BIT] != ANSWER_NONE;
    struct wire wire;

    if (relayed_talk(pair, is_waiting ? RELAY_LATE : RELAY_EARLY, text, &wire) == OUTCOME_LOST)
        report_find(report, CAUSE_UNICODE,
                    "the server printed '%s' of another process, and also without loss not that of "
                    "the client",
                    text);
}
