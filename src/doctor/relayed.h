/* SPDX-License-Identifier: MIT */
/* relayed.h - the server and a client of a pair, with a relay (relay.h) between them */
#pragma once

#include "doctor/pair.h"
#include "doctor/relay.h"
#include "doctor/wire.h"

/*
 * Starts the server, a relay, and client 0, which sends the text to the relay. A brake (brake.h)
 * holds the client after each signal, unless the answers are held back. Sets *ret_from to the
 * length of the server's output before that. Returns false if it takes too long.
 */
bool relayed_start(struct pair *pair, enum relay_mode mode, const char *text, size_t *ret_from);

/* Lets a client send a text through a relay. Ends all programs. *ret has what the relay saw. */
enum outcome relayed_talk(struct pair *pair, enum relay_mode mode, const char *text,
                          struct wire *ret);

/* Returns true if the client waits for ever. */
bool relayed_is_hung(enum outcome outcome);
