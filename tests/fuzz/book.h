/* SPDX-License-Identifier: MIT */
/*
 * book.h - what happened to an exchange: what it was told, and what it did
 *
 * It is made of nothing but what goes into the exchange and what that has its owner do: of the
 * exchange's own state it knows nothing. The book says what is so; what ought to be, say the
 * modules that read it and write in it. There is one book, and it is open to all of them.
 */
#pragma once

#include "protocol/exchange.h"
#include "reference.h"
#include "words.h"

#define BOOK_PIDS 96
/* Nobody may send more octets of a message than this. */
#define BOOK_ROW 256
/* Users are numbered, and have these UIDs and up. */
#define BOOK_USERS 4
#define BOOK_UID 1000
/* More than there are sessions, so that a closed one is remembered for a while. */
#define BOOK_PEERS 32

/* A process, under the name that the kernel may give to another after it. */
struct process {
    unsigned generation; /* how many had this PID before */
    bool has_ended;
    bool is_unsafe; /* a signal would harm it */
    bool is_deaf;   /* words do not reach it, */
    bool is_numb;   /* nor do answers to bits */
    uint16_t nonce; /* of the newest question asked in its name */
};

/* A session, but for the moment in which one is turned away that has none. */
struct peer {
    pid_t pid;
    unsigned generation;
    unsigned user;
    bool is_open;
    bool is_session;
    bool may_close; /* its process could not be reached */
    bool makes_way; /* for another */
    bool was_lost;  /* it is on record that its message was cut short */
    unsigned asked; /* when it did so last: the number of that question */

    enum session_state state;
    enum reply_code refusal;
    bool is_invited;
    unsigned rank; /* among those of its user who wait, first come first; 0: does not wait */
    uint16_t nonce;
    uint64_t count;    /* of bits answered */
    unsigned messages; /* logged */

    /* The message under way. */
    uid_t uid;
    unsigned bits;
    uint8_t row[BOOK_ROW];
    size_t content;  /* octets of payload and fields, */
    size_t received; /* and of the payload alone */
    size_t reserved; /* for all there will be of both */
    struct {
        bool is_there, bit;
        uid_t uid;
    } held[LANES]; /* bits that wait for their turn */
};

struct book {
    size_t message_limit;
    unsigned session_limit;
    size_t room;

    /* The world around the exchange. */
    uint64_t now;
    struct process processes[1 + BOOK_PIDS];
    int log_result; /* what the log says to each message */
    bool no_memory;
    bool is_stopping; /* exchange_stop() was called, */
    bool stops_now;   /* and has not returned */
    bool is_over;     /* exchange_done() was called */

    struct peer peers[BOOK_PEERS];
    unsigned next_peer;
    unsigned last_rank;
    unsigned user_ranks[BOOK_USERS]; /* of those for whom a peer waits */
    unsigned questions;              /* asked so far */
    struct words words;              /* held back */
    struct peer *turn;               /* who has it, */
    uint64_t granted_at;             /* since when, */
    uint64_t heard_at;               /* and when it spoke last */
    bool takes_turn;                 /* the exchange may take it away now */
    bool commits_later;              /* a message is on its way into the log, */
    struct peer *committed;          /* of this one, if it is still there */
    size_t committed_length;
    struct exchange_counts counts;
};

extern struct book book;

/* A peer for the process that has this PID now: open, and no session yet. */
struct peer *book_new_peer(pid_t pid);

/* The session of a PID, or NULL; whether it takes another bit, or has a message under way. */
struct peer *book_session(pid_t pid);
bool book_takes_bits(const struct peer *peer);
bool book_is_mid_message(const struct peer *peer);

/* Whether a signal is a bit of the message of who has the turn; which it would be, on this lane. */
bool book_wants(const struct lane_signal *signal);
uint64_t book_index_on(const struct peer *peer, enum lane lane);

/* Whether there may be one more bit of the message that the session has under way, if it has. */
bool book_has_row(const struct peer *peer);

/* What the bits of that message spell so far. */
struct reading book_read(const struct peer *peer);

/* Whether a peer's process has ended; its PID may be another's by now. */
bool book_is_gone(const struct peer *peer);
