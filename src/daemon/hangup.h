/* SPDX-License-Identifier: MIT */
/*
 * hangup.h - SIGHUP, which asks the daemon to open its log anew
 *
 * It never ends the daemon, not even if the daemon's terminal is closed. It is also heeded if it is
 * ignored when the daemon starts: nohup(1) must not keep a log from being rotated.
 *
 * Policy: the signal stays pending until it is taken. No signal has a handler.
 */
#pragma once

#include <signal.h>
#include <stdbool.h>

/* Blocks SIGHUP. A SIGHUP before that ends the program. */
void hangup_block(void);

/* Takes SIGHUP, without waiting. Returns true if it was pending. */
bool hangup_came(void);
