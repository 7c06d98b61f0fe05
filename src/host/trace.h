/* SPDX-License-Identifier: MIT */
/*
 * trace.h - draws each signal between the two programs when it is sent or taken
 *
 * The text format is for people. It has the columns of minitalk(7): the sender's signals on the
 * left, the daemon's signals to the right of them, and then the meaning. The JSON format is for
 * programs: one object a line, with the keys that minitalk(7) lists. Both programs draw the same
 * picture, each as it sees it.
 *
 * Policy: the traced program is more important than its trace. A line is written at once and in one
 * piece. A line that cannot be written is lost; before the next line that can be written, another
 * line tells how many were lost. If a reader does not read, the program waits for it once, for
 * TRACE_WAIT_MAX, and not again until it has read.
 *
 * From trace_word() on, each function also accepts NULL as the trace, and then does nothing.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "protocol/arq.h"
#include "protocol/word.h"

/* Greatest wait for a reader, in milliseconds. */
#define TRACE_WAIT_MAX 100
/* As limit_ns of trace_sleep(): the sleep has no limit. */
#define TRACE_UNLIMITED UINT64_MAX

enum trace_format { TRACE_NONE, TRACE_TEXT, TRACE_JSON };

/* The program that writes a trace, or that has sent a signal. */
enum trace_side { TRACE_SENDER, TRACE_DAEMON };

struct trace {
    enum trace_format format;
    enum trace_side side;  /* only the daemon's trace has a column for the peer */
    int fd;                /* lines are written to it */
    uint64_t (*now)(void); /* nanoseconds, as monotonic_now() */
    uint64_t start;        /* lines show the time since then */
    uint64_t lost;         /* lines lost since the last line that was written */
};

/*
 * Begins a trace on standard error. Returns trace, or NULL if format is TRACE_NONE. Calls
 * descriptors_expect_failure(): from here on, a write that is not taken is an error (SIGPIPE,
 * SIGXFSZ) and does not end the program.
 */
struct trace *trace_begin(struct trace *trace, enum trace_format format, enum trace_side side);

/*
 * Writes the headings of the columns, which JSON does not have. trace_begin() calls it; a caller
 * that fills in the members itself calls it instead of trace_begin().
 */
void trace_head(struct trace *trace);

/*
 * Shows that a word was sent or taken. from is the program that sent it. peer is the PID of the
 * process at the other end; for a word that was taken, it is only the claim of that word's sender.
 */
void trace_word(struct trace *trace, enum trace_side from, pid_t peer, uint32_t word);

/* Shows that a stale word was taken and dropped. */
void trace_stale(struct trace *trace, pid_t peer, uint32_t word);

/* Show that a bit or a block, or the ack of one, was sent or taken. */
void trace_symbol(struct trace *trace, pid_t peer, const struct arq_symbol *symbol);
void trace_ack(struct trace *trace, pid_t peer, const struct arq_symbol *symbol);

/* Shows that a signal was taken that does not count: it is a stranger's, or too late. */
void trace_uncounted(struct trace *trace, const struct lane_signal *signal, bool is_stranger);

/* Shows that no signal came for waited_ns nanoseconds, and that a probe with this ask follows. */
void trace_timeout(struct trace *trace, uint64_t waited_ns, enum ask ask);

/* Shows that the bits from index first to index last of the message will be sent again. */
void trace_repeat(struct trace *trace, uint64_t first, uint64_t last);

/*
 * Shows that the program has stopped polling and sleeps until a signal comes, or for limit_ns
 * nanoseconds at most.
 */
void trace_sleep(struct trace *trace, uint64_t limit_ns);
