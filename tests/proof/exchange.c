/* SPDX-License-Identifier: MIT */
/*
 * exchange.c - contracts for functions of the shipped exchange.c, which follows them
 *
 * In the copy of the source that is proved, ex->ops->NAME(ex->owner, …) is
 * op_NAME(ex, ex->owner, …): see check-exchange.sh.
 */
#include "exchange-contracts.h"

#define frame_decoder_received seen_received
#define session_new(pid, uid, peer, limit) seen_new(ex, pid, uid, peer, limit)

/*@ requires \valid(ex) && is_exchange(ex);
    assigns \nothing;
    ensures \result == \null ||
      (is_of(ex, \result) && is_apart(ex, \result) && \result->pid == pid); */
static struct session *find(const struct exchange *ex, pid_t pid);

/*@ requires \valid_read(s) && \valid_read(s->member.user);
    assigns \nothing;
    ensures \result.pid == s->pid && \result.uid == s->uid; */
static struct credentials credentials_of(const struct session *s);

/*@ requires is_exchange(ex) && peer == opened_peer && pid == opened_pid;
    assigns USERS, ex->sessions.count, COUNTS, is_opened;
    ensures is_exchange(ex);
    ensures \result == \null ==> is_opened == \old(is_opened);
    ensures \result != \null ==> is_opened && is_of(ex, \result) && !\result->is_invited &&
      \result->state == SESSION_IDLE && \result->pid == pid && \result->peer == peer; */
static struct session *add(struct exchange *ex, pid_t pid, uid_t account, void *peer);

/*@ requires \valid(ex) && \valid_read(s);
    assigns USERS;
    ensures \old(is_exchange(ex)) ==> is_exchange(ex); */
static void note_idle(struct exchange *ex, struct session *s);

/*@ requires \valid(ex) && \separated(ex, s);
    IS_SESSION(requires, s)
    assigns ex->runner, TABLES;
    ensures \old(ex->runner) == s ? ex->runner == \null : ex->runner == \old(ex->runner);
    ensures \old(ex->committer) == s ? ex->committer == \null : ex->committer ==
   \old(ex->committer); ensures gone == \old(gone); */
static void drop(struct exchange *ex, struct session *s);

/* A sender is told to go only if it has the turn, and only a message in the log is confirmed. */
/*@ requires \valid(ex) && \valid_read(s) && REPLY_GO <= code <= REPLY_LAST;
    requires code == REPLY_GO ==> ex->runner == s && session_may_take(s);
    requires code == REPLY_COMMITTED ==> s->state == SESSION_COMMITTED;
    assigns SENT;
    ensures \result <= 0;
    ensures \result == 0 ==> gone == \old(gone);
    ensures \result < 0 ==> gone == s->peer;
    ensures is_told(s, code); */
static int send_reply(struct exchange *ex, struct session *s, enum reply_code code);

/*@ requires \valid(ex) && is_of(ex, s) && session_may_take(s) && !ex->committing;
    requires !has_queue || s == dequeued;
    assigns TURN;
    ensures ex->runner == s; */
static void grant(struct exchange *ex, struct session *s);

/*@ requires is_between_turns(ex);
    assigns TURN, TABLES;
    ensures is_exchange(ex) && ex->committer == \null;
    ensures ex->runner != \null ==> is_told(ex->runner, REPLY_GO); */
static void next_turn(struct exchange *ex);

/*@ requires ex->runner == \null ==> is_between_turns(ex);
    requires \valid(ex) && is_committing(ex);
    requires ex->runner != \null ==> \separated(ex, ex->runner);
    IS_SESSION(requires ex->runner != \null ==>, ex->runner)
    requires ex->runner != \null ==> is_quiet(ex->runner);
    requires ex->runner != \null && ex->runner->state == SESSION_COMMITTING ==>
      ex->committing && ex->runner == ex->committer;
    requires ex->runner != \null && ex->runner->state == SESSION_OPEN ==>
      ex->runner->lost_blocks < SESSION_LOST_BLOCKS;
    requires ex->runner != \null ==> session_may_take(ex->runner) || ex->committing;
    assigns TURN, TABLES;
    ensures is_exchange(ex);
    ensures \old(ex->runner) != \null ==> ex->runner == \old(ex->runner) && gone == \old(gone) &&
      ex->committer == \old(ex->committer); */
