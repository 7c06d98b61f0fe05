/* SPDX-License-Identifier: MIT */
/* reception.c - see reception.h */

#include "doctor/reception.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "doctor/client.h"
#include "doctor/line.h"
#include "doctor/notice.h"
#include "doctor/programs.h"
#include "doctor/stream.h"
#include "host/complaint.h"
#include "host/inbox.h"
#include "host/monotonic.h"
#include "host/stop.h"

/* Clients at once. The signals of others are dropped. */
#define GUESTS_MAX 64u

/* A client, and how far it has been understood. */
struct guest {
    struct client client;
    struct stream_decoder decoder; /* its dialect is NULL while that is unknown */
    bool is_wrong;     /* its signals since the last message are not of the dialect that is known */
    bool has_plus_one; /* it has sent SIGSEGV */
    bool has_sent;     /* it has sent a whole message */
};

struct reception {
    sigset_t stops;                   /* the signals that stop the server */
    int watch;                        /* polls readable while a signal is pending */
    struct guest *guests[GUESTS_MAX]; /* from the one that came first */
    size_t count;
    uint64_t last_ns;         /* the time of the last signal */
    uint64_t recorded_ns;     /* since then, there has been something new to learn from */
    struct programs programs; /* clients of others are dropped, too */
    bool has_to_stop;
};

/* ---- guests ---- */

/* Begins to decode what a guest sends, if its dialect is known and a message may begin now. */
static void begin_decoding(struct guest *guest)
{
    const struct program *program = guest->client.program;

    if (program->is_learnt && !guest->decoder.dialect && guest->client.stream.count == 0)
        stream_decoder_init(&guest->decoder, &program->dialect, guest->client.pid);
}

/* Returns the guest with this PID, a new one at its first signal; NULL with *ret_error, or 0. */
static struct guest *find_guest(struct reception *reception, pid_t pid, int *ret_error)
{
    struct program *program;
    struct guest *guest;

    *ret_error = 0;
    for (size_t i = 0; i < reception->count; i++)
        if (reception->guests[i]->client.pid == pid)
            return reception->guests[i];
    if (reception->count == GUESTS_MAX)
        return NULL;
    program = programs_find(&reception->programs, pid, ret_error);
    if (!program)
        return NULL;
    guest = calloc(1, sizeof *guest);
    if (!guest) {
        *ret_error = -ENOMEM;
        return NULL;
    }
    client_open(&guest->client, pid, program);
    reception->guests[reception->count++] = guest;
    return guest;
}

static bool is_doubtful(const struct guest *guest)
{
    return rhythm_is_doubtful(&guest->client.rhythm);
}

/* The signals since the last message are understood, or given up. */
static void clear(struct guest *guest)
{
    guest->client.stream.count = 0;
    guest->is_wrong = false;
    if (guest->decoder.dialect)
        stream_decoder_free(&guest->decoder);
}

static int note(struct reception *reception, struct guest *guest, bool signal)
{
    enum stream_status status = STREAM_MORE;
    int r;

    begin_decoding(guest);
    if (guest->decoder.dialect && !guest->is_wrong) {
        status = stream_decoder_take(&guest->decoder, signal);
        if (status == STREAM_FAILED)
            return -ENOMEM;
        guest->is_wrong = status == STREAM_WRONG;
    }
    r = client_note_signal(&guest->client, signal, monotonic_now(),
                           reception->programs.told ? &guest->decoder : NULL, status);
    if (r == 0 && status == STREAM_MESSAGE) {
        notice_message(guest->client.pid, is_doubtful(guest), guest->decoder.text,
                       guest->decoder.length);
        guest->client.stream.count = 0;
        guest->has_sent = true;
    }
    return r;
}

/* ---- the end of a message ---- */

/* Hands over what a guest has sent, to learn its dialect from it. */
static int record(struct reception *reception, struct guest *guest)
{
    struct program_recording recording = {.stream = guest->client.stream,
                                          .pid = guest->client.pid,
                                          .is_doubtful = is_doubtful(guest)};

    if (!programs_has_new(&reception->programs))
        reception->recorded_ns = monotonic_now();
    client_show_answers(&guest->client, recording.answers);
    guest->client.stream = (struct stream){0};
    return programs_record(&reception->programs, guest->client.program, &recording);
}

