/* SPDX-License-Identifier: MIT */
/*
 * session.h - the daemon's state of one sender, and the table of all sessions
 *
 * Rules:
 *   - A sender's first probe to start opens its session. The session lives until its process ends
 *     or until it is evicted.
 *   - A session carries any number of messages one after another. A message that is refused does
 *     not end the session.
 *   - Its count of symbols runs through all of its messages.
 *   - A probe to start only invites the next message. The verdict on the message before stands
 *     until the first bit of the next one is taken, because anybody can forge a probe.
 *
 * Policy:
 *   - Only this module writes a session, except its member, which user.h writes.
 *   - A session owns the octets of its message under way. The peer is the caller's, who opens and
 *     closes it.
 *   - Bits that are held for a missing one may be lost: the sender sends them again.
 *
 * Pure, except for the memory of sessions, of the table and of messages. Nothing here blocks.
 */
#pragma once

#include <sys/queue.h>

#include "protocol/arq.h"
#include "protocol/frame.h"
#include "protocol/user.h"

enum session_state {
    SESSION_IDLE,       /* no message has come yet */
    SESSION_OPEN,       /* some bits of the message have been taken, but not all */
    SESSION_COMMITTING, /* the message is whole, and its commit is under way */
    SESSION_COMMITTED,  /* the message is in the log */
    SESSION_REFUSED,    /* it will never be in the log: see refusal */
};

/*
 * One lost block proves little: a stranger in another PID namespace sends signals without a sender,
 * too, and a limit of pending signals may be reached for a moment only.
 */
#define SESSION_LOST_BLOCKS 3

struct session {
    LIST_ENTRY(session) bucket; /* in the table */
    struct member member;       /* the session as a member of its user */

    pid_t pid;
    uid_t uid;  /* user of the first bit of the newest message, as the kernel attests */
    void *peer; /* the caller's handle of the process */

    enum session_state state; /* of the newest message of which a bit was taken */
    uint64_t turn_time; /* for which the message that is invited or under way had the turn, ns */
    bool is_invited;    /* the next message may begin: its sender has sent a probe to start */
    enum reply_code refusal; /* SESSION_REFUSED: the reason */
    uint16_t nonce;          /* of the newest probe */
    struct arq_receiver arq; /* counts all symbols of the session */
    uint64_t base;           /* the count at the first bit of the newest message */
    bool is_stripped;        /* since the newest probe: see session_note_stripped() */
    unsigned lost_blocks;    /* resumes in a row that found a block lost without its sender */
    struct frame_decoder decoder;
};

/*@ // No message is open or whole while the next one is invited. Without a message, no octets are
    // kept.
    predicate session_is_sound(struct session s) = s.base <= s.arq.count &&
      (s.is_invited ==> s.state != SESSION_OPEN && s.state != SESSION_COMMITTING) &&
      (s.state != SESSION_OPEN && s.state != SESSION_COMMITTING ==>
        s.decoder.message.bytes == \null);
    predicate session_may_take(struct session s) = s.state == SESSION_OPEN || s.is_invited;
    logic integer session_count(struct session s) = s.is_invited ? 0 : s.arq.count - s.base;
    // The frame has a block where the next symbol is. A message begins with bits.
    predicate session_is_at_block(struct session s) =
      !s.is_invited && s.decoder.block > 0 && s.decoder.part == PART_CONTENT; */

/*
 * Returns a new session in SESSION_IDLE, or NULL if out of memory. limit is the greatest payload in
 * octets. uid is the real user ID of the process; the first bit of each message replaces it by the
 * user ID that the kernel attests for that bit.
 */
struct session *session_new(pid_t pid, uid_t uid, void *peer, size_t limit);

/* Frees a session, or does nothing for NULL. The session must have left its user. */
void session_free(struct session *session);

/* Returns the session that a member is part of; NULL for NULL. */
struct session *session_of(struct member *member);

/*
 * Notes a probe of the sender. Every reply carries its nonce from now on. Bits that are held for a
 * missing one are forgotten: the sender will send them again.
 */
/*@ requires \valid(session);
    assigns session->nonce, session->arq.held[0 .. 1];
    ensures session->nonce == nonce && !session->arq.held[0] && !session->arq.held[1]; */
void session_ask(struct session *session, uint16_t nonce);

/* Lets the next message begin. The session is not mid-message. */
/*@ requires \valid(session);
    requires session->state != SESSION_OPEN && session->state != SESSION_COMMITTING;
    assigns session->is_invited, session->turn_time;
    ensures session->is_invited;
    ensures session->turn_time == (\old(session->is_invited) ? \old(session->turn_time) : 0); */
void session_invite(struct session *session);

/* Takes the invitation back. */
/*@ requires \valid(session);
    assigns session->is_invited;
    ensures !session->is_invited; */
void session_uninvite(struct session *session);

/*
 * Returns true if the next symbol in order may be taken: as one of the message under way, or as the
 * first bit of the next message.
 */