static void pass_on_turn(struct exchange *ex);

/* A session ends only if its own process has ended. */
/*@ requires is_exchange_but(ex, s) && is_session(s) && \separated(ex, s);
    requires gone == s->peer;
    assigns TURN, TABLES;
    ensures is_exchange(ex); */
static void end_session(struct exchange *ex, struct session *s);

/*@ requires is_exchange(ex) && is_of(ex, s) && is_apart(ex, s) && session_may_take(s);
    assigns TURN, USERS, has_queue, SENT;
    ensures is_exchange(ex) && is_of(ex, s);
    ensures ex->runner == s ==> is_told(s, REPLY_GO);
    ensures ex->runner != s ==> is_told(s, ex->committing ? REPLY_PENDING : REPLY_WAIT); */
static void go_or_wait(struct exchange *ex, struct session *s);

/*@ requires \valid(ex) && is_session(s) && \separated(ex, s);
    requires code == REPLY_COMMITTED || is_refusal(code);
    requires code == REPLY_COMMITTED ==>
      s->state == SESSION_COMMITTING && log_state == LOG_DONE;
    requires s->state == SESSION_COMMITTING && code != REPLY_COMMITTED ==>
      log_state == LOG_WHOLE || log_state == LOG_FAILED;
    assigns MESSAGE, USERS, COUNTS, log_state, SENT;
    IS_SESSION(ensures, s)
    ensures code == REPLY_COMMITTED ? s->state == SESSION_COMMITTED :
      s->state == SESSION_REFUSED && s->refusal == code;
    ensures !s->arq.held[0] && !s->arq.held[1];
    ensures log_state == (\old(s->state) == SESSION_COMMITTING ? LOG_IDLE : \old(log_state));
    ensures is_told(s, code); */
static void give_verdict(struct exchange *ex, struct session *s, enum reply_code code);

/*@ requires \valid(ex) && ex->committing && ex->runner == ex->committer;
    requires logged: log_state == (result == 0 ? LOG_DONE : LOG_FAILED);
    requires \let s = ex->committer; s != \null ==>
      is_session(s) && \separated(ex, s) && s->state == SESSION_COMMITTING;
    assigns TURN, TABLES, ex->committing, ex->counts.messages, ex->counts.bytes, log_state;
    assigns ex->committer->state, ex->committer->refusal, ex->committer->arq.held[0 .. 1];
    assigns ex->committer->decoder;
    ensures is_exchange(ex) && !ex->committing; */
static void committed(struct exchange *ex, int result);

/*@ requires \valid(ex) && s == ex->runner && is_session(s) && \separated(ex, s);
    requires s->state == SESSION_COMMITTING && log_state == LOG_WHOLE;
    requires !ex->committing && ex->committer == \null;
    assigns TURN, TABLES, ex->committing, ex->committing_bytes, ex->counts.messages;
    assigns ex->counts.bytes, log_state, whole, MESSAGE;
    ensures is_exchange(ex); */
static void commit(struct exchange *ex, struct session *s);

/* The owner calls this once for each commit that was under way. */
/*@ requires \valid(exchange) && now >= exchange->now && exchange->committing;
    requires log_state == (result == 0 ? LOG_DONE : LOG_FAILED);
    requires exchange->runner == exchange->committer;
    requires \let s = exchange->committer; s != \null ==>
      is_session(s) && \separated(exchange, s) && s->state == SESSION_COMMITTING;
    ensures is_exchange(exchange) && !exchange->committing; */
void exchange_committed(struct exchange *exchange, uint64_t now, int result);

