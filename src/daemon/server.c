/* SPDX-License-Identifier: MIT */
/* server.c - see server.h for polling and sleeping */

#include "daemon/server.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <systemd/sd-event.h>
#include <time.h>
#include <unistd.h>

#include "daemon/hangup.h"
#include "daemon/peer.h"
#include "daemon/rejects.h"
#include "daemon/shortage.h"
#include "daemon/spares.h"
#include "daemon/status.h"
#include "daemon/subids.h"
#include "host/cpu.h"
#include "host/exhausted.h"
#include "host/inbox.h"
#include "host/monotonic.h"
#include "host/spin.h"
#include "host/stop.h"
#include "protocol/exchange.h"
#include "protocol/timing.h"

/* Length of a round. The event loop has to wait for the end of a round. */
#define ROUND (5 * NSEC_PER_MSEC)
/* Longest time to block for a bit that is late, after polling without a result. */
#define LINGER (5 * NSEC_PER_MSEC)

#define SESSIONS_MAX 4096u
/* Descriptors that are no pidfds of senders: standard ones, pidfile, sink, event loop, spares. */
#define DESCRIPTORS_RESERVED 32

struct server {
    sd_event *event;
    sd_event_source *inbox;  /* wakes the server for any signal; on while it sleeps */
    sd_event_source *rounds; /* starts rounds; on while bits flow */
    sd_event_source *output; /* on while a message is being written (sink.h) */
    struct sink *sink;
    struct exchange exchange;
    struct status status;
    struct shortage shortage;
    sigset_t stops; /* signals that ask the daemon to stop */
    struct spin spin;
    struct rejects rejects;
    struct subids subids;
    struct spares spares;
    struct peer *spare; /* for a new sender when memory or descriptors are short */
    pid_t told_sender;  /* the last record about a refused message was about this process */
    int told_failure; /* and this errno of the log; 0: another reason, or a message was logged since
                       */
    struct trace *trace; /* NULL: none */
    bool has_looked;     /* this round has checked the CPU of the sender */
    bool is_bound;       /* the server may not choose its CPU, or has one only */
    bool stopping;
};

/* ---- the trace ---- */

static void trace_signal(const struct server *server, const struct lane_signal *signal)
{
    const struct exchange *ex = &server->exchange;
    struct arq_symbol symbol;

    if (signal->kind == SIGNAL_WORD)
        trace_word(server->trace, TRACE_SENDER, signal->pid, signal->word);
    else if (exchange_wants(ex, signal, &symbol))
        trace_symbol(server->trace, signal->pid, &symbol);
    else
        trace_uncounted(server->trace, signal, !exchange_knows(ex, signal->pid));
}

/* ---- two ways to wait ---- */

/*
 * While a descriptor for signals (signalfd(2)) is watched, the kernel wakes the watcher for every
 * signal, even for one that the descriptor is not for. That takes a tenth of the time of a bit. So
 * the server has a single descriptor for all signals, and does not watch it while bits flow. The
 * server checks for other signals than bits and words when the descriptor wakes it, and after each
 * round.
 *
 *              rounds   inbox
 *   serving    on       off
 *   sleeping   off      on
 */
static int serve(struct server *server)
{
    int r = sd_event_source_set_enabled(server->inbox, SD_EVENT_OFF);

    spin_heard(&server->spin);
    if (r >= 0)
        r = sd_event_source_set_enabled(server->rounds, SD_EVENT_ON);
    return r;
}

static int sleep_until_signal(struct server *server)
{
    int r = sd_event_source_set_enabled(server->rounds, SD_EVENT_OFF);

    trace_sleep(server->trace, TRACE_UNLIMITED);
    if (r >= 0)
        r = sd_event_source_set_enabled(server->inbox, SD_EVENT_ON);
    return r;
}

/*
 * Must be called if the exchange was called outside a round. The exchange may have given the next
 * turn, and then bits will flow again.
 */
static int serve_if_busy(struct server *server)
{
    return exchange_is_busy(&server->exchange) ? serve(server) : 0;
}

/* ---- SIGHUP ---- */

/* Opens the log anew if SIGHUP is pending. A daemon that stops must not report that it is ready. */
static void heed_hangup(struct server *server)
{
    if (!hangup_came())
        return;
    if (!server->stopping)
        status_reopening();
    sink_reopen(server->sink);
    if (!server->stopping)
        status_reopened(&server->status);
}

/* ---- the end ---- */

static int on_grace_over(sd_event_source *source, uint64_t usec, void *userdata)
{
    (void)usec, (void)userdata;
    return sd_event_exit(sd_event_source_get_event(source), 0);
}

