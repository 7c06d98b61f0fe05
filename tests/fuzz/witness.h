/*
 * witness.h - sees everything that an exchange is told and does, and knows what it ought to do
 *
 * The witness is the exchange's owner. It keeps a book of its own: for each session the bits that
 * were answered, what they spell (reference.h), the newest question, what was told. Each call of
 * the exchange to its owner must be what the book says; after each event, the exchange's own state
 * must agree with the book. When a turn ends is the exchange's decision, within rules.
 *
 * The promises:
 *   - a bit is taken only of the process that has the turn, in order, once, and is answered first;
 *   - a message is committed when its last bit is in, once, and is what the bits of one process
 *     spelled, as of the user who sent the first of them;
 *   - every question that passed the barrier is answered, with its nonce, its session's count and
 *     a reply that the message's fate allows; a verdict never changes;
 *   - no session is dropped while its process lives and can be reached, but to make way; whose
 *     message is cut short by its end is recorded as lost, once;
 *   - one process has the turn at a time; it keeps it until its message has a verdict, it was
 *     silent, or a slice of time is over; then the turns go round by users (fairness.h);
 *   - where sessions or room are wanted and there are none, whoever has most gives way to one who
 *     would have less, and is told; else the one who wants them is told that the daemon is busy;
 *   - nobody waits while there is no turn and no commit; every turn has an end where others wait;
 *   - counts, table, queue and memory are within their bounds and agree with each other.
 */
#pragma once

#include "exchange.h"

#define WITNESS_PIDS 96
#define WITNESS_MESSAGE_MAX 64
/* Nobody may send more octets of a message than this. */
#define WITNESS_ROW 256
/* Users are numbered, and have these UIDs and up. */
#define WITNESS_USERS 4
#define WITNESS_UID 1000
/* The exchange keeps so many words back, as barrier.h says. */
#define WITNESS_WORDS 64

/* A process, under the name that the kernel may give to another after it. */
struct process {
    unsigned generation; /* how many had this PID before */
    bool has_ended;
    bool is_unsafe; /* a signal would harm it */
    bool is_deaf;   /* words do not reach it, */
    bool is_numb;   /* nor do answers to bits */
    uint16_t nonce; /* of the newest question asked in its name */
};

/* What there is only so much of. */
enum good {
    GOOD_SESSIONS,
    GOOD_ROOM, /* octets */
};

/* What the book says of a peer, which is a session's but for the moment it is turned away. */
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
    enum reply refusal;
    bool is_invited;
    unsigned rank; /* among those of its user who wait, first come first; 0: does not wait */
    uint16_t nonce;
    uint64_t count;    /* of bits answered */
    unsigned messages; /* logged */

    /* The message under way. */
    uid_t uid;
    unsigned bits;
    uint8_t row[WITNESS_ROW];
    size_t content;  /* octets of payload and fields, */
    size_t received; /* and of the payload alone */
    size_t reserved; /* for all there will be of both */
    struct {
        bool is_there, bit;
        uid_t uid;
    } slots[LANES]; /* bits that wait for their turn */
};

/* More than there are sessions, so that a closed one is remembered for a while. */
#define WITNESS_PEERS 32
#define WITNESS_SESSIONS_MAX 8

/* Somebody wants more of something, and it is not settled yet whether there is enough. */
struct want {
    struct peer *peer; /* NULL: nobody does */
    enum good good;
    size_t amount;
};

struct witness {
    struct exchange exchange;
    size_t message_limit;
    uint64_t now;
    struct process processes[1 + WITNESS_PIDS];
    struct peer peers[WITNESS_PEERS];
    unsigned next_peer;
    unsigned last_rank;
    unsigned user_ranks[WITNESS_USERS]; /* of those for whom a peer waits */
    unsigned questions;                 /* asked so far */
    struct peer *turn;                  /* who has it, */
    uint64_t granted_at;                /* since when, */
    uint64_t heard_at;                  /* and when it spoke last */
    bool takes_turn;                    /* the exchange may take it away now */
    int log_result;                     /* what the log says to each message */
    bool no_memory;
    bool is_stopping;       /* exchange_stop() was called, */
    bool stops_now;         /* and has not returned */
    bool is_over;           /* exchange_done() was called */
    bool settles;           /* nothing is pending */
    bool commits_later;     /* a message is on its way into the log, */
    struct peer *committed; /* of this one, if it is still there */
    size_t committed_length;

    /* What the exchange owes, from one call to its owner to the next. */
    struct peer *to_commit;
    struct peer *to_answer; /* a question: with one of these replies, a bit each */
    unsigned replies;
    struct peer *to_judge; /* a verdict */
    enum reply verdict;
    bool is_on_record;         /* the refusal */
    struct peer *to_drop;      /* it could not be answered, or made way */
    struct peer *to_admit;     /* the user of this one must be asked for */
    struct probe admitted_by;  /* because of this question */
    struct peer *to_turn_away; /* with this reply */
    enum reply farewell;
    struct want want; /* somebody must give way */

    /* Words that the barrier holds back, one a process. */
    unsigned words_held;
    struct {
        pid_t pid;
        uint32_t word;
        bool seen[PLACES];  /* empty since it was taken */
        bool is_held_again; /* since this event */
    } words[WITNESS_WORDS];

    struct exchange_counts counts;
};

extern struct witness witness;

/* session_limit: a power of two, WITNESS_SESSIONS_MAX at most. room: 0 is as it comes. */
void witness_begin(size_t message_limit, unsigned session_limit, size_t room);
void witness_end(void);

/* Events. PIDs are 1 to WITNESS_PIDS. */
void witness_signal(const struct lane_signal *signal);
void witness_settle(void);
void witness_time(uint64_t duration);
void witness_ended(struct peer *peer); /* the owner noticed; an old peer is none of its business */
void witness_committed(int result);    /* the log has made up its mind, if it was asked to */
void witness_stop(void);

/* The session of a PID, or NULL; whether it takes another bit. */
struct peer *witness_session(pid_t pid);
bool witness_takes_bits(const struct peer *peer);

/* Whether there may be one more bit of the message that the session has under way, if it has. */
bool witness_has_row(const struct peer *peer);

static inline bool witness_is_gone(const struct peer *peer)
{
    const struct process *process = &witness.processes[peer->pid];

    return process->has_ended || process->generation != peer->generation;
}
