/* SPDX-License-Identifier: MIT */
/* server-strain.c - see server-strain.h */

#include "doctor/server-strain.h"

#include <inttypes.h>
#include <stdio.h>

#include "doctor/ending.h"
#include "doctor/usual.h"
#include "host/monotonic.h"

static const char language_tried[] = "the doctor in place of the client";
static const char language_text[] = "From the doctor";
static const char half_text[] = "This message is halfway when the other one begins";

/* Returns true if the process has sent all that it was to send, and the server has taken it. */
static bool is_said(const struct speech_result *result)
{
    return result->status == 0 && result->signals > 0;
}

/* ---- the language ---- */

/* Lets a process send a text to the server as it is. Returns true if the server has taken it. */
static bool say(struct pair *pair, unsigned index, const char *text, struct speech_result *ret)
{
    speech_start(pair, index, text, SPEECH_GOES_ON);
    return speech_await(pair, index, ret) && is_said(ret);
}

/* A newline flushes the buffer of printf(3) for a terminal (setvbuf(3)). */
static bool is_buffered(struct pair *pair, size_t from)
{
    struct speech_result result = {0};

    return say(pair, 0, "\n", &result) &&
           pair_await_text(pair, from, language_text) == PROGRESS_DONE;
}

/* Returns true if a new server prints the text that is sent so. */
static bool is_printed(struct pair *pair, const char *text, enum speech_stop stop)
{
    struct speech_result result = {0};
    size_t from;

    pair_start_server(pair);
    from = pair->server.length;
    speech_start(pair, 0, text, stop);
    return speech_await(pair, 0, &result) && is_said(&result) &&
           pair_await_text(pair, from, text) == PROGRESS_DONE;
}

/*
 * Returns true if the server prints a text that is sent with pauses, and not without. is_mute: it
 * has neither answered nor printed anything, so it may also work much later. With long pauses, only
 * a short message can be sent.
 */
static bool is_deferred(struct pair *pair, bool is_mute)
{
    static const char text[] = "Hi", letter[] = "H";

    if (is_printed(pair, text, SPEECH_GOES_ON))
        return false;
    return is_printed(pair, text, SPEECH_SLOWLY) ||
           (is_mute && pair->dialect.length == LENGTH_ABSENT && pair->dialect.pid == PID_ABSENT &&
            is_printed(pair, letter, SPEECH_AT_LENGTH));
}

/*
 * Finds out why the server has not printed the text, behind so many octets of its output. Returns
 * false if nothing is found: it has printed a text of a client, so it understands that.
 */
static bool find_why(struct pair *pair, struct report *report, const struct speech_result *result,
                     size_t from)
{
    bool is_mute = result->answers == 0 && pair->server.length == from;

    if (is_buffered(pair, from))
        report_find(report, CAUSE_BUFFERED, "'%s' was printed only after another newline",
                    language_text);
    else if (is_deferred(pair, is_mute))
        report_find(report, CAUSE_DEFERRED,
                    "each signal came when the server slept and none was pending: '%s' was lost; "
                    "with pauses, a text arrived",
                    language_text);
    else if (!pair->has_arrived)
        report_find(report, CAUSE_LANGUAGES,
                    "the client speaks %s; in that, without loss, '%s' was not printed",
                    report->dialect, language_text);
    else
        return false;
    return true;
}

/* Tells that the server has not printed the text, behind so many octets of its output. */
static void tell_silence(struct pair *pair, struct report *report,
                         const struct speech_result *result, size_t from)
{
    if (find_why(pair, report, result, from))
        report_check(report, CHECK_FAILED, language_tried, "the server did not print the text");
    else
        report_check(report, CHECK_OPEN, language_tried,
                     "the server printed a text of a client, and not this one");
}

