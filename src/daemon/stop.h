/* SPDX-License-Identifier: MIT */
/*
 * stop.h - the signals that ask the daemon to stop: SIGTERM, SIGINT and SIGHUP
 *
 * One that is ignored when the daemon starts, as in a script's background or under nohup(1), stays
 * ignored.
 *
 * Policy: they wait until they are taken, and there is no handler anywhere.
 */
#pragma once

#include <signal.h>
#include <stdbool.h>

/* Blocks them from here on, and fills *ret with them. 0 or -errno. */
int stop_block(sigset_t *ret);

/* Whether one of these signals has come since the last time; does not wait (sigtimedwait(2)). */
bool stop_was_asked(const sigset_t *stops);
