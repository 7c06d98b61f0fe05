/* SPDX-License-Identifier: MIT */
/* speaker.c - see speaker.h for the condition of each signal */

#include "doctor/speaker.h"

#include <errno.h>
#include <sysexits.h>

#include "doctor/rest.h"
#include "doctor/waiting.h"
#include "doctor/work.h"
#include "host/complaint.h"
#include "host/inbox.h"
#include "host/monotonic.h"
#include "host/procstat.h"

/* Between two looks at the server. An answer ends the pause, too. */
#define PAUSE (20 * NSEC_PER_USEC)
/* The same, if that is to tell for how long the server has been at rest (rest.h). */
#define LOOK (1 * NSEC_PER_MSEC)

/* The answer to a signal takes no longer. A server that does not answer costs this once. */
#define ANSWER_LIMIT (100 * NSEC_PER_MSEC)

static int ended(const struct speaker *speaker)
{
    complain("process %d has ended; start the server again, and give its new PID",
             (int)speaker->server.pid);
    return EX_UNAVAILABLE;
}

/* Returns 0 with *ret; else, with a complaint, an exit status. */
static int look(const struct speaker *speaker, struct procstat *ret)
{
    int r = procstat_read(speaker->server.pid, ret);

    if (r == -ESRCH || (r == 0 && pidref_ended(&speaker->server)))
        return ended(speaker);
    if (r < 0) {
        complain_of(-r, "cannot read /proc/%d/status", (int)speaker->server.pid);
        return EX_OSERR;
    }
    if (ret->caught != PROCSTAT_BOTH) {
        complain(
            "process %d (%s) does not catch both SIGUSR1 and SIGUSR2, which could end it; give "
            "the PID of a server of the exercise",
            (int)speaker->server.pid, ret->name);
        return EX_PROTOCOL;
    }
    if (ret->catches_end) {
        complain("process %d (%s) also catches SIGHUP or SIGXCPU, as shells do, and may end at "
                 "SIGUSR1; give the PID of a server of the exercise",
                 (int)speaker->server.pid, ret->name);
        return EX_PROTOCOL;
    }
    return 0;
}

int speaker_open(pid_t pid, bool is_answered, struct speaker *ret)
{
    struct speaker speaker = {.is_answered = is_answered};
    struct procstat stat;
    int r, status;

    if (!procstat_is_own()) {
        complain("/proc shows the processes of another PID namespace; mount /proc anew, as with "
                 "'unshare --mount-proc'");
        return EX_OSERR;
    }
    r = pidref_open(pid, &speaker.server);
    /* The kernel has no pidfd for a number that is the ID of a thread (pidfd_open(2)). */
    if (r == -ESRCH || r == -EINVAL) {
        complain("no process %d exists; give the PID that the server has printed", (int)pid);
        return EX_UNAVAILABLE;
    }
    if (r < 0) {
        complain_of(-r, "cannot open process %d", (int)pid);
        return EX_OSERR;
    }
    status = look(&speaker, &stat);
    if (status != 0)
        speaker_close(&speaker);
    else
        *ret = speaker;
    return status;
}

void speaker_close(struct speaker *speaker)
{
    pidref_close(&speaker->server);
}

static void note_answer(struct speaker *speaker, bool signal)
{
    speaker->answers[signal]++;
    speaker->last = signal ? ANSWER_USR2 : ANSWER_USR1;
    if (speaker->sent == 1 && speaker->first == ANSWER_NONE)
        speaker->first = speaker->last;
}

/* Counts the answers that are pending, or the first one that comes within the pause. */
static void take_answers(struct speaker *speaker, uint64_t pause_ns)
{
    struct lane_signal signal;

    while (inbox_take(pause_ns, &signal) > 0) {
        if (signal.kind == SIGNAL_PLAIN && signal.pid == speaker->server.pid)
            note_answer(speaker, signal.bit);
        pause_ns = 0;
    }
}

void speaker_look(struct speaker *speaker)
{
    take_answers(speaker, 0);
}

static const char *trouble_of(const struct procstat *stat)
{
    if (stat->state == 'T' || stat->state == 't')
        return "is stopped; continue it with 'kill -CONT'";
    if (stat->blocked != PROCSTAT_NO_SIGNAL)
        return "blocks a signal, as in its handler; its handler may hang";
    if (stat->pending != PROCSTAT_NO_SIGNAL)
        return "does not take its signals; it may hang";
    return "does not sleep; it may hang";
}