/*@ requires \valid(ex) && is_session(s) && \separated(ex, s) && is_refusal(reason);
    assigns MESSAGE, s->is_invited, USERS, COUNTS, log_state, has_queue, SENT;
    ensures is_session(s) && !s->is_invited && log_state == \old(log_state);
    ensures mid_message(s) <==> \old(mid_message(s));
    ensures mid_message(s) ==> s->state == \old(s->state);
    ensures \old(is_quiet(s)) ==> is_quiet(s);
    ensures \old(s->is_invited) ==> is_told(s, reason); */
static void uninvite(struct exchange *ex, struct session *s, enum reply_code reason);

/*@ requires \valid(ex) && is_session(s) && \separated(ex, s) && is_refusal(reason);
    requires s->state != SESSION_COMMITTING;
    assigns MESSAGE, s->is_invited, ex->runner, TABLES, log_state;
    ensures log_state == \old(log_state);
    ensures \old(ex->runner) == s ? ex->runner == \null : ex->runner == \old(ex->runner);
    ensures \old(ex->committer) == s ? ex->committer == \null : ex->committer ==
   \old(ex->committer); */
static void refuse_and_drop(struct exchange *ex, struct session *s, enum reply_code reason);

/* The session that gives way is that of the user, and its message is not being logged. */
/*@ requires \valid(ex) && \valid_read(user);
    assigns \nothing;
    ensures \result != \null ==> is_of(ex, \result) && is_apart(ex, \result) &&
      \result != ex->committer && \result->member.user == user &&
      \result->member.reserved >= least_reserved; */
static struct session *session_to_evict(const struct exchange *ex, const struct user *user,
                                        size_t least_reserved);

/*@ requires is_exchange(ex);
    assigns \nothing;
    ensures \result != \null ==> is_of(ex, \result) && is_apart(ex, \result) &&
      \result != ex->committer && \result->member.is_idle; */
static struct session *idle_to_evict(const struct exchange *ex);

/*@ requires is_exchange(ex);
    requires s != \null ==> is_of(ex, s) && is_apart(ex, s) && s != ex->committer;
    assigns MESSAGE, s->is_invited, TURN, TABLES, log_state;
    ensures is_exchange(ex) && log_state == \old(log_state) && (\result <==> s != \null);
    ensures \old(ex->runner) != \null && \old(ex->runner) != s ==>
      ex->runner == \old(ex->runner) && ex->committer == \old(ex->committer); */
static bool evict(struct exchange *ex, struct session *s);

/* Not proved. Evictions spare the session itself, which has the turn. */
/*@ requires \valid(ex) && s == ex->runner && is_session(s) && \separated(ex, s);
    requires !ex->committing && ex->committer == \null && log_state != LOG_UNDER_WAY;
    ensures \valid(ex) && s == ex->runner;
    ensures \valid(s) && \separated(ex, s) && \valid_read(s->member.user);
    ensures mid_message(s) || s->decoder.message.bytes == \null;
    ensures !ex->committing && ex->committer == \null;
    ensures same_session{Post, Pre}(s) && same_signal{Post, Pre};
    ensures log_state == \old(log_state) && acked_peer == \old(acked_peer);
    ensures again == \old(again); */
static bool reserve(struct exchange *ex, struct session *s);

/*@ requires \valid(ex) && s == ex->runner && is_session(s) && \separated(ex, s);
    requires !ex->committing && ex->committer == \null && acked_peer == \null;
    requires log_state != LOG_UNDER_WAY && log_state != LOG_WHOLE;
    requires s->state == SESSION_OPEN ==> s->lost_blocks < SESSION_LOST_BLOCKS;
    requires is_noted && session_may_take(s);
    requires uid == taken.uid;
    requires begins_with_taken(s, uid);
    ensures is_exchange(ex) && same_signal{Post, Pre} && acked_peer == \null;
    ensures again == \old(again); */
