/* SPDX-License-Identifier: MIT */
/*
 * exchange-contracts.h - what the proof of exchange.c assumes and shows, beyond the headers
 *
 * Global variables keep account of what the exchange does to the outer world. The functions of the
 * owner, op_NAME(), have the contracts that they owe.
 */
#pragma once

#include <errno.h>

#include "protocol/exchange.h"

/* The signal that the owner has taken, if it has found one pending. */
extern bool is_taken;
extern struct lane_signal taken;
extern bool is_noted; /* the barrier was told of it */

/* The word that the barrier has released. */
extern pid_t released_pid;
extern uint32_t released_word;
extern unsigned again; /* words that were held again since release_words() began */
extern bool is_opened; /* a session was opened since the newest word was released */

/* The peer that was opened last, and its process. */
extern const void *opened_peer;
extern pid_t opened_pid;

extern const void *alive; /* a peer whose process was found alive since the word was released */
extern const void *gone;  /* the peer whose process has ended, as was found last */

/* The word that went out last, and to whom. */
extern const void *told_peer;
extern uint32_t told_word;

/* The peer to which an ack went out for a symbol that was not taken yet; NULL: there is none. */
extern const void *acked_peer;
extern struct arq_symbol acked;

/* The newest message that is whole. */
extern enum {
    LOG_IDLE,      /* it was refused, or there is none */
    LOG_WHOLE,     /* it was not given to the log yet */
    LOG_UNDER_WAY, /* the log works on it */
    LOG_DONE,      /* it is in the log */
    LOG_FAILED,    /* it is not in the log and will not be */
} log_state;
extern struct message whole; /* LOG_WHOLE: that message, after session_take_message() */

/* The lists of user.h: a member is queued; the session that users_next() has returned. */
extern bool has_queue;
extern struct session *dequeued;

/*@ // The session that a member is part of, by session_of().
    axiomatic members { logic struct session *session_at(struct member *member); } */

/* What a turn, and what the end of a session changes. */
#define TURN ex->runner, ex->granted_at, ex->heard_at, ex->is_heard, ex->repeat_go_at
#define TABLES ex->sessions.count, USERS, COUNTS, ex->committer, has_queue, dequeued, SENT
#define USERS ex->users.young, ex->users.idle, ex->users.reserved
#define COUNTS ex->counts.refused, ex->counts.limited, ex->counts.lost, ex->counts.senders
/* What a word that goes out changes. */
#define SENT gone, told_peer, told_word
/* What a verdict changes, and what the end of an invitation changes. */
#define MESSAGE s->state, s->refusal, s->arq.held[0..1], s->decoder

