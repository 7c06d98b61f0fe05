/* SPDX-License-Identifier: MIT */
/* world.c - see world.h */

#include "world.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"

struct world world;

/* ---- the exchange's owner ---- */

/* Check's assertions allocate memory even if they hold. This does not, for tests without memory. */
static void require(bool condition)
{
    if (!condition)
        abort();
}

/* Stands for a pidfd: it means one process, even after another has got the same PID. */
struct handle {
    pid_t pid;
    unsigned generation;
    bool is_open;
};

/* A static array, so that a handle can be opened while memory is scarce. */
#define WORLD_HANDLES (2 * WORLD_PIDS)
static struct handle handles[WORLD_HANDLES];

static bool is_gone(const struct handle *handle)
{
    const struct process *process = &world.processes[handle->pid];

    require(handle->is_open);
    return process->has_ended || process->generation != handle->generation;
}

static int open_peer(void *owner, pid_t pid, void **ret_peer)
{
    const struct process *process = &world.processes[pid];
    struct handle *handle = NULL;

    require(owner == &world);
    if (process->has_ended)
        return -ESRCH;
    if (process->is_unsafe)
        return -EINVAL;
    for (unsigned i = 0; !handle; i++) {
        require(i < WORLD_HANDLES);
        if (!handles[i].is_open)
            handle = &handles[i];
    }
    *handle = (struct handle){.pid = pid, .generation = process->generation, .is_open = true};
    *ret_peer = handle;
    world.open_peers++;
    return world.open_peers > world.room ? EXCHANGE_NO_ROOM : 0;
}

static void close_peer(void *owner, void *peer)
{
    struct handle *handle = peer;

    require(owner == &world);
    require(handle->is_open);
    handle->is_open = false;
    world.open_peers--;
}

static uid_t user_of_peer(void *owner, const void *peer)
{
    const struct handle *handle = peer;

    require(owner == &world);
    return world.processes[handle->pid].uid;
}

static bool peer_has_ended(void *owner, const void *peer)
{
    require(owner == &world);
    return is_gone(peer);
}

static int ack_peer(void *owner, void *peer, const struct arq_symbol *bit)
{
    const struct handle *handle = peer;

    require(owner == &world);
    if (is_gone(handle))
        return -ESRCH;
    world.processes[handle->pid].acks[bit->lane]++;
    return 0;
}

static int tell_peer(void *owner, void *peer, uint32_t word)
{
    const struct handle *handle = peer;
    struct process *process = &world.processes[handle->pid];

    require(owner == &world);
    if (is_gone(handle))
        return -ESRCH;
    require(reply_unpack(word, &process->told));
    process->told_count++;
    return 0;
}

static void add_note(struct notes *notes, struct note note)
{
    require(notes->count < sizeof notes->list / sizeof notes->list[0]);
    notes->list[notes->count++] = note;
}

static int commit_message(void *owner, void *peer, const struct credentials *from,
                          struct message *message)
{
    struct note note = {.pid = from->pid,
                        .uid = from->uid,
                        .priority = message->priority,
                        .length = message->length};

    require(owner == &world);
    require(((const struct handle *)peer)->pid == from->pid);
    require(message->length < sizeof note.bytes);
    if (message->length > 0)
        memcpy(note.bytes, message->bytes, message->length);
    if (world.commit_result == 0 || world.commit_result == -EINPROGRESS)
        add_note(&world.log, note);
    free(message->bytes);
    return world.commit_result;
}

static bool message_has_begun(void *owner)
{
    (void)owner;
    return world.has_begun;
}

static void note_limited(void *owner, const struct credentials *from)
{
    require(owner == &world);
    require(from->account == from->uid);
    add_note(&world.limited, (struct note){.pid = from->pid, .uid = from->uid});
}

static void note_refused(void *owner, const struct credentials *from, enum reply_code reason)
{
    require(owner == &world);
    add_note(&world.refused, (struct note){.pid = from->pid, .uid = from->uid, .reason = reason});
}

static void note_lost(void *owner, const struct credentials *from, size_t bytes)
{
    require(owner == &world);
    add_note(&world.lost, (struct note){.pid = from->pid, .uid = from->uid, .length = bytes});
}

static const struct exchange_ops ops = {
    .open = open_peer,
    .close = close_peer,
    .user = user_of_peer,
    .account = user_of_peer,
    .ended = peer_has_ended,
    .send_ack = ack_peer,
    .send_word = tell_peer,
    .commit = commit_message,
    .has_begun = message_has_begun,
    .limited = note_limited,
    .refused = note_refused,
    .lost = note_lost,
};

