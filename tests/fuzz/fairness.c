/* fairness.c - see fairness.h */

#include "fairness.h"

#include "fuzz.h"

/* ---- turns ---- */

static bool is_user_waiting(unsigned user)
{
    for (unsigned i = 0; i < WITNESS_PEERS; i++)
        if (witness.peers[i].user == user && witness.peers[i].rank > 0)
            return true;
    return false;
}

void fairness_wait(struct peer *peer)
{
    if (peer->rank > 0)
        return;
    if (!is_user_waiting(peer->user))
        witness.user_ranks[peer->user] = ++witness.last_rank;
    peer->rank = ++witness.last_rank;
}

void fairness_stop_waiting(struct peer *peer)
{
    peer->rank = 0;
}

bool fairness_is_next(const struct peer *peer)
{
    for (unsigned i = 0; i < WITNESS_PEERS; i++) {
        const struct peer *other = &witness.peers[i];

        if (other->rank == 0)
            continue;
        if (other->user == peer->user
                ? other->rank < peer->rank
                : witness.user_ranks[other->user] < witness.user_ranks[peer->user])
            return false;
    }
    return peer->rank > 0;
}

void fairness_take_turn(struct peer *peer)
{
    peer->rank = 0;
    witness.user_ranks[peer->user] = ++witness.last_rank;
}

bool fairness_is_anybody_waiting(void)
{
    for (unsigned user = 0; user < WITNESS_USERS; user++)
        if (is_user_waiting(user))
            return true;
    return false;
}

/* ---- what is scarce ---- */

static size_t share_of(const struct peer *peer, enum good good)
{
    if (!peer->is_session)
        return 0;
    return good == GOOD_ROOM ? peer->reserved : 1;
}

static size_t total_of(unsigned user, enum good good)
{
    size_t total = 0;

    for (unsigned i = 0; i < WITNESS_PEERS; i++)
        if (witness.peers[i].user == user)
            total += share_of(&witness.peers[i], good);
    return total;
}

static size_t total_of_all(enum good good)
{
    size_t total = 0;

    for (unsigned user = 0; user < WITNESS_USERS; user++)
        total += total_of(user, good);
    return total;
}

static size_t most_of(enum good good)
{
    size_t most = 0;

    for (unsigned user = 0; user < WITNESS_USERS; user++)
        if (total_of(user, good) > most)
            most = total_of(user, good);
    return most;
}

bool fairness_is_enough(const struct want *want)
{
    const struct exchange *ex = &witness.exchange;
    size_t limit = want->good == GOOD_ROOM ? ex->room : ex->session_limit;

    return total_of_all(want->good) + want->amount <= limit;
}

bool fairness_is_due(const struct want *want)
{
    return most_of(want->good) > total_of(want->peer->user, want->good) + want->amount;
}

static bool can_lose(const struct peer *peer, enum good good)
{
    return share_of(peer, good) > 0 && peer->state != SESSION_COMMITTING;
}

bool fairness_takes_from(const struct want *want, const struct peer *peer)
{
    for (unsigned i = 0; i < WITNESS_PEERS; i++) {
        const struct peer *other = &witness.peers[i];

        if (other->user == peer->user && can_lose(other, want->good) && other->asked < peer->asked)
            return false;
    }
    return can_lose(peer, want->good) && total_of(peer->user, want->good) == most_of(want->good);
}

/* ---- the exchange's own state ---- */

static void check_members(const struct user *user)
{
    const struct session *session;
    unsigned members = 0;

    TAILQ_FOREACH(session, &user->members, member) {
        PROMISE(session->user == user);
        members++;
    }
    PROMISE(members == user->sessions);
}

/* Returns which user it is. */
static unsigned check_user(const struct user *user)
{
    unsigned which = user->uid - WITNESS_UID;

    PROMISE(which < WITNESS_USERS);
    PROMISE(user->sessions > 0);
    PROMISE(user->sessions == total_of(which, GOOD_SESSIONS));
    PROMISE(user->reserved == total_of(which, GOOD_ROOM));
    PROMISE(!TAILQ_EMPTY(&user->waiting) == is_user_waiting(which));
    check_members(user);
    return which;
}

void fairness_check(void)
{
    const struct users *users = &witness.exchange.users;
    bool is_known[WITNESS_USERS] = {false};
    const struct user *user;

    LIST_FOREACH(user, &users->all, link) {
        unsigned which = check_user(user);

        PROMISE(!is_known[which]);
        is_known[which] = true;
    }
    for (unsigned which = 0; which < WITNESS_USERS; which++)
        PROMISE(is_known[which] == (total_of(which, GOOD_SESSIONS) > 0));
    PROMISE(users->reserved == total_of_all(GOOD_ROOM));
    PROMISE(users->reserved <= witness.exchange.room);
}