/*@ predicate is_refusal(integer code) = REPLY_FIRST_REFUSAL <= code <= REPLY_LAST;
    predicate mid_message(struct session *s) =
      s->state == SESSION_OPEN || s->state == SESSION_COMMITTING;
    // No symbol is held that could be taken.
    predicate is_quiet(struct session *s) =
      session_may_take(s) ==> !s->arq.held[s->arq.count % LANES];
    predicate is_session(struct session *s) = session_is_sound(s) &&
      SESSION_IDLE <= s->state <= SESSION_REFUSED && \valid_read(s->member.user) &&
      (s->state == SESSION_REFUSED ==> is_refusal(s->refusal));
    // A session of the exchange.
    predicate is_of(struct exchange *ex, struct session *s) =
      is_session(s) && is_quiet(s) && \separated(ex, s) &&
      (s->state == SESSION_COMMITTING ==> ex->committing && s == ex->committer) &&
      (s->state == SESSION_OPEN ==> s->lost_blocks < SESSION_LOST_BLOCKS);
    predicate is_apart(struct exchange *ex, struct session *s) =
      ex->runner != \null && ex->runner != s ==> \separated(ex->runner, s);
    // Only one message is logged at a time, and its sender keeps the turn.
    predicate is_committing(struct exchange *ex) =
      ex->committing ?
        log_state == LOG_UNDER_WAY && ex->runner == ex->committer &&
        (ex->runner != \null ==> ex->runner->state == SESSION_COMMITTING) :
        log_state != LOG_UNDER_WAY && log_state != LOG_WHOLE && ex->committer == \null;
    // The runner may send, or its message is being logged.
    predicate is_exchange_but(struct exchange *ex, struct session *s) =
      \valid(ex) && is_committing(ex) &&
      (ex->runner != \null && ex->runner != s ==> is_of(ex, ex->runner) &&
        (session_may_take(ex->runner) || ex->committing));
    predicate is_exchange(struct exchange *ex) = is_exchange_but(ex, \null);
    // The next turn can be given.
    predicate is_between_turns(struct exchange *ex) = \valid(ex) && ex->committer == \null &&
      (ex->committing <==> log_state == LOG_UNDER_WAY) && log_state != LOG_WHOLE;
    // The signal may be a symbol of this session.
    predicate is_from(struct session *s, integer kind, integer pid, integer lane,
                      integer number) =
      pid == s->pid && lane < LANES && (kind == SIGNAL_PLAIN || (kind == SIGNAL_BLOCK &&
        session_count(s) <= number <= session_count(s) + 1 &&
        (s->arq.count + number - session_count(s)) % LANES == lane));
    predicate is_symbol(integer symbol, integer value, integer kind, integer bit, integer block) =
      kind == SIGNAL_PLAIN ? symbol == SYMBOL_BIT && value == bit :
        symbol == SYMBOL_BLOCK && value == block;
    predicate is_taken_signal(struct lane_signal *signal) = is_taken &&
      taken.kind == signal->kind && taken.lane == signal->lane && taken.bit == signal->bit &&
      taken.pid == signal->pid && taken.uid == signal->uid && taken.block == signal->block &&
      taken.number == signal->number;
    // The word that went out last is a reply of this session with this code.
    predicate is_told(struct session *s, integer code) = told_peer == s->peer &&
      told_word == reply_word(code, s->arq.count % WORD_COUNT_MODULUS, s->nonce);
    // The word that was released is this probe, of this session.
    predicate asks(struct session *s, integer ask) =
      s->pid == released_pid && s->peer == alive && !is_opened &&
      \exists integer nonce; released_word == probe_word(ask, nonce);
    predicate same_session{L, M}(struct session *s) =
      \at(s->state, L) == \at(s->state, M) && \at(s->is_invited, L) == \at(s->is_invited, M) &&
      \at(s->refusal, L) == \at(s->refusal, M) && \at(s->base, L) == \at(s->base, M) &&
      \at(s->pid, L) == \at(s->pid, M) && \at(s->peer, L) == \at(s->peer, M) &&
      \at(s->arq.count, L) == \at(s->arq.count, M) &&
      \at(s->lost_blocks, L) == \at(s->lost_blocks, M);
    predicate same_signal{L, M} = \at(is_taken, L) == \at(is_taken, M) &&
      \at(taken, L) == \at(taken, M) && \at(is_noted, L) == \at(is_noted, M);
    predicate same_word{L, M}(struct exchange *ex) = same_signal{L, M} &&
      \at(released_pid, L) == \at(released_pid, M) &&
      \at(released_word, L) == \at(released_word, M) &&
      \at(is_opened, L) == \at(is_opened, M) && \at(again, L) == \at(again, M) &&
      \at(ex->stopping, L) == \at(ex->stopping, M) &&
      \at(ex->barrier.count, L) == \at(ex->barrier.count, M);
    predicate same_peer{L, M} = \at(opened_peer, L) == \at(opened_peer, M) &&
      \at(opened_pid, L) == \at(opened_pid, M);
    predicate may_release(integer empty) = empty == 0 ? is_noted : !is_taken;
    // The first bit of a message is that of the signal.
    predicate begins_with_taken(struct session *s, integer uid) =
      \let lane = s->arq.count % LANES;
      s->is_invited && s->arq.held[lane] && s->arq.symbol[lane].kind != SYMBOL_BLOCK ==>
        taken.kind == SIGNAL_PLAIN && uid == taken.uid && s->pid == taken.pid &&
        s->arq.symbol[lane].value == taken.bit; */

