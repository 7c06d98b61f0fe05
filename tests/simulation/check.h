/* SPDX-License-Identifier: MIT */
/*
 * check.h - checks the promises of minitalk(7) during a run
 *
 * A ledger has every message of a sender as the sender meant it. The checks are told of each bit
 * that the daemon takes, each message that is logged, and each verdict that a sender accepts.
 *
 * Policy: the first broken promise is recorded as a text and ends the run.
 */
#pragma once

#include "kernel.h"
#include "protocol/session.h"

/* A message and its fate. */
struct sent {
    struct fields fields;
    struct message message;
    struct frame frame;
    unsigned logged;     /* number of times that the message was logged */
    bool was_unloggable; /* the log failed to take it */
    bool was_refused;    /* its sender got a refusal */
    bool was_given_up;   /* its sender is certain that the message is not in the log */
};

/* A sending program and its messages. */
struct ledger {
    struct process *process;
    struct sent *sent;
    unsigned count;
    unsigned current;       /* the message under way */
    uint64_t next;          /* the bit of this message that the daemon is to take next */
    bool was_told_busy;     /* at a time when the table of sessions was full */
    bool session_has_ended; /* the daemon has ended its session */
    bool was_told_to_stop;  /* "stopping", at a time when the daemon was stopping */
    bool is_misled;         /* a process that may signal it forged a reply to its probe, or it is a
                               rogue: nothing is promised for its own messages */
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

/* The daemon takes a bit of this process's session. truth is the signal that carried the bit. */
void check_bit(struct check *check, const struct process *process, const struct arq_symbol *bit,
               const struct pending *truth);

/* A message of this process was logged as a message of process pid and user uid. */
void check_logged(struct check *check, const struct process *process, pid_t pid, uid_t uid,
                  const struct message *message);

/* A sender accepts a verdict on its current message. */
void check_confirmed(struct check *check, struct ledger *ledger);
void check_refused(struct check *check, struct ledger *ledger, enum reply_code reason);

/*
 * A sender has noticed that the daemon has ended. is_certain: the sender is certain that its
 * message was not logged.
 */
void check_ended(struct check *check, struct ledger *ledger, const struct process *daemon,
                 bool is_certain);
