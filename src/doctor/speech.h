/* SPDX-License-Identifier: MIT */
/*
 * speech.h - a process that sends a message to the server in place of a client, without loss
 *
 * It sends as speaker.h says, in the dialect of the client. What is lost then is lost in the
 * server.
 */
#pragma once

#include <stdbool.h>

#include "doctor/pair.h"
#include "doctor/speech-result.h"

/*
 * A server that takes a signal later has taken it after so long, in nanoseconds. A shell may sleep
 * for a second before it runs the command of a trap.
 */
#define SPEECH_PAUSE (50 * NSEC_PER_MSEC)
#define SPEECH_LONG_PAUSE (1100 * NSEC_PER_MSEC)

/* When the process stops itself with SIGSTOP. It goes on with SIGCONT. */
enum speech_stop {
    SPEECH_GOES_ON,   /* never */
    SPEECH_HALFWAY,   /* amid an octet */
    SPEECH_BEGUN,     /* after its first signal */
    SPEECH_IN_TURN,   /* after its first signal, if that has not got the usual answer */
    SPEECH_AT_END,    /* when all is sent */
    SPEECH_SLOWLY,    /* never, and it pauses for SPEECH_PAUSE behind each signal */
    SPEECH_AT_LENGTH, /* the same, for SPEECH_LONG_PAUSE */
    SPEECH_AT_ONCE,   /* never, and it sends each signal once the one before is answered */
};

/* Starts the process as client 0 or 1. The pair has a dialect. */
void speech_start(struct pair *pair, unsigned index, const char *text, enum speech_stop stop);

/*
 * The same, with SPEECH_IN_TURN. usual is the answer that the first signal of a process gets if it
 * is the only one. A server can give another one, or none, to a process that has to wait for its
 * turn. If its message begins with a hello, the process begins anew when it goes on, unless the
 * usual answer has come by then.
 */
void speech_start_in_turn(struct pair *pair, unsigned index, const char *text,
                          enum dialect_answer usual);

/*
 * Waits until the process has stopped itself, or has ended, or the server does not take its
 * signals. Returns true with *ret, its last result, if it has told one.
 */
bool speech_await(struct pair *pair, unsigned index, struct speech_result *ret);

/* The same, of a process that is stopped: lets it go on first. */
bool speech_continue(struct pair *pair, unsigned index, struct speech_result *ret);

/* Returns true if the server did not take the signals in time, and still runs: it may be slow. */
bool speech_is_slow(const struct pair *pair, const struct speech_result *result);
