/* SPDX-License-Identifier: MIT */
/* sender.c - see sender.h */

#include "sender.h"

#include <stdlib.h>

#include "protocol/timing.h"
#include "world.h"

/*
 * Chances, of 65,536 for each step, that a rogue breaks the protocol. The first is so small that
 * some of its messages are sent in full. The second holds while the rogue waits for the verdict.
 */
#define STRAYING 60
#define STRAYING_AT_END 20000

/* Draws no field, a tag, or a tag and an own field. */
static void draw_fields(struct random *random, struct fields *fields)
{
    char own[] = "FIELD=12345678";

    if (random_below(random, 2))
        return;
    own[sizeof own - 2] = (char)random_next(random);
    if (fields_set_tag(fields, "tag") != FIELDS_ADDED)
        abort();
    if (random_below(random, 2) &&
        fields_add(fields, own, sizeof own - 1 - random_below(random, 8)) != FIELDS_ADDED)
        abort();
}

static void draw_message(struct world *w, struct sent *sent)
{
    struct random *random = &w->random;
    size_t length = random_below(random, w->nature.longest + 1);

    if (length > 8 && random_below(random, 4) > 0)
        length = random_below(random, 8);
    if (w->nature.has_fields)
        draw_fields(random, &sent->fields);
    sent->message = (struct message){
        .priority = random_below(random, 8),
        .length = length,
        .fields = sent->fields.octets,
        .fields_length = sent->fields.length,
    };
    if (length > 0)
        sent->message.bytes = malloc(length);
    /* Few different octets make runs of equal bits, in which a shift by a bit is hardest to see. */
    for (size_t i = 0; i < length; i++)
        sent->message.bytes[i] = random_below(random, 4) > 0
                                     ? (uint8_t)(0 - random_below(random, 2))
                                     : (uint8_t)random_next(random);
    if (sent->fields.length > SENDER_FIELDS_MAX ||
        frame_encode(&sent->message, world_chance(w, w->nature.wide), &sent->frame) < 0)
        abort();
}

/* ---- the operations of the conversation's owner ---- */

static int send_symbol(void *owner, const struct arq_symbol *symbol)
{
    struct sender *s = owner;
    struct kernel *kernel = &s->world->kernel;
    uint64_t value = symbol->symbol.value;

    kernel_trace(kernel, s->process, "sends symbol %u", (unsigned)symbol->index);
    if (symbol->symbol.kind == SYMBOL_BLOCK)
        return kernel_send_block(kernel, s->process, s->daemon, symbol->lane, value,
                                 (uint32_t)symbol->index, s->ledger.current, symbol->index);
    return kernel_send_plain(kernel, s->process, s->daemon, symbol->lane, value, s->ledger.current,
                             symbol->index);
}

static int send_word(void *owner, uint32_t word)
{
    struct sender *s = owner;

    return kernel_send_queued(&s->world->kernel, s->process, s->daemon, LANE_PROCESS, true,
                              s->process->pid, word);
}

static bool has_ended(void *owner)
{
    const struct sender *s = owner;

    return s->daemon->life != LIFE_RUNNING;
}

static void note_ack(void *owner, const struct arq_symbol *symbol)
{
    const struct sender *s = owner;

    kernel_trace(&s->world->kernel, s->process, "gets the ack of symbol %u",
                 (unsigned)symbol->index);
    if (symbol->index >= s->conversation.arq.total)
        check_fail(&s->world->check, "process %d got the ack of a symbol that does not exist",
                   (int)s->process->pid);
}

static void note_word(void *owner, uint32_t word)
{
    const struct sender *s = owner;

    kernel_trace(&s->world->kernel, s->process, "hears word %08x", (unsigned)word);
}

static void note_stale(void *owner, uint32_t word)
{
    const struct sender *s = owner;

    kernel_trace(&s->world->kernel, s->process, "drops the stale word %08x", (unsigned)word);
}

static void note_uncounted(void *owner, const struct lane_signal *signal, bool is_stranger)
{
    const struct sender *s = owner;

    if (!is_stranger && signal->pid != s->daemon->pid)
        check_fail(&s->world->check, "process %d took a stranger's signal for the daemon's",
                   (int)s->process->pid);
}

static void note_repeat(void *owner, uint64_t first, uint64_t last)
{
    const struct sender *s = owner;

    kernel_trace(&s->world->kernel, s->process, "will repeat bits %u to %u", (unsigned)first,
                 (unsigned)last);
}

