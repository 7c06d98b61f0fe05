/* SPDX-License-Identifier: MIT */
/*
 * rhythm.h - finds out after how many signals a client waits for an answer
 *
 * A client of the exercise waits after each bit, after each octet, after its message, or never. It
 * does not say which. A client that is silent may wait, so it gets an answer after some silence. If
 * it goes on after each of these answers, and always after the same number of signals, that is its
 * rhythm, and then it need not be silent first. A client that goes on without an answer does not
 * wait.
 *
 * Some clients pause between two signals for so long that they seem to wait. They do not go on any
 * faster once they are answered at once: they do not wait, either.
 *
 * Pure: the caller passes the times.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "doctor/dialect.h"

/* Runs of the same length, of signals between two answers, that are a rhythm. */
#define RHYTHM_RUNS 3u
/* Signals in a row, without an answer, of a client that waits neither for bits nor for octets. */
#define RHYTHM_FREE 17u

struct rhythm {
    uint64_t last_ns;  /* the time of the last signal */
    uint64_t quiet_ns; /* a gap of this length or more is a silence */
    unsigned since;    /* signals since the last answer */
    unsigned run;      /* signals before the last answer */
    unsigned length;   /* the length of the last runs */
    unsigned runs;     /* how many of them in a row had this length */
    unsigned slow;     /* gaps in a row that were silences, although the answer came at once */
    bool is_prompt;    /* the last answer came at once */
    bool is_hasty;     /* the client has gone on without an answer to a signal */
    bool is_free;      /* the client waits neither for bits nor for octets */
    bool is_paced;     /* the client pauses, and waits for no answer */
};

/*
 * Begins with a client that has sent nothing. A silence lasts quiet_ns nanoseconds. length is that
 * of the runs of another client of the same program, as of rhythm_length(), or 0.
 */
void rhythm_init(struct rhythm *rhythm, uint64_t quiet_ns, unsigned length);

/* Notes that a signal came at this time. */
void rhythm_note_signal(struct rhythm *rhythm, uint64_t now_ns);

/* Notes that an answer was sent at this time. */
void rhythm_note_answer(struct rhythm *rhythm, uint64_t now_ns);

/* Returns true if the client waits for an answer now, as far as its rhythm is known. */
bool rhythm_is_due(const struct rhythm *rhythm);

/* Returns the signals between two answers, or 0 if no rhythm is known. */
unsigned rhythm_length(const struct rhythm *rhythm);

/*
 * Returns true if the client has waited for each bit, or for each octet, with the unit in *ret.
 * Returns false if it has not: it may wait for the answer to its message.
 */
bool rhythm_unit(const struct rhythm *rhythm, enum dialect_unit *ret);

/*
 * Returns true if the client waits neither for bits nor for octets. It may wait for the answer to
 * its message.
 */
bool rhythm_is_free(const struct rhythm *rhythm);

/*
 * Returns true if the client has sent a signal without waiting for the answer to the one before.
 * Then signals can be lost, and their order can be changed.
 */
bool rhythm_is_doubtful(const struct rhythm *rhythm);
