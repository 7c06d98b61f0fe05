/* SPDX-License-Identifier: MIT */
/* pair.c - see pair.h */

#include "doctor/pair.h"

#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "doctor/brake.h"
#include "doctor/rest.h"
#include "doctor/waiting.h"
#include "doctor/ward.h"
#include "doctor/work.h"
#include "host/monotonic.h"
#include "host/procstat.h"

/* The depth of a server below the command that starts it: a shell, a script and so on. */
#define DEPTH_MAX 8
/* Limits of time, for a busy machine. */
#define START_LIMIT (10 * NSEC_PER_SEC)
#define TEXT_LIMIT (10 * NSEC_PER_SEC)
#define STATE_LIMIT (10 * NSEC_PER_SEC)
#define LOOK_MSEC 1
/* A client that looks for an answer in vain has woken up more often. */
#define LOOKS_IN_VAIN 2u

/* Lets a process of this program end, before all others do. */
static void dismiss(struct pair *pair, struct patient *patient)
{
    uint64_t end = monotonic_now() + STATE_LIMIT;

    if (!patient->is_own)
        return;
    patient_end(patient);
    while (!patient->has_ended && monotonic_now() < end)
        pair_look(pair);
}

void pair_clear(struct pair *pair)
{
    dismiss(pair, &pair->brake);
    dismiss(pair, &pair->server);
    dismiss(pair, &pair->relay);
    for (unsigned i = 0; i < 2; i++)
        dismiss(pair, &pair->clients[i]);
    ward_clear();
    patient_free(&pair->server);
    patient_free(&pair->relay);
    patient_free(&pair->brake);
    pair->braked = NULL;
    for (unsigned i = 0; i < 2; i++)
        patient_free(&pair->clients[i]);
    pair->server_pid = 0;
}

void pair_keep_error(struct pair *pair, int r)
{
    if (r < 0 && pair->error == 0)
        pair->error = r;
}

/* Returns true if nothing is waited for any more: at this time, or after an error. */
static bool is_over(const struct pair *pair, uint64_t end)
{
    return pair->error < 0 || monotonic_now() >= end;
}

/* ---- the server's PID ---- */

static bool is_of_server(const struct pair *pair, pid_t pid)
{
    for (int i = 0; i < DEPTH_MAX && pid > 1; i++) {
        if (pid == pair->server.pid)
            return true;
        pid = patient_parent(pid);
    }
    return false;
}

/* Returns the first number in the output that is the PID of the server, or 0. */
static pid_t printed_pid(const struct pair *pair)
{
    const char *at = pair->server.output;
    const char *end = at + pair->server.length;

    while (at && at < end) {
        char *behind;
        long number;

        if (!isdigit((unsigned char)*at)) {
            at++;
            continue;
        }
        errno = 0;
        number = strtol(at, &behind, 10);
        if (errno == 0 && number == (pid_t)number && is_of_server(pair, (pid_t)number))
            return (pid_t)number;
        at = behind;
    }
    return 0;
}

char pair_state(pid_t pid)
{
    struct procstat stat;

    if (procstat_read(pid, &stat) < 0)
        return '?';
    return stat.state;
}

enum procstat_signals pair_pending(pid_t pid)
{
    struct procstat stat;

    return procstat_read(pid, &stat) == 0 ? stat.pending : PROCSTAT_NO_SIGNAL;
}

/* ---- the brake ---- */

static int run_brake(void *context)
{
    return brake_run(*(const pid_t *)context);
}

/* Starts a brake, which traces a patient that was started for that (patient.h). */
static void start_brake(struct pair *pair, const struct patient *patient)
{
    pid_t pid = patient->pid;
    const struct patient_order order = {.run = run_brake, .context = &pid};

    dismiss(pair, &pair->brake);
    patient_free(&pair->brake);
    if (pair_await_stop(pair, pid) != PROGRESS_DONE)
        return;
    pair_start(pair, &order, &pair->brake);
    pair->braked = patient;
    while (!pair->brake.has_ended && pair_state(pid) == 'T')
        pair_look(pair);
    if (pair->brake.has_ended && pair->brake.status != 0)
        pair_keep_error(pair, -EPERM);
}

/* ---- the server, starting ---- */

bool pair_start(struct pair *pair, const struct patient_order *order, struct patient *ret)
{
    int r = patient_start(order, ret);

    pair_keep_error(pair, r);
    return r == 0;
}

bool pair_start_stand_in(struct pair *pair, int (*run)(void *context))
{
    const struct patient_order order = {.run = run};

    pair_clear(pair);
    if (!pair_start(pair, &order, &pair->server))
        return false;
    pair->server_pid = pair->server.pid;
    return true;
}

static bool is_catching(pid_t pid)
{
    struct procstat stat;

    return procstat_read(pid, &stat) == 0 && stat.caught == PROCSTAT_BOTH;
}

bool pair_is_serving(pid_t pid)
{
    struct procstat stat;

    return procstat_read(pid, &stat) == 0 && stat.caught == PROCSTAT_BOTH && stat.state == 'S';
}

