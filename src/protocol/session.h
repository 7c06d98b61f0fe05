/*
 * session.h - one sender, as the daemon knows it
 *
 * A session is opened by a sender's first probe, lives until its process ends, and carries any
 * number of messages one after another, up to the first that is refused. Its count of bits runs
 * through all of them.
 *
 * Anybody can ask in a sender's name whether a message may begin. So the question changes nothing
 * of what is known of the message before: its verdict stands until a bit of the next one comes.
 *
 * Pure: the peer is the caller's business.
 */
#pragma once

#include <sys/queue.h>

#include "protocol/arq.h"
#include "protocol/frame.h"

enum session_state {
    SESSION_IDLE,       /* no message has come yet */
    SESSION_OPEN,       /* bits of a message have come, and more are to */
    SESSION_COMMITTING, /* it is whole, and its way into the log has begun */
    SESSION_COMMITTED,  /* it is in the log */
    SESSION_REFUSED,    /* it is not, and will not be; see refusal. The session's last state */
};

struct session {
    LIST_ENTRY(session) bucket;  /* in the exchange's table */
    struct user *user;           /* whose it is, */
    TAILQ_ENTRY(session) member; /* one of whose sessions it is, */
    TAILQ_ENTRY(session) turn;   /* one of whose waiting ones, while waiting is true */
    bool waiting;
    bool is_newcomer; /* it waits to begin a message, not to go on with one */
    size_t reserved;  /* octets for the message under way */

    pid_t pid;
    uid_t uid;  /* the kernel's word on the sender of this message's first bit */
    void *peer; /* how to answer: the owner's handle */

    enum session_state state; /* of the newest message of which a bit has come */
    bool is_invited;          /* another may begin: its sender asked */
    enum reply_code refusal;
    uint16_t nonce; /* of the newest probe */
    struct arq_receiver arq;
    uint64_t base; /* the count before the newest message of which a bit has come */
    struct frame_decoder decoder;
};

/* A session in SESSION_IDLE for messages of limit octets at most; NULL if there is no memory. */
struct session *session_new(pid_t pid, void *peer, size_t limit);
void session_free(struct session *session);

/* Whether the next bit in order may be taken: as one of the message, or as the first of the next.
 */
bool session_takes_bits(const struct session *session);

/* The invited message begins, with the next bit: the last one is forgotten. */
void session_begin(struct session *session);

/*
 * Adds a bit that arq_receiver_take() has just counted. The state tells what it completed:
 * still SESSION_OPEN; SESSION_COMMITTING: session->decoder.message is whole; SESSION_REFUSED.
 */
void session_bit(struct session *session, bool bit);

/* How many bits have been taken of the message that is under way or invited. */
uint64_t session_taken(const struct session *session);

/* The octets of the message under way, its fields too, once its header has told them; 0 before. */
size_t session_length(const struct session *session);

/* Ends the message with a verdict, SESSION_COMMITTED or SESSION_REFUSED, and frees its bytes. */
void session_commit(struct session *session);
void session_refuse(struct session *session, enum reply_code reason);

/* Whether bits of a message have been taken, and it has no verdict yet. */
bool session_is_mid_message(const struct session *session);

/* The answer to the newest probe, as far as the session alone can tell. */
struct reply session_reply(const struct session *session, enum reply_code code);
