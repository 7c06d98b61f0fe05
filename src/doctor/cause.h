/* SPDX-License-Identifier: MIT */
/*
 * cause.h - the faults that an examination can find, in words for the author of the programs
 *
 * The order is that of a report: first the causes that make others harder to see.
 *
 * Pure.
 */
#pragma once

enum cause {
    CAUSE_PID_LINE,    /* the server prints no PID, or a wrong one */
    CAUSE_PLUS_ONE,    /* SIGUSR1 + 1 for SIGUSR2 */
    CAUSE_LANGUAGES,   /* client and server do not have the same dialect */
    CAUSE_DEFERRED,    /* the server takes a signal in its handler, and works on it later */
    CAUSE_BUFFERED,    /* the server's text stays in the buffer of printf(3) */
    CAUSE_BUSY,        /* the server waits in a busy loop */
    CAUSE_ENDED,       /* the server ends */
    CAUSE_NEXT,        /* the server does not begin anew after a message */
    CAUSE_NO_WAIT,     /* the client waits for nothing, or for a time */
    CAUSE_LATE_ANSWER, /* the client waits, but not for an answer to each bit */
    CAUSE_IMPATIENT,   /* the client waits for each answer, but not long enough */
    CAUSE_PAUSE,       /* an answer before pause(2) */
    CAUSE_MISSES,      /* a bit before the server's pause(2) */
    CAUSE_STAYS,       /* the client does not end after its message */
    CAUSE_SA_MASK,     /* handlers interrupt each other */
    CAUSE_WHOSE_PID,   /* the server answers to a process that has not sent */
    CAUSE_SHARED,      /* clients share a buffer */
    CAUSE_LEFT_OVER,   /* bits of a killed client, or of a stray signal, stay in the buffer */
    CAUSE_FORGETS,     /* the server gives up a client that pauses */
    CAUSE_UNICODE,     /* only ASCII arrives */
    CAUSE_BYSTANDER,   /* the client signals any PID */
    CAUSE_NO_PID,      /* the client takes 0 or -1 for a PID */
    CAUSE_UNKNOWN,     /* something is lost, and none of the others explains it */
};

#define CAUSES 23u

struct cause_text {
    const char *name;    /* as in minitalk-doctor(1) */
    const char *finding; /* a sentence */
    const char *cause;   /* the reason and the cure */
    const char *section; /* of minitalk-howto(7) */
};

const struct cause_text *cause_text(enum cause cause);
