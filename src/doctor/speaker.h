/* SPDX-License-Identifier: MIT */
/*
 * speaker.h - sends signals to a server of the exercise without loss, if it answers or not
 *
 * Standard signals do not queue (signal(7)): a signal is lost if the same one is already pending.
 * It can also come while the server's handler runs, and then interrupt it. So the speaker looks at
 * /proc/PID/status, and sends the next signal only when the server sleeps and both signals are
 * neither pending nor blocked. A server that never slept before the first signal need not sleep
 * later, either: it waits in a busy loop. A signal is blocked while its handler runs
 * (sigaction(2)). The server's answers are counted. If it is to answer each bit, they are waited
 * for, too: its handler may only note the signal, for a loop that takes it later. Once an answer
 * does not come, nothing waits for the others.
 *
 * Policy: a process that does not catch both signals is never signalled, because they could end it.
 * Nor is one that also catches SIGHUP or SIGXCPU: that is a shell, which ends at any of these.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "doctor/stream.h"
#include "host/pidref.h"

struct speaker {
    struct pidref server;
    bool is_busy;        /* the server waits in a busy loop */
    bool is_answered;    /* the server has answered each signal so far, and is to */
    uint64_t answers[2]; /* signals of the server that were taken: SIGUSR1, SIGUSR2 */
    uint64_t sent;
    enum dialect_answer first; /* the answer to the first signal, before the second one was sent */
    enum dialect_answer last;  /* the last one that was taken */
};

/*
 * Opens the server with this PID. is_answered: it is to answer each bit. Returns 0 with *ret. Else,
 * with a complaint, returns an exit status: EX_UNAVAILABLE if no such process exists, EX_PROTOCOL
 * if it does not catch both signals or is a shell, EX_OSERR.
 */
int speaker_open(pid_t pid, bool is_answered, struct speaker *ret);

/*
 * Sends the signals, and waits until the server has taken the last one. Returns 0. Else, with a
 * complaint, returns an exit status: EX_TEMPFAIL if the server was not ready for timeout_ns
 * nanoseconds, EX_UNAVAILABLE if it has ended, EX_PROTOCOL if it has given up its handlers,
 * EX_NOPERM if it may not be signalled, EX_OSERR.
 */
int speaker_say(struct speaker *speaker, const struct stream *stream, uint64_t timeout_ns);

/*
 * The same to a server that answers each signal, as a client does it: sends each one but the first
 * as soon as the one before is answered, whatever the server does then. EX_TEMPFAIL, without a
 * complaint: the server sleeps and has not answered, or has not for timeout_ns nanoseconds.
 */
int speaker_say_at_once(struct speaker *speaker, const struct stream *stream, uint64_t timeout_ns);

void speaker_close(struct speaker *speaker);

/* Takes the answers that have come since the last signal. */
void speaker_look(struct speaker *speaker);

/* Returns how many answers have come. */
uint64_t speaker_answers(const struct speaker *speaker);
