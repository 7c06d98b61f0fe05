/* SPDX-License-Identifier: MIT */
/*
 * book.h - records what an exchange was told, and what it did
 *
 * The book is derived only from the calls into the exchange and from the exchange's calls to its
 * owner. It does not depend on the exchange's own state. The book says what has happened. The
 * modules that read and write the book say what must happen. There is one book, which all of them
 * share.
 */
#pragma once

#include "protocol/exchange.h"
#include "reference.h"
#include "words.h"

#define BOOK_PIDS 96
/* The target sends fewer octets of a message than this. */
#define BOOK_OCTETS 256
/*
 * Users are numbered from 0. User n has the user ID BOOK_UID + n. The account of the last user is
 * root's. The account of each other user n is BOOK_ACCOUNT + n.
 */
#define BOOK_USERS 4
#define BOOK_UID 1000
#define BOOK_ACCOUNT 2000
#define BOOK_ROOT (BOOK_USERS - 1)
/* More than the number of sessions, so that the book remembers closed peers for a while. */
#define BOOK_PEERS 32

/* A process; the kernel may give its PID to another process after its end. */
struct process {
    unsigned generation; /* number of processes that had this PID before */
    bool has_ended;
    bool is_unsafe; /* a signal would end it */
    bool is_deaf;   /* replies cannot be delivered to it */
    bool is_numb;   /* acks cannot be delivered to it */
    uint16_t nonce; /* of the newest probe with its PID */
};

/* An open process: a session, or for a moment a process that is refused a session. */
struct peer {
    pid_t pid;
    unsigned generation;
    unsigned user;
    bool is_open;
    bool is_session;
    bool is_new;     /* no probe of the session has been acted on */
    bool may_close;  /* a signal to its process could not be delivered */
    bool is_evicted; /* it has been chosen to be evicted */
    bool was_lost;   /* its incomplete message has been recorded as lost */
    unsigned asked;  /* the number of its newest probe, in the order of all probes */

    enum session_state state;
    enum reply_code refusal;
    bool is_invited;
    uint64_t turn_time; /* for which its message has had the turn */
    unsigned rank; /* in its user's queue, lowest first; 0: is not queued */
    uint16_t nonce;
    uint64_t count;    /* of symbols that were acked */
    unsigned messages; /* number of messages that were logged */

    /* The message under way. */
    uid_t uid;
    unsigned symbols;
    unsigned bits;    /* that they carry */
    bool is_stripped; /* since the newest probe to resume: a signal without its sender came while a
                         block was expected */
    unsigned lost_blocks; /* probes to resume in a row before which that was so, and no symbol */
    uint8_t octets[BOOK_OCTETS];
    size_t content;  /* octets of payload and fields that have come */
    size_t received; /* octets of the payload that have come */
    size_t reserved; /* octets of payload and fields that the header announces */
    struct {
        bool is_there;
        struct symbol symbol;
        uid_t uid;
    } held[LANES]; /* symbols that wait for an earlier one */
};

struct book {
    size_t message_limit;
    unsigned session_limit;
    unsigned kept_for_root;
    unsigned kept_for_new_users;
    size_t room;
    struct rate rate;

    /* The owner of the exchange, and the processes. */
    uint64_t now;
    struct process processes[1 + BOOK_PIDS];
    int log_result; /* the log's result for each message */
    bool no_memory;
    bool is_stopping; /* exchange_stop() was called */
    bool stops_now;   /* exchange_stop() has not returned yet */
    bool is_over;     /* exchange_done() was called */

    struct peer peers[BOOK_PEERS];
    unsigned next_peer;
    unsigned last_rank;
    unsigned user_ranks[BOOK_USERS]; /* of users with a queued peer, lowest first */
    unsigned probes;                 /* number of probes so far */
    struct words words;              /* the words behind the barrier */
    struct peer *runner;             /* the peer that has the turn */
    struct {
        uint64_t debt; /* of tokens, in nanoseconds, as of noted_at */
        uint64_t noted_at;
        bool is_reported;
    } used[BOOK_USERS];     /* messages that each user has begun */
    uint64_t granted_at;    /* time at which it got the turn */
    uint64_t heard_at;      /* time at which it was last heard */
    bool is_heard;          /* since the last tick, so maybe as late as the next one */
    uint64_t empty_at;      /* time of the last look that found no signal */
    bool takes_turn;        /* the exchange may end the turn now */
    bool commits_later;     /* a message is being committed */
    struct peer *committer; /* the peer of that message, if it is still open */
    size_t committed_length;
    struct exchange_counts counts;
};

extern struct book book;

/* Returns a new peer for the process that has this PID now. The peer is open, but no session. */
struct peer *book_new_peer(pid_t pid);

/* Returns the session of a PID, or NULL. */
struct peer *book_session(pid_t pid);

/* Returns true if the session takes another bit. */
bool book_takes_bits(const struct peer *peer);

/* Returns true if the session has a message under way. */
bool book_is_mid_message(const struct peer *peer);

/* Returns true if the session has no message under way and its sender waits for nothing. */
bool book_is_idle(const struct peer *peer);

/* Returns the account of a user. */
uid_t book_account(unsigned user);

/* Returns true if the next symbol of the session's message is a block. */
bool book_expects_block(const struct peer *peer);

/* Returns true if a signal is a symbol of the runner's message. */
bool book_wants(const struct lane_signal *signal);

/* Returns the index that the session's next symbol on this lane has in its message. */
uint64_t book_index_on(const struct peer *peer, enum lane lane);

/* Returns true unless the session's message under way has as many octets as the book can hold. */
bool book_has_space(const struct peer *peer);

/* Reads the frame from the bits that were taken of the session's message. */
struct reading book_read(const struct peer *peer);

/* Returns true if the peer's process has ended; another process may have its PID by now. */
bool book_is_gone(const struct peer *peer);