static bool is_serving(const struct pair *pair)
{
    return pair->is_busy ? is_catching(pair->server_pid) : pair_is_serving(pair->server_pid);
}

/* Waits for the PID, and then for the handlers: some servers set them after the PID is printed. */
static enum progress await_server(struct pair *pair)
{
    struct work work = {0};
    uint64_t end = monotonic_now() + START_LIMIT;
    uint64_t patience_end = monotonic_now() + (pair->is_pid_missing ? 0 : PAIR_PID_LIMIT);
    bool has_printed = false;
    struct rest rest;

    rest_begin(&rest, false);
    pair->server_pid = pair->server.pid;
    while (!pair->server.has_ended && !(has_printed && is_serving(pair))) {
        bool is_complete = has_printed && is_catching(pair->server_pid);
        bool is_asleep = pair_state(pair->server_pid) == 'S';
        pid_t pid = printed_pid(pair);

        if (rest_is_idle(&rest) && (is_complete ? is_asleep : monotonic_now() >= patience_end))
            break;
        if (pid > 0) {
            pair->server_pid = pid;
            has_printed = true;
        }
        if (is_complete && work_is_busy(&work, pair->server_pid))
            pair->is_busy = true;
        if (is_over(pair, end))
            return has_printed ? PROGRESS_DONE : PROGRESS_SLOW;
        pair_look(pair);
        rest_look(&rest, pair->server_pid, pair->server.length);
    }
    pair->is_pid_missing = !has_printed && !pair->server.has_ended;
    return has_printed ? PROGRESS_DONE : PROGRESS_NONE;
}

static enum progress start_server(struct pair *pair, bool is_held)
{
    const struct patient_order order = {.command = pair->server_command, .is_held = is_held};

    pair_clear(pair);
    if (pair_start(pair, &order, &pair->server) && is_held)
        start_brake(pair, &pair->server);
    return await_server(pair);
}

enum progress pair_start_server(struct pair *pair)
{
    return start_server(pair, false);
}

enum progress pair_start_server_braked(struct pair *pair)
{
    return start_server(pair, true);
}

/* ---- clients ---- */

void pair_start_patient(struct pair *pair, unsigned index, const struct patient_order *order)
{
    pair_end_client(pair, index);
    pair_start(pair, order, &pair->clients[index]);
}

static void start_client(struct pair *pair, unsigned index, pid_t pid, const char *text,
                         bool is_held)
{
    char number[32];
    const struct patient_order order = {
        .command = pair->client_command, .arguments = {number, text}, .is_held = is_held};

    snprintf(number, sizeof number, "%d", (int)pid);
    pair_start_patient(pair, index, &order);
}

void pair_start_client(struct pair *pair, unsigned index, pid_t pid, const char *text)
{
    start_client(pair, index, pid, text, false);
}

void pair_start_braked(struct pair *pair, pid_t pid, const char *text)
{
    start_client(pair, 0, pid, text, true);
    start_brake(pair, &pair->clients[0]);
}

void pair_end_client(struct pair *pair, unsigned index)
{
    struct patient *client = &pair->clients[index];

    /* As long as a brake traces it, only the brake sees that it has ended. */
    if (client == pair->braked)
        dismiss(pair, &pair->brake);
    patient_end(client);
    while (!client->has_ended)
        pair_look(pair);
    patient_free(client);
}

static void look(struct pair *pair, struct patient *patient)
{
    pair_keep_error(pair, patient_look(patient));
}

void pair_look(struct pair *pair)
{
    struct pollfd polls[] = {{.fd = pair->server.terminal, .events = POLLIN},
                             {.fd = pair->relay.terminal, .events = POLLIN},
                             {.fd = pair->brake.terminal, .events = POLLIN},
                             {.fd = pair->clients[0].terminal, .events = POLLIN},
                             {.fd = pair->clients[1].terminal, .events = POLLIN}};

    poll(polls, sizeof polls / sizeof polls[0], LOOK_MSEC);
    look(pair, &pair->server);
    look(pair, &pair->relay);
    look(pair, &pair->brake);
    for (unsigned i = 0; i < 2; i++)
        look(pair, &pair->clients[i]);
}

/* ---- waiting ---- */

enum progress pair_await_client(struct pair *pair, unsigned index, uint64_t limit_ns)
{
    const struct patient *client = &pair->clients[index];
    uint64_t start = monotonic_now(), sign = start, asleep_ns = 0, turns = 0;
    struct rest rest, server, relay;