/* Ends what a guest has sent since its last message: it is silent, or has ended. */
static int finish(struct reception *reception, struct guest *guest)
{
    const struct dialect *dialect = guest->decoder.dialect;
    const size_t count = guest->client.stream.count;
    const pid_t pid = guest->client.pid;

    if (count == 0)
        return 0;
    if (!dialect)
        return record(reception, guest);
    if (!guest->is_wrong && stream_decoder_end(&guest->decoder) == STREAM_MESSAGE)
        notice_message(pid, is_doubtful(guest), guest->decoder.text, guest->decoder.length);
    else if (guest->has_sent)
        notice_rest(pid, is_doubtful(guest), count, dialect);
    else
        notice_unknown(pid, count, dialect);
    clear(guest);
    return 0;
}

static uint64_t end_of_message(const struct guest *guest)
{
    return guest->client.stream.count > 0 ? guest->client.last_ns + RECEPTION_SILENCE
                                          : CLIENT_NEVER;
}

/* ---- the loop ---- */

/* Returns true if another guest came first and is amid a message. */
static bool is_held(const struct reception *reception, const struct guest *guest)
{
    for (size_t i = 0; reception->guests[i] != guest; i++)
        if (reception->guests[i]->client.stream.count > 0)
            return !guest->client.was_answered;
    return false;
}

static uint64_t answer_due(const struct reception *reception, const struct guest *guest)
{
    return is_held(reception, guest) ? CLIENT_NEVER : client_due(&guest->client);
}

static void remove_guest(struct reception *reception, size_t index)
{
    struct guest *guest = reception->guests[index];

    if (guest->decoder.dialect)
        stream_decoder_free(&guest->decoder);
    client_close(&guest->client);
    free(guest);
    reception->count--;
    for (size_t i = index; i < reception->count; i++)
        reception->guests[i] = reception->guests[i + 1];
}

/* Notes a signal of this process. Returns 0, or -errno. */
static int receive(struct reception *reception, pid_t pid, bool signal, bool is_plus_one)
{
    int r;
    struct guest *guest = find_guest(reception, pid, &r);

    if (!guest)
        return r;
    reception->last_ns = monotonic_now();
    if (is_plus_one && !guest->has_plus_one) {
        guest->has_plus_one = true;
        notice_plus_one(pid);
    }
    return note(reception, guest, signal);
}

/* Takes a SIGSEGV that a client has sent, and not the kernel. Returns 0, or -errno. */
static int take_plus_one(struct reception *reception)
{
    const struct timespec now = {0};
    siginfo_t info;
    sigset_t plus_one;

    sigemptyset(&plus_one);
    sigaddset(&plus_one, SIGSEGV);
    if (sigtimedwait(&plus_one, &info, &now) <= 0 || info.si_code != SI_USER || info.si_pid <= 0)
        return 0;
    return receive(reception, info.si_pid, true, true);
}

/* Takes all pending signals. Returns 0, or -errno. */
static int take_signals(struct reception *reception)
{
    struct lane_signal signal;
    int r = 0, taken;

    while (r == 0 && (taken = inbox_take(0, &signal)) != 0) {
        if (taken < 0)
            return taken;
        if (signal.kind == SIGNAL_PLAIN)
            r = receive(reception, signal.pid, signal.bit, false);
    }
    if (r == 0)
        r = take_plus_one(reception);
    reception->has_to_stop |= stop_was_asked(&reception->stops);
    return r;
}

/* Returns the time to begin to learn from what guests have sent, or CLIENT_NEVER. */
static uint64_t lesson_due(const struct reception *reception)
{
    uint64_t last = reception->recorded_ns + RECEPTION_SILENCE,
             lull = reception->last_ns + RECEPTION_LULL;

    if (!programs_has_new(&reception->programs))
        return CLIENT_NEVER;
    for (size_t i = 0; i < reception->count; i++)
        if (reception->guests[i]->client.stream.count > 0)
            return last;
    return lull < last ? lull : last;
}

/* Prints what was learnt, and begins to learn if it is time. Moves *next to an earlier time. */
static int attend(struct reception *reception, uint64_t *next)
{
    int r = programs_look(&reception->programs);
    uint64_t due = lesson_due(reception);

    if (due < *next)
        *next = due;
    return r == 0 && due <= monotonic_now() ? programs_begin(&reception->programs) : r;
}

/*
 * Answers the guests whose time has come, and ends the messages of those that are silent. Sets
 * *ret_next to the time at which this has to be done again.
 */
static int tend(struct reception *reception, uint64_t *ret_next)
{
    uint64_t now = monotonic_now(), next = CLIENT_NEVER;

    for (size_t i = 0; i < reception->count; i++) {
        struct guest *guest = reception->guests[i];
        uint64_t due;

        if (is_held(reception, guest))
            client_hold(&guest->client, now);
        if (answer_due(reception, guest) <= now)
            client_answer(&guest->client, now);
        if (end_of_message(guest) <= now) {
            int r = finish(reception, guest);

            if (r < 0)
                return r;
        }
        due = answer_due(reception, guest);
        next = due < next ? due : next;
        due = end_of_message(guest);
        next = due < next ? due : next;
    }
    *ret_next = next;
    return 0;
}

