/* client.c - see client.h; it follows src/sender/client.c */

#include "client.h"

#include <stdlib.h>

#include "world.h"

#define USEC UINT64_C(1000)
#define FIRST_PATIENCE (200 * USEC)
#define LAST_PATIENCE (100000 * USEC)
#define QUEUE_PATIENCE (1000000 * USEC)
#define LAST_TAKES 1000
/*
 * How often a rogue goes astray, of 65,536: seldom enough that some of its messages get through,
 * and then as often as it can while it waits for the verdict.
 */
#define STRAYING 60
#define STRAYING_AT_END 20000

/* None, a tag, or one of the sender's own as well. */
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
    /* Few different octets make rows of equal bits, in which a slip is hardest to see. */
    for (size_t i = 0; i < length; i++)
        sent->message.bytes[i] = random_below(random, 4) > 0
                                     ? (uint8_t)(0 - random_below(random, 2))
                                     : (uint8_t)random_next(random);
    if (sent->fields.length > CLIENT_FIELDS_MAX || frame_encode(&sent->message, &sent->frame) < 0)
        abort();
}

static void progress(struct world *w, struct client *c)
{
    c->since = w->kernel.now;
    c->patience = FIRST_PATIENCE;
}

static void begin(struct world *w, struct client *c)
{
    struct sent *sent = &c->ledger.sent[c->ledger.current];

    arq_sender_begin(&c->arq, frame_bits(&sent->frame), ++c->nonce);
    progress(w, c);
    c->at = CLIENT_TRANSMITS;
    kernel_trace(&w->kernel, c->process, "has message %u to send, of %zu octets", c->ledger.current,
                 sent->message.length);
}

struct client *client_new(struct world *w, unsigned messages)
{
    struct client *c = calloc(1, sizeof *c);

    if (!c)
        abort();
    c->process = kernel_spawn(&w->kernel, "client", 1000 + random_below(&w->random, 3), true);
    c->process->program = &c->ledger;
    c->daemon = w->daemon.process;
    c->nonce = (uint16_t)random_next(&w->random);
    c->is_rogue = w->nature.has_rogues && random_below(&w->random, 4) == 0;
    c->ledger.process = c->process;
    c->ledger.is_misled = c->is_rogue;
    c->ledger.count = messages;
    c->ledger.sent = calloc(messages, sizeof *c->ledger.sent);
    if (!c->ledger.sent)
        abort();
    for (unsigned i = 0; i < messages; i++)
        draw_message(w, &c->ledger.sent[i]);
    begin(w, c);
    return c;
}

void client_free(struct client *c)
{
    for (unsigned i = 0; i < c->ledger.count; i++) {
        frame_free(&c->ledger.sent[i].frame);
        fields_free(&c->ledger.sent[i].fields);
        free(c->ledger.sent[i].message.bytes);
    }
    free(c->ledger.sent);
    free(c);
}

/* ---- what it does at each point of its loop ---- */

static void end(struct world *w, struct client *c)
{
    kernel_exit(&w->kernel, c->process);
}

static void lose_daemon(struct world *w, struct client *c)
{
    if (w->daemon.process->life == LIFE_RUNNING)
        check_fail(&w->check, "process %d believes that the daemon has ended",
                   (int)c->process->pid);
    c->last_takes = 0;
    c->at = CLIENT_MOURNS;
}

static void transmit(struct world *w, struct client *c)
{
    const struct frame *frame = &c->ledger.sent[c->ledger.current].frame;
    struct arq_step step = arq_sender_step(&c->arq);
    int r = 0;

    switch (step.what) {
    case ARQ_NOTHING:
        c->at = CLIENT_TAKES;
        break;
    case ARQ_BIT:
        kernel_trace(&w->kernel, c->process, "sends bit %u", (unsigned)step.index);
        r = kernel_send_plain(&w->kernel, c->process, c->daemon, step.lane,
                              frame_bit(frame, step.index), c->ledger.current, step.index);
        break;
    case ARQ_PROBE:
        r = kernel_send_queued(&w->kernel, c->process, c->daemon, LANE_PROCESS, true,
                               c->process->pid, probe_pack(step.probe));
        break;
    }
    if (r < 0)
        lose_daemon(w, c);
}

static void take_word(struct world *w, struct client *c, uint32_t word)
{
    struct reply reply;

    if (!reply_unpack(word, &reply))
        return;
    if (w->fault == FAULT_STALE_COUNTS)
        reply.nonce = c->arq.nonce;
    kernel_trace(&w->kernel, c->process, "acts on answer %d, count %u", (int)reply.code,
                 (unsigned)reply.count);
    switch (arq_sender_word(&c->arq, reply)) {
    case ARQ_STALE:
        return;
    case ARQ_GO:
    case ARQ_VERDICT:
        progress(w, c);
        return;
    case ARQ_WAIT:
    case ARQ_PENDING:
        c->since = w->kernel.now;
        c->patience = QUEUE_PATIENCE;
        return;
    }
}

