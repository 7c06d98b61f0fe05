/* SPDX-License-Identifier: MIT */
/*
 * talker.h - a sending process: runs the shipped conversation, one call at a time
 *
 * It follows the loop that conversation.h describes. Its caller decides when it polls or sleeps.
 */
#pragma once

#include "ledger.h"

/* Each talker has its own range of nonces, so a reply to one is never valid for another. */
#define TALKERS_MAX 10
#define TALKER_NONCES 1024
/* No talker uses a nonce from here up to twice this number. */
#define TALKER_NO_NONCE 0x4000

struct talker {
    struct process process;
    struct ledger ledger;
    struct conversation conversation;
    enum { TALKER_SENDS, TALKER_TAKES } at;
    bool must_send;       /* a reply let it go on, so it must send something */
    uint64_t deadline;    /* the newest result of conversation_tick() */
    bool has_tried_again; /* the message under way was refused, and is sent again */
};

/* The properties of a process and its messages. */
struct traits {
    unsigned number; /* below TALKERS_MAX */
    pid_t pid;
    uid_t uid;
    enum order order;  /* of its pending signals */
    unsigned messages; /* number of messages, ENTRIES_MAX at most */
    unsigned first;    /* index of the first one in the table of messages */
    uint64_t limit;    /* nanoseconds without progress after which it gives up */
    size_t largest;    /* octets of a payload that the daemon accepts, at most */
};

/* Begins the process. */
void talker_begin(struct talker *talker, const struct traits *traits);

/* Makes its next call. Returns false if it had nothing to do. */
bool talker_step(struct talker *talker);

/* Calls conversation_tick(), if that may be its next call. */
void talker_look(struct talker *talker, bool may_poll);

static inline bool talker_is_alive(const struct talker *talker)
{
    return talker->process.life == LIFE_RUNNING;
}
