/* SPDX-License-Identifier: MIT */
/* usual.c - see usual.h */

#include "doctor/usual.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>

#include "doctor/ending.h"
#include "doctor/rest.h"
#include "host/monotonic.h"

/* Limits of time, for a busy machine. A short message takes less, also with pauses of 10 ms. */
#define SHORT_LIMIT (10 * NSEC_PER_SEC)
/* A message that would take longer is left out. */
#define LONG_LIMIT (15 * NSEC_PER_SEC)
/* A longer one, that is: the time of fewer characters may be that before the first one. */
#define LONG 100u
/* A long message may take so many times as long as it should. */
#define PATIENCE 3u
#define IN_A_ROW 10u
#define LONGEST 10000u
/* A server has begun with a message once it has run so often. */
#define BEGUN UINT64_C(20)

struct trial {
    struct pair *pair;
    struct report *report;
    uint64_t character_ns; /* what a character takes, as far as known */
    bool is_lost;          /* a message was lost already, so a longer one need not be tried */
};

static enum check_result result_of(enum outcome outcome)
{
    if (outcome == OUTCOME_SLOW)
        return CHECK_OPEN;
    return outcome == OUTCOME_ARRIVED ? CHECK_PASSED : CHECK_FAILED;
}

/* A client may refuse an empty text. */
static enum check_result result_of_length(enum outcome outcome, size_t length)
{
    return outcome == OUTCOME_FAILED && length == 0 ? CHECK_OPEN : result_of(outcome);
}

static bool is_loss(enum outcome outcome)
{
    return result_of(outcome) == CHECK_FAILED;
}

/* Sends a text. Starts the server anew if it did not arrive. */
static enum outcome talk(struct trial *trial, const char *text, uint64_t limit_ns)
{
    enum outcome outcome = pair_talk(trial->pair, text, limit_ns);

    /* A server that ends may do so after its last answer. The end belongs to this text, too. */
    if (outcome == OUTCOME_ARRIVED && pair_await_ready(trial->pair) == PROGRESS_NONE)
        pair_look(trial->pair);
    (void)ending_find(trial->pair, trial->report, text);
    if (outcome != OUTCOME_ARRIVED)
        pair_start_server(trial->pair);
    return outcome;
}

/* ---- one message after the other ---- */

/* Sets text to so many characters that repeat only after a long time. */
static void write_text(char *text, size_t length)
{
    uint32_t value = 42;

    for (size_t i = 0; i < length; i++) {
        value = value * 1103515245 + 12345;
        text[i] = (char)('!' + (value >> 16) % 94);
    }
    text[length] = '\0';
}

static void send_length(struct trial *trial, const char *tried, size_t length)
{
    uint64_t expected = length * trial->character_ns, start = monotonic_now();
    uint64_t planned = expected < LONG_LIMIT ? expected : LONG_LIMIT;
    char text[LONGEST + 1], result[EVIDENCE_SIZE];
    enum outcome outcome;

    write_text(text, length);
    outcome = talk(trial, text, SHORT_LIMIT + PATIENCE * planned);
    if (length > 0)
        trial->character_ns = (monotonic_now() - start) / length;
    trial->is_lost |= result_of_length(outcome, length) == CHECK_FAILED;
    snprintf(result, sizeof result, "%s, %.2f s", outcome_text(outcome),
             (double)(monotonic_now() - start) / 1e9);
    report_check(trial->report, result_of_length(outcome, length), tried, result);
}

static void try_length(struct trial *trial, size_t length)
{
    uint64_t expected = length * trial->character_ns;
    char tried[TRIED_SIZE], result[EVIDENCE_SIZE];

    snprintf(tried, sizeof tried, "%zu characters", length);
    if (trial->is_lost) {
        report_check(trial->report, CHECK_OPEN, tried, "left out, as a shorter text was lost");
    } else if (length > LONG && expected > LONG_LIMIT) {
        snprintf(result, sizeof result, "left out, they would take about %" PRIu64 " s",
                 expected / NSEC_PER_SEC);
        report_check(trial->report, CHECK_OPEN, tried, result);
    } else {
        send_length(trial, tried, length);
    }
}

