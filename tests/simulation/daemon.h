/* SPDX-License-Identifier: MIT */
/*
 * daemon.h - the shipped exchange in a process of the simulated kernel
 *
 * The loop follows src/daemon/server.c. It takes signals until none is pending, and then settles.
 * It reads the clock then, and after every EXCHANGE_SIGNALS_PER_TICK signals. When it sleeps, it is
 * woken by a signal, by the deadline of the exchange, by the end of a sender, and by its log.
 */
#pragma once

#include "kernel.h"
#include "protocol/exchange.h"

struct world;

struct peer {
    struct process *process;
    bool has_session; /* has or had a session */
    bool is_gone;     /* an ack to this process could not be delivered */
    struct peer *next;
};

struct daemon {
    struct process *process;
    struct exchange exchange;
    struct peer *peers;          /* the open peers */
    struct pending truth[LANES]; /* the newest signal of the runner on each lane */
    enum { DAEMON_SLEEPS, DAEMON_TAKES, DAEMON_SAW_NOTHING } at;
    unsigned taken;
    uint64_t deadline;      /* time at which the exchange needs its next tick */
    struct message pending; /* the message that is being committed */
    const struct process *pending_of;
    pid_t pending_pid; /* the sender's PID and user ID for the log */
    uid_t pending_uid;
    uint64_t log_at; /* time at which the commit ends; EXCHANGE_NEVER: no commit is under way */
    uint64_t end_at; /* time at which the daemon ends even with messages under way */
};

void daemon_init(struct world *world);
void daemon_done(struct world *world);

/* Makes about one system call. Returns false if there was nothing to do. */
bool daemon_step(struct world *world);

/* Tells the daemon to stop, as SIGTERM does. */
void daemon_stop(struct world *world);

/* Returns when the daemon will act without a signal (simulated nanoseconds). */
uint64_t daemon_deadline(const struct daemon *daemon);
