/* SPDX-License-Identifier: MIT */
/*
 * client.h - a client of the exercise: its process, its signals, and the answers to them
 *
 * A client can only be helped on if it gets the answers that it waits for, and it dies of a signal
 * that it does not catch. So it gets only signals that it catches (SigCgt in /proc/PID/status,
 * proc(5)), and none if it also catches SIGHUP or SIGXCPU: that is a shell, from which somebody
 * uses kill(1), and its handlers end it. It may be lost if an answer comes before it waits, as with
 * pause(2). So an answer waits until the client sleeps and has no signal pending.
 *
 * Policy, if it is not told in a dialect what to answer:
 *
 *   - The first answer comes after CLIENT_QUIET of silence, and later ones in the client's rhythm
 *     (rhythm.h). A client that has gone on without answers can only wait for one to its whole
 *     message. It gets that after CLIENT_LULL, which is longer than its pauses between signals.
 *   - If the client is still silent CLIENT_RETRY after an answer, it gets the same answer again,
 *     and then the other signal, if it catches that: it may wait for the end of its message.
 *   - After that it gets nothing more until it sends a signal.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "doctor/program.h"
#include "doctor/rhythm.h"
#include "doctor/stream.h"
#include "host/pidref.h"
#include "host/procstat.h"

/* Nanoseconds of silence before an answer that may be unexpected, and before another attempt. */
#define CLIENT_QUIET (4 * NSEC_PER_MSEC)
#define CLIENT_LULL (12 * NSEC_PER_MSEC)
#define CLIENT_RETRY (25 * NSEC_PER_MSEC)
/* As a time: never. */
#define CLIENT_NEVER UINT64_MAX

struct client {
    pid_t pid;
    struct pidref process;   /* fd is -1 if the process had ended at the first look */
    struct program *program; /* what is known of all clients of this program */
    enum procstat_signals caught;
    struct stream stream; /* the signals that no message has been made of yet */
    struct rhythm rhythm;
    uint64_t signals;   /* in all */
    uint64_t last_ns;   /* the time of the last signal or answer; its silence began then */
    uint64_t look_ns;   /* no answer before this time: the client was not ready */
    unsigned tries;     /* answers since the last signal */
    bool was_answered;  /* has got an answer */
    bool last_answer;   /* the last one: false for SIGUSR1 */
    bool steady_answer; /* the last one that was the first after a signal */
    bool is_told;       /* the answers are those of a dialect */
    unsigned planned_count, planned_at;
    bool planned[UNITS]; /* is_told: the answers to the last signal */
};

/* Begins with a client, at its first signal. Opens its process; it can have ended. */
void client_open(struct client *client, pid_t pid, struct program *program);

void client_close(struct client *client);

/*
 * Notes a signal of the client. If the server is told a dialect, decoder is the state behind this
 * signal, and status what it returned; otherwise decoder is NULL. Returns 0, or -ENOMEM.
 */
int client_note_signal(struct client *client, bool signal, uint64_t now_ns,
                       const struct stream_decoder *decoder, enum stream_status status);

/* The client gets no answer now, because another one came first. Its silence begins afterwards. */
void client_hold(struct client *client, uint64_t now_ns);

/* Returns the time for the next call of client_answer(), or CLIENT_NEVER. */
uint64_t client_due(const struct client *client);

/*
 * Answers the client if it is ready. Otherwise, client_due() tells when to try again. Never sends a
 * signal that the client does not catch.
 */
void client_answer(struct client *client, uint64_t now_ns);

/* Sets the answers that the client has shown up to its last signal. */
void client_show_answers(const struct client *client, enum dialect_answer ret[UNITS]);

/* Returns true if the process of the client has ended. */
bool client_has_ended(const struct client *client);
