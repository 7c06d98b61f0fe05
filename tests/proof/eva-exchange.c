/* SPDX-License-Identifier: MIT */
/*
 * eva-exchange.c - an owner of the exchange, with arbitrary events and results, for Frama-C's Eva
 *
 * The owner's functions have arbitrary results. They check that the exchange uses only peers that
 * it has open, and that it closes each. Memory that is given back must not be used again.
 *
 * The frame decoder here may say anything after any symbol: one symbol stands for many.
 *
 * ASKING processes ask first. AGAIN: the first one sends a bit and asks twice more, with a limit
 * of messages. Then come EVENTS events.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "__fc_builtin.h"
#include "protocol/exchange.h"
#include "protocol/timing.h"

#define SESSIONS 2
#define PIDS 3
#define LIMIT 1000

/* Returns one of the numbers from 0 to count - 1. Each is looked at separately. */
static int any(int count)
{
    int i = 0;

    while (i < count - 1 && Frama_C_interval(0, 1))
        i++;
    return i;
}

static bool any_bool(void)
{
    return any(2) == 1;
}

/* ---- memory ---- */

/* One of each more than can be in use, so that a leak is noticed. */
static struct session_list buckets[SESSIONS];
static struct session session_memory[SESSIONS + 1];
static struct user user_memory[SESSIONS + 1];
static uint8_t octets_memory[SESSIONS][8];
static bool has_buckets;
static bool has_session[SESSIONS + 1];
static bool has_user[SESSIONS + 1];
static bool has_octets[SESSIONS];

/* Returns a place that is not taken, and takes it. */
static int take_place(bool *has, int places)
{
    for (int i = 0; i < places; i++)
        if (!has[i]) {
            has[i] = true;
            return i;
        }
    assert(0);
    return 0;
}

void *take_memory(size_t count, size_t size)
{
    int i;

    if (any_bool())
        return NULL;
    if (size == sizeof buckets[0]) {
        assert(!has_buckets && count == SESSIONS);
        has_buckets = true;
        return buckets;
    }
    assert(count == 1);
    if (size == sizeof session_memory[0]) {
        i = take_place(has_session, SESSIONS + 1);
        session_memory[i] = (struct session){0};
        return &session_memory[i];
    }
    assert(size == sizeof user_memory[0]);
    i = take_place(has_user, SESSIONS + 1);
    user_memory[i] = (struct user){0};
    return &user_memory[i];
}

/* What is given back becomes uninitialised: Eva warns if it is read. */
void give_back_memory(const void *memory)
{
    struct session no_session;
    struct user no_user;

    if (!memory)
        return;
    if (memory == buckets) {
        assert(has_buckets);
        has_buckets = false;
        return;
    }
    for (int i = 0; i < SESSIONS + 1; i++) {
        if (memory == &session_memory[i]) {
            assert(has_session[i]);
            has_session[i] = false;
            session_memory[i] = no_session;
            return;
        }
        if (memory == &user_memory[i]) {
            assert(has_user[i]);
            has_user[i] = false;
            user_memory[i] = no_user;
            return;
        }
    }
    for (int i = 0; i < SESSIONS; i++)
        if (memory == octets_memory[i]) {
            assert(has_octets[i]);
            has_octets[i] = false;
            return;
        }
    assert(0);
}

/* ---- the frame decoder ---- */

void frame_decoder_init(struct frame_decoder *d, size_t limit)
{
    *d = (struct frame_decoder){.part = PART_MAGIC, .limit = limit};
}

void frame_decoder_done(struct frame_decoder *d)
{
    free(d->message.bytes);
    frame_decoder_init(d, d->limit);
}

enum symbol_kind frame_decoder_kind(const struct frame_decoder *d)
{
    return d->block > 0 && d->part == PART_CONTENT ? SYMBOL_BLOCK : SYMBOL_BIT;
}

static void take_head(struct frame_decoder *d)
{
    d->part = PART_CONTENT;
    d->block = any_bool() ? 8 : 0;
    d->message.length = 8;
    d->message.bytes = octets_memory[take_place(has_octets, SESSIONS)];
}

enum frame_status frame_decoder_take(struct frame_decoder *d, struct symbol symbol)
{
    assert(symbol.kind == frame_decoder_kind(d));
    if (d->part != PART_CONTENT && d->part != PART_CHECKSUM && any_bool())
        take_head(d);
    switch (any(4)) {
    case 0:
        return FRAME_MORE;
    case 1:
        if (d->part != PART_CONTENT && d->part != PART_CHECKSUM)
            return FRAME_MORE;
        d->part = PART_CHECKSUM;
        return FRAME_COMPLETE;
    case 2:
        return FRAME_NO_MEMORY;
    default:
        return (enum frame_status)Frama_C_interval(FRAME_TOO_LARGE, FRAME_DAMAGED);
    }
}

size_t frame_decoder_length(const struct frame_decoder *d)
{
    return d->part == PART_CONTENT || d->part == PART_CHECKSUM ? d->message.length : 0;
}

