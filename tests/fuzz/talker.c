/* SPDX-License-Identifier: MIT */
/* talker.c - see talker.h */

#include "talker.h"

#include "fuzz.h"
#include "listener.h"
#include "protocol/timing.h"
#include "reference.h"

#define LONGEST 16
#define FIRST_NONCE 0xff00

/* Fields as a string literal, without its NUL. */
#define FIELDS(text) .fields = (const uint8_t *)(text), .fields_length = sizeof(text) - 1

static const struct message messages[] = {
    {.priority = 6, .bytes = (uint8_t *)"hi", .length = 2},
    {.priority = 0},
    {.priority = 5, .bytes = (uint8_t *)"\xff\xff\xff", .length = 3},
    {.priority = 4, .bytes = (uint8_t *)"y", .length = 1, FIELDS("\2A=")},
    {.priority = 1, .bytes = (uint8_t *)"\0\0", .length = 2},
    {.priority = 7, .bytes = (uint8_t *)"\0\1\2\3\4\5\6\7\0\1\2\3\4\5\6\7", .length = LONGEST},
    {.priority = 3, .bytes = (uint8_t *)"oh", .length = 2, FIELDS("\2tx\11MESSAGE=!")},
};

#define MESSAGES (sizeof messages / sizeof messages[0])
/* The field name is reserved, so the daemon refuses this message with its last bit. */
#define BAD_MESSAGE 6

_Static_assert(LONGEST + REFERENCE_OVERHEAD <= LEDGER_OCTETS, "a frame fits");

/* ---- what the conversation asks for ---- */

static int send_symbol(void *owner, const struct arq_symbol *symbol)
{
    struct talker *t = owner;
    uint64_t value = symbol->symbol.value;

    ledger_send(&t->ledger, symbol, &listener.process);
    if (symbol->symbol.kind == SYMBOL_BLOCK)
        return channel_send_block(&t->process, &listener.process, symbol->lane, value,
                                  (uint32_t)symbol->index, t->ledger.current, symbol->index);
    return channel_send_plain(&t->process, t->process.pid, t->process.uid, &listener.process,
                              slot_of(symbol->lane, value), t->ledger.current, symbol->index);
}

static int send_word(void *owner, uint32_t word)
{
    const struct talker *t = owner;
    struct probe probe;

    PROMISE(probe_unpack(word, &probe));
    return channel_send_queued(t->process.pid, &listener.process, SLOT_PROCESS_USR2, word);
}

static bool has_ended(void *owner)
{
    (void)owner;
    return listener.process.life != LIFE_RUNNING;
}

static void note_ack(void *owner, const struct arq_symbol *symbol)
{
    const struct talker *t = owner;

    ledger_ack(&t->ledger, symbol);
}

/* Strangers never use the daemon's PID here. */
static void note_word(void *owner, uint32_t word)
{
    const struct talker *t = owner;
    struct reply reply;

    PROMISE(reply_unpack(word, &reply));
    PROMISE(t->ledger.told & 1u << reply.code);
}

static void note_uncounted(void *owner, const struct lane_signal *signal, bool is_stranger)
{
    (void)owner;
    PROMISE(is_stranger == (signal->pid != LISTENER_PID));
}

static void note_repeat(void *owner, uint64_t first, uint64_t last)
{
    (void)owner;
    PROMISE(first <= last && last - first < LANES);
}

static void note_timeout(void *owner, uint64_t waited_ns, enum ask ask)
{
    (void)owner;
    PROMISE(waited_ns > 0);
    PROMISE(ask == ASK_START || ask == ASK_RESUME);
}

static const struct conversation_ops ops = {
    .send_symbol = send_symbol,
    .send_word = send_word,
    .has_ended = has_ended,
    .acked = note_ack,
    .heard = note_word,
    .dropped = note_word,
    .ignored = note_uncounted,
    .repeats = note_repeat,
    .expired = note_timeout,
};

/* ---- beginning and end ---- */

