/* SPDX-License-Identifier: MIT */
/*
 * world.h - a simulated owner for an exchange: processes, a log, a clock, and senders
 *
 * The processes have small PIDs. A sender is controlled by the test: it sends what a real sender
 * would send, in the order that the test chooses.
 */
#pragma once

#include "protocol/exchange.h"

#define WORLD_PIDS 16

/* A message that was logged, refused or lost. */
struct note {
    pid_t pid;
    uid_t uid;
    unsigned priority;
    size_t length;          /* of a lost message: the octets that had arrived */
    char bytes[64];         /* of a logged message */
    enum reply_code reason; /* of a refused message */
};

struct notes {
    unsigned count;
    struct note list[64];
};

/* A process; the kernel may give its PID to another process after its end. */
struct process {
    unsigned generation; /* number of processes that had this PID before */
    uid_t uid;           /* 1000 + PID at the beginning; also the account */
    bool has_ended;
    bool is_unsafe;       /* a signal would end it */
    struct reply told;    /* the last reply that it got */
    unsigned told_count;  /* number of replies that it got */
    unsigned acks[LANES]; /* number of acks that it got, by lane */
};

struct world {
    struct exchange exchange;
    uint64_t now;
    struct process processes[WORLD_PIDS];
    unsigned open_peers;
    unsigned room;     /* peers, at most; beyond, the exchange is told that there is no room */
    int commit_result; /* the log's result for each message */
    bool has_begun;    /* a message that is being committed is partly visible in the log */
    struct notes log, refused, lost, limited;
};

extern struct world world;

/* Makes the world and its exchange; ends both, and checks that no peer is left open. */
void world_begin(unsigned session_limit);
void world_end(void);
#define WORLD_MESSAGE_LIMIT 32

/* Ends a process without telling the exchange; starts another process with its PID. */
void process_ends(pid_t pid);
void process_starts(pid_t pid);
/* Tells the exchange of the end, as its owner does when it notices that. */
void process_end_is_noticed(pid_t pid);

/*
 * Advances the clock by a duration in nanoseconds, after which the owner finds no signal pending.
 * Returns the result of exchange_tick().
 */
uint64_t time_passes(uint64_t duration);

struct sender {
    pid_t pid;
    uid_t uid;
    uint16_t nonce;
    uint64_t base; /* the session's count at the first bit of the message */
    uint64_t sent; /* symbols of the message that were sent */
    bool is_wide;  /* sends payloads as blocks */
    struct frame frame;
};

/* Gives the sender a message to send; sender_done() frees it. */
void sender_takes(struct sender *sender, const char *text);
void sender_done(struct sender *sender);

/* Lets a word come that claims to be from pid, and lets it pass the barrier. */
void word_comes(pid_t pid, uint32_t word);

/* Sends a probe with a new nonce. Returns the reply's code, or 0 if no reply came. */
enum reply_code sender_asks(struct sender *sender, enum ask ask);

/* Sends the symbol with this index. Returns true if only it is acked at once, on its lane. */
bool sender_sends_symbol(struct sender *sender, uint64_t index);

/* Sends this number of further symbols, or all the rest (SENDER_REST). Checks that each is acked.
 */
#define SENDER_REST UINT64_MAX
void sender_sends(struct sender *sender, uint64_t symbols);

/* Returns the code of the last reply, and checks that it replies to the sender's newest probe. */
enum reply_code sender_heard(const struct sender *sender);

/* Sends a whole message while no other sender has the turn. Returns the verdict. */
enum reply_code sender_delivers(struct sender *sender, const char *text);