static int begin_to_stop(struct server *server)
{
    uint64_t now = monotonic_now();
    int r;

    server->stopping = true;
    status_stopping();
    exchange_stop(&server->exchange, now);
    r = serve_if_busy(server);
    if (r < 0)
        return r;
    /* Not relative to sd_event_now(3), which is the time before the round. */
    return sd_event_add_time(server->event, NULL, CLOCK_MONOTONIC,
                             (now + STOP_GRACE) / NSEC_PER_USEC, 1, on_grace_over, NULL);
}

/*
 * Looks for a shortage, reports changes to the service manager, and begins or ends the stop of the
 * daemon. Must be called after each round and after each other event.
 */
static int look_around(struct server *server)
{
    /* Take the signal even while stopping: otherwise the inbox would stay readable. */
    bool is_asked = stop_was_asked(&server->stops);
    int r = shortage_follow(&server->shortage);

    heed_hangup(server);
    if (r >= 0)
        r = status_follow(&server->status);
    if (r >= 0 && is_asked && !server->stopping)
        r = begin_to_stop(server);
    if (r < 0)
        return r;
    if (server->stopping && !exchange_has_unfinished(&server->exchange))
        return sd_event_exit(server->event, 0);
    return 0;
}

/* ---- operations of the exchange ---- */

static int on_end(void *owner, struct peer *peer)
{
    struct server *server = owner;
    pid_t pid = peer_process(peer)->pid;
    int r;

    exchange_ended(&server->exchange, monotonic_now(), pid, peer);
    r = serve_if_busy(server);
    return r < 0 ? r : look_around(server);
}

/*
 * Opens a peer, which needs more descriptors for a moment than it keeps, with the help of the spare
 * ones. Returns -EMFILE if these could not all be had back.
 */
static int open_with_spares(struct server *server, pid_t pid, struct peer **ret)
{
    int r;

    spares_close(&server->spares);
    r = peer_new(server->event, &server->subids, pid, on_end, server, ret);
    if (spares_open(&server->spares) || r < 0)
        return r;
    peer_free(*ret);
    spares_open(&server->spares);
    return -EMFILE;
}

/* Opens the spare peer, with the spare descriptors. Returns EXCHANGE_NO_ROOM or -errno. */
static int open_spare(struct server *server, pid_t pid)
{
    int r;

    spares_close(&server->spares);
    r = peer_open_spare(server->spare, pid);
    if (r >= 0)
        return EXCHANGE_NO_ROOM;
    spares_open(&server->spares);
    return is_exhausted(r) ? -ENOMEM : r;
}

static int open_peer(void *owner, pid_t pid, void **ret_peer)
{
    struct server *server = owner;
    struct peer *peer;
    uint64_t now = monotonic_now();
    int r;

    if (rejects_have(&server->rejects, pid, now))
        return -EINVAL;
    r = peer_new(server->event, &server->subids, pid, on_end, server, &peer);
    if (r == -EMFILE || r == -ENFILE)
        r = open_with_spares(server, pid, &peer);
    if (is_exhausted(r)) {
        peer = server->spare;
        r = open_spare(server, pid);
    }
    if (r >= 0)
        *ret_peer = peer;
    else if (r != -ENOMEM)
        rejects_add(&server->rejects, pid, now);
    return r;
}

static void close_peer(void *owner, void *peer)
{
    struct server *server = owner;

    if (peer == server->spare)
        peer_close_spare(peer);
    else
        peer_free(peer);
    spares_open(&server->spares);
}

static uid_t user(void *owner, const void *peer)
{
    (void)owner;
    return peer_user(peer);
}

static uid_t account(void *owner, const void *peer)
{
    (void)owner;
    return peer_account(peer);
}

static bool has_ended(void *owner, const void *peer)
{
    (void)owner;
    return pidref_ended(peer_process(peer));
}

static int send_ack(void *owner, void *peer, const struct arq_symbol *symbol)
{
    const struct server *server = owner;
    const struct pidref *process = peer_process(peer);
    int r = pidref_send_bit(process, symbol->lane, false);

    if (r == 0)
        trace_ack(server->trace, process->pid, symbol);
    return r;
}

static int send_word(void *owner, void *peer, uint32_t word)
{
    const struct server *server = owner;
    const struct pidref *process = peer_process(peer);
    int r = pidref_send_word(process, word);

    if (r == 0)
        trace_word(server->trace, TRACE_DAEMON, process->pid, word);
    return r;
}

