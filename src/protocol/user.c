/* SPDX-License-Identifier: MIT */
/* user.c - see user.h for the rules of fair queueing */

#include "protocol/user.h"

#include <assert.h>
#include <stdlib.h>

void users_init(struct users *users)
{
    LIST_INIT(&users->all);
    TAILQ_INIT(&users->round);
    users->young = 0;
    users->idle = 0;
    users->reserved = 0;
    users->rate = (struct rate){0};
}

static void remove_user(struct user *user)
{
    assert(user->sessions == 0);
    LIST_REMOVE(user, link);
    free(user);
}

void users_done(struct users *users)
{
    struct user *user, *next;

    for (user = LIST_FIRST(&users->all); user; user = next) {
        next = LIST_NEXT(user, link);
        remove_user(user);
    }
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

/* Frees each user without members whose bucket is full. */
static void clean_up(struct users *users, uint64_t now)
{
    struct user *user, *next;

    for (user = LIST_FIRST(&users->all); user; user = next) {
        next = LIST_NEXT(user, link);
        if (user->sessions == 0 && user->full_at <= now)
            remove_user(user);
    }
}

bool users_join(struct users *users, uint64_t now, uid_t account, struct member *member)
{
    struct user *user = find(users, account);

    if (!user) {
        clean_up(users, now);
        user = add(users, account);
    }
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

void users_leave(struct users *users, uint64_t now, struct member *member)
{
    struct user *user = member->user;

    users_dequeue(users, member);
    users_release(users, member);
    users_set_idle(users, member, false);
    TAILQ_REMOVE(&user->members, member, link);
    member->user = NULL;
    assert(user->sessions > 0);
    if (--user->sessions == 0 && user->full_at <= now)
        remove_user(user);
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

void users_enqueue(struct users *users, struct member *member, bool is_young)
{
    struct user *user = member->user;

    if (member->is_queued)
        return;
    if (TAILQ_EMPTY(&user->queue))
        TAILQ_INSERT_TAIL(&users->round, user, turn);
    TAILQ_INSERT_TAIL(&user->queue, member, turn);
    member->is_queued = true;
    member->is_young = is_young;
    users->young += member->is_young;
}

void users_dequeue(struct users *users, struct member *member)
{
    struct user *user = member->user;

    if (!member->is_queued)
        return;
    member->is_queued = false;
    assert(users->young >= member->is_young);
    users->young -= member->is_young;
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

/* ---- messages ---- */

static bool has_limit(const struct users *users, const struct user *user)
{
    return users->rate.messages > 0 && user->account != 0;
}

static uint64_t time_of_a_token(const struct users *users)
{
    return users->rate.time / users->rate.messages;
}

void users_begin_message(const struct users *users, uint64_t now, struct member *member)
{
    struct user *user = member->user;

    if (!has_limit(users, user))
        return;
    if (user->full_at <= now) {
        user->full_at = now;
        user->is_reported = false;
    }
    user->full_at += time_of_a_token(users);
}

bool users_may_begin(const struct users *users, uint64_t now, const struct member *member)
{
    const struct user *user = member->user;

    return !has_limit(users, user) || user->full_at <= now ||
           user->full_at - now + time_of_a_token(users) <= users->rate.time;
}

bool users_report_limit(struct member *member)
{
    bool is_first = !member->user->is_reported;

    member->user->is_reported = true;
    return is_first;
}

/* ---- the most ---- */

/* Returns the user with the greatest amount of something; NULL if there is no user. */
static struct user *with_most(const struct users *users, size_t (*amount)(const struct user *user))
{
    struct user *most = NULL, *user;

    LIST_FOREACH(user, &users->all, link)
        if (!most || amount(user) > amount(most))
            most = user;
    return most;
}

static size_t sessions_of(const struct user *user)
{
    return user->sessions;
}

static size_t idle_of(const struct user *user)
{
    return user->idle;
}

static size_t room_of(const struct user *user)
{
    return user->reserved;
}

struct user *users_with_most_sessions(const struct users *users)
{
    return with_most(users, sessions_of);
}

struct user *users_with_most_idle(const struct users *users)
{
    return with_most(users, idle_of);
}

struct user *users_with_most_room(const struct users *users)
{
    return with_most(users, room_of);
}