size_t frame_decoder_received(const struct frame_decoder *d)
{
    return d->part == PART_CONTENT || d->part == PART_CHECKSUM ? d->message.length : 0;
}

/* ---- the owner ---- */

static bool is_open[PIDS + 1];
static bool has_peer[PIDS + 1]; /* addresses of these are the peers */
static bool is_committing;

static pid_t pid_of(const void *peer)
{
    for (pid_t pid = 1; pid <= PIDS; pid++)
        if (peer == &has_peer[pid]) {
            assert(is_open[pid]);
            return pid;
        }
    assert(0);
    return 0;
}

static int open_peer(void *owner, pid_t pid, void **ret_peer)
{
    (void)owner;
    assert(pid >= 1 && pid <= PIDS && !is_open[pid]);
    switch (any(4)) {
    case 0:
        break;
    case 1:
        is_open[pid] = true;
        *ret_peer = &has_peer[pid];
        return EXCHANGE_NO_ROOM;
    case 2:
        return -ENOMEM;
    default:
        return -ESRCH;
    }
    is_open[pid] = true;
    *ret_peer = &has_peer[pid];
    return 0;
}

static void close_peer(void *owner, void *peer)
{
    (void)owner;
    is_open[pid_of(peer)] = false;
}

static uid_t user(void *owner, const void *peer)
{
    (void)owner;
    pid_of(peer);
    return (uid_t)Frama_C_unsigned_int_interval(0, UINT32_MAX);
}

static uid_t account(void *owner, const void *peer)
{
    (void)owner;
    return pid_of(peer) == 1 ? 1001 : 1000;
}

static bool ended(void *owner, const void *peer)
{
    (void)owner;
    pid_of(peer);
    return any_bool();
}

static int send_ack(void *owner, void *peer, const struct arq_symbol *symbol)
{
    (void)owner;
    pid_of(peer);
    assert(symbol->lane < LANES);
    return any_bool() ? 0 : -ESRCH;
}

static int send_word(void *owner, void *peer, uint32_t word)
{
    (void)owner;
    (void)word;
    pid_of(peer);
    return Frama_C_interval(-133, 0);
}

static int commit(void *owner, void *peer, const struct credentials *from, struct message *message)
{
    (void)owner;
    (void)from;
    pid_of(peer);
    free(message->bytes);
    switch (any(3)) {
    case 0:
        return 0;
    case 1:
        is_committing = true;
        return -EINPROGRESS;
    default:
        return -EIO;
    }
}

static bool has_begun(void *owner)
{
    (void)owner;
    assert(is_committing);
    return any_bool();
}

static void limited(void *owner, const struct credentials *from)
{
    (void)owner;
    (void)from;
}

static void refused(void *owner, const struct credentials *from, enum reply_code reason)
{
    (void)owner;
    (void)from;
    assert(reason >= REPLY_FIRST_REFUSAL);
}

static void lost(void *owner, const struct credentials *from, size_t bytes)
{
    (void)owner;
    (void)from;
    assert(bytes <= LIMIT);
}

static const struct exchange_ops ops = {
    .open = open_peer,
    .close = close_peer,
    .user = user,
    .account = account,
    .ended = ended,
    .send_ack = send_ack,
    .send_word = send_word,
    .commit = commit,
    .has_begun = has_begun,
    .limited = limited,
    .refused = refused,
    .lost = lost,
};

/* ---- events ---- */

static struct lane_signal any_signal(void)
{
    struct lane_signal signal = {0};

    signal.kind = (enum signal_kind)any(4);
    signal.pid = signal.kind == SIGNAL_NOISE ? 0 : any(PIDS) + 1;
    signal.slot = (enum slot)Frama_C_interval(0, SLOTS - 1);
    signal.lane = (enum lane)(signal.kind <= SIGNAL_BLOCK ? any(LANES) : 0);
    signal.bit = Frama_C_interval(0, 1);
    signal.uid = Frama_C_unsigned_int_interval(0, UINT32_MAX);
    signal.word = Frama_C_unsigned_int_interval(0, UINT32_MAX);
    signal.block = Frama_C_unsigned_long_interval(0, UINT64_MAX);
    signal.number = Frama_C_unsigned_int_interval(0, UINT32_MAX);
    return signal;
}

/* ---- what Eva may forget ---- */

#define NOW NSEC_PER_SEC

static uint64_t any_number(uint64_t least, uint64_t most)
{
    return Frama_C_unsigned_long_interval(least, most);
}

/* Forgets values of a session on which little depends. So more states are the same. */
static void forget_session(struct session *s)
{
    s->uid = Frama_C_unsigned_int_interval(0, UINT32_MAX);
    s->nonce = (uint16_t)Frama_C_unsigned_int_interval(0, UINT16_MAX);
    s->turn_time = any_number(0, UINT64_MAX);
    s->arq.count = 2 * any_number(0, UINT32_MAX) + s->arq.count % 2;
    s->base = any_number(0, UINT64_MAX);
    s->refusal = (enum reply_code)Frama_C_interval(REPLY_FIRST_REFUSAL, REPLY_LAST);
    s->is_stripped = Frama_C_interval(0, 1);
    s->lost_blocks = Frama_C_unsigned_int_interval(0, SESSION_LOST_BLOCKS - 1);
    for (int lane = 0; lane < LANES; lane++) {
        if (!s->arq.held[lane])
            s->arq.symbol[lane].kind = SYMBOL_BIT;
        s->arq.held[lane] |= Frama_C_interval(0, 1);
        s->arq.symbol[lane].value = any_number(0, UINT64_MAX);
    }
}

