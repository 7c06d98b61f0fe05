/* SPDX-License-Identifier: MIT */
/*
 * check.h - what is promised, and whether it was kept
 *
 * The ledger knows every message as its sender meant it, and is told of every bit that is taken,
 * every message that reaches the log and every verdict that a sender believes.
 *
 * Policy: the first broken promise is kept, in words, and ends the run.
 */
#pragma once

#include "kernel.h"
#include "protocol/session.h"

/* A message and its fate. */
struct sent {
    struct fields fields;
    struct message message;
    struct frame frame;
    unsigned logged;     /* times that it reached the log */
    bool was_unloggable; /* the log would not take it */
    bool was_refused;    /* its sender was told so */
    bool was_given_up;   /* its sender is certain that it is not in the log */
};

/* A sending program and its messages. */
struct ledger {
    struct process *process;
    struct sent *sent;
    unsigned count;
    unsigned current;      /* the message under way, */
    uint64_t next;         /* and which of its bits is to be taken next */
    bool was_told_busy;    /* when the table of sessions was full */
    bool was_dismissed;    /* its session was ended, though it had not */
    bool was_told_to_stop; /* when the daemon was stopping */
    bool is_misled;        /* somebody who may signal it forged an answer to its question; or it is
                              a rogue: what comes of its own messages is its own affair */
};

struct check_counts {
    uint64_t confirmed;
    uint64_t logged;
    uint64_t refused;
    uint64_t ended;     /* senders that saw the daemon end */
    uint64_t timed_out; /* senders that gave up */
    uint64_t bits;
};

struct check {
    const struct kernel *kernel;
    size_t message_limit;
    struct check_counts counts;
    char failure[160]; /* empty: none */
};

void check_fail(struct check *check, const char *format, ...) __attribute__((format(printf, 2, 3)));

static inline bool check_failed(const struct check *check)
{
    return check->failure[0] != '\0';
}

/* The daemon takes a bit of a session with that process; truth is the signal that carried it. */
void check_bit(struct check *check, const struct process *process, const struct arq_bit *bit,
               const struct pending *truth);

/* A message was put into the log as that process's. */
void check_logged(struct check *check, const struct process *process, pid_t pid, uid_t uid,
                  const struct message *message);

/* A sender believes a verdict on its current message. */
void check_confirmed(struct check *check, struct ledger *ledger);
void check_refused(struct check *check, struct ledger *ledger, enum reply_code reason);

/* A sender believes that the daemon has ended, and perhaps that its message was not logged. */
void check_ended(struct check *check, struct ledger *ledger, const struct process *daemon,
                 bool is_certain);