/*
 * The same predicates, one clause for each part: provers find that easier. The first argument is
 * 'ensures' or 'requires', with a condition if need be.
 */
#define IS_SESSION(clause, s)                                                                      \
    clause \valid(s) && \valid_read(s->member.user);                                              \
    clause s->base <= s->arq.count;                                                                \
    clause s->is_invited ==> !mid_message(s);                                                      \
    clause !mid_message(s) ==> s->decoder.message.bytes == \null;                                  \
    clause SESSION_IDLE <= s->state <= SESSION_REFUSED;                                            \
    clause s->state == SESSION_REFUSED ==> is_refusal(s->refusal);
#define IS_OF(clause, ex, s)                                                                       \
    IS_SESSION(clause, s)                                                                          \
    clause is_quiet(s) && \separated(ex, s);                                                       \
    clause s->state == SESSION_COMMITTING ==> ex->committing && s == ex->committer;                \
    clause s->state == SESSION_OPEN ==> s->lost_blocks < SESSION_LOST_BLOCKS;
#define IS_EXCHANGE(clause, ex)                                                                    \
    clause \valid(ex) && is_committing(ex);                                                        \
    clause ex->runner != \null ==> is_of(ex, ex->runner);                                          \
    clause ex->runner != \null ==> session_may_take(ex->runner) || ex->committing;

#define IS_FROM(s, signal) is_from(s, signal.kind, signal.pid, signal.lane, signal.number)
#define IS_SYMBOL(symbol, signal)                                                                  \
    is_symbol(symbol.kind, symbol.value, signal.kind, signal.bit, signal.block)

/* ---- the owner ---- */

/*@ requires \valid(ret_peer);
    assigns *ret_peer, opened_peer, opened_pid;
    ensures \result <= EXCHANGE_NO_ROOM;
    ensures \result >= 0 ==> *ret_peer == opened_peer && opened_pid == pid; */
int op_open(struct exchange *ex, void *owner, pid_t pid, void **ret_peer);
/*@ assigns \nothing; */
void op_close(struct exchange *ex, void *owner, void *peer);
/*@ assigns \nothing; */
uid_t op_user(struct exchange *ex, void *owner, const void *peer);
/*@ assigns \nothing; */
uid_t op_account(struct exchange *ex, void *owner, const void *peer);
/*@ assigns alive, gone;
    ensures \result ==> alive == \null && gone == peer;
    ensures !\result ==> alive == peer && gone == \null; */
bool op_ended(struct exchange *ex, void *owner, const void *peer);
/* An ack goes to the runner only. */
/*@ requires \valid_read(symbol);
    requires ex->runner != \null && peer == ex->runner->peer;
    requires acked_peer == \null;
    assigns acked_peer, acked, gone;
    ensures \result <= 0;
    ensures \result == 0 ==> acked_peer == peer && acked == *symbol && gone == \old(gone);
    ensures \result < 0 ==> acked_peer == \null && gone == peer; */
int op_send_ack(struct exchange *ex, void *owner, void *peer, const struct arq_symbol *symbol);
/*@ assigns SENT;
    ensures told_peer == peer && told_word == word;
    ensures \result <= 0;
    ensures \result == 0 ==> gone == \old(gone);
    ensures \result < 0 ==> gone == peer; */
int op_send_word(struct exchange *ex, void *owner, void *peer, uint32_t word);
/*
 * The peer that was opened for the probe is told why it gets no session. The reply has the nonce of
 * the probe that was released.
 */