bool server_strain_language(struct pair *pair, struct report *report, struct speech_result *ret)
{
    struct speech_result result = {0};
    enum progress progress;
    bool is_taken;
    size_t from;

    *ret = (struct speech_result){0};
    pair_start_server(pair);
    from = pair->server.length;
    is_taken = say(pair, 0, language_text, &result);
    if (ending_find(pair, report, language_text)) {
        report_check(report, CHECK_FAILED, language_tried, "the server ended");
        return false;
    }
    if (!is_taken) {
        bool is_late = !*result.trouble || speech_is_slow(pair, &result);

        report_check(report, is_late ? CHECK_OPEN : CHECK_FAILED, language_tried,
                     is_late ? "took too long" : result.trouble);
        return false;
    }
    *ret = result;
    progress = pair_await_text(pair, from, language_text);
    if (progress == PROGRESS_NONE)
        tell_silence(pair, report, &result, from);
    else
        report_check(report, progress == PROGRESS_DONE ? CHECK_PASSED : CHECK_OPEN, language_tried,
                     progress == PROGRESS_DONE ? "arrived" : "took too long");
    return progress == PROGRESS_DONE;
}

/* ---- one message after the other ---- */

bool server_strain_next(struct pair *pair, struct report *report)
{
    static const char *const texts[] = {"The first message", "the second one"};
    struct speech_result result = {0};

    pair_start_server(pair);
    for (unsigned i = 0; i < 2; i++) {
        size_t from = pair->server.length;
        bool is_taken = say(pair, i, texts[i], &result);

        if (ending_find(pair, report, texts[i]))
            return false;
        if (!is_taken)
            return true;
        if (pair_await_text(pair, from, texts[i]) == PROGRESS_NONE) {
            if (i == 1)
                report_find(report, CAUSE_NEXT,
                            "also without loss: '%s' was printed, and then '%s' was not", texts[0],
                            texts[1]);
            return i == 0;
        }
    }
    return true;
}

/* ---- characters beyond ASCII ---- */

bool server_strain_unicode(struct pair *pair, struct report *report)
{
    static const char text[] = UNICODE_TEXT;
    struct speech_result result = {0};
    enum progress progress;
    size_t from;

    if (pair->dialect.has_7_bits) {
        report_find(report, CAUSE_UNICODE, "the client sends only 7 bits of each octet");
        return false;
    }
    pair_start_server(pair);
    from = pair->server.length;
    if (!say(pair, 0, text, &result))
        return false;
    progress = pair_await_text(pair, from, text);
    if (progress == PROGRESS_NONE)
        report_find(report, CAUSE_UNICODE, "also without loss, the server did not print '%s'",
                    text);
    return progress == PROGRESS_DONE;
}

/* ---- whose answers ---- */

void server_strain_answers(struct pair *pair, struct report *report)
{
    static const char tried[] = "the answers to a second process";
    struct speech_result first = {0}, second = {0};
    bool is_wrong;

    pair_start_server(pair);
    speech_start(pair, 0, "first", SPEECH_AT_END);
    if (!speech_await(pair, 0, &first) || !is_said(&first) || first.answers == 0)
        return;
    /* A server that answers only after a while could answer the first one now. */
    if (pair_pending(pair->clients[0].pid) != PROCSTAT_NO_SIGNAL)
        return;
    speech_start(pair, 1, "second", SPEECH_GOES_ON);
    if (!speech_await(pair, 1, &second) || !is_said(&second))
        return;
    is_wrong = second.answers == 0 && pair_pending(pair->clients[0].pid) != PROCSTAT_NO_SIGNAL;
    report_check(report, is_wrong ? CHECK_FAILED : CHECK_PASSED, tried,
                 is_wrong ? "they went to the first one" : "it got them");
    if (!is_wrong)
        return;
    report_find(report, CAUSE_WHOSE_PID, "process %d sent %zu signals and got %" PRIu64 " answers",
                (int)pair->clients[0].pid, first.signals, first.answers);
    report_find(report, CAUSE_WHOSE_PID,
                "then process %d sent %zu and got none; they went to process %d",
                (int)pair->clients[1].pid, second.signals, (int)pair->clients[0].pid);
}

/* ---- messages of two processes ---- */

/* Starts a process that stops amid its message. Returns false if it could not. */
static bool begin_part(struct pair *pair, enum speech_stop stop, size_t *ret_from,
                       struct speech_result *ret)
{
    pair_start_server(pair);
    *ret_from = pair->server.length;
    speech_start(pair, 0, half_text, stop);
    return speech_await(pair, 0, ret) && is_said(ret) && pair_state(pair->clients[0].pid) == 'T';
}