static void note_timeout(void *owner, uint64_t waited_ns, enum ask ask)
{
    const struct sender *s = owner;

    kernel_trace(&s->world->kernel, s->process, "has heard nothing for %u us: sends a probe %s",
                 (unsigned)(waited_ns / NSEC_PER_USEC),
                 ask == ASK_START ? "to start" : "to resume");
}

static const struct conversation_ops ops = {
    .send_symbol = send_symbol,
    .send_word = send_word,
    .has_ended = has_ended,
    .acked = note_ack,
    .heard = note_word,
    .dropped = note_stale,
    .ignored = note_uncounted,
    .repeats = note_repeat,
    .expired = note_timeout,
};

/* ---- beginning and end ---- */

static void begin(struct world *w, struct sender *s)
{
    struct sent *sent = &s->ledger.sent[s->ledger.current];

    /* The message may have been refused before. */
    sent->was_refused = false;
    sent->was_unloggable = false;
    conversation_begin(&s->conversation, &sent->frame);
    s->at = SENDER_SENDS;
    kernel_trace(&w->kernel, s->process, "has message %u to send, of %zu octets", s->ledger.current,
                 sent->message.length);
}

struct sender *sender_new(struct world *w, unsigned messages)
{
    struct sender *s = calloc(1, sizeof *s);

    if (!s)
        abort();
    s->world = w;
    s->process = kernel_spawn(&w->kernel, "sender", 1000 + random_below(&w->random, 3), true);
    s->process->program = &s->ledger;
    s->daemon = w->daemon.process;
    s->is_rogue = w->nature.has_rogues && random_below(&w->random, 4) == 0;
    s->ledger.process = s->process;
    s->ledger.is_misled = s->is_rogue;
    s->ledger.count = messages;
    s->ledger.sent = calloc(messages, sizeof *s->ledger.sent);
    if (!s->ledger.sent)
        abort();
    for (unsigned i = 0; i < messages; i++)
        draw_message(w, &s->ledger.sent[i]);
    conversation_init(&s->conversation, &ops, s, s->daemon->pid, (uint16_t)random_next(&w->random),
                      w->nature.limit);
    begin(w, s);
    return s;
}

void sender_free(struct sender *s)
{
    for (unsigned i = 0; i < s->ledger.count; i++) {
        frame_free(&s->ledger.sent[i].frame);
        fields_free(&s->ledger.sent[i].fields);
        free(s->ledger.sent[i].message.bytes);
    }
    free(s->ledger.sent);
    free(s);
}

/*
 * Checks that the outcome of a message is true. Returns true if the sender may send another, or the
 * same one again if that was refused.
 */
static bool check_outcome(struct world *w, struct sender *s)
{
    const struct conversation *c = &s->conversation;
    bool may_retry = conversation_may_retry(c) || w->fault == FAULT_CERTAINTY;

    switch (c->outcome) {
    case CONVERSATION_COMMITTED:
        kernel_trace(&w->kernel, s->process, "is confirmed");
        check_confirmed(&w->check, &s->ledger);
        return true;
    case CONVERSATION_REFUSED:
        kernel_trace(&w->kernel, s->process, "is refused (%d)", (int)c->arq.refusal);
        check_refused(&w->check, &s->ledger, c->arq.refusal);
        return conversation_may_go_on(c);
    case CONVERSATION_ENDED:
        kernel_trace(&w->kernel, s->process, "sees that the daemon has ended");
        check_ended(&w->check, &s->ledger, s->daemon, may_retry);
        return false;
    case CONVERSATION_TIMED_OUT:
        kernel_trace(&w->kernel, s->process, "gives up");
        w->check.counts.timed_out++;
        return false;
    case CONVERSATION_OPEN:
        break;
    }
    abort();
}

/* Goes on to the next message, sends one that was refused again, or ends the process. */
static void conclude(struct world *w, struct sender *s)
{
    bool may_go_on = check_outcome(w, s);

    if (may_go_on && conversation_may_retry(&s->conversation) && random_below(&w->random, 2)) {
        begin(w, s);
    } else if (may_go_on && s->ledger.current + 1 < s->ledger.count) {
        s->ledger.current++;
        begin(w, s);
    } else {
        kernel_exit(&w->kernel, s->process);
    }
}

/* ---- rules that are switched off ---- */

/* Lets the sender send bits without an ack again, without a probe. */
static void repeat_blindly(struct arq_sender *arq)
{
    for (unsigned back = LANES; back > 0; back--)
        if (arq->next >= back && arq->in_flight[(arq->base + arq->next - back) % LANES]) {
            arq->next -= back;
            break;
        }
    for (int lane = 0; lane < LANES; lane++)
        arq->in_flight[lane] = false;
}

