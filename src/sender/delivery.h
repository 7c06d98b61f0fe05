/* SPDX-License-Identifier: MIT */
/*
 * delivery.h - delivers messages to a daemon, one after another, in one session
 *
 * It carries signals between the inbox, a conversation and the daemon's process, polls or sleeps
 * for them, and adds up what was sent.
 *
 * Policy: a message that delivery_send() reports as sent is in the daemon's log, once. After any
 * failure the delivery is of no further use.
 */
#pragma once

#include <stdint.h>

#include "host/cpu.h"
#include "host/pidref.h"
#include "host/spin.h"
#include "host/trace.h"
#include "protocol/conversation.h"

/* What sending has come to, in all messages so far. */
struct delivery_counts {
    uint64_t messages; /* that are in the log */
    uint64_t bytes;    /* of their payload */
    uint64_t bits;     /* as in struct conversation_counts */
    uint64_t repeats;
    uint64_t time_ns; /* that sending took, whatever came of it */
};

/*
 * Who wants to know how far a message is. Is told often, of so many bits that are sent of a total;
 * and of 0 of 0 when it ends, whatever has come of it.
 */
struct delivery_watcher {
    void (*tell)(void *owner, uint64_t sent, uint64_t total); /* NULL: nobody */
    void *owner;
};

struct delivery {
    struct pidref daemon;
    struct conversation conversation;
    struct spin spin;
    struct cpu_absence absence; /* from the CPU where a message made no progress */
    struct trace *trace;        /* NULL: none */
    bool may_retry;             /* after a failure: another daemon may be sent the message */
    struct delivery_counts *counts;
    struct delivery_watcher watcher;
    uint64_t told; /* bits of the message of which the watcher was told last */
};

/*
 * Prepares to deliver to that daemon, which stays the caller's to close; so do the counts, to which
 * what is sent is added. timeout_ns is how long to wait without progress. inbox_open() must have
 * been called. A trace and a watcher may be set afterwards, and stay the caller's, too. The
 * delivery must not move in memory from here on.
 */
void delivery_init(struct delivery *delivery, const struct pidref *daemon, uint64_t timeout_ns,
                   struct delivery_counts *counts);

/*
 * Sends one message. 0 once it is in the log; else, with a complaint, an exit status of
 * sysexits(3). Where the daemon has ended or stops and cannot have logged the message,
 * delivery->may_retry is true.
 */
int delivery_send(struct delivery *delivery, const struct message *message);
