/*
 * user.h - what each user has of the daemon: sessions, turns, and room
 *
 * Fair queueing: users take turns, and the senders of a user share that user's turns, first come
 * first served. When something is scarce, whoever has most of it gives way to one who has less.
 * So what a user does with any number of processes delays that user, and others by one turn each.
 *
 * Pure. Sessions belong to the exchange; users come and go with their sessions.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "protocol/session.h"

TAILQ_HEAD(session_queue, session);

struct user {
    LIST_ENTRY(user) link;
    TAILQ_ENTRY(user) turn; /* in the round, while a session of this user waits */
    uid_t uid;
    unsigned sessions;
    size_t reserved;              /* octets of messages under way */
    struct session_queue members; /* its sessions, the one that asked least lately first */
    struct session_queue waiting; /* those that wait for a turn, in their order */
};

LIST_HEAD(user_list, user);
TAILQ_HEAD(user_queue, user);

struct users {
    struct user_list all;
    struct user_queue round; /* users who wait for a turn, in their order */
    unsigned newcomers;      /* sessions that wait to begin a message, of all */
    size_t reserved;         /* octets, of all */
};

void users_init(struct users *users);

/* Adds a session to a user's; false if there is no memory. */
bool users_join(struct users *users, uid_t uid, struct session *session);

/* Takes a session out of everything here. */
void users_leave(struct users *users, struct session *session);

/* How many sessions the user has. */
unsigned users_sessions(const struct users *users, uid_t uid);

/* A session asked: it is now the one that asked last. */
void users_heard(struct session *session);

/*
 * Puts a session at the end of those that wait, unless it waits already, as a newcomer if it is
 * invited; or takes it out.
 */
void users_wait(struct users *users, struct session *session);
void users_stop_waiting(struct users *users, struct session *session);

/* Whether none waits. */
bool users_are_content(const struct users *users);

/* Takes out the session whose turn is next: of the user who waits longest. NULL if none waits. */
struct session *users_next(struct users *users);

/* Reserves room for a session's message, in octets, or gives back what it has. */
void users_reserve(struct users *users, struct session *session, size_t octets);
void users_release(struct users *users, struct session *session);

/* The user with most sessions, and the one with most room; NULL if there is no user. */
struct user *users_with_most_sessions(const struct users *users);
struct user *users_with_most_room(const struct users *users);
