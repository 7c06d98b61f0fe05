/* SPDX-License-Identifier: MIT */
/*
 * user.h - the account of each user: sessions, turns, and room for messages
 *
 * Fair queueing:
 *   - Users take turns. The senders of one user share that user's turns, first come, first served.
 *     So a user with any number of processes delays those processes, and every other user by one
 *     turn.
 *   - This module counts the sessions and the octets of each user. At a limit, the exchange takes
 *     from the user who has most (exchange.h).
 *   - It also counts the messages of each user, as a bucket of tokens: a message takes one token,
 *     and the bucket fills up evenly.
 *
 * Policy:
 *   - A user is named by a user ID that a person cannot multiply: the account of a sender, as the
 *     owner of the exchange knows it (struct exchange_ops in exchange.h).
 *   - A struct member is part of the caller's session. Only this module writes it.
 *   - This module owns the users: a user is allocated for its first member. Without members, it is
 *     kept until its bucket is full again.
 *
 * Pure, except for the memory of the users. Nothing here blocks.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>
#include <sys/types.h>

/* A session in the account of its user. Starts as all 0. */
struct member {
    struct user *user;        /* NULL before users_join() and after users_leave() */
    TAILQ_ENTRY(member) link; /* in user->members */
    TAILQ_ENTRY(member) turn; /* in user->queue, while is_queued */
    bool is_queued;
    bool is_young;   /* is_queued: see users_enqueue() */
    bool is_idle;    /* has no message under way and waits for nothing */
    size_t reserved; /* octets, for its message under way */
};

TAILQ_HEAD(member_queue, member);

struct user {
    LIST_ENTRY(user) link;
    TAILQ_ENTRY(user) turn; /* in the round, while a member of this user is queued */
    uid_t account;
    unsigned sessions;
    unsigned idle;               /* of these sessions */
    size_t reserved;             /* octets, for messages under way */
    struct member_queue members; /* sorted by newest probe, the oldest first */
    struct member_queue queue;   /* members that wait for a turn, in this order */
    uint64_t full_at;            /* time at which its bucket of tokens is full, in nanoseconds */
    bool is_reported;            /* users_report_limit() has returned true, and not since full_at */
};

/* A limit of messages for each user: this many in this time (nanoseconds); 0 messages: none. */
struct rate {
    unsigned messages;
    uint64_t time;
};

LIST_HEAD(user_list, user);
TAILQ_HEAD(user_queue, user);

struct users {
    struct user_list all;
    struct user_queue round; /* users with a queued member, in the order of their turns */
    unsigned young;          /* queued members that are young, of all users */
    unsigned idle;           /* idle members, of all users */
    size_t reserved;         /* octets, of all users */
    struct rate rate;        /* does not apply to root */
};

/* Prepares an empty list of users, without a limit of messages. */
void users_init(struct users *users);

/* Frees the list, which must have no members. */
void users_done(struct users *users);

/*
 * Adds a member to the user, who is created if necessary. A new member is not idle. Returns false
 * if out of memory; then the member is untouched.
 */
bool users_join(struct users *users, uint64_t now, uid_t account, struct member *member);

/* Removes a member from its user and from the queue, and gives back its reserved room. */
void users_leave(struct users *users, uint64_t now, struct member *member);

/* Returns how many sessions the user has. */
unsigned users_sessions(const struct users *users, uid_t account);

/* The member's sender has sent a probe: the member is now the last of its user to have done so. */
void users_asked(struct member *member);

/* Notes if a member is idle now; does nothing if nothing has changed. */
void users_set_idle(struct users *users, struct member *member, bool is_idle);

/*
 * Puts a member at the end of its user's queue; does nothing if the member is queued already.
 * is_young is true if the member's message may be short, as far as the exchange can tell.
 */
void users_enqueue(struct users *users, struct member *member, bool is_young);

/* Takes a member out of its user's queue; does nothing if the member is not queued. */
void users_dequeue(struct users *users, struct member *member);

/* Returns true if any member of any user is queued. */
bool users_have_queued(const struct users *users);

/*
 * Dequeues and returns the member that gets the next turn; NULL if no member is queued. The user at
 * the head of the round has the next turn, and then goes to the end of the round.
 */
struct member *users_next(struct users *users);

/* Reserves so many more octets for a member's message. The caller has checked the limit. */
void users_reserve(struct users *users, struct member *member, size_t octets);

/* Gives back all octets that are reserved for a member's message. */
void users_release(struct users *users, struct member *member);

/* The member begins a message: takes a token of its user. */
void users_begin_message(const struct users *users, uint64_t now, struct member *member);

/* Returns true if the user of the member has a token left, so that it may begin a message. */
bool users_may_begin(const struct users *users, uint64_t now, const struct member *member);

/*
 * Must be called if users_may_begin() has returned false. Returns true if this is the first time
 * since the bucket of the user was full.
 */
bool users_report_limit(struct member *member);

/*
 * Return the user with most sessions, with most idle sessions, or with most reserved octets; NULL
 * if there is no user.
 */
struct user *users_with_most_sessions(const struct users *users);
struct user *users_with_most_idle(const struct users *users);
struct user *users_with_most_room(const struct users *users);