static void release_words(struct world *w, struct client *c, bool empty)
{
    uint32_t word;
    pid_t pid;

    while (barrier_release(&c->barrier, empty, &pid, &word))
        take_word(w, c, word);
}

static bool take_signal(struct world *w, struct client *c)
{
    struct lane_signal signal;
    struct pending truth;
    uint64_t index;

    if (!kernel_take(&w->kernel, c->process, &signal, &truth))
        return false;
    if (signal.pid != c->daemon->pid && w->fault != FAULT_ANY_ANSWER)
        signal.kind = SIGNAL_NOISE;
    barrier_note(&c->barrier, &signal);
    if (signal.kind == SIGNAL_PLAIN && arq_sender_acked(&c->arq, signal.lane, &index))
        progress(w, c);
    world_taken(w, c->process);
    return true;
}

static bool take(struct world *w, struct client *c)
{
    if (!take_signal(w, c)) {
        c->at = CLIENT_SAW_NOTHING;
        return c->barrier.count > 0;
    }
    release_words(w, c, w->fault == FAULT_HASTY_CLIENT);
    c->at = CLIENT_WAITS;
    return true;
}

/* A verdict was given: what it says must be so. Then comes the next message, or the end. */
static void conclude(struct world *w, struct client *c)
{
    c->nonce = c->arq.nonce;
    if (c->arq.phase == ARQ_REFUSED) {
        kernel_trace(&w->kernel, c->process, "is refused (%d)", (int)c->arq.refusal);
        check_refused(&w->check, &c->ledger, c->arq.refusal);
        end(w, c);
        return;
    }
    kernel_trace(&w->kernel, c->process, "is confirmed");
    check_confirmed(&w->check, &c->ledger);
    if (c->ledger.current + 1 == c->ledger.count) {
        end(w, c);
        return;
    }
    c->ledger.current++;
    begin(w, c);
}

/* The daemon has ended, but may have given its verdict before. */
static void mourn(struct world *w, struct client *c)
{
    if (c->last_takes++ < LAST_TAKES && take_signal(w, c))
        return;
    release_words(w, c, true);
    if (arq_sender_done(&c->arq)) {
        conclude(w, c);
        return;
    }
    w->check.counts.gone++;
    end(w, c);
}

/* The fault: what was not answered is sent again, without asking. */
static void repeat_blindly(struct client *c)
{
    struct arq_sender *arq = &c->arq;

    for (unsigned back = LANES; back > 0; back--)
        if (arq->next >= back && arq->in_flight[(arq->base + arq->next - back) % LANES]) {
            arq->next -= back;
            break;
        }
    for (int lane = 0; lane < LANES; lane++)
        arq->in_flight[lane] = false;
}

static bool wait_on(struct world *w, struct client *c)
{
    if (arq_sender_done(&c->arq)) {
        conclude(w, c);
        return true;
    }
    c->at = CLIENT_TRANSMITS;
    if (w->kernel.now < client_deadline(c) && !world_chance(w, w->nature.impatience))
        return false;
    if (c->daemon->life != LIFE_RUNNING) {
        lose_daemon(w, c);
        return true;
    }
    kernel_trace(&w->kernel, c->process, "has heard nothing for too long");
    if (w->fault == FAULT_BLIND_REPEAT && c->arq.phase == ARQ_SENDING &&
        random_below(&w->random, 2))
        repeat_blindly(c);
    else
        arq_sender_silence(&c->arq);
    c->since = w->kernel.now;
    c->patience = 2 * c->patience < LAST_PATIENCE ? 2 * c->patience : LAST_PATIENCE;
    return true;
}

/* What a sender must not do: a bit out of turn, or a question that makes no sense here. */
static void go_astray(struct world *w, struct client *c)
{
    struct probe probe = {.ask = random_below(&w->random, 2) ? ASK_START : ASK_RESUME,
                          .nonce = c->arq.nonce};

    if (random_below(&w->random, 4) == 0)
        kernel_send_queued(&w->kernel, c->process, c->daemon, LANE_PROCESS, true, c->process->pid,
                           probe_pack(probe));
    else
        kernel_send_plain(&w->kernel, c->process, c->daemon,
                          random_below(&w->random, 2) ? LANE_PROCESS : LANE_THREAD,
                          random_below(&w->random, 2), 0, 0);
}

bool client_step(struct world *w, struct client *c)
{
    bool is_sent = c->arq.next == c->arq.total;

    if (c->is_rogue && world_chance(w, is_sent ? STRAYING_AT_END : STRAYING))
        go_astray(w, c);
    switch (c->at) {
    case CLIENT_TRANSMITS:
        transmit(w, c);
        return c->at == CLIENT_TRANSMITS;
    case CLIENT_TAKES:
        return take(w, c);
    case CLIENT_SAW_NOTHING:
        c->at = CLIENT_WAITS;
        release_words(w, c, true);
        return false;
    case CLIENT_WAITS:
        return wait_on(w, c);
    case CLIENT_MOURNS:
        mourn(w, c);
        return true;
    }
    return false;
}

uint64_t client_deadline(const struct client *c)
{
    return c->since + c->patience;
}
