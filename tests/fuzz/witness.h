/* SPDX-License-Identifier: MIT */
/*
 * witness.h - passes events to an exchange, and checks everything that the exchange then does
 *
 * For each event, the witness updates the book (book.h) and calls the exchange. The book has for
 * each session the bits that were acked, the frame that they make (reference.h), the newest probe,
 * and the state that follows from the replies. Each call of the exchange to its owner must agree
 * with the book (owner.h). After each event, the exchange's own state must agree with the book
 * (agreement.h). The exchange itself decides when a turn ends, within the rules of fairness.h.
 *
 * The promises:
 *   - A bit is taken only from the process that has the turn, in order, once, and after its ack.
 *   - A message is committed once, when its last bit is taken. It consists of the bits of one
 *     process, and belongs to the user who sent the first of them.
 *   - Every probe that has passed the barrier gets a reply, with its nonce, its session's count,
 *     and a code that the state of the message permits. A verdict never changes.
 *   - No session ends while its process runs and can be reached, unless it is evicted. If a session
 *     ends in the middle of a message, the message is recorded as lost, once.
 *   - One process at a time has the turn. It keeps the turn until its message has a verdict, or
 *     until a lapse or a slice is over. Then the users take turns (fairness.h).
 *   - At the limit of sessions or room, the user with the most loses a session to a user who would
 *     have less, and the sender of that session is told. Otherwise the asking sender is told that
 *     the daemon is busy.
 *   - No session waits while there is neither a turn nor a commit. Every turn ends if others wait.
 *   - Counts, table, queue and memory are within their limits and agree with each other.
 */
#pragma once

#include "book.h"

#define WITNESS_MESSAGE_MAX 64
#define WITNESS_SESSIONS_MAX 8

/*
 * message_limit: octets of a payload, at most. session_limit: 1 to WITNESS_SESSIONS_MAX. room:
 * octets of all messages under way, at most; 0: as the exchange sets it.
 */
void witness_begin(size_t message_limit, unsigned session_limit, size_t room, struct rate rate);
void witness_end(void);

/* Events. PIDs are 1 to BOOK_PIDS. */
void witness_signal(const struct lane_signal *signal);
void witness_settle(void);
void witness_time(uint64_t duration);
void witness_ended(struct peer *peer); /* the owner notices an end, perhaps of a closed peer */
void witness_committed(int result);    /* the log's result, 0 or -errno; ignored without a commit */
void witness_stop(void);
