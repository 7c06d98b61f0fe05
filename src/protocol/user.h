/* SPDX-License-Identifier: MIT */
/*
 * user.h - what each user has of the daemon: sessions, turns, and room
 *
 * Fair queueing: users take turns, and the senders of a user share that user's turns, first come
 * first served. When something is scarce, whoever has most of it gives way to one who has less.
 * So what a user does with any number of processes delays that user, and others by one turn each.
 *
 * Pure. A struct member belongs to whoever embeds it; users come and go with their members.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>
#include <sys/types.h>

/* One session of a user. Starts as all 0; only this module writes it. */
struct member {
    struct user *user;        /* NULL before users_join() and after users_leave() */
    TAILQ_ENTRY(member) link; /* in user->members */
    TAILQ_ENTRY(member) turn; /* in user->queue, while is_queued */
    bool is_queued;
    bool is_newcomer; /* it is queued to begin a message, not to go on with one */
    size_t reserved;  /* octets for its message under way */
};

TAILQ_HEAD(member_queue, member);

struct user {
    LIST_ENTRY(user) link;
    TAILQ_ENTRY(user) turn; /* in the round, while a member of this user is queued */
    uid_t uid;
    unsigned sessions;
    size_t reserved;             /* octets of messages under way */
    struct member_queue members; /* the one that asked least lately first */
    struct member_queue queue;   /* those that wait for a turn, in their order */
};

LIST_HEAD(user_list, user);
TAILQ_HEAD(user_queue, user);

struct users {
    struct user_list all;
    struct user_queue round; /* users with a queued member, in the order of their turns */
    unsigned newcomers;      /* queued members that are newcomers, of all users */
    size_t reserved;         /* octets, of all users */
};

void users_init(struct users *users);

/* Adds a member to a user's; false if there is no memory. */
bool users_join(struct users *users, uid_t uid, struct member *member);

/* Takes a member out of everything here. */
void users_leave(struct users *users, struct member *member);

/* How many sessions the user has. */
unsigned users_sessions(const struct users *users, uid_t uid);

/* A member's sender asked: it is now the one that asked last. */
void users_asked(struct member *member);

/*
 * Puts a member at the end of its user's queue, unless it is queued already; or takes it out, if
 * it is queued.
 */
void users_enqueue(struct users *users, struct member *member, bool is_newcomer);
void users_dequeue(struct users *users, struct member *member);

/* Whether a member is queued, of any user. */
bool users_have_queued(const struct users *users);

/* Dequeues the member whose turn is next: of the user who waits longest. NULL if none is queued. */
struct member *users_next(struct users *users);

/* Reserves room for a member's message, in octets, or gives back what it has. */
void users_reserve(struct users *users, struct member *member, size_t octets);
void users_release(struct users *users, struct member *member);

/* The user with most sessions, and the one with most room; NULL if there is no user. */
struct user *users_with_most_sessions(const struct users *users);
struct user *users_with_most_room(const struct users *users);
