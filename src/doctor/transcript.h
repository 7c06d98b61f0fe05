/* SPDX-License-Identifier: MIT */
/*
 * transcript.h - what a relay has seen of one message: its signals, and the answers of the server
 *
 * Pure: it allocates memory, and does nothing else with the system.
 */
#pragma once

#include "doctor/dialect.h"
#include "doctor/stream.h"
#include "doctor/wire.h"

/* Returns 0 with the client's signals in *ret, which the caller passes to stream_free(); -ENOMEM.
 */
int transcript_signals(const struct wire *wire, struct stream *ret);

/*
 * Sets the answers of a dialect that explains the signals up to the end of a message. The server
 * answers a unit with a signal if it has answered most of these units so. An octet has an answer of
 * its own if that differs from the answer to a bit, and a message if that differs from the answer
 * to an octet or a bit. Answers to a hello do not count. If a client has sent all before most
 * answers come, it has not waited for them, and they do not count, either.
 */
void transcript_answers(const struct wire *wire, struct dialect *dialect);