static void take_symbols(struct exchange *ex, struct session *s, uid_t uid);

/* ---- probes ---- */

/*@ requires is_exchange(ex) && is_of(ex, s);
    assigns COUNTS, SENT;
    ensures is_exchange(ex) && is_of(ex, s) && is_told(s, REPLY_BUSY); */
static void refuse_for_rate(struct exchange *ex, struct session *s);

/*@ requires is_exchange(ex);
    requires is_of(ex, s);
    requires is_apart(ex, s);
    requires asks(s, ASK_START);
    requires !s->arq.held[0] && !s->arq.held[1];
    assigns s->is_invited, s->turn_time, TURN, USERS, COUNTS, has_queue, SENT;
    ensures is_exchange(ex) && is_of(ex, s);
    ensures mid_message(s) ==> is_told(s, REPLY_OUT_OF_STEP);
    ensures !mid_message(s) && ex->stopping ==> is_told(s, REPLY_STOPPING); */
static void start(struct exchange *ex, struct session *s);

/* That a message is confirmed only in SESSION_COMMITTED is what send_reply() requires. */
/*@ requires is_exchange(ex) && is_of(ex, s) && is_apart(ex, s);
    requires s->state == SESSION_COMMITTED || s->state == SESSION_REFUSED;
    assigns s->is_invited, TURN, TABLES;
    ensures \old(ex->runner) != s ==>
      is_told(s, s->state == SESSION_COMMITTED ? REPLY_COMMITTED : s->refusal);
    ensures is_exchange(ex) && !s->is_invited; */
static void repeat_verdict(struct exchange *ex, struct session *s);

/* If the session had the turn, the last word is perhaps that of the next one. */
/*@ requires is_exchange_but(ex, s) && is_session(s) && \separated(ex, s) && is_apart(ex, s);
    requires s->state == SESSION_OPEN && !s->arq.held[0] && !s->arq.held[1];
    assigns MESSAGE, TURN, TABLES, log_state;
    IS_EXCHANGE(ensures, ex)
    IS_OF(ensures, ex, s)
    ensures log_state == \old(log_state);
    ensures s->state == SESSION_REFUSED && s->refusal == REPLY_NARROW;
    ensures \old(ex->runner) != s ==> is_told(s, REPLY_NARROW); */
static void refuse_blocks(struct exchange *ex, struct session *s);

/*@ requires is_exchange(ex) && is_of(ex, s) && is_apart(ex, s);
    requires !s->arq.held[0] && !s->arq.held[1];
    assigns MESSAGE, s->is_invited, s->lost_blocks, s->is_stripped, TURN, TABLES, log_state;
    IS_EXCHANGE(ensures, ex)
    IS_OF(ensures, ex, s)
    ensures \old(!s->is_invited) ==> !s->is_invited;
    behavior idle:
      assumes s->state == SESSION_IDLE;
      ensures !s->is_invited ==> is_told(s, REPLY_FORGOTTEN);
      ensures s->is_invited ==> is_told(s, ex->runner == s ? REPLY_GO :
        ex->committing ? REPLY_PENDING : REPLY_WAIT);
    behavior open:
      assumes s->state == SESSION_OPEN;
      ensures s->state == SESSION_OPEN ==> is_told(s, ex->runner == s ? REPLY_GO :
        ex->committing ? REPLY_PENDING : REPLY_WAIT);
      ensures s->state != SESSION_OPEN ==>
        s->state == SESSION_REFUSED && s->refusal == REPLY_NARROW &&
        s->lost_blocks == SESSION_LOST_BLOCKS;
      ensures s->state != SESSION_OPEN && \old(ex->runner) != s ==> is_told(s, REPLY_NARROW);
    behavior committing:
      assumes s->state == SESSION_COMMITTING;
      ensures is_told(s, REPLY_PENDING);
    behavior verdict:
      assumes s->state == SESSION_COMMITTED || s->state == SESSION_REFUSED;
      ensures \old(ex->runner) != s ==>
        is_told(s, s->state == SESSION_COMMITTED ? REPLY_COMMITTED : s->refusal); */