static void begin_message(struct talker *t)
{
    struct entry *entry = ledger_entry(&t->ledger);

    entry->frame = reference_frame(entry->message, entry->is_wide, entry->octets);
    ledger_begin(&t->ledger);
    conversation_begin(&t->conversation, &entry->frame);
    t->at = TALKER_SENDS;
    t->deadline = channel.now;
}

void talker_begin(struct talker *t, const struct traits *traits)
{
    uint16_t nonce = (uint16_t)(FIRST_NONCE + traits->number * TALKER_NONCES);

    *t = (struct talker){
        .process = {.pid = traits->pid,
                    .uid = traits->uid,
                    .is_safe = true,
                    .order = traits->order,
                    .talker = t},
        .ledger = {.process = &t->process, .limit = traits->largest, .count = traits->messages},
    };
    channel_add(&t->process);
    for (unsigned i = 0; i < traits->messages; i++) {
        unsigned choice = (traits->first + i) % MESSAGES;

        t->ledger.entries[i] = (struct entry){
            .message = &messages[choice], .is_wide = choice % 2, .is_bad = choice == BAD_MESSAGE};
    }
    conversation_init(&t->conversation, &ops, t, LISTENER_PID, nonce, traits->limit);
    begin_message(t);
}

/* Returns true if the message under way is to be sent again. Each one is, once at most. */
static bool tries_again(struct talker *t)
{
    if (!conversation_may_retry(&t->conversation) || t->has_tried_again)
        return false;
    t->has_tried_again = true;
    return true;
}

/* Chooses what to send after an outcome: the same message again, or the next one, if any. */
static bool has_another(struct talker *t)
{
    const struct conversation *c = &t->conversation;

    if (c->outcome != CONVERSATION_COMMITTED && !conversation_may_go_on(c))
        return false;
    if (tries_again(t))
        return true;
    if (t->ledger.current + 1 == t->ledger.count)
        return false;
    t->ledger.current++;
    t->has_tried_again = false;
    return true;
}

/* After an outcome, begins another message, or ends the process. */
static void go_on(struct talker *t)
{
    t->at = TALKER_SENDS;
    if (t->conversation.outcome == CONVERSATION_OPEN)
        return;
    ledger_conclude(&t->ledger, &t->conversation, &listener.process);
    if (has_another(t))
        begin_message(t);
    else
        t->process.life = LIFE_ZOMBIE;
}

/* ---- its loop ---- */

/* Returns true if the sender can only wait for a signal. */
static bool is_idle(const struct conversation *c)
{
    return !conversation_holds_words(c) && !c->is_draining;
}

static bool transmit(struct talker *t)
{
    struct conversation *c = &t->conversation;
    int r = conversation_send(c);

    PROMISE(r == 0 || r == 1);
    if (t->must_send && listener.process.life == LIFE_RUNNING)
        PROMISE(r == 1);
    t->must_send = false;
    if (r == 1)
        return true;
    t->at = TALKER_TAKES;
    return t->process.full || !is_idle(c);
}

static bool take(struct talker *t)
{
    struct conversation *c = &t->conversation;
    struct lane_signal signal;
    struct parcel parcel;
    bool was_idle = is_idle(c);

    if (channel_take(&t->process, &signal, &parcel)) {
        conversation_take(c, &signal);
        was_idle = false;
    } else {
        conversation_settle(c);
        PROMISE(!conversation_holds_words(c));
    }
    go_on(t);
    return !was_idle;
}

bool talker_step(struct talker *t)
{
    if (!talker_is_alive(t))
        return false;
    return t->at == TALKER_SENDS ? transmit(t) : take(t);
}

void talker_look(struct talker *t, bool may_poll)
{
    struct conversation *c = &t->conversation;

    if (!talker_is_alive(t) || t->at != TALKER_TAKES || conversation_holds_words(c))
        return;
    t->deadline = conversation_tick(c, channel.now, may_poll);
    if (t->deadline > channel.now) {
        PROMISE(t->deadline - channel.now <= QUEUE_TIMEOUT_MAX);
        return;
    }
    t->must_send = c->outcome == CONVERSATION_OPEN && !c->is_draining;
    if (c->is_draining)
        PROMISE(listener.process.life != LIFE_RUNNING);
    go_on(t);
}
