/* SPDX-License-Identifier: MIT */
/*
 * daemon.h - the real exchange in a process of the simulated kernel
 *
 * It follows src/daemon/server.c: it takes signals until there are none, then settles, and looks at
 * the clock then and every so many signals; asleep, it wakes for a signal, for the time that the
 * exchange named, for the end of a sender, and for its log.
 */
#pragma once

#include "kernel.h"
#include "protocol/exchange.h"

struct world;

struct peer {
    struct process *process;
    bool has_session; /* or had one */
    bool is_gone;     /* a bit of its could not be answered */
    struct peer *next;
};

struct daemon {
    struct process *process;
    struct exchange exchange;
    struct peer *peers;          /* open ones */
    struct pending truth[LANES]; /* the newest signal of the runner's on each lane */
    enum { DAEMON_SLEEPS, DAEMON_TAKES, DAEMON_SAW_NOTHING } at;
    unsigned taken;
    uint64_t deadline;      /* when the exchange wants to be told the time */
    struct message pending; /* on its way into the log, */
    const struct process *pending_of;
    pid_t pending_pid; /* as this one's */
    uid_t pending_uid;
    uint64_t log_at; /* where it will be then; EXCHANGE_NEVER: none is on its way */
    uint64_t end_at; /* when it ends even with messages under way */
};

void daemon_init(struct world *world);
void daemon_done(struct world *world);

/* One system call or so. False if there was nothing to do. */
bool daemon_step(struct world *world);

/* It is told to stop, as by SIGTERM. */
void daemon_stop(struct world *world);

/* When it will do something of its own accord. */
uint64_t daemon_deadline(const struct daemon *daemon);