/*@ requires peer == opened_peer && opened_pid == released_pid && reply.count == 0;
    requires reply.code == REPLY_FORGOTTEN || reply.code == REPLY_STOPPING ||
      reply.code == REPLY_BUSY;
    requires released_word == probe_word(reply.code == REPLY_FORGOTTEN ? ASK_RESUME : ASK_START,
                                         reply.nonce);
    requires reply.code != REPLY_FORGOTTEN ==> (reply.code == REPLY_STOPPING <==> ex->stopping);
    assigns SENT; */
void op_refuse_probe(struct exchange *ex, void *owner, void *peer, struct reply reply);
/* A message is given to the log once, while nothing else is, with its sender. */
/*@ requires \valid_read(from) && \valid(message);
    requires log_state == LOG_WHOLE && *message == whole;
    requires ex->committing && ex->committer != \null && ex->committer == ex->runner;
    requires ex->committer->state == SESSION_COMMITTING && peer == ex->committer->peer;
    requires from->pid == ex->committer->pid && from->uid == ex->committer->uid;
    assigns log_state, *message;
    ensures log_state == (\result == 0 ? LOG_DONE :
      \result == -EINPROGRESS ? LOG_UNDER_WAY : LOG_FAILED); */
int op_commit(struct exchange *ex, void *owner, void *peer, const struct credentials *from,
              struct message *message);
/*@ requires \valid_read(from);
    assigns \nothing; */
void op_limited(struct exchange *ex, void *owner, const struct credentials *from);
/*@ requires \valid_read(from);
    assigns \nothing; */
void op_refused(struct exchange *ex, void *owner, const struct credentials *from,
                enum reply_code reason);
/*@ requires \valid_read(from);
    assigns \nothing; */
void op_lost(struct exchange *ex, void *owner, const struct credentials *from, size_t bytes);

/* ---- session.h: what the exchange owes, beyond the header ---- */

/*@ requires peer == opened_peer && pid == opened_pid;
    assigns \nothing;
    ensures \result != \null ==> \valid(\result) && \separated(ex, \result) &&
      (ex->runner != \null ==> \separated(ex->runner, \result)) &&
      \valid_read(\result->member.user) && !\result->arq.held[0] && !\result->arq.held[1] &&
      \result->pid == pid && \result->peer == peer && \result->state == SESSION_IDLE &&
      !\result->is_invited && \result->base == 0 && \result->arq.count == 0 &&
      \result->decoder.message.bytes == \null; */
struct session *seen_new(const struct exchange *ex, pid_t pid, uid_t uid, void *peer, size_t limit);
/*@ assigns \nothing; */
void session_free(struct session *session);
/*@ assigns \nothing;
    ensures member == \null ? \result == \null : \result == session_at(member); */
struct session *session_of(struct member *member);

/* A probe is noted only if it was released, for the process that the session is of, alive. */
/*@ requires alive: session->pid == released_pid && session->peer == alive;
    requires \exists integer ask; released_word == probe_word(ask, nonce);
    assigns \nothing; */
void session_ask(struct session *session, uint16_t nonce);

/*
 * A message is invited only by a probe to start, of the process, that the barrier has released
 * since the session was opened.
 */
/*@ requires asks(session, ASK_START);
    assigns \nothing; */
void session_invite(struct session *session);

/* The symbol is that of the signal, which is from the session's process as far as anyone can tell.
 */
/*@ requires is_noted && IS_FROM(session, taken);
    requires lane == taken.lane && IS_SYMBOL(symbol, taken);
    assigns \nothing; */
void session_hold(struct session *session, enum lane lane, struct symbol symbol);

/*
 * A session takes fewer than 2^64 symbols. Only session_refuse() sets the reason for a refusal, and
 * asks for a valid one.
 */
/*@ assigns \nothing;
    ensures session->arq.count < UINT64_MAX;
    ensures session->state == SESSION_REFUSED ==> is_refusal(session->refusal); */
bool session_next(struct session *session, struct arq_symbol *ret);

/*
 * A symbol is taken only after its ack went out to the session's process. The first one is a bit of
 * a signal whose sender the kernel names, and the message gets its user.
 */
