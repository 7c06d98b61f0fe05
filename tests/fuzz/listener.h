/* SPDX-License-Identifier: MIT */
/*
 * listener.h - the daemon's process: runs the shipped exchange, one call at a time
 *
 * It does what exchange.h asks of an owner. Other processes run during its calls: they may act
 * before each request of the exchange to its owner.
 */
#pragma once

#include "ledger.h"
#include "protocol/exchange.h"
#include "protocol/timing.h"

#define LISTENER_PID 90

struct listener {
    struct process process;
    struct exchange exchange;
    /* By the index of a process in the channel's table. */
    bool is_open[PROCESSES_MAX];     /* the exchange can signal it */
    bool has_session[PROCESSES_MAX]; /* it was told something that only a session is told */
    uint64_t deadline;               /* time at which the exchange needs its next tick */
    uint64_t end_at;                 /* time at which it ends even with messages under way */

    int log_result;          /* the log's result for each message: 0 or -errno */
    bool has_begun;          /* some of a message is seen in the log before it is there */
    bool is_logging;         /* a message is on its way, */
    struct entry *on_way;    /* this one; NULL: of a process that has no ledger */
    unsigned calm;           /* requests until others interrupt; 0: nobody will */
    void (*interrupt)(void); /* then this is called, once */
};

extern struct listener listener;

/* The process begins. room: octets of messages under way; 0: enough. */
void listener_begin(size_t message_limit, unsigned session_limit, size_t room);

/* It takes a signal, or finds none. False if it had nothing to do. */
bool listener_step(void);

/* It looks at the clock; notices which processes have ended; hears from its log. */
void listener_look(void);
void listener_notice(void);
void listener_logged(int result);

/* It is told to stop, and is ready to end: it may no sooner, but for what it waits for too long. */
void listener_stop(void);
bool listener_is_done(void);

/*
 * Its process ends. If that is no crash, it tells all STOPPING before. A message that was on its
 * way into the log is there or not: is_logged.
 */
void listener_end(bool is_crash, bool is_logged);

static inline bool listener_is_alive(void)
{
    return listener.process.life == LIFE_RUNNING;
}
