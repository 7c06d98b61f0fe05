/* SPDX-License-Identifier: MIT */
/*
 * wire.h - what went between a client and a server, with times
 *
 * A relay (relay.h) writes each event as a line of a record. The examiner reads the record back,
 * and shows its events as lines for people:
 *
 *      0.000 ms  client --SIGUSR2--> server
 *      0.021 ms  the client is stopped before it can wait
 *
 * Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum wire_kind {
    WIRE_SIGNAL,   /* the client's, to the server */
    WIRE_ANSWER,   /* the server's, to the client */
    WIRE_HELD,     /* the relay takes signals from now on, and answers none */
    WIRE_STOPPED,  /* the client is stopped, before it can wait */
    WIRE_GOES_ON,  /* the client goes on */
    WIRE_HANGS,    /* the client still sleeps */
    WIRE_GIVES_UP, /* the client has ended with an error */
};

struct wire_event {
    uint64_t time_ns; /* since the first event */
    enum wire_kind kind;
    bool signal; /* WIRE_SIGNAL, WIRE_ANSWER: SIGUSR2 and not SIGUSR1 */
};

/* A message of few letters has fewer events. */
#define WIRE_MAX 512u

struct wire {
    uint64_t start_ns; /* the time of the first event, by the clock of the record */
    size_t count;      /* events that come after WIRE_MAX others are not kept */
    struct wire_event events[WIRE_MAX];
};

/* Octets of a line, with a NUL. */
#define WIRE_LINE_SIZE 80u

/* Writes the line of a record, with a newline. time_ns is the time by any clock. */
void wire_write(enum wire_kind kind, bool signal, uint64_t time_ns, char ret[WIRE_LINE_SIZE]);

/*
 * Reads a record. Passes over each line that wire_write() would write otherwise, such as one that
 * has no newline yet. record is NULL if nothing was written.
 */
void wire_read(const char *record, struct wire *ret);

/*
 * Adds an event without a signal at the end. time_ns is the time by the clock of the record. To an
 * empty wire, it adds the first event.
 */
void wire_add(struct wire *wire, enum wire_kind kind, uint64_t time_ns);

/* Returns how many of the events are of this kind. */
size_t wire_count(const struct wire *wire, enum wire_kind kind);

/* Returns the length of the longest run of signals, of the client, without an answer in it. */
size_t wire_longest_run(const struct wire *wire);

/*
 * Returns how many events are left out of a wire that is shown with its first and its last events
 * only: 0 if first + last of them are all.
 */
size_t wire_left_out(const struct wire *wire, size_t first, size_t last);

/* Returns true if an event of this kind is a signal. */
bool wire_is_signal(enum wire_kind kind);

/* Returns the name of the signal of such an event. */
const char *wire_signal_name(const struct wire_event *event);

/* Returns what any other event is, in words. */
const char *wire_text(enum wire_kind kind);

/* Writes an event as a line for people, without a newline. */
void wire_format(const struct wire_event *event, char ret[WIRE_LINE_SIZE]);
