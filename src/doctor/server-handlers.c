/* SPDX-License-Identifier: MIT */
/* server-handlers.c - see server-handlers.h */

#include "doctor/server-handlers.h"

#include <sched.h>
#include <signal.h>
#include <sysexits.h>

#include "doctor/brake.h"
#include "doctor/waiting.h"

/* ---- a handler that is interrupted ---- */

static const char masks_tried[] = "a handler that is interrupted";

/* The server may run between two signals after all, if this process has to wait for a CPU. */
#define TRIES 100u

/* Stops the server, mostly at the first instruction of the handler. */
static bool stop_in_handler(struct pair *pair, int signal, enum procstat_signals *ret)
{
    struct procstat stat;

    if (pair_await_ready(pair) != PROGRESS_DONE)
        return false;
    kill(pair->server_pid, signal);
    kill(pair->server_pid, SIGSTOP);
    if (pair_await_stop(pair, pair->server_pid) != PROGRESS_DONE ||
        procstat_read(pair->server_pid, &stat) < 0)
        return false;
    *ret = stat.blocked;
    kill(pair->server_pid, SIGCONT);
    return true;
}

/* Returns true with the signals that the server blocks in its handler of this one. */
static bool blocked_in_handler(struct pair *pair, int signal, enum procstat_signals *ret)
{
    *ret = PROCSTAT_NO_SIGNAL;
    for (unsigned i = 0; i < TRIES && *ret == PROCSTAT_NO_SIGNAL; i++)
        if (!stop_in_handler(pair, signal, ret))
            return false;
    return *ret != PROCSTAT_NO_SIGNAL;
}

/* Returns true if the handlers block both signals. */
static bool tell_masks(struct report *report, enum procstat_signals first,
                       enum procstat_signals second)
{
    bool is_masked = first == PROCSTAT_BOTH && second == PROCSTAT_BOTH;

    report_check(report, is_masked ? CHECK_PASSED : CHECK_FAILED, masks_tried,
                 is_masked ? "it blocks both signals" : "it does not block both signals");
    if (first != PROCSTAT_BOTH)
        report_find(report, CAUSE_SA_MASK,
                    "stopped in its handler of SIGUSR1, the server did not block SIGUSR2");
    if (second != PROCSTAT_BOTH)
        report_find(report, CAUSE_SA_MASK,
                    "stopped in its handler of SIGUSR2, the server did not block SIGUSR1");
    return is_masked;
}

bool server_handlers_stop(struct pair *pair, struct report *report)
{
    const struct sched_param no_priority = {0};
    bool is_masked = false;
    enum procstat_signals first, second;
    int cpu = sched_getcpu();
    cpu_set_t set;

    pair_start_server(pair);
    CPU_ZERO(&set);
    CPU_SET((size_t)cpu, &set);
    patient_stay_on(cpu);
    if (sched_setaffinity(pair->server_pid, sizeof set, &set) == 0 &&
        sched_setscheduler(pair->server_pid, SCHED_IDLE, &no_priority) == 0 &&
        blocked_in_handler(pair, SIGUSR1, &first) && blocked_in_handler(pair, SIGUSR2, &second))
        is_masked = tell_masks(report, first, second);
    else
        report_check(report, CHECK_OPEN, masks_tried, "not found out");
    patient_stay_on(-1);
    return is_masked;
}

/* ---- a bit before the server waits ---- */

static const char early_tried[] = "a bit that comes right after an answer";

/* The end of a message may have more answers than one. */
#define MORE_AT_END 2u

/* Returns true if each signal has got an answer. */
static bool is_each_answered(const struct pair *pair, const struct speech_result *result)
{
    return pair->dialect.answers[UNIT_BIT] != ANSWER_NONE && result->answers >= result->signals &&
           result->answers <= result->signals + MORE_AT_END;
}

/* Tells what has become of a text whose bits came early: it did not arrive. */
static void tell_early(struct report *report, bool is_masked, const struct speech_result *result,
                       bool is_outside)
{
    enum cause cause = is_outside ? CAUSE_MISSES : CAUSE_DEFERRED;
    bool is_hung = result->status != 0;

    report_check(report, CHECK_FAILED, early_tried,
                 is_hung ? "the server missed it" : "the server did not print the text");
    /* A handler that is interrupted is another fault. */
    if (!is_outside && !is_masked)
        return;
    report_find(report, cause,
                is_outside ? "it answered outside of its handlers"
                           : "it answered in its handler, and worked on the signal later");
    if (is_hung)
        report_find(report, cause,
                    "signal %zu came between an answer and the next sleep: the server slept on "
                    "without an answer to it",
                    result->signals);
    else
        report_find(report, cause,
                    "each signal came between an answer and the next sleep: the text was not "
                    "printed");
    report_find(report, cause, "when the server slept before each signal, the text arrived");
}

/* It has taken signals that came early. It misses one between a look at a flag and pause(2). */
static void tell_flag(struct report *report)
{
    report_check(report, CHECK_FAILED, early_tried, "the server would miss it before pause()");
    report_find(report, CAUSE_MISSES,
                "it answered outside of its handlers, waits in pause(), and blocks neither signal "
                "before: if a bit comes just before this call, it sleeps on");
}

void server_handlers_hurry(struct pair *pair, struct report *report, bool is_masked,
                           const struct speech_result *answers)
{
    static const char text[] = "Each bit at once";
    struct speech_result result = {0};
    enum progress progress;
    bool is_told, is_outside;
    size_t from;

    if (!is_each_answered(pair, answers))
        return;
    pair_start_server_braked(pair);
    from = pair->server.length;
    speech_start(pair, 0, text, SPEECH_AT_ONCE);
    is_told = speech_await(pair, 0, &result) && !speech_is_slow(pair, &result) &&
              (result.status == 0 || result.status == EX_TEMPFAIL);
    progress = result.status == 0 ? pair_await_text(pair, from, text) : PROGRESS_NONE;
    pair_await_ready(pair);
    is_outside = brake_has_seen_outside(pair->brake.output, 0);
    if (!is_told || progress == PROGRESS_SLOW)
        report_check(report, CHECK_OPEN, early_tried, "took too long");
    else if (progress == PROGRESS_NONE)
        tell_early(report, is_masked, &result, is_outside);
    else if (is_outside && is_masked && waiting_read(pair->server_pid) == WAITING_PAUSE)
        tell_flag(report);
    else
        report_check(report, CHECK_PASSED, early_tried, "the server took it");
}
