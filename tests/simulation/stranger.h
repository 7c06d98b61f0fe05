/* SPDX-License-Identifier: MIT */
/*
 * stranger.h - processes that signal the daemon and the senders for no good reason
 *
 * They send plain signals on both lanes, queued ones to both sets, and words of all kinds under any
 * name. Who may signal a sender can answer its question in the daemon's name if it guesses the
 * nonce: that sender is then misled, and only that one.
 */
#pragma once

#include "kernel.h"

struct world;

/* One signal to somebody, or the end of this stranger, in whose slot comes another. */
void stranger_step(struct world *world);

/* Fills some of a process's slots, so that one at least is full. */
void stranger_flood(struct world *world, struct process *target, unsigned slots);
