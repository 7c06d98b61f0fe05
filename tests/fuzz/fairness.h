/* SPDX-License-Identifier: MIT */
/*
 * fairness.h - the turns, sessions and room that each user must get, computed from the book
 *
 * Turns: the next turn goes to the user that has waited longest, and among its sessions to the one
 * that has waited longest. A user waits since its last turn, or since its first session was queued.
 * A turn ends after a slice if others wait, or after a lapse (TURN_LAPSE). The slice is long if no
 * queued session has a young message: one that has had the turn for less than YOUTH.
 *
 * Sessions: the last ones are kept for root, and the ones before for users without a session. At
 * the limit, and once for each probe if there is no memory for a session, a user with the most idle
 * sessions loses an idle one.
 *
 * Sessions and room: at the limit, if there is no idle session for a session, the user with the
 * most loses a session, if that user has more than the asking user would then have. It never loses
 * a session whose message is being committed.
 *
 * Messages: each user but root may begin as many in a row as the rate says, and then one each time
 * that the rate's time, divided by this number, has passed.
 *
 * A user loses the session that sent a probe least recently. If several users have the most, any of
 * them may lose.
 */
#pragma once

#include "book.h"

/* A limited good. */
enum good {
    GOOD_SESSIONS,
    GOOD_ROOM, /* octets */
};

/* A peer wants some amount of a good, and has neither got it nor been refused. */
struct want {
    struct peer *peer; /* NULL: no peer wants anything */
    enum good good;
    size_t amount;
    bool is_last; /* a session was evicted for lack of memory: no other is */
};

/* ---- turns ---- */

/* Adds the peer to its user's queue, or removes it. Does nothing if that is so already. */
void fairness_wait(struct peer *peer);
void fairness_stop_waiting(struct peer *peer);

/* Returns true if the next turn is this peer's. */
bool fairness_is_next(const struct peer *peer);

/* Gives the turn to a queued peer: moves its user to the end of the round. */
void fairness_take_turn(struct peer *peer);

/* Returns true if a peer is queued. */
bool fairness_is_anybody_waiting(void);

/* Returns the length of a slice now, in nanoseconds. */
uint64_t fairness_slice(void);

/* Returns true if the exchange may end the runner's turn now. */
bool fairness_turn_may_end(void);

/* The runner, if any, loses its turn. */
void fairness_end_turn(void);

/* ---- sessions and room ---- */

/* Returns true if the limit has room for the want. */
bool fairness_is_enough(const struct want *want);

/* Returns true if a session must be evicted for the want, which exceeds the limit. */
bool fairness_is_due(const struct want *want);

/* Returns true if any session is idle. */
bool fairness_has_idle(void);

/* Returns true if this peer may be evicted for the want. */
bool fairness_takes_from(const struct want *want, const struct peer *peer);

/* ---- messages ---- */

/* The user begins a message. */
void fairness_begin_message(unsigned user);

/* Returns true if the user may begin a message. */
bool fairness_may_begin(unsigned user);

/* ---- the exchange's own state ---- */

/* Checks that the exchange has the same users as the book, each with the same numbers. */
void fairness_check(const struct users *users);
