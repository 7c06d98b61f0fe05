/* SPDX-License-Identifier: MIT */
/*
 * session.h - one sender, as the daemon knows it, and the table of all of them
 *
 * A session is opened by a sender's first probe, lives until its process ends, and carries any
 * number of messages one after another, up to the first that is refused. Its count of bits runs
 * through all of them.
 *
 * Anybody can ask in a sender's name whether a message may begin. So the probe changes nothing of
 * what is known of the message before: its verdict stands until a bit of the next one comes.
 *
 * Policy: only this module writes a session, but for its member, which user.h writes. Pure: the
 * peer is the caller's business.
 */
#pragma once

#include <sys/queue.h>

#include "protocol/arq.h"
#include "protocol/frame.h"
#include "protocol/user.h"

enum session_state {
    SESSION_IDLE,       /* no message has come yet */
    SESSION_OPEN,       /* bits of a message have come, and more are to */
    SESSION_COMMITTING, /* it is whole, and its way into the log has begun */
    SESSION_COMMITTED,  /* it is in the log */
    SESSION_REFUSED,    /* it is not, and will not be; see refusal. The session's last state */
};

struct session {
    LIST_ENTRY(session) bucket; /* in the table */
    struct member member;       /* of its user */

    pid_t pid;
    uid_t uid;  /* the kernel's word on the sender of this message's first bit */
    void *peer; /* the other end: the owner's handle */

    enum session_state state; /* of the newest message of which a bit has come */
    bool is_invited;          /* another may begin: its sender asked */
    enum reply_code refusal;  /* SESSION_REFUSED: why */
    uint16_t nonce;           /* of the newest probe */
    struct arq_receiver arq;  /* counts all bits of the session */
    uint64_t base;            /* the count at the first bit of the newest message */
    struct frame_decoder decoder;
};

/*
 * A session in SESSION_IDLE for messages of limit octets at most; NULL if there is no memory. The
 * user is that of the process; the kernel's word on each message's first bit follows.
 */
struct session *session_new(pid_t pid, uid_t uid, void *peer, size_t limit);
void session_free(struct session *session);

/* The session that a member belongs to; NULL of NULL. */
struct session *session_of(struct member *member);

/*
 * Its sender sent a probe with this nonce, which every reply carries from now on. Bits that are
 * held for a missing one are forgotten: the sender will send them again.
 */
void session_ask(struct session *session, uint16_t nonce);

/* Lets the next message begin, or takes that back. */
void session_invite(struct session *session);
void session_uninvite(struct session *session);

/* Whether the next bit in order may be taken: as one of the message, or as the first of the next.
 */
bool session_takes_bits(const struct session *session);

/* Holds a bit that came on a lane until it is the next in order. */
void session_hold(struct session *session, enum lane lane, bool bit);

/* The index in its message that a bit on this lane would have if it came now. */
uint64_t session_index_on(const struct session *session, enum lane lane);

/* The next bit in order, if it is here and may be taken: true, with what it is. */
bool session_next(const struct session *session, struct arq_bit *ret);

/*
 * Takes the bit that session_next() told, sent by this user. If it is the first of an invited
 * message, that begins and the one before is forgotten. The state tells what the bit completed:
 * still SESSION_OPEN; SESSION_COMMITTING: session_take_message() has it; SESSION_REFUSED.
 */
void session_take(struct session *session, uid_t uid);

/* The whole message, in SESSION_COMMITTING, once: its bytes are the caller's from now on. */
struct message session_take_message(struct session *session);

/* How many bits have been taken of the message that is under way or invited. */
uint64_t session_taken(const struct session *session);

/* The octets of the message under way, its fields too, once its header has told them; 0 before. */
size_t session_length(const struct session *session);

/* Ends the message with a verdict, SESSION_COMMITTED or SESSION_REFUSED, and frees its bytes. */
void session_commit(struct session *session);
void session_refuse(struct session *session, enum reply_code reason);

/* Whether bits of a message have been taken, and it has no verdict yet. */
bool session_is_mid_message(const struct session *session);

/* The reply to the newest probe, as far as the session alone can tell. */
struct reply session_reply(const struct session *session, enum reply_code code);

/* ---- the table, by PID ---- */

LIST_HEAD(session_list, session);

struct sessions {
    struct session_list *buckets; /* limit of them */
    unsigned limit;               /* sessions at most, > 0 */
    unsigned count;
};

/* An empty table: 0 or -ENOMEM. */
int sessions_init(struct sessions *sessions, unsigned limit);

/* Frees the table, which must be empty. */
void sessions_done(struct sessions *sessions);

struct session *sessions_find(const struct sessions *sessions, pid_t pid);

/* Adds a session where there is none with its PID and fewer than the limit; or takes one out. */
void sessions_add(struct sessions *sessions, struct session *session);
void sessions_remove(struct sessions *sessions, struct session *session);

/* Calls a function for every session, which it may remove. */
void sessions_for_each(const struct sessions *sessions,
                       void (*call)(void *owner, struct session *session), void *owner);