/* Returns true if the server has printed the text between the two parts of the half text. */
static bool is_amid(const struct pair *pair, size_t from, const char *text)
{
    return patient_has_printed(&pair->server, from, text) &&
           patient_has_printed(&pair->server, from, "This message is") &&
           patient_has_printed(&pair->server, from, "the other one begins");
}

void server_strain_two(struct pair *pair, struct report *report)
{
    static const char text[] = "between";
    struct speech_result first = {0}, second = {0};
    enum progress progress, other;
    size_t from;
    bool is_first_said, is_second_said;

    if (!begin_part(pair, SPEECH_HALFWAY, &from, &first))
        return;
    /* The server may let it wait. */
    speech_start_in_turn(pair, 1, text, first.first);
    is_second_said = speech_await(pair, 1, &second) && is_said(&second);
    is_first_said = speech_continue(pair, 0, &first) && is_said(&first);
    if (pair_state(pair->clients[1].pid) == 'T')
        is_second_said = speech_continue(pair, 1, &second) && is_said(&second);
    if (!is_first_said || !is_second_said)
        return;
    progress = pair_await_text(pair, from, text);
    other = pair_await_text(pair, from, half_text);
    if (progress == PROGRESS_SLOW || other == PROGRESS_SLOW)
        return;
    if (progress == PROGRESS_DONE && other == PROGRESS_DONE)
        return;
    report_find(report, CAUSE_SHARED,
                "also without loss: one process sent '%s' halfway, another one '%s'", half_text,
                text);
    if (is_amid(pair, from, text))
        report_find(report, CAUSE_SHARED, "'%s' was printed amid the other text", text);
}

/* Returns true if a message arrives that follows one of a process that has ended amid it. */
static bool is_rest_forgotten(struct pair *pair, struct report *report, enum speech_stop stop)
{
    static const char text[] = "afterwards";
    struct speech_result part = {0}, result = {0};
    size_t from;

    if (!begin_part(pair, stop, &from, &part))
        return true;
    pair_end_client(pair, 0);
    if (!say(pair, 1, text, &result) || pair_await_text(pair, from, text) != PROGRESS_NONE)
        return true;
    report_find(report, CAUSE_LEFT_OVER,
                "also without loss: one process ended behind its signal %zu, and '%s' from another "
                "one was not printed",
                part.signals, text);
    return false;
}

/* Some servers forget a text, and not the length or the hello before it. */
void server_strain_rest(struct pair *pair, struct report *report)
{
    if (is_rest_forgotten(pair, report, SPEECH_HALFWAY))
        (void)is_rest_forgotten(pair, report, SPEECH_BEGUN);
}

/* ---- a pause amid a message ---- */

/* Servers that forget a client do so after 1 to 3 s. */
#define BREAK (4 * NSEC_PER_SEC)

static void pause_for(struct pair *pair, uint64_t ns)
{
    uint64_t end = monotonic_now() + ns;

    while (monotonic_now() < end)
        pair_look(pair);
}

void server_strain_break(struct pair *pair, struct report *report)
{
    static const char tried[] = "a client that pauses amid its message";
    enum progress progress = PROGRESS_SLOW;
    struct speech_result result = {0};
    size_t from;

    if (begin_part(pair, SPEECH_HALFWAY, &from, &result)) {
        pause_for(pair, BREAK);
        if (speech_continue(pair, 0, &result) && !speech_is_slow(pair, &result))
            progress = pair_await_text(pair, from, half_text);
    }
    switch (progress) {
    case PROGRESS_DONE:
        report_check(report, CHECK_PASSED, tried, "arrived");
        break;
    case PROGRESS_SLOW:
        report_check(report, CHECK_OPEN, tried, "took too long");
        break;
    case PROGRESS_NONE:
        report_check(report, CHECK_FAILED, tried, "the server did not print the text");
        report_find(report, CAUSE_FORGETS,
                    "a process sent '%s', and paused for %" PRIu64
                    " s halfway: that was not printed",
                    half_text, BREAK / NSEC_PER_SEC);
        break;
    }
}
