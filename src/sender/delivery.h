/* SPDX-License-Identifier: MIT */
/*
 * delivery.h - delivers messages to a daemon, one after another, in one session
 *
 * A delivery carries signals between the inbox, a conversation and the daemon's process, polls for
 * them or sleeps until they come, and counts what was sent.
 *
 * Policy: a message that delivery_send() reports as sent is in the daemon's log, once. After a
 * failure, the delivery may be used further only if may_go_on is true.
 */
#pragma once

#include <stdint.h>

#include "host/cpu.h"
#include "host/pidref.h"
#include "host/spin.h"
#include "host/trace.h"
#include "protocol/conversation.h"
#include "sender/target.h"

/* Totals of all messages so far. */
struct delivery_counts {
    uint64_t messages; /* messages in the log */
    uint64_t bytes;    /* of the payloads of these messages */
    uint64_t bits;     /* as in struct conversation_counts */
    uint64_t blocks;
    uint64_t repeats;
    uint64_t time_ns; /* spent on sending, with success or without */
};

/*
 * Is told the progress of a message. tell() is called often, with the octets that were sent and the
 * octets of the whole frame. When the message ends, with success or without, both are 0.
 */
struct delivery_watcher {
    void (*tell)(void *owner, uint64_t sent, uint64_t total); /* NULL: no watcher */
    void *owner;
};

struct delivery {
    struct pidref daemon;
    enum target target; /* for complaints */
    struct conversation conversation;
    struct spin spin;
    struct cpu_absence absence; /* from the CPU where a message made no progress */
    bool is_wide;               /* payloads travel as blocks (symbol.h) */
    struct trace *trace;        /* NULL: none */
    /* After a failure; as the functions of conversation.h with these names. */
    bool may_go_on;      /* this daemon takes the next message, or the same one again */
    bool may_retry;      /* the message is not in the log, and the reason may pass */
    bool is_unconfirmed; /* the message may be in the log */
    struct delivery_counts *counts;
    struct delivery_watcher watcher;
    uint64_t told; /* symbols sent, as the watcher was told last */
};

/*
 * Prepares to deliver to a daemon, which is this target. timeout_ns is the longest time without
 * progress, in nanoseconds. The totals are added to *counts. inbox_open() must have been called.
 *
 * The caller may set a trace and a watcher afterwards. The daemon, the counts, the trace and the
 * watcher stay the caller's, who also closes the daemon. From here on, the delivery must not move
 * in memory.
 */
void delivery_init(struct delivery *delivery, const struct pidref *daemon, enum target target,
                   uint64_t timeout_ns, struct delivery_counts *counts);

/*
 * Sends one message. Returns 0 once the message is in the log; else, with a complaint, an exit
 * status of sysexits(3), and sets may_go_on, may_retry and is_unconfirmed.
 */
int delivery_send(struct delivery *delivery, const struct message *message);