    rest_begin(&rest, false);
    rest_begin(&server, pair->is_busy);
    rest_begin(&relay, false);
    while (!client->has_ended) {
        bool is_timed;

        pair_look(pair);
        /* Before the look that tells if it still sleeps: it may wake up in between. */
        is_timed = waiting_read(client->pid) == WAITING_TIME;
        rest_look(&rest, client->pid, client->length);
        rest_look(&server, pair->server_pid, pair->server.length);
        rest_look(&relay, pair->relay.pid, pair->relay.length);
        if (!pair->server.has_ended && server.asleep_ns != asleep_ns) {
            turns = rest.turns;
            sign = monotonic_now();
        }
        asleep_ns = server.asleep_ns;
        if (client->has_ended)
            break;
        if (is_over(pair, start + limit_ns))
            return PROGRESS_SLOW;
        if (!pair->relay.has_ended && !rest_is_asleep(&relay))
            continue;
        if (rest_is_asleep(&rest) && !is_timed && (pair->server.has_ended || rest_is_idle(&server)))
            return PROGRESS_NONE;
        if ((pair->server.has_ended || rest_is_asleep(&server)) &&
            rest.turns > turns + LOOKS_IN_VAIN && monotonic_now() - sign >= PAIR_LOOKING &&
            monotonic_now() - rest.asleep_ns < PAIR_LOOKING / 2)
            return PROGRESS_NONE;
    }
    return PROGRESS_DONE;
}

enum progress pair_await_text(struct pair *pair, size_t from, const char *text)
{
    uint64_t end = monotonic_now() + TEXT_LIMIT;
    struct rest rest;

    rest_begin(&rest, pair->is_busy);
    while (!patient_has_printed(&pair->server, from, text)) {
        if (rest_is_idle(&rest) || (pair->server.has_ended && pair->server.terminal < 0))
            return PROGRESS_NONE;
        if (is_over(pair, end))
            return PROGRESS_SLOW;
        pair_look(pair);
        rest_look(&rest, pair->server_pid, pair->server.length);
    }
    return PROGRESS_DONE;
}

enum progress pair_await_stop(struct pair *pair, pid_t pid)
{
    uint64_t end = monotonic_now() + STATE_LIMIT;
    char state;

    while ((state = pair_state(pid)) != 'T') {
        if (state == 'Z' || state == '?')
            return PROGRESS_NONE;
        if (is_over(pair, end))
            return PROGRESS_SLOW;
        pair_look(pair);
    }
    return PROGRESS_DONE;
}

enum progress pair_await_ready(struct pair *pair)
{
    uint64_t end = monotonic_now() + STATE_LIMIT;
    struct procstat stat;

    while (procstat_read(pair->server_pid, &stat) == 0 && stat.state != 'Z') {
        if (rest_is_ready(&stat, pair->is_busy))
            return PROGRESS_DONE;
        if (is_over(pair, end))
            return PROGRESS_SLOW;
        pair_look(pair);
    }
    return PROGRESS_NONE;
}

/* ---- messages ---- */

static enum outcome await_message(struct pair *pair, size_t from, const char *text,
                                  uint64_t limit_ns)
{
    const struct patient *client = &pair->clients[0];
    enum progress progress = pair_await_client(pair, 0, limit_ns);
    bool is_failed;

    if (progress != PROGRESS_DONE) {
        pair_end_client(pair, 0);
        if (progress == PROGRESS_SLOW)
            return OUTCOME_SLOW;
        if (pair->server.has_ended)
            return OUTCOME_DIED;
        return *text && patient_has_printed(&pair->server, from, text) ? OUTCOME_STAYED
                                                                       : OUTCOME_HUNG;
    }
    is_failed = !WIFEXITED(client->status) || WEXITSTATUS(client->status) != 0;
    progress = pair_await_text(pair, from, text);
    pair_end_client(pair, 0);
    if (progress == PROGRESS_DONE)
        return *text || !is_failed ? OUTCOME_ARRIVED : OUTCOME_FAILED;
    if (pair->server.has_ended)
        return OUTCOME_DIED;
    if (progress == PROGRESS_SLOW)
        return OUTCOME_SLOW;
    return is_failed ? OUTCOME_FAILED : OUTCOME_LOST;
}

enum outcome pair_await_message(struct pair *pair, size_t from, const char *text, uint64_t limit_ns)
{
    enum outcome outcome = await_message(pair, from, text, limit_ns);

    pair->has_arrived |= outcome == OUTCOME_STAYED || (outcome == OUTCOME_ARRIVED && *text);
    return outcome;
}

enum outcome pair_talk(struct pair *pair, const char *text, uint64_t limit_ns)
{
    size_t from = pair->server.length;

    pair_start_client(pair, 0, pair->server_pid, text);
    return pair_await_message(pair, from, text, limit_ns);
}

const char *outcome_text(enum outcome outcome)
{
    static const char *const texts[] = {
        [OUTCOME_ARRIVED] = "arrived",
        [OUTCOME_LOST] = "the server did not print the text",
        [OUTCOME_FAILED] = "the client ended with an error",
        [OUTCOME_HUNG] = "the client hung",
        [OUTCOME_STAYED] = "the text arrived, and the client did not end",
        [OUTCOME_DIED] = "the server ended",
        [OUTCOME_SLOW] = "took too long",
    };

    return texts[outcome];
}