/*@ requires acked: acked_peer == session->peer && acked.index == session_count(session);
    requires acked.lane == session->arq.count % LANES;
    requires acked.symbol == session->arq.symbol[acked.lane];
    requires session->is_invited ==> taken.kind == SIGNAL_PLAIN && uid == taken.uid &&
      session->pid == taken.pid && acked.symbol.value == taken.bit;
    requires log_state != LOG_WHOLE && log_state != LOG_UNDER_WAY;
    assigns acked_peer, log_state;
    ensures acked_peer == \null;
    ensures log_state == (session->state == SESSION_COMMITTING ? LOG_WHOLE : \old(log_state)); */
void session_take(struct session *session, uid_t uid);

/* Only a signal without a sender counts as one that may have been a block. */
/*@ requires taken.kind == SIGNAL_NOISE && taken.pid == 0;
    assigns \nothing; */
void session_note_stripped(struct session *session);

/*@ requires log_state == LOG_WHOLE;
    assigns whole;
    ensures whole == \result; */
struct message session_take_message(struct session *session);

/* Only a message that is in the log is confirmed. */
/*@ requires log_state == LOG_DONE;
    assigns log_state;
    ensures log_state == LOG_IDLE; */
void session_commit(struct session *session);

/* A message that is or may come to be in the log is not refused. */
/*@ requires session->state == SESSION_COMMITTING ==>
      log_state == LOG_WHOLE || log_state == LOG_FAILED;
    assigns log_state;
    ensures log_state ==
      (\old(session->state) == SESSION_COMMITTING ? LOG_IDLE : \old(log_state)); */
void session_refuse(struct session *session, enum reply_code reason);

/*@ requires session->state == SESSION_IDLE && !session->is_invited;
    assigns sessions->count, is_opened;
    ensures is_opened; */
void sessions_add(struct sessions *sessions, struct session *session);
/*@ assigns sessions->count; */
void sessions_remove(struct sessions *sessions, struct session *session);
/*@ assigns \nothing;
    ensures \result == \null ||
      (is_of(ex, \result) && is_apart(ex, \result) && \result->pid == pid); */
struct session *seen_find(const struct exchange *ex, pid_t pid);

/*@ requires \valid_read(decoder);
    assigns \nothing; */
size_t seen_received(const struct frame_decoder *decoder);

/* ---- user.h: members are not looked at, but for their users and their reserved octets ---- */

/*@ assigns users->young, users->idle, users->reserved; */
bool users_join(struct users *users, uint64_t now, uid_t account, struct member *member);
/*@ assigns users->young, users->idle, users->reserved, has_queue; */
void users_leave(struct users *users, uint64_t now, struct member *member);
/*@ assigns \nothing; */
void users_asked(struct member *member);
/*@ assigns users->young, users->idle, users->reserved; */
void users_set_idle(struct users *users, struct member *member, bool is_idle);
/*@ assigns users->young, users->idle, users->reserved, has_queue;
    ensures has_queue; */
void users_enqueue(struct users *users, struct member *member, bool is_young);
/*@ assigns users->young, users->idle, users->reserved, has_queue; */
void users_dequeue(struct users *users, struct member *member);
/*@ assigns \nothing;
    ensures \result == has_queue; */
bool users_have_queued(const struct users *users);
/*@ assigns users->young, users->idle, users->reserved; */
void users_release(struct users *users, struct member *member);
/*@ assigns \nothing; */
void users_begin_message(const struct users *users, uint64_t now, struct member *member);
/*@ assigns \nothing; */
bool users_may_begin(const struct users *users, uint64_t now, const struct member *member);
/*@ assigns \nothing; */
bool users_report_limit(struct member *member);

/*@ assigns users->young, users->idle, users->reserved; */
void users_reserve(struct users *users, struct member *member, size_t octets);
/*@ assigns \nothing; */
unsigned users_sessions(const struct users *users, uid_t account);
/*@ assigns \nothing;
    ensures \result == \null || \valid_read(\result); */
