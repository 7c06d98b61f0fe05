/* SPDX-License-Identifier: MIT */
/*
 * fairness.h - what each user of an exchange ought to get, by the book
 *
 * Turns: the users take turns, the one that waits longest first; of a user's senders, the one that
 * waits longest. A user waits since its last turn, or since one of its senders began to wait. A
 * turn ends after a slice of time, if others wait, or after a silence. The slice is a long one
 * where nobody waits to begin a message.
 *
 * Sessions and room: where more is wanted than there is, the user with most of it gives way, if
 * that is more than the one who wants it would have. What it loses is what asked least lately, but
 * never a message that is on its way into the log. Of users who have the same, it may be any.
 */
#pragma once

#include "book.h"

/* What there is only so much of. */
enum good {
    GOOD_SESSIONS,
    GOOD_ROOM, /* octets */
};

/* Somebody wants more of something, and it is not settled yet whether there is enough. */
struct want {
    struct peer *peer; /* NULL: nobody does */
    enum good good;
    size_t amount;
};

/* ---- turns ---- */

/* Does nothing where the peer waits already, or does not. */
void fairness_wait(struct peer *peer);
void fairness_stop_waiting(struct peer *peer);

/* Whether the next turn is this peer's; it is given to it. */
bool fairness_is_next(const struct peer *peer);
void fairness_take_turn(struct peer *peer);

bool fairness_is_anybody_waiting(void);

/* How long a slice is now. */
uint64_t fairness_slice(void);

/* Whether the turn that somebody has may be taken away now. */
bool fairness_turn_may_end(void);

/* ---- what is scarce ---- */

/* Whether there is as much as is wanted; if not, whether somebody must give way. */
bool fairness_is_enough(const struct want *want);
bool fairness_is_due(const struct want *want);

/* Whether it may be this peer that gives way. */
bool fairness_takes_from(const struct want *want, const struct peer *peer);

/* ---- the exchange's own state ---- */

/* It knows the users that the book knows, and the same of each. */
void fairness_check(const struct users *users);