/* Sees off the guests that have ended. No signal of them can be pending any more. */
static int see_off(struct reception *reception)
{
    for (size_t i = reception->count; i-- > 0;) {
        int r;

        if (!client_has_ended(&reception->guests[i]->client))
            continue;
        r = take_signals(reception);
        if (r == 0)
            r = finish(reception, reception->guests[i]);
        if (r < 0)
            return r;
        remove_guest(reception, i);
    }
    return 0;
}

/* What is polled beside guests. */
#define OTHERS 2u

/*
 * Waits for a signal, for the end of a guest, for a dialect, or until the time next. Returns 1 if a
 * guest may have ended, 0 if none has, or -errno.
 */
static int await(const struct reception *reception, uint64_t next)
{
    const int lesson = programs_watch(&reception->programs);
    struct pollfd polls[OTHERS + GUESTS_MAX] = {{.fd = reception->watch, .events = POLLIN},
                                                {.fd = lesson, .events = POLLIN}};
    uint64_t now = monotonic_now(), left = next > now ? next - now : 0;
    const struct timespec timeout = {.tv_sec = (time_t)(left / NSEC_PER_SEC),
                                     .tv_nsec = (long)(left % NSEC_PER_SEC)};
    bool has_ended = false;

    for (size_t i = 0; i < reception->count; i++) {
        int process = reception->guests[i]->client.process.fd;

        /* A guest whose process could not be opened has ended (client.h). */
        if (process < 0)
            return 1;
        polls[OTHERS + i] = (struct pollfd){.fd = process, .events = POLLIN};
    }
    if (ppoll(polls, OTHERS + reception->count, next == CLIENT_NEVER ? NULL : &timeout, NULL) < 0)
        return errno == EINTR ? 0 : -errno;
    for (size_t i = 0; i < reception->count; i++)
        has_ended |= polls[OTHERS + i].revents != 0;
    return has_ended;
}

/* Ends the messages of all guests, and learns from what they have sent. */
static int finish_all(struct reception *reception)
{
    int r = 0;

    for (size_t i = 0; i < reception->count && r == 0; i++)
        r = finish(reception, reception->guests[i]);
    return r < 0 ? r : programs_settle(&reception->programs);
}

/* Returns 0 once the program has to stop, or -errno; *ret_is_output tells that output failed. */
static int serve(struct reception *reception, bool *ret_is_output)
{
    uint64_t next = CLIENT_NEVER;
    int ended = 0;

    do {
        int r = take_signals(reception);

        if (r == 0 && ended > 0)
            r = see_off(reception);
        if (r == 0)
            r = tend(reception, &next);
        if (r == 0)
            r = attend(reception, &next);
        if (r == 0 && reception->has_to_stop)
            r = finish_all(reception);
        if (r < 0)
            return r;
        r = line_flush();
        if (r < 0) {
            *ret_is_output = true;
            return r;
        }
        ended = reception->has_to_stop ? 0 : await(reception, next);
        if (ended < 0)
            return ended;
    } while (!reception->has_to_stop);
    return 0;
}

static void close_all(struct reception *reception)
{
    while (reception->count > 0)
        remove_guest(reception, reception->count - 1);
    programs_free(&reception->programs);
    close(reception->watch);
}

/* Blocks the signals that the server takes, and opens the watch. Returns 0, or -errno. */
static int open_watch(struct reception *reception)
{
    int r = stop_block(&reception->stops);
    sigset_t others = reception->stops;

    if (r < 0)
        return r;
    sigaddset(&others, SIGSEGV);
    if (sigprocmask(SIG_BLOCK, &others, NULL) < 0)
        return -errno;
    reception->watch = inbox_watch(&others);
    return reception->watch < 0 ? reception->watch : 0;
}

int reception_run(const struct dialect *told)
{
    struct reception reception = {0};
    bool is_output = false;
    int r = open_watch(&reception);

    programs_init(&reception.programs, told);
    if (r < 0) {
        complain_of(-r, "cannot wait for signals");
        return EX_OSERR;
    }
    inbox_show_handlers(); /* some clients send to nobody else */
    notice_self();
    r = serve(&reception, &is_output);
    close_all(&reception);
    if (r == 0)
        return 0;
    complain_of(-r, is_output ? "cannot write to standard output" : "cannot go on to serve");
    return is_output ? EX_IOERR : EX_OSERR;
}
