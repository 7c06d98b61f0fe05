/* SPDX-License-Identifier: MIT */
/* exchange.c - see exchange.h for the rules */

#include "protocol/exchange.h"

#include <assert.h>
#include <errno.h>

#include "protocol/timing.h"

/* ---- sessions ---- */

static void set_now(struct exchange *ex, uint64_t now)
{
    assert(now >= ex->now);
    ex->now = now;
}

static struct session *find(const struct exchange *ex, pid_t pid)
{
    return ex->runner && ex->runner->pid == pid ? ex->runner : sessions_find(&ex->sessions, pid);
}

static struct credentials credentials_of(const struct session *s)
{
    return (struct credentials){.pid = s->pid, .uid = s->uid, .account = s->member.user->account};
}

static struct session *add(struct exchange *ex, pid_t pid, uid_t account, void *peer)
{
    struct session *s = session_new(pid, ex->ops->user(ex->owner, peer), peer, ex->message_limit);

    if (!s)
        return NULL;
    if (!users_join(&ex->users, ex->now, account, &s->member)) {
        session_free(s);
        return NULL;
    }
    sessions_add(&ex->sessions, s);
    ex->counts.senders = ex->sessions.count;
    return s;
}

/* Must be called after a session may have become idle, or may no longer be idle. */
static void note_idle(struct exchange *ex, struct session *s)
{
    users_set_idle(&ex->users, &s->member, !s->is_invited && !session_is_mid_message(s));
}

/* Removes and frees a session. If the session had the turn, nobody has it afterwards. */
static void drop(struct exchange *ex, struct session *s)
{
    if (s->state == SESSION_OPEN) {
        const struct credentials from = credentials_of(s);

        ex->counts.lost++;
        ex->ops->lost(ex->owner, &from, frame_decoder_received(&s->decoder));
    }
    users_leave(&ex->users, ex->now, &s->member);
    if (ex->runner == s)
        ex->runner = NULL;
    if (ex->committer == s)
        ex->committer = NULL;
    sessions_remove(&ex->sessions, s);
    assert(!s->is_invited || !session_is_mid_message(s));
    ex->counts.senders = ex->sessions.count;
    ex->ops->close(ex->owner, s->peer);
    session_free(s);
}

/* ---- turns ---- */

static int send_reply(struct exchange *ex, struct session *s, enum reply_code code)
{
    return ex->ops->send_word(ex->owner, s->peer, reply_pack(session_reply(s, code)));
}

static void grant(struct exchange *ex, struct session *s)
{
    assert(!ex->committing && !s->member.is_queued && session_takes_symbols(s));
    ex->runner = s;
    ex->granted_at = ex->now;
    ex->heard_at = ex->now;
    ex->is_heard = false;
    ex->repeat_go_at = EXCHANGE_NEVER;
}

/* Gives the turn to the next session in the queue whose sender can still be told to go. */
static void next_turn(struct exchange *ex)
{
    struct session *s;

    ex->runner = NULL;
    ex->repeat_go_at = EXCHANGE_NEVER;
    if (ex->committing)
        return;
    while ((s = session_of(users_next(&ex->users)))) {
        grant(ex, s);
        ex->repeat_go_at = ex->now + GO_REPEAT;
        if (send_reply(ex, s, REPLY_GO) == 0)
            return;
        drop(ex, s);
    }
}

/* A session has ended. If nobody has the turn now, the next session gets it. */
static void pass_on_turn(struct exchange *ex)
{
    if (!ex->runner)
        next_turn(ex);
}

static void end_session(struct exchange *ex, struct session *s)
{
    drop(ex, s);
    pass_on_turn(ex);
}

static void go_or_wait(struct exchange *ex, struct session *s)
{
    bool is_free = !ex->runner && !users_have_queued(&ex->users) && !ex->committing;

    if (is_free)
        grant(ex, s);
    if (ex->runner == s) {
        send_reply(ex, s, REPLY_GO);
        return;
    }
    /* Without a runner, a commit or a queue, nothing would ever end the wait of this sender. */
    assert(ex->runner || ex->committing || users_have_queued(&ex->users));
    users_enqueue(&ex->users, &s->member, s->turn_time < YOUTH);
    send_reply(ex, s, ex->committing ? REPLY_PENDING : REPLY_WAIT);
}

