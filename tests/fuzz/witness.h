/* SPDX-License-Identifier: MIT */
/*
 * witness.h - sees everything that an exchange is told and does, and knows what it ought to do
 *
 * The witness tells the exchange what happens, and has a book kept of it (book.h): for each session
 * the bits that were answered, what they spell (reference.h), the newest question, what was told.
 * Each call of the exchange to its owner must be what the book says (owner.h); after each event,
 * the exchange's own state must agree with the book (agreement.h). When a turn ends is the
 * exchange's decision, within rules.
 *
 * The promises:
 *   - a bit is taken only of the process that has the turn, in order, once, and is answered first;
 *   - a message is committed when its last bit is in, once, and is what the bits of one process
 *     spelled, as of the user who sent the first of them;
 *   - every question that passed the barrier is answered, with its nonce, its session's count and
 *     a reply that the message's fate allows; a verdict never changes;
 *   - no session is dropped while its process lives and can be reached, but to make way; whose
 *     message is cut short by its end is recorded as lost, once;
 *   - one process has the turn at a time; it keeps it until its message has a verdict, it was
 *     silent, or a slice of time is over; then the turns go round by users (fairness.h);
 *   - where sessions or room are wanted and there are none, whoever has most gives way to one who
 *     would have less, and is told; else the one who wants them is told that the daemon is busy;
 *   - nobody waits while there is no turn and no commit; every turn has an end where others wait;
 *   - counts, table, queue and memory are within their bounds and agree with each other.
 */
#pragma once

#include "book.h"

#define WITNESS_MESSAGE_MAX 64
#define WITNESS_SESSIONS_MAX 8

/* session_limit: a power of two, WITNESS_SESSIONS_MAX at most. room: 0 is as it comes. */
void witness_begin(size_t message_limit, unsigned session_limit, size_t room);
void witness_end(void);

/* Events. PIDs are 1 to BOOK_PIDS. */
void witness_signal(const struct lane_signal *signal);
void witness_settle(void);
void witness_time(uint64_t duration);
void witness_ended(struct peer *peer); /* the owner noticed; an old peer is none of its business */
void witness_committed(int result);    /* the log has made up its mind, if it was asked to */
void witness_stop(void);