/* ---- the world ---- */

void world_begin(unsigned session_limit)
{
    world = (struct world){.now = 1, .room = WORLD_HANDLES};
    for (unsigned pid = 0; pid < WORLD_PIDS; pid++)
        world.processes[pid].uid = 1000 + pid;
    ck_assert_int_eq(
        exchange_init(&world.exchange, &ops, &world, WORLD_MESSAGE_LIMIT, session_limit), 0);
    time_passes(0);
}

void world_end(void)
{
    exchange_done(&world.exchange);
    ck_assert_uint_eq(world.open_peers, 0);
    ck_assert_uint_eq(world.exchange.counts.senders, 0);
}

void process_ends(pid_t pid)
{
    world.processes[pid].has_ended = true;
}

void process_starts(pid_t pid)
{
    world.processes[pid] = (struct process){.generation = world.processes[pid].generation + 1,
                                            .uid = world.processes[pid].uid};
}

void process_end_is_noticed(pid_t pid)
{
    const struct session *session = sessions_find(&world.exchange.sessions, pid);

    if (session)
        exchange_ended(&world.exchange, world.now, pid, session->peer);
}

uint64_t time_passes(uint64_t duration)
{
    world.now += duration;
    exchange_settle(&world.exchange, world.now);
    return exchange_tick(&world.exchange, world.now);
}

/* ---- senders ---- */

void sender_takes(struct sender *sender, const char *text)
{
    struct message message = {.priority = 5, .bytes = (uint8_t *)text, .length = strlen(text)};

    sender->base += sender->sent;
    sender->sent = 0;
    frame_free(&sender->frame);
    ck_assert_int_eq(frame_encode(&message, sender->is_wide, &sender->frame), 0);
}

void sender_done(struct sender *sender)
{
    frame_free(&sender->frame);
}

void word_comes(pid_t pid, uint32_t word)
{
    exchange_take(&world.exchange, world.now,
                  &(struct lane_signal){
                      .kind = SIGNAL_WORD, .slot = SLOT_PROCESS_USR2, .pid = pid, .word = word});
    while (exchange_holds_words(&world.exchange))
        exchange_settle(&world.exchange, world.now);
}

enum reply_code sender_asks(struct sender *sender, enum ask ask)
{
    struct process *process = &world.processes[sender->pid];
    unsigned told_before = process->told_count;

    sender->nonce++;
    word_comes(sender->pid, probe_pack((struct probe){.ask = ask, .nonce = sender->nonce}));
    if (process->told_count == told_before)
        return 0;
    return sender_heard(sender);
}

bool sender_sends_symbol(struct sender *sender, uint64_t index)
{
    const struct process *process = &world.processes[sender->pid];
    enum lane lane = (enum lane)((sender->base + index) % LANES);
    struct symbol symbol = frame_symbol(&sender->frame, index);
    bool is_block = symbol.kind == SYMBOL_BLOCK, bit = !is_block && symbol.value;
    const unsigned before[LANES] = {process->acks[0], process->acks[1]};

    exchange_take(&world.exchange, world.now,
                  &(struct lane_signal){
                      .kind = is_block ? SIGNAL_BLOCK : SIGNAL_PLAIN,
                      .slot = slot_of(lane, bit),
                      .lane = lane,
                      .bit = bit,
                      .pid = sender->pid,
                      .uid = sender->uid,
                      .block = symbol.value,
                      .number = (uint32_t)index,
                  });
    return process->acks[lane] == before[lane] + 1 && process->acks[!lane] == before[!lane];
}

void sender_sends(struct sender *sender, uint64_t symbols)
{
    uint64_t left = frame_symbols(&sender->frame) - sender->sent;

    for (symbols = symbols < left ? symbols : left; symbols > 0; symbols--)
        ck_assert(sender_sends_symbol(sender, sender->sent++));
}

enum reply_code sender_heard(const struct sender *sender)
{
    ck_assert_uint_eq(world.processes[sender->pid].told.nonce, sender->nonce);
    return world.processes[sender->pid].told.code;
}

enum reply_code sender_delivers(struct sender *sender, const char *text)
{
    sender_takes(sender, text);
    ck_assert_int_eq(sender_asks(sender, ASK_START), REPLY_GO);
    sender_sends(sender, SENDER_REST);
    return sender_heard(sender);
}
