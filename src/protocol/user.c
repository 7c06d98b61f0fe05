/* user.c - see user.h for what is fair */

#include "protocol/user.h"

#include <stdlib.h>

void users_init(struct users *users)
{
    LIST_INIT(&users->all);
    TAILQ_INIT(&users->round);
    users->newcomers = 0;
    users->reserved = 0;
}

static struct user *find(const struct users *users, uid_t uid)
{
    struct user *user;

    LIST_FOREACH(user, &users->all, link)
        if (user->uid == uid)
            return user;
    return NULL;
}

static struct user *add(struct users *users, uid_t uid)
{
    struct user *user = calloc(1, sizeof *user);

    if (!user)
        return NULL;
    user->uid = uid;
    TAILQ_INIT(&user->members);
    TAILQ_INIT(&user->waiting);
    LIST_INSERT_HEAD(&users->all, user, link);
    return user;
}

bool users_join(struct users *users, uid_t uid, struct session *session)
{
    struct user *user = find(users, uid);

    if (!user)
        user = add(users, uid);
    if (!user)
        return false;
    session->user = user;
    TAILQ_INSERT_TAIL(&user->members, session, member);
    user->sessions++;
    return true;
}

unsigned users_sessions(const struct users *users, uid_t uid)
{
    const struct user *user = find(users, uid);

    return user ? user->sessions : 0;
}

void users_leave(struct users *users, struct session *session)
{
    struct user *user = session->user;

    users_stop_waiting(users, session);
    users_release(users, session);
    TAILQ_REMOVE(&user->members, session, member);
    session->user = NULL;
    if (--user->sessions > 0)
        return;
    LIST_REMOVE(user, link);
    free(user);
}

void users_heard(struct session *session)
{
    TAILQ_REMOVE(&session->user->members, session, member);
    TAILQ_INSERT_TAIL(&session->user->members, session, member);
}

/* ---- turns ---- */

void users_wait(struct users *users, struct session *session)
{
    struct user *user = session->user;

    if (session->waiting)
        return;
    if (TAILQ_EMPTY(&user->waiting))
        TAILQ_INSERT_TAIL(&users->round, user, turn);
    TAILQ_INSERT_TAIL(&user->waiting, session, turn);
    session->waiting = true;
    session->is_newcomer = session->is_invited;
    users->newcomers += session->is_newcomer;
}

void users_stop_waiting(struct users *users, struct session *session)
{
    struct user *user = session->user;

    if (!session->waiting)
        return;
    session->waiting = false;
    users->newcomers -= session->is_newcomer;
    TAILQ_REMOVE(&user->waiting, session, turn);
    if (TAILQ_EMPTY(&user->waiting))
        TAILQ_REMOVE(&users->round, user, turn);
}

bool users_are_content(const struct users *users)
{
    return TAILQ_EMPTY(&users->round);
}

struct session *users_next(struct users *users)
{
    struct user *user = TAILQ_FIRST(&users->round);
    struct session *session;

    if (!user)
        return NULL;
    session = TAILQ_FIRST(&user->waiting);
    users_stop_waiting(users, session);
    if (!TAILQ_EMPTY(&user->waiting)) {
        TAILQ_REMOVE(&users->round, user, turn);
        TAILQ_INSERT_TAIL(&users->round, user, turn);
    }
    return session;
}

/* ---- room ---- */

void users_reserve(struct users *users, struct session *session, size_t octets)
{
    session->reserved += octets;
    session->user->reserved += octets;
    users->reserved += octets;
}

void users_release(struct users *users, struct session *session)
{
    session->user->reserved -= session->reserved;
    users->reserved -= session->reserved;
    session->reserved = 0;
}

struct user *users_with_most_sessions(const struct users *users)
{
    struct user *most = NULL, *user;

    LIST_FOREACH(user, &users->all, link)
        if (!most || user->sessions > most->sessions)
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