struct user *users_with_most_sessions(const struct users *users);
/*@ assigns \nothing;
    ensures \valid_read(\result); */
struct user *users_with_most_room(const struct users *users);
/*@ assigns \nothing;
    ensures users->idle > 0 ==> \valid_read(\result); */
struct user *users_with_most_idle(const struct users *users);
/*
 * The first member of a user, and the one behind another, which TAILQ_FOREACH() goes through. A
 * member is part of a session. While that session is idle, no message of it is logged.
 */
/*@ predicate is_member(struct exchange *ex, struct member *member) =
      member == \null || (\let s = session_at(member); member == &s->member &&
        is_of(ex, s) && is_apart(ex, s) && (member->is_idle ==> s->state != SESSION_COMMITTING)); */
/*@ requires \valid_read(user);
    assigns \nothing;
    ensures is_member(ex, \result) && (\result != \null ==> \result->user == user); */
struct member *seen_first(const struct exchange *ex, const struct user *user);
/*@ requires \valid_read(member);
    assigns \nothing;
    ensures is_member(ex, \result) && (\result != \null ==> \result->user == member->user); */
struct member *seen_after(const struct exchange *ex, const struct member *member);

/* A session that waits for a turn may send. */
/*@ assigns USERS, has_queue, dequeued;
    ensures \result == \null ? dequeued == \null : dequeued == session_at(\result);
    ensures dequeued != \null ==> is_of(ex, dequeued) && session_may_take(dequeued); */
struct member *seen_next(struct exchange *ex);
/*@ requires !has_queue || s == dequeued;
    assigns \nothing;
    ensures !\result; */
bool seen_is_queued(const struct session *s);

/* ---- barrier.h ---- */

/* Each signal is told to the barrier, once. */
/*@ requires is_taken_signal(signal) && !is_noted;
    assigns ex->barrier.count, is_noted;
    ensures is_noted; */
void seen_note(struct exchange *ex, const struct lane_signal *signal);

/* The probe that opens a session goes behind the barrier once more. */
/*@ requires is_opened && pid == released_pid && word == released_word;
    assigns ex->barrier.count, again;
    ensures ex->barrier.count == \old(ex->barrier.count) + 1 && again == \old(again) + 1; */
void seen_hold(struct exchange *ex, pid_t pid, uint32_t word);

/*
 * A word that was held again is behind all others. It has seen no slot empty yet, so it may be
 * released only if no signal is pending.
 */
/*@ requires \valid(ret_pid) && \valid(ret_word);
    requires round: may_release(empty) && (empty ==> ex->barrier.count > again);
    assigns ex->barrier.count, *ret_pid, *ret_word, released_pid, released_word, is_opened, alive;
    ensures \result ==> ex->barrier.count == \old(ex->barrier.count) - 1;
    ensures !\result ==> ex->barrier.count == \old(ex->barrier.count) &&
      *ret_pid == \old(*ret_pid) && *ret_word == \old(*ret_word);
    ensures \result ==> *ret_pid == released_pid && *ret_word == released_word;
    ensures empty ==> \result;
    ensures !is_opened && alive == \null; */
bool seen_release(struct exchange *ex, bool empty, pid_t *ret_pid, uint32_t *ret_word);

/* ---- functions that only the parts of exchange.c call that are not proved ---- */

/*@ assigns \nothing; */
bool op_has_begun(struct exchange *ex, void *owner);
/*@ assigns sessions->count; */
int sessions_init(struct sessions *sessions, unsigned limit);
/*@ assigns sessions->count; */
void sessions_done(struct sessions *sessions);
/*@ assigns \nothing; */
void sessions_for_each(const struct sessions *sessions,
                       void (*call)(void *owner, struct session *session), void *owner);
/*@ assigns users->young, users->idle, users->reserved; */
void users_init(struct users *users);
/*@ assigns \nothing; */
void users_done(struct users *users);
