/* SPDX-License-Identifier: MIT */
/*
 * stranger.h - processes that signal the daemon and the senders at random
 *
 * They send plain signals on both lanes, queued signals to both sets, and words of all kinds that
 * claim to be from any process. A stranger that may signal a sender and guesses the nonce can forge
 * a reply of the daemon. That sender is then misled, and no other.
 */
#pragma once

#include "kernel.h"

struct world;

/* Sends one signal of a random stranger, or replaces a stranger by another process. */
void stranger_step(struct world *world);

/* Sends signals to these slots of a process (bit p: slot p) until at least one of them is full. */
void stranger_flood(struct world *world, struct process *target, unsigned slots);
