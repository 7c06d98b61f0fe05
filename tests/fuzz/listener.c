/* SPDX-License-Identifier: MIT */
/* listener.c - see listener.h */

#include "listener.h"

#include <errno.h>
#include <stdlib.h>

#include "fuzz.h"
#include "protocol/timing.h"
#include "talker.h"

struct listener listener;

/* Before a request to the owner, others may run. */
static void begin_request(const void *owner)
{
    PROMISE(owner == &listener);
    if (listener.calm > 0 && --listener.calm == 0)
        listener.interrupt();
}

static unsigned place_of(const struct process *process)
{
    unsigned i = 0;

    while (channel.processes[i] != process)
        i++;
    return i;
}

static struct ledger *ledger_of(const struct process *process)
{
    return process->talker ? &process->talker->ledger : NULL;
}

/* ---- peers ---- */

static int open_peer(void *owner, pid_t pid, void **ret_peer)
{
    struct process *process;

    begin_request(owner);
    process = channel_find(pid);
    if (!process)
        return -ESRCH;
    if (process == &listener.process || !process->is_safe || process->life != LIFE_RUNNING)
        return -EINVAL;
    PROMISE(!listener.is_open[place_of(process)]);
    listener.is_open[place_of(process)] = true;
    *ret_peer = process;
    return 0;
}

static void close_peer(void *owner, void *peer)
{
    const struct process *process = peer;
    unsigned place = place_of(process);

    PROMISE(owner == &listener);
    PROMISE(listener.is_open[place]);
    if (listener.has_session[place] && ledger_of(process))
        ledger_end_session(ledger_of(process));
    listener.is_open[place] = false;
    listener.has_session[place] = false;
}

static uid_t user_of(void *owner, const void *peer)
{
    const struct process *process = peer;

    PROMISE(owner == &listener);
    return process->uid;
}

static bool has_ended(void *owner, const void *peer)
{
    const struct process *process = peer;

    begin_request(owner);
    return process->life != LIFE_RUNNING;
}

/* ---- what is sent ---- */

static int send_ack(void *owner, void *peer, const struct arq_symbol *bit)
{
    struct process *process = peer;
    enum slot slot = slot_of(bit->lane, false);
    int r;

    begin_request(owner);
    PROMISE(listener.is_open[place_of(process)]);
    PROMISE(!listener.is_logging);
    PROMISE(listener_is_alive());
    r = channel_send_plain(&listener.process, LISTENER_PID, listener.process.uid, process, slot, 0,
                           bit->index);
    if (r == 0 && ledger_of(process))
        ledger_take(ledger_of(process), bit);
    return r;
}

static bool is_of_session(enum reply_code code)
{
    return code != REPLY_BUSY && code != REPLY_STOPPING && code != REPLY_FORGOTTEN;
}

static int send_word(void *owner, void *peer, uint32_t word)
{
    struct process *process = peer;
    unsigned place = place_of(process);
    struct reply reply;

    begin_request(owner);
    PROMISE(listener.is_open[place]);
    PROMISE(reply_unpack(word, &reply));
    /* A crash leaves no time for words. */
    if (!listener_is_alive())
        return -ESRCH;
    listener.has_session[place] |= is_of_session(reply.code);
    if (ledger_of(process)) {
        ledger_of(process)->told |= 1u << reply.code;
        /* Its sender begins the same message again, unasked. */
        if (reply.code == REPLY_NARROW)
            ledger_of(process)->taken = 0;
    }
    return channel_send_queued(LISTENER_PID, process, SLOT_PROCESS_USR2, word);
}

/* ---- the log ---- */

static void log_entry(struct entry *entry, int result)
{
    if (!entry)
        return;
    if (result == 0)
        ledger_log(entry);
    else
        entry->was_unloggable = true;
}

static int commit(void *owner, void *peer, const struct credentials *from, struct message *message)
{
    const struct process *process = peer;
    struct ledger *ledger = ledger_of(process);
    struct entry *entry = ledger ? ledger_entry(ledger) : NULL;

    begin_request(owner);
    PROMISE(!listener.is_logging);
    PROMISE(listener.is_open[place_of(process)]);
    if (ledger)
        ledger_commit(ledger, from->pid, from->uid, message);
    free(message->bytes);
    if (listener.log_result == -EINPROGRESS) {
        listener.is_logging = true;
        listener.on_way = entry;
    } else {
        log_entry(entry, listener.log_result);
    }
    return listener.log_result;
}

void listener_logged(int result)
{
    if (!listener.is_logging || !listener_is_alive())
        return;
    listener.is_logging = false;
    log_entry(listener.on_way, result);
    exchange_committed(&listener.exchange, channel.now, result);
}

static bool has_begun(void *owner)
{
    PROMISE(owner == &listener);
    PROMISE(listener.is_logging);
    return listener.has_begun;
}

/* ---- the record ---- */