/* A signal of the runner has come, so the runner knows that it has the turn. */
static void heard(struct exchange *ex)
{
    ex->heard_at = ex->now;
    ex->is_heard = true;
    ex->repeat_go_at = EXCHANGE_NEVER;
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t end_of_slice(const struct exchange *ex)
{
    uint64_t slice = ex->users.young > 0 ? SLICE_SHORT : SLICE_LONG;

    return users_have_queued(&ex->users) ? ex->granted_at + slice : EXCHANGE_NEVER;
}

static uint64_t end_of_silence(const struct exchange *ex)
{
    bool is_unheard = ex->repeat_go_at != EXCHANGE_NEVER;

    return is_unheard || users_have_queued(&ex->users) ? ex->heard_at + TURN_LAPSE : EXCHANGE_NEVER;
}

/*
 * The owner may have been kept from its CPU. Then the runner was not silent: its signals are
 * pending. So silence counts up to the newest look that found nothing.
 */
static bool is_turn_over(const struct exchange *ex)
{
    return ex->now >= end_of_slice(ex) || ex->empty_at >= end_of_silence(ex);
}

/* Signals carry no time: those since the last tick may have come as late as now. */
static void update_silence(struct exchange *ex)
{
    if (ex->is_heard)
        ex->heard_at = ex->now;
    ex->is_heard = false;
}

/* The message under way goes on in a later turn. Silence at the end of its turn does not count. */
static void interrupt(struct exchange *ex)
{
    ex->runner->turn_time += ex->heard_at - ex->granted_at;
    next_turn(ex);
}

static uint64_t next_tick(const struct exchange *ex)
{
    if (!ex->runner)
        return EXCHANGE_NEVER;
    return earlier(ex->repeat_go_at, earlier(end_of_slice(ex), end_of_silence(ex)));
}

uint64_t exchange_tick(struct exchange *ex, uint64_t now)
{
    set_now(ex, now);
    if (!ex->runner || ex->committing)
        return EXCHANGE_NEVER;
    update_silence(ex);
    assert(ex->heard_at >= ex->granted_at && ex->heard_at <= now);
    if (is_turn_over(ex)) {
        interrupt(ex);
    } else if (now >= ex->repeat_go_at) {
        ex->repeat_go_at = now + 2 * (now - ex->granted_at);
        send_reply(ex, ex->runner, REPLY_GO);
    }
    return next_tick(ex);
}

bool exchange_holds_words(const struct exchange *ex)
{
    return ex->barrier.count > 0;
}

bool exchange_is_busy(const struct exchange *ex)
{
    return ex->runner && !ex->committing && ex->empty_at < ex->heard_at + TURN_LAPSE;
}

/* ---- messages ---- */

static void give_verdict(struct exchange *ex, struct session *s, enum reply_code code)
{
    assert(code == REPLY_COMMITTED || code >= REPLY_FIRST_REFUSAL);
    users_release(&ex->users, &s->member);
    if (code == REPLY_COMMITTED) {
        session_commit(s);
    } else {
        const struct credentials from = credentials_of(s);

        ex->counts.refused++;
        session_refuse(s, code);
        ex->ops->refused(ex->owner, &from, code);
    }
    note_idle(ex, s);
    send_reply(ex, s, code);
}

static void committed(struct exchange *ex, int result)
{
    struct session *s = ex->committer;

    assert(ex->committing);
    ex->committing = false;
    ex->committer = NULL;
    if (result == 0) {
        ex->counts.messages++;
        ex->counts.bytes += ex->committing_bytes;
    }
    if (s)
        give_verdict(ex, s, result == 0 ? REPLY_COMMITTED : REPLY_UNLOGGED);
    next_turn(ex);
}

static void commit(struct exchange *ex, struct session *s)
{
    const struct credentials from = credentials_of(s);
    struct message message = session_take_message(s);
    int r;

    assert(!ex->committing && s == ex->runner);
    ex->committing = true;
    ex->committing_bytes = message.length;
    ex->committer = s;
    r = ex->ops->commit(ex->owner, s->peer, &from, &message);
    if (r != -EINPROGRESS)
        committed(ex, r);
}

void exchange_committed(struct exchange *ex, uint64_t now, int result)
{
    set_now(ex, now);
    committed(ex, result);
}

/* ---- limits ---- */

/*
 * Takes an invitation back and tells the sender why. A session that has sent no message yet is
 * refused. Otherwise the verdict on the message before stands, since the sender may still ask.
 */
static void uninvite(struct exchange *ex, struct session *s, enum reply_code reason)
{
    if (!s->is_invited)
        return;
    assert(!session_is_mid_message(s));
    session_uninvite(s);
    users_dequeue(&ex->users, &s->member);
    if (s->state == SESSION_IDLE) {
        give_verdict(ex, s, reason);
    } else {
        note_idle(ex, s);
        send_reply(ex, s, reason);
    }
}

/*
 * Tells the sender the reason, if the sender waits for something, and frees the session. If the
 * session had the turn, nobody has it afterwards.
 */
static void refuse_and_drop(struct exchange *ex, struct session *s, enum reply_code reason)
{
    uninvite(ex, s, reason);
    if (session_is_mid_message(s))
        give_verdict(ex, s, reason);
    drop(ex, s);
}

/*
 * Returns the session of this user to evict: the one that sent a probe least recently, among those
 * with at least least_reserved octets. NULL if there is none. The session whose commit is under way
 * is not evicted.
 */
static struct session *session_to_evict(const struct exchange *ex, const struct user *user,
                                        size_t least_reserved)
{
    struct member *member;

    TAILQ_FOREACH(member, &user->members, link)
        if (session_of(member) != ex->committer && member->reserved >= least_reserved)
            return session_of(member);
    return NULL;
}

/* Returns the idle session to evict; NULL if no session is idle. */
static struct session *idle_to_evict(const struct exchange *ex)
{
    struct member *member;

    if (ex->users.idle == 0)
        return NULL;
    TAILQ_FOREACH(member, &users_with_most_idle(&ex->users)->members, link)
        if (member->is_idle)
            break;
    return session_of(member);
}

static bool evict(struct exchange *ex, struct session *s)
{
    if (!s)
        return false;
    refuse_and_drop(ex, s, REPLY_BUSY);
    pass_on_turn(ex);
    return true;
}

/* Returns true if there was an idle session, which is evicted now. */
static bool evict_idle(struct exchange *ex)
{
    return evict(ex, idle_to_evict(ex));
}

/* Returns how many of the sessions that are left are kept for others than this user. */
static unsigned kept_for_others(const struct exchange *ex, uid_t account)
{
    if (account == 0)
        return 0;
    if (users_sessions(&ex->users, account) == 0)
        return ex->kept_for_root;
    return ex->kept_for_root + ex->kept_for_new_users;
}

/* Returns true if this user may open one more session, after an eviction if necessary. */
static bool make_way(struct exchange *ex, uid_t account)
{
    const struct user *most;

    if (ex->sessions.count + kept_for_others(ex, account) < ex->sessions.limit || evict_idle(ex))
        return true;
    most = users_with_most_sessions(&ex->users);
    if (!most || most->sessions <= users_sessions(&ex->users, account) + 1)
        return false;
    return evict(ex, session_to_evict(ex, most, 0));
}

bool exchange_relieve(struct exchange *ex, uint64_t now)
{
    const struct user *most;

    set_now(ex, now);
    if (evict_idle(ex))
        return true;
    most = users_with_most_sessions(&ex->users);
    return most && evict(ex, session_to_evict(ex, most, 0));
}

/*
 * Reserves room for the session's message, after evictions if necessary. Returns false if the room
 * is not enough. The session itself is never evicted here, because only users with more reserved
 * octets than its own user give way.
 */
static bool reserve(struct exchange *ex, struct session *s)
{
    size_t octets = session_length(s);

    while (ex->users.reserved + octets > ex->room) {
        const struct user *most = users_with_most_room(&ex->users);

        if (most->reserved <= s->member.user->reserved + octets ||
            !evict(ex, session_to_evict(ex, most, 1)))
            return false;
    }
    users_reserve(&ex->users, &s->member, octets);
    assert(ex->users.reserved <= ex->room);
    return true;
}

/* ---- bits and blocks ---- */

static void take_symbols(struct exchange *ex, struct session *s, uid_t uid)
{
    struct arq_symbol symbol;

    while (session_next(s, &symbol)) {
        bool is_first = s->is_invited;

        if (ex->ops->send_ack(ex->owner, s->peer, &symbol) < 0) {
            end_session(ex, s);
            return;
        }
        session_take(s, uid);
        if (is_first)
            users_begin_message(&ex->users, ex->now, &s->member);
        if (session_length(s) > s->member.reserved && !reserve(ex, s))
            session_refuse(s, REPLY_BUSY);
    }
    if (s->state == SESSION_COMMITTING) {
        commit(ex, s);
    } else if (s->state == SESSION_REFUSED && !s->is_invited) {
        /* If the session is still invited, the refusal is that of the message before. */
        give_verdict(ex, s, s->refusal);
        next_turn(ex);
    }
}

/* ---- probes ---- */

static void refuse_for_rate(struct exchange *ex, struct session *s)
{
    ex->counts.limited++;
    if (users_report_limit(&s->member)) {
        const struct credentials from = credentials_of(s);

        ex->ops->limited(ex->owner, &from);
    }
    send_reply(ex, s, REPLY_BUSY);
}

static void start(struct exchange *ex, struct session *s)
{
    if (session_is_mid_message(s)) {
        send_reply(ex, s, REPLY_OUT_OF_STEP);
    } else if (ex->stopping) {
        send_reply(ex, s, REPLY_STOPPING);
    } else if (!s->is_invited && !users_may_begin(&ex->users, ex->now, &s->member)) {
        refuse_for_rate(ex, s);
    } else {
        session_invite(s);
        go_or_wait(ex, s);
    }
}

/*
 * The sender asks to resume, and no bit of its next message has been taken. Either the verdict was
 * lost, or the first bits of the next message were: then the sender asks to start again.
 */
static void repeat_verdict(struct exchange *ex, struct session *s)
{
    send_reply(ex, s, s->state == SESSION_COMMITTED ? REPLY_COMMITTED : s->refusal);
    session_uninvite(s);
    users_dequeue(&ex->users, &s->member);
    if (ex->runner == s)
        next_turn(ex);
}

/* Blocks do not arrive whole. */
static void refuse_blocks(struct exchange *ex, struct session *s)
{
    users_dequeue(&ex->users, &s->member);
    give_verdict(ex, s, REPLY_NARROW);
    if (ex->runner == s)
        next_turn(ex);
}

static void resume(struct exchange *ex, struct session *s)
{
    switch (s->state) {
    case SESSION_IDLE:
        if (!s->is_invited) {
            send_reply(ex, s, REPLY_FORGOTTEN);
            return;
        }
        go_or_wait(ex, s);
        return;
    case SESSION_OPEN:
        if (session_loses_blocks(s))
            refuse_blocks(ex, s);
        else
            go_or_wait(ex, s);
        return;
    case SESSION_COMMITTING:
        send_reply(ex, s, REPLY_PENDING);
        return;
    case SESSION_COMMITTED:
    case SESSION_REFUSED:
        repeat_verdict(ex, s);
        return;
    }
}

/* Opens a peer for a process that asks to start. If there is no room, an idle session gives way. */
static int open_peer(struct exchange *ex, pid_t pid, void **ret_peer)
{
    int r = ex->ops->open(ex->owner, pid, ret_peer);

    if ((r != EXCHANGE_NO_ROOM && r != -ENOMEM) || ex->users.idle == 0)
        return r;
    if (r == EXCHANGE_NO_ROOM)
        ex->ops->close(ex->owner, *ret_peer);
    evict_idle(ex);
    return ex->ops->open(ex->owner, pid, ret_peer);
}

/* Opens a session, after evictions if necessary. Returns NULL if the sender has to come later. */
static struct session *open_session(struct exchange *ex, pid_t pid, void *peer)
{
    uid_t account = ex->ops->account(ex->owner, peer);
    struct session *s;

    if (!make_way(ex, account))
        return NULL;
    s = add(ex, pid, account, peer);
    return s || !evict_idle(ex) ? s : add(ex, pid, account, peer);
}

/* Tells a process without a session why its message will not be taken. */
static void turn_away(struct exchange *ex, void *peer, enum reply_code refusal, uint16_t nonce)
{
    struct reply reply = {.code = refusal, .nonce = nonce};

    ex->ops->send_word(ex->owner, peer, reply_pack(reply));
    ex->ops->close(ex->owner, peer);
}

/*
 * Opens a session, if that is possible. The probe that opens a session goes behind the barrier once
 * more. Bits that were pending before may come from an earlier process with this PID, and the probe
 * may be forged by a third process. These bits are all taken, and dropped, before the barrier
 * releases the probe.
 */
static void admit(struct exchange *ex, pid_t pid, void *peer, struct probe probe)
{
    if (open_session(ex, pid, peer))
        barrier_hold(&ex->barrier, pid, probe_pack(probe));
    else
        turn_away(ex, peer, REPLY_BUSY, probe.nonce);
}

/* Handles a probe from a process without a session: opens a session, or refuses the probe. */
static void welcome(struct exchange *ex, pid_t pid, struct probe probe)
{
    bool may_start = probe.ask == ASK_START && !ex->stopping;
    void *peer;
    int r = may_start ? open_peer(ex, pid, &peer) : ex->ops->open(ex->owner, pid, &peer);

    if (r < 0)
        return;
    if (may_start && r == 0)
        admit(ex, pid, peer, probe);
    else if (may_start)
        turn_away(ex, peer, REPLY_BUSY, probe.nonce);
    else
        turn_away(ex, peer, probe.ask == ASK_START ? REPLY_STOPPING : REPLY_FORGOTTEN, probe.nonce);
}

static void act_on(struct exchange *ex, pid_t pid, struct probe probe)
{
    struct session *s = find(ex, pid);

    if (s && ex->ops->ended(ex->owner, s->peer)) {
        end_session(ex, s);
        s = NULL;
    }
    if (!s) {
        welcome(ex, pid, probe);
        return;
    }
    if (s == ex->runner)
        heard(ex);
    users_asked(&s->member);
    session_ask(s, probe.nonce);
    if (probe.ask == ASK_START)
        start(ex, s);
    else
        resume(ex, s);
    note_idle(ex, s);
}

static void release_words(struct exchange *ex, bool empty)
{
    struct probe probe;
    uint32_t word;
    pid_t pid;

    /* act_on() may hold a word again. That word has to wait, so the loop ends before it. */
    for (unsigned held = ex->barrier.count; held > 0; held--)
        if (barrier_release(&ex->barrier, empty, &pid, &word) && probe_unpack(word, &probe))
            act_on(ex, pid, probe);
}

/* A block tells its number, so a late one cannot be taken for another. */
static bool has_right_number(const struct session *s, const struct lane_signal *signal)
{
    return signal->number == session_index_on(s, signal->lane);
}

/* A symbol of the wrong kind is wanted here, and then forgotten: see session_next(). */
static bool is_wanted(const struct exchange *ex, const struct lane_signal *signal)
{
    const struct session *s = ex->runner;

    if (!s || s->pid != signal->pid || !session_takes_symbols(s))
        return false;
    return signal->kind == SIGNAL_PLAIN ||
           (signal->kind == SIGNAL_BLOCK && has_right_number(s, signal));
}

static struct symbol symbol_of(const struct lane_signal *signal)
{
    return signal->kind == SIGNAL_BLOCK ? symbol_block(signal->block) : symbol_bit(signal->bit);
}

bool exchange_wants(const struct exchange *ex, const struct lane_signal *signal,
                    struct arq_symbol *ret)
{
    if (!is_wanted(ex, signal))
        return false;
    *ret = (struct arq_symbol){.index = session_index_on(ex->runner, signal->lane),
                               .lane = signal->lane,
                               .symbol = symbol_of(signal)};
    return true;
}

void exchange_take(struct exchange *ex, uint64_t now, const struct lane_signal *signal)
{
    set_now(ex, now);
    barrier_note(&ex->barrier, signal);
    if (is_wanted(ex, signal)) {
        heard(ex);
        session_hold(ex->runner, signal->lane, symbol_of(signal));
        take_symbols(ex, ex->runner, signal->uid);
    } else if (signal->kind == SIGNAL_NOISE && signal->pid == 0 && ex->runner) {
        session_note_stripped(ex->runner);
    }
    release_words(ex, false);
}

void exchange_settle(struct exchange *ex, uint64_t now)
{
    set_now(ex, now);
    ex->empty_at = now;
    release_words(ex, true);
}

bool exchange_knows(const struct exchange *ex, pid_t pid)
{
    return find(ex, pid) != NULL;
}

pid_t exchange_runner(const struct exchange *ex)
{
    return ex->runner ? ex->runner->pid : 0;
}

/* ---- beginning and end ---- */

int exchange_init(struct exchange *ex, const struct exchange_ops *ops, void *owner,
                  size_t message_limit, unsigned session_limit)
{
    size_t largest = message_limit + FIELDS_SIZE_MAX;

    *ex = (struct exchange){
        .ops = ops,
        .owner = owner,
        .message_limit = message_limit,
        .room = largest > EXCHANGE_ROOM ? largest : EXCHANGE_ROOM,
        .kept_for_root = session_limit / EXCHANGE_SESSIONS_PER_ROOT_PLACE,
        .kept_for_new_users = session_limit / EXCHANGE_SESSIONS_PER_NEW_PLACE,
    };
    users_init(&ex->users);
    return sessions_init(&ex->sessions, session_limit);
}

void exchange_limit_rate(struct exchange *ex, struct rate rate)
{
    assert(rate.messages == 0 || rate.time >= rate.messages);
    ex->users.rate = rate;
}

static void tell_stopping(void *owner, struct session *s)
{
    uninvite(owner, s, REPLY_STOPPING);
}

static void refuse_stopping(void *owner, struct session *s)
{
    struct exchange *ex = owner;

    if (s == ex->committer && ex->ops->has_begun(ex->owner))
        drop(ex, s);
    else
        refuse_and_drop(ex, s, REPLY_STOPPING);
}

void exchange_stop(struct exchange *ex, uint64_t now)
{
    set_now(ex, now);
    ex->stopping = true;
    sessions_for_each(&ex->sessions, tell_stopping, ex);
    if (!ex->runner || !session_is_mid_message(ex->runner))
        next_turn(ex);
}

void exchange_done(struct exchange *ex)
{
    if (!ex->sessions.buckets)
        return;
    sessions_for_each(&ex->sessions, refuse_stopping, ex);
    sessions_done(&ex->sessions);
    users_done(&ex->users);
}

void exchange_ended(struct exchange *ex, uint64_t now, pid_t pid, const void *peer)
{
    struct session *s = find(ex, pid);

    set_now(ex, now);
    if (s && s->peer == peer)
        end_session(ex, s);
}

static void note_unfinished(void *owner, struct session *s)
{
    *(bool *)owner |= session_is_mid_message(s);
}

bool exchange_has_unfinished(const struct exchange *ex)
{
    bool is_unfinished = ex->committing;

    sessions_for_each(&ex->sessions, note_unfinished, &is_unfinished);
    return is_unfinished;
}
