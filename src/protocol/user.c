/* SPDX-License-Identifier: MIT */
/* user.c - see user.h for the rules of fair queueing */

#include "protocol/user.h"

#include <assert.h>
#include <stdlib.h>

void users_init(struct users *users)
{
    LIST_INIT(&users->all);
    TAILQ_INIT(&users->round);
    users->newcomers = 0;
    users->idle = 0;
    users->reserved = 0;
}

static struct user *find(const struct users *users, uid_t account)
{
    struct user *user;

    LIST_FOREACH(user, &users->all, link)
        if (user->account == account)
            return user;
    return NULL;
}

static struct user *add(struct users *users, uid_t account)
{
    struct user *user = calloc(1, sizeof *user);

    if (!user)
        return NULL;
    user->account = account;
    TAILQ_INIT(&user->members);
    TAILQ_INIT(&user->queue);
    LIST_INSERT_HEAD(&users->all, user, link);
    return user;
}

bool users_join(struct users *users, uid_t account, struct member *member)
{
    struct user *user = find(users, account);

    if (!user)
        user = add(users, account);
    assert(!member->user);
    if (!user)
        return false;
    member->user = user;
    TAILQ_INSERT_TAIL(&user->members, member, link);
    user->sessions++;
    return true;
}

unsigned users_sessions(const struct users *users, uid_t account)
{
    const struct user *user = find(users, account);

    return user ? user->sessions : 0;
}

void users_leave(struct users *users, struct member *member)
{
    struct user *user = member->user;

    users_dequeue(users, member);
    users_release(users, member);
    users_set_idle(users, member, false);
    TAILQ_REMOVE(&user->members, member, link);
    member->user = NULL;
    assert(user->sessions > 0);
    if (--user->sessions > 0)
        return;
    LIST_REMOVE(user, link);
    free(user);
}

void users_asked(struct member *member)
{
    TAILQ_REMOVE(&member->user->members, member, link);
    TAILQ_INSERT_TAIL(&member->user->members, member, link);
}

void users_set_idle(struct users *users, struct member *member, bool is_idle)
{
    if (member->is_idle == is_idle)
        return;
    member->is_idle = is_idle;
    if (is_idle) {
        member->user->idle++;
        users->idle++;
    } else {
        assert(member->user->idle > 0 && users->idle > 0);
        member->user->idle--;
        users->idle--;
    }
}

/* ---- turns ---- */

void users_enqueue(struct users *users, struct member *member, bool is_newcomer)
{
    struct user *user = member->user;

    if (member->is_queued)
        return;
    if (TAILQ_EMPTY(&user->queue))
        TAILQ_INSERT_TAIL(&users->round, user, turn);
    TAILQ_INSERT_TAIL(&user->queue, member, turn);
    member->is_queued = true;
    member->is_newcomer = is_newcomer;
    users->newcomers += member->is_newcomer;
}

void users_dequeue(struct users *users, struct member *member)
{
    struct user *user = member->user;

    if (!member->is_queued)
        return;
    member->is_queued = false;
    assert(users->newcomers >= member->is_newcomer);
    users->newcomers -= member->is_newcomer;
    TAILQ_REMOVE(&user->queue, member, turn);
    if (TAILQ_EMPTY(&user->queue))
        TAILQ_REMOVE(&users->round, user, turn);
}

bool users_have_queued(const struct users *users)
{
    return !TAILQ_EMPTY(&users->round);
}

struct member *users_next(struct users *users)
{
    struct user *user = TAILQ_FIRST(&users->round);
    struct member *member;

    if (!user)
        return NULL;
    member = TAILQ_FIRST(&user->queue);
    users_dequeue(users, member);
    if (!TAILQ_EMPTY(&user->queue)) {
        TAILQ_REMOVE(&users->round, user, turn);
        TAILQ_INSERT_TAIL(&users->round, user, turn);
    }
    return member;
}

/* ---- room ---- */

void users_reserve(struct users *users, struct member *member, size_t octets)
{
    member->reserved += octets;
    member->user->reserved += octets;
    users->reserved += octets;
}

void users_release(struct users *users, struct member *member)
{
    assert(member->user->reserved >= member->reserved && users->reserved >= member->reserved);
    member->user->reserved -= member->reserved;
    users->reserved -= member->reserved;
    member->reserved = 0;
}

struct user *users_with_most_sessions(const struct users *users)
{
    struct user *most = NULL, *user;

    LIST_FOREACH(user, &users->all, link)
        if (!most || user->sessions > most->sessions)
            most = user;
    return most;
}

struct user *users_with_most_idle(const struct users *users)
{
    struct user *most = NULL, *user;

    LIST_FOREACH(user, &users->all, link)
        if (!most || user->idle > most->idle)
            most = user;
    return most;
}

struct user *users_with_most_room(const struct users *users)
{
    struct user *most = NULL, *user;

    LIST_FOREACH(user, &users->all, link)
        if (!most || user->reserved > most->reserved)
            most = user;
    return most;
}