/*
 * A part of a message stays in the log, so no verdict on it would be true. Ends the daemon: a
 * sender whose daemon ends knows that it got none. Returns what the exchange is told.
 */
static int end_without_verdict(struct server *server)
{
    sd_event_exit(server->event, -ENOTRECOVERABLE);
    return -EINPROGRESS;
}

static int commit(void *owner, void *peer, const struct credentials *from, struct message *message)
{
    struct server *server = owner;
    struct entry entry = {.from = *from, .message = *message};
    int r;

    /* Once kill(2) has returned to a program that rotates the log, the new file gets the messages.
     */
    heed_hangup(server);
    if (server->sink->wants_origin)
        entry.origin = origin_copy(peer_origin(peer));
    r = sink_write(server->sink, &entry);
    if (r == 0)
        server->told_failure = 0;
    if (r == -ENOTRECOVERABLE)
        return end_without_verdict(server);
    if (r == -EINPROGRESS) {
        int watched = sd_event_source_set_enabled(server->output, SD_EVENT_ON);

        /* The message could neither be finished nor taken back, so end the daemon. */
        if (watched < 0)
            sd_event_exit(server->event, watched);
    }
    return r;
}

static bool has_begun(void *owner)
{
    const struct server *server = owner;

    return server->sink->stream.written > 0;
}

static const char *explain(enum reply_code reason)
{
    switch (reason) {
    case REPLY_TOO_LARGE:
        return "larger than --max-message, or more than 64 KiB of fields";
    case REPLY_VERSION:
        return "unknown version of the protocol";
    case REPLY_DAMAGED:
        return "invalid frame or wrong checksum";
    case REPLY_UNLOGGED:
        return "writing to the log failed";
    case REPLY_BUSY:
        return "at the limit of sessions or of memory";
    case REPLY_STOPPING:
        return "the daemon is stopping";
    case REPLY_NARROW:
        return "blocks without their sender; it is asked for bits";
    case REPLY_GO:
    case REPLY_WAIT:
    case REPLY_PENDING:
    case REPLY_COMMITTED:
    case REPLY_FORGOTTEN:
    case REPLY_OUT_OF_STEP:
        break;
    }
    /* The exchange refuses probes with FORGOTTEN and OUT_OF_STEP, and never a message. */
    assert(false);
    return NULL;
}

static void record_limited(void *owner, const struct credentials *from)
{
    struct server *server = owner;
    const struct rate *rate = &server->exchange.users.rate;

    sink_record(server->sink, RECORD_LIMITED, from,
                "account %u is at the limit of %u messages in %u seconds (process %d, user %u); "
                "its senders are told to try again later",
                (unsigned)from->account, rate->messages, (unsigned)(rate->time / NSEC_PER_SEC),
                (int)from->pid, (unsigned)from->uid);
}

static void record_refused(void *owner, const struct credentials *from, enum reply_code reason)
{
    struct server *server = owner;
    int failure = reason == REPLY_UNLOGGED ? server->sink->failure : 0;

    /* A sender with --retry sends again all the time. If the log works again, that is told anew. */
    if (failure && failure == server->told_failure && from->pid == server->told_sender)
        return;
    server->told_failure = failure;
    server->told_sender = from->pid;
    sink_record(server->sink, RECORD_REFUSED, from,
                "refused a message from process %d, user %u: %s%s%s", (int)from->pid,
                (unsigned)from->uid, explain(reason), failure ? ": " : "",
                failure ? sink_reason(server->sink, failure) : "");
}

static void record_lost(void *owner, const struct credentials *from, size_t bytes)
{
    struct server *server = owner;

    sink_record(server->sink, RECORD_LOST, from,
                "process %d, user %u, ended in the middle of a message, after %zu bytes; nothing "
                "of the message was logged",
                (int)from->pid, (unsigned)from->uid, bytes);
}

static const struct exchange_ops exchange_ops = {
    .open = open_peer,
    .close = close_peer,
    .user = user,
    .account = account,
    .ended = has_ended,
    .send_ack = send_ack,
    .send_word = send_word,
    .commit = commit,
    .has_begun = has_begun,
    .limited = record_limited,
    .refused = record_refused,
    .lost = record_lost,
};

/* ---- the event loop ---- */

/*
 * Sets *ret to the time to wait for the next signal in this round, in nanoseconds:
 *   - 0 while polling may bring the signal, or while signals were taken and are not settled yet and
 *     no signal is near;
 *   - LINGER at most if a bit is late.
 * left is the time until the exchange's deadline. Returns false if no signal is near.
 */