/* Forgets what little depends on: each value becomes any that it could have. The time is NOW. */
static void forget(struct exchange *ex)
{
    uint64_t silence = ex->now - ex->heard_at;

    ex->counts.messages = any_number(0, UINT64_MAX);
    ex->counts.bytes = any_number(0, UINT64_MAX);
    ex->counts.refused = any_number(0, UINT64_MAX);
    ex->counts.limited = any_number(0, UINT64_MAX);
    ex->counts.lost = any_number(0, UINT64_MAX);
    ex->now = NOW;
    ex->heard_at = NOW - (silence > TURN_LAPSE || !ex->runner ? TURN_LAPSE : silence);
    ex->granted_at = any_number(0, ex->heard_at);
    ex->empty_at = any_number(0, NOW);
    ex->is_heard = Frama_C_interval(0, 1);
    if (ex->repeat_go_at != EXCHANGE_NEVER)
        ex->repeat_go_at = any_number(0, EXCHANGE_NEVER - 1);
    for (unsigned i = 0; i < PIDS; i++) {
        ex->barrier.held[i].seen = Frama_C_unsigned_int_interval(0, (1 << SLOTS) - 1);
        ex->barrier.held[i].word = Frama_C_unsigned_int_interval(0, UINT32_MAX);
        if (i >= ex->barrier.count)
            ex->barrier.held[i].pid = 0;
    }
    for (int i = 0; i < SESSIONS + 1; i++)
        if (has_session[i])
            forget_session(&session_memory[i]);
}

/* A process asks: its word is taken, and released twice if it opens a session. */
static void ask(struct exchange *ex, pid_t pid)
{
    struct lane_signal signal = {.kind = SIGNAL_WORD, .slot = SLOT_PROCESS_USR2, .pid = pid};

    signal.word = Frama_C_unsigned_int_interval(0, UINT32_MAX);
    exchange_take(ex, NOW, &signal);
    exchange_settle(ex, NOW);
    exchange_settle(ex, NOW);
    forget(ex);
}

static void event(struct exchange *ex)
{
    struct lane_signal signal;
    struct arq_symbol symbol;
    pid_t pid;

    switch (any(7)) {
    case 0:
        signal = any_signal();
        exchange_wants(ex, &signal, &symbol);
        exchange_take(ex, NOW, &signal);
        break;
    case 1:
        exchange_settle(ex, NOW);
        break;
    case 2:
        exchange_tick(ex, NOW + (any_bool() ? TURN_LAPSE : 0));
        break;
    case 3:
        pid = any(PIDS) + 1;
        exchange_ended(ex, NOW, pid, &has_peer[pid]);
        break;
    case 4:
        exchange_relieve(ex, NOW);
        break;
    case 5:
        if (is_committing) {
            is_committing = false;
            exchange_committed(ex, NOW, any_bool() ? 0 : -EIO);
        }
        break;
    default:
        exchange_stop(ex, NOW);
        break;
    }
    forget(ex);
}

/* Process 1 sends a bit, and asks twice more. */
static void go_on(struct exchange *ex)
{
    struct lane_signal signal = {.kind = SIGNAL_PLAIN, .lane = LANE_THREAD, .pid = 1};

    signal.bit = Frama_C_interval(0, 1);
    signal.slot = slot_of(LANE_THREAD, signal.bit);
    exchange_take(ex, NOW, &signal);
    forget(ex);
    ask(ex, 1);
    ask(ex, 1);
}

int main(void)
{
    struct exchange ex;

    if (exchange_init(&ex, &ops, NULL, LIMIT, SESSIONS) < 0)
        return 1;
    if (AGAIN)
        exchange_limit_rate(&ex, (struct rate){.messages = 1, .time = NSEC_PER_SEC});
    for (pid_t pid = 1; pid <= ASKING; pid++)
        ask(&ex, pid);
    if (AGAIN)
        go_on(&ex);
    for (int i = 0; i < EVENTS; i++)
        event(&ex);
    exchange_has_unfinished(&ex);
    exchange_is_busy(&ex);
    exchange_holds_words(&ex);
    exchange_runner(&ex);
    exchange_knows(&ex, 1);
    exchange_done(&ex);
    for (pid_t pid = 1; pid <= PIDS; pid++)
        assert(!is_open[pid]);
    for (int i = 0; i < SESSIONS + 1; i++)
        assert(!has_session[i] && !has_user[i]);
    for (int i = 0; i < SESSIONS; i++)
        assert(!has_octets[i]);
    assert(!has_buckets);
    return 0;
}
