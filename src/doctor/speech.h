/* SPDX-License-Identifier: MIT */
/*
 * speech.h - a process that sends a message to the server in place of a client, without loss
 *
 * It sends as speaker.h says, in the dialect of the client. What is lost then is lost in the
 * server.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "doctor/pair.h"

/* A server that takes a signal later has taken it after so long, in nanoseconds. */
#define SPEECH_PAUSE (50 * NSEC_PER_MSEC)

/* When the process stops itself with SIGSTOP. It goes on with SIGCONT. */
enum speech_stop {
    SPEECH_GOES_ON,    /* never */
    SPEECH_HALFWAY,    /* amid an octet */
    SPEECH_UNANSWERED, /* after its first signal, if that has got no answer */
    SPEECH_AT_END,     /* when all is sent */
    SPEECH_SLOWLY,     /* never, and it pauses for SPEECH_PAUSE behind each signal */
};

#define SPEECH_TROUBLE_SIZE 160u

/* What the process has told when it last stopped, or at its end. */
struct speech_result {
    int status;                        /* 0, or that of a speaker that could not go on */
    size_t signals;                    /* sent so far */
    uint64_t answers;                  /* to them */
    char trouble[SPEECH_TROUBLE_SIZE]; /* status is not 0: why */
};

/* Starts the process as client 0 or 1. The pair has a dialect. */
void speech_start(struct pair *pair, unsigned index, const char *text, enum speech_stop stop);

/*
 * Waits until the process has stopped itself, or has ended, or the server does not take its
 * signals. Returns true with *ret if it has told a result.
 */
bool speech_await(struct pair *pair, unsigned index, struct speech_result *ret);

/* The same, of a process that is stopped: lets it go on first. */
bool speech_continue(struct pair *pair, unsigned index, struct speech_result *ret);