static bool next_wait(struct server *server, bool settled, uint64_t left, uint64_t *ret)
{
    *ret = 0;
    if (exchange_holds_words(&server->exchange) || spin_again(&server->spin))
        return true;
    if (!exchange_is_busy(&server->exchange))
        return !settled;
    *ret = left < LINGER ? left : LINGER;
    return true;
}

/*
 * Must be called if a bit is late. The sender of the bit may be waiting for the CPU of this
 * process. To block would then bring this bit, but each further bit would be late, too. So this
 * process moves to another CPU. Returns true if this process has moved: polling may then bring the
 * bit.
 */
static bool has_parted(struct server *server)
{
    pid_t runner = exchange_runner(&server->exchange);
    int r;

    if (server->has_looked || server->is_bound || runner == 0)
        return false;
    server->has_looked = true;
    r = cpu_part_from(runner);
    /* A sandbox that forbids the move will not permit it later. */
    server->is_bound = r == -EPERM;
    if (r <= 0)
        return false;
    spin_anew(&server->spin);
    return true;
}

static void take(struct server *server, uint64_t now, const struct lane_signal *signal)
{
    if (server->trace)
        trace_signal(server, signal);
    if (signal->pid == 0)
        shortage_note(&server->shortage);
    exchange_take(&server->exchange, now, signal);
    spin_heard(&server->spin);
}

/* Takes signals and acts on them until bits stop flowing, or the round is over. */
static int on_round(sd_event_source *source, void *userdata)
{
    struct server *server = userdata;
    struct exchange *ex = &server->exchange;
    uint64_t now = monotonic_now(), end = now + ROUND, deadline = exchange_tick(ex, now);
    unsigned taken = 0;
    bool settled = false;

    (void)source;
    server->has_looked = false;
    while (now < end) {
        struct lane_signal signal;
        uint64_t wait;
        int r;

        if (!next_wait(server, settled, deadline > now ? deadline - now : 0, &wait)) {
            /* The exchange is not busy, so the deadline is EXCHANGE_NEVER. */
            r = sleep_until_signal(server);
            return r < 0 ? r : look_around(server);
        }
        if (wait > 0) {
            if (has_parted(server))
                continue;
            trace_sleep(server->trace, wait);
        }
        r = inbox_take(wait, &signal);
        if (r < 0)
            return r;
        settled = r == 0;
        if (r > 0) {
            take(server, now, &signal);
            if (wait == 0 && ++taken % EXCHANGE_SIGNALS_PER_TICK != 0)
                continue;
        } else {
            exchange_settle(ex, now);
        }
        now = monotonic_now();
        deadline = exchange_tick(ex, now);
    }
    return look_around(server);
}

static int on_inbox(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
    /* First: if the daemon is asked to stop and no message is under way, no round must follow. */
    int r = look_around(userdata);

    (void)source, (void)fd, (void)events;
    return r < 0 ? r : serve(userdata);
}

static int on_shortage(void *owner)
{
    return look_around(owner);
}

static int on_output(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
    struct server *server = userdata;
    int r = sink_continue(server->sink);

    (void)fd, (void)events;
    if (r == -ENOTRECOVERABLE)
        return r;
    if (r == -EINPROGRESS)
        return 0;
    if (r == 0)
        server->told_failure = 0;
    exchange_committed(&server->exchange, monotonic_now(), r);
    r = sd_event_source_set_enabled(source, SD_EVENT_OFF);
    if (r >= 0)
        r = serve_if_busy(server);
    return r < 0 ? r : look_around(server);
}

/* ---- beginning and end ---- */

/*
 * Raises the limit of open files as far as permitted, and sets *ret to the limit of sessions, since
 * each session needs a pidfd. Returns 0; -EMFILE if too few files are permitted; another -errno.
 */
static int limit_sessions(unsigned *ret)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return -errno;
    limit.rlim_cur = limit.rlim_max;
    /* Where this fails, the limit stays as it is. */
    setrlimit(RLIMIT_NOFILE, &limit);
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return -errno;
    if (limit.rlim_cur < SERVER_DESCRIPTORS_MIN)
        return -EMFILE;
    *ret = limit.rlim_cur < SESSIONS_MAX + DESCRIPTORS_RESERVED
               ? (unsigned)limit.rlim_cur - DESCRIPTORS_RESERVED
               : SESSIONS_MAX;
    return 0;
}