/* Returns true if a message was lost. */
static bool try_row(struct trial *trial)
{
    enum outcome outcome = OUTCOME_ARRIVED;
    char tried[TRIED_SIZE], text[EVIDENCE_SIZE];
    unsigned arrived = 0;

    for (unsigned i = 0; i < IN_A_ROW && outcome == OUTCOME_ARRIVED; i++) {
        snprintf(text, sizeof text, "message %u of a row", i + 1);
        outcome = talk(trial, text, SHORT_LIMIT);
        arrived += outcome == OUTCOME_ARRIVED;
    }
    snprintf(tried, sizeof tried, "%u messages in a row", IN_A_ROW);
    snprintf(text, sizeof text, "%u arrived; %s", arrived, outcome_text(outcome));
    report_check(trial->report, result_of(outcome), tried,
                 arrived == IN_A_ROW ? outcome_text(outcome) : text);
    return is_loss(outcome);
}

/* A signal can be lost with any text. So this one gets three tries. */
static bool has_lost_unicode(struct trial *trial)
{
    enum outcome plain = talk(trial, "Hello", SHORT_LIMIT);
    enum outcome outcome = OUTCOME_LOST;

    for (unsigned i = 0; i < 3 && is_loss(outcome); i++)
        outcome = talk(trial, UNICODE_TEXT, SHORT_LIMIT);
    report_check(trial->report, result_of(outcome), "characters beyond ASCII",
                 outcome_text(outcome));
    return plain == OUTCOME_ARRIVED && outcome == OUTCOME_LOST;
}

/* ---- several clients ---- */

/* A server in a busy loop has no turns. A client has some more, before it sends its first signal.
 */
static bool has_begun(const struct pair *pair, uint64_t turns)
{
    return pair->is_busy ? patient_turns(pair->clients[0].pid) >= 2 * BEGUN
                         : patient_turns(pair->server_pid) >= turns + BEGUN;
}

/* Waits until the server is amid the message of client 0, or that client has ended or hangs. */
static void await_beginning(struct pair *pair)
{
    uint64_t turns = patient_turns(pair->server_pid), end = monotonic_now() + SHORT_LIMIT;
    const struct patient *client = &pair->clients[0];
    struct rest rest, server;

    rest_begin(&rest, false);
    rest_begin(&server, pair->is_busy);
    while (!has_begun(pair, turns) && !client->has_ended &&
           !(rest_is_asleep(&rest) && rest_is_asleep(&server)) && monotonic_now() < end) {
        pair_look(pair);
        rest_look(&rest, client->pid, client->length);
        rest_look(&server, pair->server_pid, pair->server.length);
    }
}

/*
 * Starts a client with a long text, and stops it once the server is amid it. Returns false, with a
 * check of this name, if it could not.
 */
static bool stop_amid_a_message(struct trial *trial, const char *tried,
                                char text[static LONGEST + 1])
{
    struct pair *pair = trial->pair;
    uint64_t length = NSEC_PER_SEC / 2 / (trial->character_ns + 1);

    length = length < 50 ? 50 : length > LONGEST ? LONGEST : length;
    write_text(text, length);
    pair_start_server(pair);
    pair_start_client(pair, 0, pair->server_pid, text);
    await_beginning(pair);
    patient_signal(&pair->clients[0], SIGSTOP);
    (void)pair_await_stop(pair, pair->clients[0].pid);
    pair_look(pair);
    /* A signal that is still pending would hide that of the next client. */
    if (!pair->clients[0].has_ended && pair_await_ready(pair) == PROGRESS_DONE)
        return true;
    (void)ending_find(pair, trial->report, text);
    report_check(trial->report, CHECK_OPEN, tried, "not found out");
    return false;
}

static const char *result_of_two(bool is_first, bool is_second)
{
    if (is_first)
        return is_second ? "both arrived" : "only the first message arrived";
    return is_second ? "only the second message arrived" : "no message arrived";
}

