/* SPDX-License-Identifier: MIT */
/*
 * trace.h - draws what happens on the wire, as it happens
 *
 * For people, in the columns of minitalk(7): what the sender sends on the left, what the daemon
 * sends on the right, and then what it means. For programs, as JSON: an object a line, with the
 * keys that minitalk(7) lists. Both programs draw the same picture, each as it sees it.
 *
 * Policy: whoever is traced comes first. A line is written at once and in one piece; one that
 * cannot be written is lost, and the next that can is preceded by one that counts them. A reader
 * that does not read is waited for once, TRACE_PATIENCE long, and not again until it has read.
 *
 * A trace may be NULL: then nobody looks, and nothing is done.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "protocol/lane.h"
#include "protocol/word.h"

/* Milliseconds. */
#define TRACE_PATIENCE 100
#define TRACE_UNLIMITED UINT64_MAX

enum trace_format { TRACE_NONE, TRACE_TEXT, TRACE_JSON };

/* Whose trace it is, or who has sent something. */
enum trace_side { TRACE_SENDER, TRACE_DAEMON };

struct trace {
    enum trace_format format;
    enum trace_side side;  /* the daemon's tells its many peers apart */
    int fd;                /* where it goes */
    uint64_t (*now)(void); /* nanoseconds, as monotonic_now() */
    uint64_t start;        /* what counts as 0 */
    uint64_t lost;         /* lines, since the last that was written */
};

/*
 * Begins a trace on standard error: returns it, or NULL for TRACE_NONE. From here on, to write
 * where nothing is taken is an error and no longer the end (SIGPIPE, SIGXFSZ).
 */
struct trace *trace_begin(struct trace *trace, enum trace_format format, enum trace_side side);

/* The same, of a trace whose other members are filled in: the heads of the columns, if it has any.
 */
void trace_head(struct trace *trace);

/* A word was sent or came; peer is the process at the other end, or says that it is. */
void trace_word(struct trace *trace, enum trace_side from, pid_t peer, uint32_t word);

/* A word that came answers something else than was asked last, and is dropped. */
void trace_stale(struct trace *trace, pid_t peer, uint32_t word);

/* A bit was sent or came, and the answer to one; index is the bit's in its message, from 0. */
void trace_bit(struct trace *trace, pid_t peer, enum lane lane, bool bit, uint64_t index);
void trace_ack(struct trace *trace, pid_t peer, enum lane lane, uint64_t index);

/* A signal came that counts for nothing: of somebody else, or too late. */
void trace_uncounted(struct trace *trace, const struct lane_signal *signal, bool is_stranger);

/* Nothing was heard for so many nanoseconds, and so this will be asked. */
void trace_silence(struct trace *trace, uint64_t waited_ns, enum ask ask);

/* Bits that were sent before are sent again, from the first to the last of these. */
void trace_repeat(struct trace *trace, uint64_t first, uint64_t last);

/* Polling has ended: it sleeps until a signal comes, for so many nanoseconds at most. */
void trace_sleep(struct trace *trace, uint64_t limit_ns);