/*@ requires \valid_read(session);
    assigns \nothing;
    ensures \result <==> session->state == SESSION_OPEN || session->is_invited; */
bool session_takes_symbols(const struct session *session);

/*
 * Returns true if the next symbol in order is a block. The one after it can be of the other kind.
 */
/*@ requires \valid_read(session);
    assigns \nothing;
    ensures \result <==> session_may_take(*session) && session_is_at_block(*session); */
bool session_expects_block(const struct session *session);

/*
 * Holds a symbol that came on a lane until it is the next in order. session_takes_symbols() is
 * true.
 */
/*@ requires \valid(session) && lane < LANES;
    requires session->state == SESSION_OPEN || session->is_invited;
    assigns session->arq.held[0 .. 1], session->arq.symbol[0 .. 1];
    ensures lane == LANE_THREAD ==>
      session->arq.held[0] && session->arq.held[1] == \old(session->arq.held[1]) &&
      session->arq.symbol[0] == symbol && session->arq.symbol[1] == \old(session->arq.symbol[1]);
    ensures lane == LANE_PROCESS ==>
      session->arq.held[1] && session->arq.held[0] == \old(session->arq.held[0]) &&
      session->arq.symbol[1] == symbol && session->arq.symbol[0] == \old(session->arq.symbol[0]); */
void session_hold(struct session *session, enum lane lane, struct symbol symbol);

/* Returns the index in its message of a symbol that comes on this lane now. */
/*@ requires \valid_read(session) && session->base <= session->arq.count < UINT64_MAX;
    requires lane < LANES;
    assigns \nothing;
    ensures session_count(*session) <= \result <= session_count(*session) + 1;
    ensures (session->arq.count + \result - session_count(*session)) % LANES == lane; */
uint64_t session_index_on(const struct session *session, enum lane lane);

/*
 * Returns true if the next symbol in order is held and may be taken, and stores it in *ret. Forgets
 * a symbol that is not of the kind that the frame has there.
 */
/*@ requires \valid(session) && session->base <= session->arq.count;
    requires \valid(ret) && \separated(session, ret);
    assigns session->arq.held[0 .. 1], *ret;
    ensures \result ==> session_may_take(*session) && ret->index == session_count(*session);
    ensures \result ==> (ret->symbol.kind == SYMBOL_BLOCK <==> session_is_at_block(*session));
    ensures session->arq.count % LANES == LANE_THREAD ==>
      session->arq.held[1] == \old(session->arq.held[1]) &&
      (session_may_take(*session) ==> (\result <==> session->arq.held[0])) &&
      (\result ==> \old(session->arq.held[0]) && ret->lane == LANE_THREAD &&
        ret->symbol == session->arq.symbol[0]);
    ensures session->arq.count % LANES == LANE_PROCESS ==>
      session->arq.held[0] == \old(session->arq.held[0]) &&
      (session_may_take(*session) ==> (\result <==> session->arq.held[1])) &&
      (\result ==> \old(session->arq.held[1]) && ret->lane == LANE_PROCESS &&
        ret->symbol == session->arq.symbol[1]); */
bool session_next(struct session *session, struct arq_symbol *ret);

/* Notes a signal without its sender. If a block is expected, it may have been that block. */
/*@ requires \valid(session);
    assigns session->is_stripped;
    ensures session->is_stripped <==> \old(session->is_stripped) ||
      (session_may_take(*session) && session_is_at_block(*session)); */
void session_note_stripped(struct session *session);

/*
 * Notes that the sender asks to resume the message that is under way. Returns true if its blocks do
 * not arrive: this is resume number SESSION_LOST_BLOCKS in a row before which a signal came without
 * its sender, and no symbol.
 */
/*@ requires \valid(session) && session->lost_blocks < SESSION_LOST_BLOCKS;
    assigns session->lost_blocks, session->is_stripped;
    ensures !session->is_stripped;
    ensures session->lost_blocks ==
      (\old(session->is_stripped) ? \old(session->lost_blocks) + 1 : 0);
    ensures \result <==> session->lost_blocks == SESSION_LOST_BLOCKS; */
bool session_loses_blocks(struct session *session);

/*
 * Takes the symbol that session_next() has returned. uid is the user who sent it if it is a bit, as
 * the kernel attests. The first bit of an invited message begins that message, and the message
 * before is forgotten. The state is then one of these:
 *   SESSION_OPEN        more symbols are to come
 *   SESSION_COMMITTING  the message is whole: call session_take_message()
 *   SESSION_REFUSED     the message is invalid, too large, or out of memory
 */