static void resume(struct exchange *ex, struct session *s);

/*@ requires is_exchange(ex);
    ensures is_exchange(ex) && same_word{Post, Pre}(ex) && same_peer{Post, Pre}; */
static bool evict_idle(struct exchange *ex);

/*@ requires is_exchange(ex);
    ensures is_exchange(ex) && same_word{Post, Pre}(ex) && same_peer{Post, Pre}; */
static bool make_way(struct exchange *ex, uid_t account);

/*@ requires is_exchange(ex) && \valid(ret_peer) && \separated(ex, ret_peer);
    requires ex->runner != \null ==> \separated(ex->runner, ret_peer);
    ensures is_exchange(ex) && same_word{Post, Pre}(ex) && \result <= EXCHANGE_NO_ROOM;
    ensures \result >= 0 ==> opened_pid == pid && opened_peer == *ret_peer; */
static int open_peer(struct exchange *ex, pid_t pid, void **ret_peer);

/*@ requires is_exchange(ex) && peer == opened_peer && pid == opened_pid && !is_opened;
    ensures is_exchange(ex) && same_signal{Post, Pre} && again == \old(again);
    ensures same_peer{Post, Pre} && ex->stopping == \old(ex->stopping);
    ensures released_pid == \old(released_pid) && released_word == \old(released_word);
    ensures ex->barrier.count == \old(ex->barrier.count);
    ensures is_opened <==> \result != \null;
    ensures \result != \null ==> is_of(ex, \result) && !\result->is_invited &&
      \result->state == SESSION_IDLE && \result->pid == pid && \result->peer == peer; */
static struct session *open_session(struct exchange *ex, pid_t pid, void *peer);

/* What the exchange does at a probe that the barrier has released. */
#define ACTS_ON_PROBE                                                                              \
    requires is_exchange(ex) && pid == released_pid && !is_opened && is_ask(probe.ask);            \
    requires released_word == probe_word(probe.ask, probe.nonce);                                  \
    ensures is_exchange(ex);                                                                       \
    ensures same_signal{Post, Pre};                                                                \
    ensures again == \old(again) + (is_opened ? 1 : 0);                                            \
    ensures ex->barrier.count == \old(ex->barrier.count) + (is_opened ? 1 : 0);

/*@ requires \valid_read(ex) && peer == opened_peer && opened_pid == released_pid;
    requires refusal == REPLY_FORGOTTEN || refusal == REPLY_STOPPING || refusal == REPLY_BUSY;
    requires released_word == probe_word(refusal == REPLY_FORGOTTEN ? ASK_RESUME : ASK_START,
                                         nonce);
    requires refusal != REPLY_FORGOTTEN ==> (refusal == REPLY_STOPPING <==> ex->stopping);
    assigns SENT; */
static void turn_away(struct exchange *ex, void *peer, enum reply_code refusal, uint16_t nonce);

/*@ requires probe.ask == ASK_START && !ex->stopping && peer == opened_peer && pid == opened_pid;
    ACTS_ON_PROBE */
static void admit(struct exchange *ex, pid_t pid, void *peer, struct probe probe);

/*@ ACTS_ON_PROBE */
static void welcome(struct exchange *ex, pid_t pid, struct probe probe);

/*@ ACTS_ON_PROBE */
static void act_on(struct exchange *ex, pid_t pid, struct probe probe);

/*@ requires is_exchange(ex);
    requires may_release(empty) && again == 0;
    ensures is_exchange(ex); */
static void release_words(struct exchange *ex, bool empty);

/* ---- signals ---- */

