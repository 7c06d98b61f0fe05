/* SPDX-License-Identifier: MIT */
/*
 * server.h - the daemon's event loop: carries signals between the inbox and the exchange
 *
 * While bits flow, the server polls the inbox in rounds. Between two rounds, the event loop
 * (sd-event(3)) handles other events. When bits stop flowing, the server sleeps in the event loop.
 * While the daemon is idle, it has no timer but that of the watchdog.
 *
 * If a bit is late, the server checks, at most once a round, whether the sender shares its CPU. If
 * so, the server moves to another CPU and polls on. If not, it blocks until the bit comes.
 */
#pragma once

#include <stddef.h>

#include "daemon/sink.h"
#include "host/trace.h"
#include "protocol/user.h"

/* Open files that a daemon must be permitted: some of its own, and one for each sender. */
#define SERVER_DESCRIPTORS_MIN 64

struct server;

struct server_limits {
    size_t message; /* octets of a message */
    struct rate rate;
};

/*
 * Prepares to serve. inbox_open() must have been called. From here on, SIGHUP (hangup.h) and the
 * signals that ask to stop (stop.h) are blocked. The sink and the trace stay the caller's; the
 * trace may be NULL. Returns 0 with *ret; -EMFILE if the limit of open files is below
 * SERVER_DESCRIPTORS_MIN; another -errno.
 */
int server_new(struct sink *sink, const struct server_limits *limits, struct trace *trace,
               struct server **ret);
void server_free(struct server *server);

/*
 * Announces readiness to the service manager (sd_notify(3)), and serves until the daemon is asked
 * to stop (stop.h). Then finishes messages under way, for STOP_GRACE (timing.h) at most, and tells
 * all other senders that the daemon stops. Returns 0 or -errno.
 */
int server_run(struct server *server);
