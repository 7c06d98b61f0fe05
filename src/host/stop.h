/* SPDX-License-Identifier: MIT */
/*
 * stop.h - the signals that ask a server to stop: SIGTERM and SIGINT
 *
 * A signal that is ignored when the program starts stays ignored: for example SIGINT in the
 * background of a script.
 *
 * Policy: these signals stay pending until they are taken. No signal has a handler.
 */
#pragma once

#include <signal.h>
#include <stdbool.h>

/*
 * Blocks these signals, except those that are ignored, and sets *ret to the blocked ones. Returns 0
 * or -errno.
 */
int stop_block(sigset_t *ret);

/*
 * Takes one of these signals, without waiting (sigtimedwait(2)). Returns true if one was pending.
 */
bool stop_was_asked(const sigset_t *stops);
