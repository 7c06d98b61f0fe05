/*
 * client.h - sends messages to a daemon, one after another, in one session
 *
 * Policy: a message that client_send() reports as sent is in the daemon's log, once. After any
 * failure the client is of no further use.
 */
#pragma once

#include <stdint.h>

#include "host/cpu.h"
#include "host/pidref.h"
#include "host/spin.h"
#include "host/trace.h"
#include "protocol/barrier.h"
#include "protocol/frame.h"

/* What sending has come to, in all messages so far. */
struct client_counts {
    uint64_t messages; /* that are in the log */
    uint64_t bytes;    /* of their payload */
    uint64_t bits;     /* that went out, each time that they did, of whatever message */
    uint64_t repeats;  /* bits that went out again, and questions beyond the first of a message */
    uint64_t time_ns;  /* that sending took, whatever came of it */
};

/*
 * Who wants to know how far a message is. Is told often, of so many bits that are sent of a total;
 * and of 0 of 0 when it ends, whatever has come of it.
 */
struct client_watcher {
    void (*tell)(void *owner, uint64_t sent, uint64_t total); /* NULL: nobody */
    void *owner;
};

struct client {
    struct pidref daemon;
    uint64_t timeout_ns; /* how long to wait without progress */
    struct trace *trace; /* NULL: none */
    struct barrier barrier;
    struct spin spin;
    uint16_t nonce;             /* of the newest probe */
    unsigned wary;              /* how many more answers may go missing, as one did lately */
    bool was_heard;             /* the daemon has said something that makes sense */
    bool is_stalled;            /* the daemon's last word was that its log takes nothing */
    bool is_stripped;           /* signals came without their sender */
    bool is_in_doubt;           /* all bits of the message were sent: it may be in the log */
    bool may_retry;             /* after a failure: another daemon may be sent the message */
    bool has_asked;             /* a question has gone out for this message */
    uint64_t fresh;             /* the first bit of this message that has not gone out yet */
    struct cpu_absence absence; /* from where a message did not get on */
    struct client_counts *counts;
    struct client_watcher watcher;
};

/*
 * Talks to that daemon, which stays the caller's to close. inbox_open() must have been called. A
 * trace and a watcher may be set afterwards; the trace stays the caller's, too. What is sent is
 * added to the counts.
 */
void client_init(struct client *client, const struct pidref *daemon, uint64_t timeout_ns,
                 struct client_counts *counts);

/*
 * Sends one message. 0 once it is in the log; else, with a complaint, an exit status of
 * sysexits(3). Where the daemon has ended or stops and cannot have logged the message,
 * client->may_retry is true.
 */
int client_send(struct client *client, const struct message *message);