/* Gives each reply that is held the nonce of the newest probe, as if it were not stale. */
static void renew_replies(struct conversation *c)
{
    for (unsigned i = 0; i < c->barrier.count; i++) {
        struct reply reply;

        if (reply_unpack(c->barrier.held[i].word, &reply)) {
            reply.nonce = c->arq.nonce;
            c->barrier.held[i].word = reply_pack(reply);
        }
    }
}

/* Breaks the protocol: sends a bit that is not the next one, or a random probe. */
static void go_astray(struct world *w, struct sender *s)
{
    struct probe probe = {.ask = random_below(&w->random, 2) ? ASK_START : ASK_RESUME,
                          .nonce = s->conversation.arq.nonce};

    if (random_below(&w->random, 4) == 0)
        send_word(s, probe_pack(probe));
    else
        kernel_send_plain(&w->kernel, s->process, s->daemon,
                          random_below(&w->random, 2) ? LANE_PROCESS : LANE_THREAD,
                          random_below(&w->random, 2), 0, 0);
}

/* ---- the steps of the loop ---- */

static void transmit(struct world *w, struct sender *s)
{
    struct conversation *c = &s->conversation;
    int r = conversation_send(c);

    if (r < 0)
        check_fail(&w->check, "process %d could not send (%d)", (int)s->process->pid, r);
    if (r != 0)
        return;
    /* The sender polls, or sleeps at once. */
    s->at =
        conversation_holds_words(c) || random_below(&w->random, 2) ? SENDER_TAKES : SENDER_WAITS;
}

static void go_on(struct world *w, struct sender *s)
{
    s->at = SENDER_SENDS;
    if (s->conversation.outcome != CONVERSATION_OPEN)
        conclude(w, s);
}

static void settle(struct world *w, struct sender *s)
{
    if (w->fault == FAULT_STALE_COUNTS)
        renew_replies(&s->conversation);
    conversation_settle(&s->conversation);
}

static void take(struct world *w, struct sender *s)
{
    struct lane_signal signal;
    struct pending truth;

    if (!kernel_take(&w->kernel, s->process, &signal, &truth)) {
        s->at = SENDER_SAW_NOTHING;
        return;
    }
    if (w->fault == FAULT_STRANGERS_TRUSTED)
        signal.pid = s->daemon->pid;
    conversation_take(&s->conversation, &signal);
    if (w->fault == FAULT_HASTY_SENDER)
        settle(w, s);
    world_taken(w, s->process);
    go_on(w, s);
}

static bool is_impatient(struct world *w, const struct sender *s)
{
    return s->deadline <= w->kernel.now || world_chance(w, w->nature.impatience);
}

/* Returns true if the sender need not sleep. */
static bool wait_on(struct world *w, struct sender *s)
{
    struct conversation *c = &s->conversation;

    if (w->fault == FAULT_BLIND_REPEAT && c->is_waiting && c->arq.phase == ARQ_SENDING &&
        is_impatient(w, s)) {
        repeat_blindly(&c->arq);
        c->is_waiting = false;
        s->at = SENDER_SENDS;
        return true;
    }
    s->deadline = conversation_tick(c, w->kernel.now, random_below(&w->random, 2));
    if (is_impatient(w, s)) {
        if (s->deadline > w->kernel.now)
            conversation_tick(c, s->deadline, true);
        go_on(w, s);
        return true;
    }
    if (s->process->full)
        s->at = SENDER_TAKES;
    return s->process->full;
}

bool sender_step(struct world *w, struct sender *s)
{
    bool is_sent = conversation_sent(&s->conversation) == s->conversation.arq.total;

    if (s->is_rogue && world_chance(w, is_sent ? STRAYING_AT_END : STRAYING))
        go_astray(w, s);
    switch (s->at) {
    case SENDER_SENDS:
        transmit(w, s);
        return s->at == SENDER_SENDS;
    case SENDER_TAKES:
        take(w, s);
        return s->at != SENDER_SAW_NOTHING || conversation_holds_words(&s->conversation);
    case SENDER_SAW_NOTHING:
        settle(w, s);
        go_on(w, s);
        return false;
    case SENDER_WAITS:
        return wait_on(w, s);
    }
    return false;
}

uint64_t sender_deadline(const struct sender *s)
{
    return s->deadline;
}
