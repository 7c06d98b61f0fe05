/* SPDX-License-Identifier: MIT */
/*
 * server.h - the daemon's event loop: carries signals between the inbox and the exchange
 *
 * While bits flow it polls the inbox and leaves the event loop (sd-event(3)) only a moment now
 * and then; when they stop it sleeps in the event loop, and idle with no timer but the watchdog's.
 * Where a bit is late it looks, once each time that the event loop is left alone, whether the
 * sender shares its CPU, and then goes to another one and polls on; else it blocks until the bit
 * comes.
 */
#pragma once

#include <stddef.h>

#include "daemon/sink.h"
#include "host/trace.h"

struct server;

/*
 * Prepares to serve. inbox_open() must have been called, and the signals that ask to stop are
 * blocked from here on (stop.h). The sink stays the caller's, and so does the trace, which may be
 * NULL. message_limit is in octets. 0 or -errno.
 */
int server_new(struct sink *sink, size_t message_limit, struct trace *trace, struct server **ret);
void server_free(struct server *server);

/*
 * Announces readiness to the service manager (sd_notify(3)) and serves until it is asked to stop:
 * then messages under way are finished, for STOP_GRACE (timing.h) at most, and everybody else is
 * told. 0 or -errno.
 */
int server_run(struct server *server);