/* The exchange has no limit of messages. */
static void note_limited(void *owner, const struct credentials *from)
{
    (void)owner, (void)from;
    PROMISE(false);
}

/* Of those with this PID, the one with a session. */
static const struct process *session_of_pid(pid_t pid)
{
    for (unsigned i = 0; i < channel.count; i++)
        if (channel.processes[i]->pid == pid && listener.is_open[i])
            return channel.processes[i];
    return NULL;
}

static void note_refused(void *owner, const struct credentials *from, enum reply_code reason)
{
    const struct process *process = session_of_pid(from->pid);

    PROMISE(owner == &listener);
    PROMISE(reason >= REPLY_FIRST_REFUSAL && reason <= REPLY_LAST);
    PROMISE(process);
    if (ledger_of(process))
        ledger_refuse(ledger_of(process));
}

static void note_lost(void *owner, const struct credentials *from, size_t octets)
{
    const struct process *process = session_of_pid(from->pid);

    PROMISE(owner == &listener);
    PROMISE(process);
    if (ledger_of(process))
        ledger_lose(ledger_of(process), from->pid, from->uid, octets);
}

static const struct exchange_ops ops = {
    .open = open_peer,
    .close = close_peer,
    .user = user_of,
    .account = user_of,
    .ended = has_ended,
    .send_ack = send_ack,
    .send_word = send_word,
    .commit = commit,
    .has_begun = has_begun,
    .limited = note_limited,
    .refused = note_refused,
    .lost = note_lost,
};

/* ---- its loop ---- */

void listener_look(void)
{
    if (!listener_is_alive())
        return;
    listener.deadline = exchange_tick(&listener.exchange, channel.now);
    /* A passed deadline asks for a look, which then finds the runner silent. */
    PROMISE(listener.deadline > channel.now ||
            listener.exchange.empty_at < listener.exchange.heard_at + TURN_LAPSE);
    PROMISE(exchange_is_busy(&listener.exchange) || listener.deadline == EXCHANGE_NEVER);
}

/* The exchange may hold the signal as a bit of the runner. */
static void note_bit(const struct lane_signal *signal, const struct parcel *parcel)
{
    const struct process *process;
    struct arq_symbol symbol;

    if (!exchange_wants(&listener.exchange, signal, &symbol))
        return;
    process = session_of_pid(signal->pid);
    PROMISE(process);
    if (ledger_of(process))
        ledger_of(process)->newest[signal->lane] = *parcel;
}

bool listener_step(void)
{
    struct lane_signal signal;
    struct parcel parcel;
    bool holds_words;

    if (!listener_is_alive())
        return false;
    if (channel_take(&listener.process, &signal, &parcel)) {
        note_bit(&signal, &parcel);
        exchange_take(&listener.exchange, channel.now, &signal);
        return true;
    }
    holds_words = exchange_holds_words(&listener.exchange);
    exchange_settle(&listener.exchange, channel.now);
    return holds_words;
}

void listener_notice(void)
{
    for (unsigned i = 0; i < channel.count && listener_is_alive(); i++)
        if (listener.is_open[i] && channel.processes[i]->life != LIFE_RUNNING)
            exchange_ended(&listener.exchange, channel.now, channel.processes[i]->pid,
                           channel.processes[i]);
}

/* ---- beginning and end ---- */

void listener_begin(size_t message_limit, unsigned session_limit, size_t room)
{
    listener = (struct listener){
        .process = {.pid = LISTENER_PID, .uid = 100, .is_safe = true},
        .deadline = EXCHANGE_NEVER,
        .end_at = EXCHANGE_NEVER,
    };
    channel_add(&listener.process);
    if (exchange_init(&listener.exchange, &ops, &listener, message_limit, session_limit) < 0)
        abort();
    if (room > 0)
        listener.exchange.room = room;
}

void listener_stop(void)
{
    if (!listener_is_alive() || listener.end_at != EXCHANGE_NEVER)
        return;
    listener.end_at = channel.now + STOP_GRACE;
    exchange_stop(&listener.exchange, channel.now);
    listener_look();
}

bool listener_is_done(void)
{
    return listener.end_at != EXCHANGE_NEVER &&
           (channel.now >= listener.end_at || !exchange_has_unfinished(&listener.exchange));
}

/* A commit under way ends with the process: as a whole, or never. */
static void leave_log(bool is_logged)
{
    if (listener.is_logging && listener.on_way && is_logged)
        ledger_log(listener.on_way);
    else if (listener.is_logging && listener.on_way)
        listener.on_way->is_cut_short = listener.has_begun;
    listener.on_way = NULL;
}

void listener_end(bool is_crash, bool is_logged)
{
    if (!listener_is_alive())
        return;
    listener.calm = 0;
    if (is_crash)
        listener.process.life = LIFE_ZOMBIE;
    else
        is_logged = false;
    exchange_done(&listener.exchange);
    leave_log(is_logged);
    listener.is_logging = false;
    listener.process.life = LIFE_ZOMBIE;
}