static bool has_mixed(struct trial *trial)
{
    static const char tried[] = "two clients at once", other[] = "between";
    struct pair *pair = trial->pair;
    enum progress ends[2], texts[2];
    char text[LONGEST + 1];
    bool is_passed;

    if (!stop_amid_a_message(trial, tried, text))
        return false;
    pair_start_client(pair, 1, pair->server_pid, other);
    /* The server may let it wait for the first one. Else bits of both could meet, and one be lost.
     */
    (void)pair_await_client(pair, 1, SHORT_LIMIT);
    patient_signal(&pair->clients[0], SIGCONT);
    for (unsigned i = 0; i < 2; i++)
        ends[i] = pair_await_client(pair, i, SHORT_LIMIT);
    texts[0] = pair_await_text(pair, 0, text);
    texts[1] = pair_await_text(pair, 0, other);
    (void)ending_find(pair, trial->report, other);
    is_passed = texts[0] == PROGRESS_DONE && texts[1] == PROGRESS_DONE;
    if (!is_passed)
        for (unsigned i = 0; i < 2; i++)
            if (ends[i] == PROGRESS_SLOW || texts[i] == PROGRESS_SLOW) {
                report_check(trial->report, CHECK_OPEN, tried, "took too long");
                return false;
            }
    report_check(trial->report, is_passed ? CHECK_PASSED : CHECK_FAILED, tried,
                 result_of_two(texts[0] == PROGRESS_DONE, texts[1] == PROGRESS_DONE));
    return !is_passed;
}

/* Sends to a server that has got a part of a message from another process. */
static bool may_keep(struct trial *trial, const char *tried)
{
    enum outcome outcome = talk(trial, "afterwards", SHORT_LIMIT);

    report_check(trial->report, result_of(outcome), tried, outcome_text(outcome));
    return outcome != OUTCOME_ARRIVED;
}

static bool may_keep_message(struct trial *trial)
{
    static const char tried[] = "a message after a client that was killed";
    char text[LONGEST + 1];

    if (!stop_amid_a_message(trial, tried, text))
        return false;
    pair_end_client(trial->pair, 0);
    return may_keep(trial, tried);
}

static int send_stray(void *context)
{
    const struct pair *pair = context;

    return kill(pair->server_pid, SIGUSR2) < 0;
}

/* Sends a signal that the server takes when its sender has ended. Returns what became of that. */
static enum progress stray(struct pair *pair)
{
    const struct patient_order order = {.run = send_stray, .context = pair};

    kill(pair->server_pid, SIGSTOP);
    if (pair_await_stop(pair, pair->server_pid) != PROGRESS_DONE)
        return PROGRESS_SLOW;
    pair_start_patient(pair, 0, &order);
    (void)pair_await_client(pair, 0, SHORT_LIMIT);
    kill(pair->server_pid, SIGCONT);
    /* As above. */
    return pair_await_ready(pair);
}

static bool may_keep_stray(struct trial *trial)
{
    static const char tried[] = "a message after a stray signal";
    struct pair *pair = trial->pair;
    enum progress progress;

    pair_start_server(pair);
    progress = stray(pair);
    pair_look(pair);
    if (ending_find(pair, trial->report, "")) {
        report_check(trial->report, CHECK_FAILED, tried, "the server ended");
        report_find(trial->report, CAUSE_ENDED,
                    "a process had sent one signal, and had ended when the server answered");
        return false;
    }
    if (progress == PROGRESS_DONE)
        return may_keep(trial, tried);
    report_check(trial->report, CHECK_OPEN, tried, "not found out");
    return false;
}

void usual_try(struct pair *pair, struct report *report, struct usual *ret)
{
    static const size_t lengths[] = {0, 10, 100, 1000, LONGEST};
    struct trial trial = {.pair = pair, .report = report, .character_ns = NSEC_PER_MSEC};

    pair_start_server(pair);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
        try_length(&trial, lengths[i]);
    ret->has_lost_unicode = has_lost_unicode(&trial);
    ret->has_lost_one = try_row(&trial) || trial.is_lost;
    ret->has_mixed = has_mixed(&trial);
    ret->may_keep = may_keep_message(&trial);
    ret->may_keep |= may_keep_stray(&trial);
}
