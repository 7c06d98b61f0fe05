/* SPDX-License-Identifier: MIT */
/*
 * ledger.h - the messages of each sending process, their fate, and the promises about them
 *
 * A ledger is told of every bit that its process sends, every bit that the daemon takes, every
 * message that reaches the log, and every outcome. It knows the true sender and the true index of
 * each signal, which neither end knows. Each function ends the run if a promise is broken.
 *
 * A sender that loses its session in the middle of a message may not learn that: the word may be
 * lost, and a stranger may open another session in the sender's name. Nor does it learn at once
 * that its message was refused, and a stranger may begin another one in its name. Then the daemon
 * can get bits that it does not expect. The checksum and the count detect that, so the log must
 * still be right.
 */
#pragma once

#include "channel.h"
#include "protocol/conversation.h"

#define ENTRIES_MAX 3
/* Octets of a frame, at most. */
#define LEDGER_OCTETS 48

/* A message and its fate. */
struct entry {
    const struct message *message;
    bool is_wide; /* begins as blocks */
    struct frame frame;
    uint8_t octets[LEDGER_OCTETS]; /* of the frame */
    bool is_bad;                   /* its fields are invalid: the daemon refuses it */
    unsigned logged;               /* number of times that it reached the log */
    bool is_cut_short;             /* only a part of it is in the log, for good */
    bool was_unloggable;           /* the log refused it */
    bool is_hopeless;              /* its sender is certain that it is not in the log */
};

struct ledger {
    const struct process *process;
    size_t limit; /* octets of a payload, at most */
    unsigned count;
    unsigned current; /* index of the message under way */
    struct entry entries[ENTRIES_MAX];
    uint64_t taken;              /* symbols of it that the daemon has taken in this session */
    struct parcel newest[LANES]; /* last signal for this session on each lane */
    unsigned told;               /* replies that the daemon has sent: 1u << code each */
    bool was_refused;            /* the daemon has refused the message under way */
    /* The daemon has ended the session, or has taken a bit of a message that it had refused. */
    bool is_astray;
};

struct entry *ledger_entry(struct ledger *ledger);

/* The sender begins the message under way, or begins it again after a refusal. */
void ledger_begin(struct ledger *ledger);

/* The sender sends a bit to the daemon; the sender takes the ack of a bit. */
void ledger_send(struct ledger *ledger, const struct arq_symbol *bit, const struct process *daemon);
void ledger_ack(const struct ledger *ledger, const struct arq_symbol *symbol);

/* The daemon takes a bit of this process. */
void ledger_take(struct ledger *ledger, const struct arq_symbol *bit);

/* The daemon passes a message of this process to the log; the message is in the log. */
void ledger_commit(struct ledger *ledger, pid_t pid, uid_t uid, const struct message *message);
void ledger_log(struct entry *entry);

/* The daemon records that this process ended after so many octets of its message. */
void ledger_lose(struct ledger *ledger, pid_t pid, uid_t uid, size_t octets);

/* The daemon has refused the message under way; it has ended the session. */
void ledger_refuse(struct ledger *ledger);
void ledger_end_session(struct ledger *ledger);

/* The message under way has its outcome. */
void ledger_conclude(struct ledger *ledger, const struct conversation *conversation,
                     const struct process *daemon);