/*@ requires is_exchange(ex) && \valid_read(signal) && signal->lane < LANES;
    requires ex->runner != \null ==> ex->runner->arq.count < UINT64_MAX;
    assigns \nothing;
    ensures sender: \result <==> ex->runner != \null && session_may_take(ex->runner) &&
      IS_FROM(ex->runner, (*signal));
    ensures \result ==> !ex->committing && ex->committer == \null &&
      log_state != LOG_UNDER_WAY && log_state != LOG_WHOLE;
    ensures \result ==> is_session(ex->runner) && is_quiet(ex->runner) &&
      \separated(ex, ex->runner); */
static bool is_wanted(const struct exchange *ex, const struct lane_signal *signal);

/*@ requires \valid_read(signal);
    assigns \nothing;
    ensures signal->kind == SIGNAL_PLAIN || signal->kind == SIGNAL_BLOCK ==>
      IS_SYMBOL(\result, (*signal)); */
static struct symbol symbol_of(const struct lane_signal *signal);

/*@ requires is_exchange(exchange) && \valid_read(signal) && \valid(ret) && signal->lane < LANES;
    requires \separated(exchange, signal, ret);
    requires exchange->runner != \null ==> \separated(exchange->runner, ret);
    requires exchange->runner != \null ==> exchange->runner->arq.count < UINT64_MAX;
    assigns *ret;
    ensures \result <==> exchange->runner != \null && session_may_take(exchange->runner) &&
      IS_FROM(exchange->runner, (*signal));
    ensures \result ==> ret->lane == signal->lane && IS_SYMBOL(ret->symbol, (*signal)) &&
      (session_count(exchange->runner) <= ret->index <= session_count(exchange->runner) + 1); */
bool exchange_wants(const struct exchange *exchange, const struct lane_signal *signal,
                    struct arq_symbol *ret);

/* The barrier is told of the signal, and words are released as if others were pending. */
/*@ requires is_exchange(exchange) && now >= exchange->now && \valid_read(signal);
    requires is_taken_signal(signal) && signal->lane < LANES && !is_noted && again == 0;
    requires exchange->runner != \null ==> exchange->runner->arq.count < UINT64_MAX;
    requires \separated(exchange, signal) && acked_peer == \null;
    requires exchange->runner != \null ==> \separated(exchange->runner, signal);
    ensures is_exchange(exchange); */
void exchange_take(struct exchange *exchange, uint64_t now, const struct lane_signal *signal);

/* No signal is pending. */
/*@ requires is_exchange(exchange) && now >= exchange->now && !is_taken && again == 0;
    ensures is_exchange(exchange); */
void exchange_settle(struct exchange *exchange, uint64_t now);

/* ---- time, the beginning and the end ---- */

/*@ requires \valid_read(ex);
    assigns \nothing; */
static uint64_t end_of_slice(const struct exchange *ex);

/*@ requires \valid_read(ex);
    assigns \nothing; */
static uint64_t end_of_silence(const struct exchange *ex);

/*@ requires \valid_read(ex);
    assigns \nothing; */
static bool is_turn_over(const struct exchange *ex);

/*@ requires \valid_read(ex);
    assigns \nothing; */
static uint64_t next_tick(const struct exchange *ex);

/*@ requires is_exchange(exchange) && now >= exchange->now;
    requires exchange->granted_at <= exchange->heard_at <= exchange->now;
    ensures is_exchange(exchange);
    ensures exchange->runner != \null && exchange->runner == \old(exchange->runner) &&
      !exchange->committing && now >= \old(exchange->repeat_go_at) ==>
        is_told(exchange->runner, REPLY_GO); */
uint64_t exchange_tick(struct exchange *exchange, uint64_t now);

/*@ requires is_exchange(exchange) && now >= exchange->now;
    ensures is_exchange(exchange); */
bool exchange_relieve(struct exchange *exchange, uint64_t now);

/*@ requires is_exchange(exchange) && now >= exchange->now && gone == peer;
    ensures is_exchange(exchange); */
void exchange_ended(struct exchange *exchange, uint64_t now, pid_t pid, const void *peer);

#include "protocol/exchange.c"
