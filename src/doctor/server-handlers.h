/* SPDX-License-Identifier: MIT */
/*
 * server-handlers.h - lets a signal come when a server is least prepared for it
 *
 * Each function starts the server anew, and adds to the report what it finds. No client takes part.
 *
 * Policy: nothing is found if the server was not ready in time, or stopped.
 */
#pragma once

#include <stdbool.h>

#include "doctor/pair.h"
#include "doctor/report.h"
#include "doctor/speech.h"

/*
 * Stops the server in its handler, and looks at which signals it has blocked. Returns true if both
 * handlers block both signals.
 */
bool server_handlers_stop(struct pair *pair, struct report *report);

/*
 * Lets a process send each bit as soon as the one before is answered, and the server do nothing in
 * between. So the race before the server's pause(2) happens at each bit. A server that waits in
 * pause(2), and sends its answers outside of its handlers, has it also if it looks at a flag first.
 * is_masked is what server_handlers_stop() has returned, and answers is what the server answers to
 * a process that waits for it to sleep.
 */
void server_handlers_hurry(struct pair *pair, struct report *report, bool is_masked,
                           const struct speech_result *answers);