/*@ requires \valid(session) && session_is_sound(*session) && session_may_take(*session);
    requires session->arq.held[session->arq.count % LANES] && session->arq.count < UINT64_MAX;
    assigns session->is_invited, session->state, session->base, session->uid, session->refusal;
    assigns session->is_stripped, session->lost_blocks, session->decoder;
    assigns session->arq.count, session->arq.held[0 .. 1];
    ensures session_is_sound(*session) && !session->is_invited;
    ensures session->arq.count == \old(session->arq.count) + 1;
    ensures session->base == \old(session->is_invited ? session->arq.count : session->base);
    ensures session->uid == (\old(session->is_invited) ? uid : \old(session->uid));
    ensures session->state == SESSION_OPEN || session->state == SESSION_COMMITTING ||
      (session->state == SESSION_REFUSED && arq_is_lasting(session->refusal) &&
        session->refusal != REPLY_COMMITTED);
    ensures session->state != SESSION_REFUSED ==> session->refusal == \old(session->refusal);
    ensures \old(session->arq.count) % LANES == LANE_THREAD ==> !session->arq.held[0] &&
      (session->state != SESSION_REFUSED ==>
        session->arq.held[1] == \old(session->arq.held[1]));
    ensures \old(session->arq.count) % LANES == LANE_PROCESS ==> !session->arq.held[1] &&
      (session->state != SESSION_REFUSED ==>
        session->arq.held[0] == \old(session->arq.held[0]));
    ensures session->state == SESSION_REFUSED ==>
      !session->arq.held[0] && !session->arq.held[1];
    ensures !session->is_stripped && session->lost_blocks == 0; */
void session_take(struct session *session, uid_t uid);

/*
 * Returns the whole message. The state must be SESSION_COMMITTING, and this works once for each
 * message: its bytes are the caller's from now on, to be freed with free(3).
 */
/*@ requires \valid(session) && session->state == SESSION_COMMITTING;
    assigns session->decoder.message.bytes;
    ensures \result == \old(session->decoder.message);
    ensures session->decoder.message.bytes == \null; */
struct message session_take_message(struct session *session);

/* Returns how many symbols were taken of the newest message, or 0 if the next one is invited. */
/*@ requires \valid_read(session) && session->base <= session->arq.count;
    assigns \nothing;
    ensures \result == (session->is_invited ? 0 : session->arq.count - session->base); */
uint64_t session_taken(const struct session *session);

/*
 * Returns the length of the message under way, payload and fields together, in octets; 0 until its
 * header has been received.
 */
/*@ requires \valid_read(session);
    assigns \nothing; */
size_t session_length(const struct session *session);

/* Ends the message as SESSION_COMMITTED, and frees its bytes. The state is SESSION_COMMITTING. */
/*@ requires \valid(session) && session->state == SESSION_COMMITTING;
    assigns session->state, session->arq.held[0 .. 1], session->decoder;
    ensures session->state == SESSION_COMMITTED && session->decoder.message.bytes == \null;
    ensures !session->arq.held[0] && !session->arq.held[1]; */
void session_commit(struct session *session);

/*
 * Ends the message as SESSION_REFUSED, and frees its bytes. reason is a refusal:
 * REPLY_FIRST_REFUSAL to REPLY_LAST.
 */
/*@ requires \valid(session) && REPLY_FIRST_REFUSAL <= reason <= REPLY_LAST;
    assigns session->state, session->refusal, session->arq.held[0 .. 1], session->decoder;
    ensures session->state == SESSION_REFUSED && session->refusal == reason;
    ensures session->decoder.message.bytes == \null;
    ensures !session->arq.held[0] && !session->arq.held[1]; */
void session_refuse(struct session *session, enum reply_code reason);

/* Returns true if symbols of a message have been taken and the message has no verdict yet. */
/*@ requires \valid_read(session);
    assigns \nothing;
    ensures \result <==>
      session->state == SESSION_COMMITTING || session->state == SESSION_OPEN; */
bool session_is_mid_message(const struct session *session);

/* Returns the reply with this code to the newest probe: with the session's count and nonce. */
/*@ requires \valid_read(session);
    assigns \nothing;
    ensures \result.code == code && \result.nonce == session->nonce;
    ensures \result.count == session->arq.count % WORD_COUNT_MODULUS; */
struct reply session_reply(const struct session *session, enum reply_code code);

/* ---- the table, by PID ---- */

LIST_HEAD(session_list, session);

struct sessions {
    struct session_list *buckets; /* an array of limit lists */
    unsigned limit;               /* sessions at most, > 0 */
    unsigned count;               /* sessions in the table */
};

/* Makes an empty table for limit sessions, > 0. Returns 0 or -ENOMEM. */
int sessions_init(struct sessions *sessions, unsigned limit);

/* Frees the table, which must be empty. */
void sessions_done(struct sessions *sessions);

/* Returns the session of the process with this PID, or NULL. */
struct session *sessions_find(const struct sessions *sessions, pid_t pid);

/*
 * Adds a session. The table must not be full, and must have no session with the same PID. The
 * session stays the caller's to free.
 */
void sessions_add(struct sessions *sessions, struct session *session);

/* Takes a session out of the table. It must be in it. */
void sessions_remove(struct sessions *sessions, struct session *session);

/* Calls a function for every session. The function may remove that session from the table. */
void sessions_for_each(const struct sessions *sessions,
                       void (*call)(void *owner, struct session *session), void *owner);