static int add_sources(struct server *server)
{
    sd_event *event = server->event;
    int r = stop_block(&server->stops);
    sigset_t watched = server->stops;
    int fd;

    if (r < 0)
        return r;
    sigaddset(&watched, SIGHUP);
    fd = inbox_watch(&watched);
    if (fd < 0)
        return fd;
    r = sd_event_add_io(event, &server->inbox, fd, EPOLLIN, on_inbox, server);
    if (r >= 0)
        r = sd_event_source_set_io_fd_own(server->inbox, 1);
    if (r < 0) {
        close(fd);
        return r;
    }
    r = sd_event_add_defer(event, &server->rounds, on_round, server);
    /* Lowest priority: a round is due all the time, so every other event goes first. */
    if (r >= 0)
        r = sd_event_source_set_priority(server->rounds, SD_EVENT_PRIORITY_IDLE);
    if (r >= 0)
        r = sd_event_source_set_enabled(server->rounds, SD_EVENT_OFF);
    return r;
}

/* Lets a failed handler end the daemon: a server that cannot sleep or wake up would stay deaf. */
static int end_on_failure(struct server *server)
{
    sd_event_source *const sources[] = {server->inbox, server->rounds};
    int r = 0;

    for (size_t i = 0; i < sizeof sources / sizeof sources[0] && r >= 0; i++)
        r = sd_event_source_set_exit_on_failure(sources[i], true);
    /* A regular file has no event source. */
    if (r >= 0 && server->output)
        r = sd_event_source_set_exit_on_failure(server->output, true);
    return r;
}

/* A regular file cannot be watched, and need not be: it is always writable. */
static int watch_output(struct server *server)
{
    int r = sd_event_add_io(server->event, &server->output, server->sink->fd, EPOLLOUT, on_output,
                            server);

    if (r == -EPERM)
        return 0;
    return r < 0 ? r : sd_event_source_set_enabled(server->output, SD_EVENT_OFF);
}

int server_new(struct sink *sink, const struct server_limits *limits, struct trace *trace,
               struct server **ret)
{
    unsigned sessions = 0;
    struct server *server;
    int r = limit_sessions(&sessions);

    if (r < 0)
        return r;
    server = calloc(1, sizeof *server);
    if (!server)
        return -ENOMEM;
    server->spares = SPARES_NONE;
    spares_open(&server->spares); /* first, see spares.h */
    server->spare = peer_new_spare();
    server->sink = sink;
    server->trace = trace;
    spin_init(&server->spin);
    subids_init(&server->subids, SUBIDS_FILE);
    server->is_bound = server->spin.longest == 0;
    r = exchange_init(&server->exchange, &exchange_ops, server, limits->message, sessions);
    if (!server->spare)
        r = -ENOMEM;
    exchange_limit_rate(&server->exchange, limits->rate);
    if (r >= 0)
        r = sd_event_new(&server->event);
    if (r >= 0)
        r = add_sources(server);
    if (r >= 0)
        r = watch_output(server);
    if (r >= 0)
        r = end_on_failure(server);
    if (r >= 0)
        r = shortage_open(&server->shortage, server->event, sink, on_shortage, server);
    if (r >= 0)
        r = status_open(&server->status, server->event, &server->exchange.counts, sink,
                        &server->shortage);
    if (r >= 0)
        r = sd_event_set_watchdog(server->event, 1);
    if (r < 0) {
        server_free(server);
        return r;
    }
    *ret = server;
    return 0;
}

void server_free(struct server *server)
{
    if (!server)
        return;
    exchange_done(&server->exchange);
    sd_event_source_unref(server->inbox);
    sd_event_source_unref(server->rounds);
    sd_event_source_unref(server->output);
    status_close(&server->status);
    subids_done(&server->subids);
    shortage_close(&server->shortage);
    spares_close(&server->spares);
    peer_free(server->spare);
    sd_event_unref(server->event);
    free(server);
}

/*
 * Does what sd_event_loop(3) does, and gives memory back where that would end: sd-event needs more
 * of it the more sources it has, and asks for it while it waits.
 */
static int run(struct server *server)
{
    int r = 0;

    while (r >= 0 && sd_event_get_state(server->event) != SD_EVENT_FINISHED) {
        r = sd_event_run(server->event, UINT64_MAX);
        if (r == -ENOMEM && exchange_relieve(&server->exchange, monotonic_now()))
            r = serve_if_busy(server);
    }
    if (r >= 0)
        sd_event_get_exit_code(server->event, &r);
    return r;
}

int server_run(struct server *server)
{
    int r;

    status_ready(&server->status);
    trace_sleep(server->trace, TRACE_UNLIMITED);
    r = run(server);
    exchange_done(&server->exchange);
    sink_abandon(server->sink);
    return r;
}