/*
 * Returns 0; else, with a complaint, an exit status. A server that does not sleep before the first
 * signal waits in a busy loop.
 */
static int await_ready(struct speaker *speaker, uint64_t timeout_ns)
{
    uint64_t end = monotonic_now() + timeout_ns;
    struct work work = {0};
    struct procstat stat;

    take_answers(speaker, 0);
    for (;;) {
        int status = look(speaker, &stat);

        if (status != 0 || rest_is_ready(&stat, speaker->is_busy))
            return status;
        if (monotonic_now() >= end) {
            complain("timed out: process %d %s", (int)speaker->server.pid, trouble_of(&stat));
            return EX_TEMPFAIL;
        }
        if (speaker->sent == 0 && work_is_busy(&work, speaker->server.pid))
            speaker->is_busy = true;
        take_answers(speaker, PAUSE);
    }
}

static int send_signal(struct speaker *speaker, bool signal)
{
    int r = pidref_send_bit(&speaker->server, LANE_PROCESS, signal);

    if (r == 0) {
        speaker->sent++;
        return 0;
    }
    if (r == -ESRCH)
        return ended(speaker);
    complain_of(-r, "cannot signal process %d", (int)speaker->server.pid);
    return r == -EPERM ? EX_NOPERM : EX_OSERR;
}

uint64_t speaker_answers(const struct speaker *speaker)
{
    return speaker->answers[0] + speaker->answers[1];
}

/* Waits for more answers than so many. */
static void await_answer(struct speaker *speaker, uint64_t before)
{
    uint64_t end = monotonic_now() + ANSWER_LIMIT;

    while (speaker->is_answered && speaker_answers(speaker) == before) {
        if (monotonic_now() >= end)
            speaker->is_answered = false;
        take_answers(speaker, PAUSE);
    }
}

/*
 * Sends a signal to a server that is ready, and waits for its answer. A server may answer before it
 * waits again: it is not ready for another signal then.
 */
static int say_signal(struct speaker *speaker, bool signal, uint64_t timeout_ns)
{
    uint64_t before = speaker_answers(speaker);
    int status = send_signal(speaker, signal);

    if (status == 0)
        status = await_ready(speaker, timeout_ns);
    if (status == 0)
        await_answer(speaker, before);
    return status;
}

int speaker_say(struct speaker *speaker, const struct stream *stream, uint64_t timeout_ns)
{
    int status = await_ready(speaker, timeout_ns);

    for (size_t i = 0; i < stream->count && status == 0; i++) {
        status = say_signal(speaker, stream->signals[i], timeout_ns);
        if (status == 0)
            status = await_ready(speaker, timeout_ns);
    }
    take_answers(speaker, 0);
    return status;
}

/*
 * Waits for more answers than so many. Returns 0, or an exit status; EX_TEMPFAIL is without a
 * complaint.
 */
static int await_sure_answer(struct speaker *speaker, uint64_t before, uint64_t timeout_ns)
{
    uint64_t end = monotonic_now() + timeout_ns;
    pid_t server = speaker->server.pid;
    struct procstat stat;
    struct rest rest;

    rest_begin(&rest, speaker->is_busy);
    for (;;) {
        int status = look(speaker, &stat);
        /* Before the look that tells if it still sleeps: it may wake up in between. */
        bool is_timed = waiting_read(server) == WAITING_TIME;

        rest_look(&rest, server, 0);
        take_answers(speaker, LOOK);
        if (status != 0 || speaker_answers(speaker) > before)
            return status;
        if (monotonic_now() >= end || (rest_is_asleep(&rest) && !is_timed))
            return EX_TEMPFAIL;
    }
}

int speaker_say_at_once(struct speaker *speaker, const struct stream *stream, uint64_t timeout_ns)
{
    int status = await_ready(speaker, timeout_ns);

    for (size_t i = 0; i < stream->count && status == 0; i++) {
        uint64_t before = speaker_answers(speaker);

        status = send_signal(speaker, stream->signals[i]);
        if (status == 0)
            status = await_sure_answer(speaker, before, timeout_ns);
    }
    return status;
}
