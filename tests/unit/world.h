/* SPDX-License-Identifier: MIT */
/*
 * world.h - what an exchange needs around it, in memory: processes, a log, a clock, and senders
 *
 * The processes are known by small PIDs. A sender is a script: it says what a real one would say,
 * in the order that a test chooses.
 */
#pragma once

#include "protocol/exchange.h"

#define WORLD_PIDS 16

/* A message in the log, or one that was refused or lost. */
struct note {
    pid_t pid;
    uid_t uid;
    unsigned priority;
    size_t length;          /* of a message that was lost: what came of it */
    char bytes[64];         /* of a message in the log */
    enum reply_code reason; /* of one that was refused */
};

struct notes {
    unsigned count;
    struct note list[64];
};

/* A process, under the name that the kernel may give to another after it. */
struct process {
    unsigned generation; /* how many had this PID before */
    uid_t uid;           /* at first 1000 and the PID */
    bool has_ended;
    bool is_unsafe;       /* a signal would harm it */
    struct reply told;    /* the last word it was told, */
    unsigned told_count;  /* and how many there were */
    unsigned acks[LANES]; /* plain signals it got */
};

struct world {
    struct exchange exchange;
    uint64_t now;
    struct process processes[WORLD_PIDS];
    unsigned open_peers;
    int commit_result; /* what the log says to each message */
    bool has_begun;    /* one whose commit is in progress can be seen in it */
    struct notes log, refused, lost;
};

extern struct world world;

/* Makes the world and its exchange; ends both, and sees that no peer was left open. */
void world_begin(unsigned session_limit);
void world_end(void);
#define WORLD_MESSAGE_LIMIT 32

/* The end of a process, which the exchange is not told of; another that is given its PID. */
void process_ends(pid_t pid);
void process_starts(pid_t pid);
/* What the owner does when it notices the end. */
void process_end_is_noticed(pid_t pid);

/* Lets time pass, in nanoseconds, and the exchange act on it: as exchange_tick(). */
uint64_t time_passes(uint64_t duration);

struct sender {
    pid_t pid;
    uid_t uid;
    uint16_t nonce;
    uint64_t base; /* its session's count at the first bit of its message */
    uint64_t sent; /* bits of it */
    struct frame frame;
};

/* Prepares a message; sender_done() frees it. */
void sender_takes(struct sender *sender, const char *text);
void sender_done(struct sender *sender);

/* Says a word in the name of a PID, and lets it pass the barrier. */
void word_comes(pid_t pid, uint32_t word);

/* Asks, with a new nonce. What is told in reply; 0 if nothing is. */
enum reply_code sender_asks(struct sender *sender, enum ask ask);

/* Sends bit index of the message. Whether it was answered, then and there, on its lane. */
bool sender_sends_bit(struct sender *sender, uint64_t index);

/* Sends that many further bits; sees that each is answered. The rest, if bits is SENDER_REST. */
#define SENDER_REST UINT64_MAX
void sender_sends(struct sender *sender, uint64_t bits);

/* The last word that the sender was told; sees that it answers its newest question. */
enum reply_code sender_heard(const struct sender *sender);

/* The whole of a message by a sender that nobody disturbs. The verdict. */
enum reply_code sender_delivers(struct sender *sender, const char *text);
