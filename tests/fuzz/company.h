/* SPDX-License-Identifier: MIT */
/*
 * company.h - all processes of a run: senders, the daemon, and bystanders
 *
 * Up to three senders run at a time, each in a seat. When a sender has ended, another one may take
 * its seat. Only a few PIDs exist, so PIDs are soon used again.
 */
#pragma once

#include "listener.h"
#include "talker.h"

#define SEATS 3
#define PIDS 4
#define BYSTANDER_PID (PIDS + 1) /* a stranger can open a session in its name */
#define INNOCENT_PID (PIDS + 2)  /* a signal would kill it */
#define NO_PID (PIDS + 3)

/* The limits of the daemon (exchange.h), and the orders of pending signals. */
struct rules {
    size_t message_limit;
    unsigned session_limit;
    size_t room;               /* octets; 0: enough for all */
    enum order listener_order; /* of the daemon */
    enum order talker_order;   /* of the senders */
};

void company_begin(const struct rules *rules);

/* Loses no signal from here on. Each living sender must reach an outcome; then all end. */
void company_end(void);

/* Returns the newest sender of a seat; NULL if the seat had none. */
struct talker *company_seat(unsigned seat);

/* Puts a new sender into a free seat, if a PID is free. traits is any octet. */
void company_seat_talker(unsigned seat, uint8_t traits);

/* Returns this PID or the next free one; 0 if none is free. */
pid_t company_free_pid(unsigned choice);

/* Frees the PIDs of processes that have ended; the daemon's only if reaps_listener. */
void company_reap(bool reaps_listener);

/* Lets all processes make calls in turn, until none has anything to do; rounds at most. */
void company_run(unsigned rounds);
