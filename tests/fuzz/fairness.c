/* SPDX-License-Identifier: MIT */
/* fairness.c - see fairness.h */

#include "fairness.h"

#include "fuzz.h"
#include "protocol/timing.h"

/* ---- turns ---- */

static bool is_user_waiting(unsigned user)
{
    for (unsigned i = 0; i < BOOK_PEERS; i++)
        if (book.peers[i].user == user && book.peers[i].rank > 0)
            return true;
    return false;
}

void fairness_wait(struct peer *peer)
{
    if (peer->rank > 0)
        return;
    if (!is_user_waiting(peer->user))
        book.user_ranks[peer->user] = ++book.last_rank;
    peer->rank = ++book.last_rank;
}

void fairness_stop_waiting(struct peer *peer)
{
    peer->rank = 0;
}

bool fairness_is_next(const struct peer *peer)
{
    for (unsigned i = 0; i < BOOK_PEERS; i++) {
        const struct peer *other = &book.peers[i];

        if (other->rank == 0)
            continue;
        if (other->user == peer->user ? other->rank < peer->rank
                                      : book.user_ranks[other->user] < book.user_ranks[peer->user])
            return false;
    }
    return peer->rank > 0;
}

void fairness_take_turn(struct peer *peer)
{
    peer->rank = 0;
    book.user_ranks[peer->user] = ++book.last_rank;
}

bool fairness_is_anybody_waiting(void)
{
    for (unsigned user = 0; user < BOOK_USERS; user++)
        if (is_user_waiting(user))
            return true;
    return false;
}

/* Returns the number of queued peers whose messages are young. */
static unsigned young(void)
{
    unsigned count = 0;

    for (unsigned i = 0; i < BOOK_PEERS; i++)
        count += book.peers[i].rank > 0 && book.peers[i].turn_time < YOUTH;
    return count;
}

uint64_t fairness_slice(void)
{
    return young() > 0 ? SLICE_SHORT : SLICE_LONG;
}

/* Signals of the runner may be pending since the last look, so its silence ends there. */
static bool is_silent(void)
{
    return book.empty_at >= book.heard_at + TURN_LAPSE;
}

static bool is_slice_over(void)
{
    return fairness_is_anybody_waiting() && book.now - book.granted_at >= fairness_slice();
}

void fairness_end_turn(void)
{
    if (book.runner)
        book.runner->turn_time += book.heard_at - book.granted_at;
    book.runner = NULL;
}

bool fairness_turn_may_end(void)
{
    return book.takes_turn && (book.is_stopping || is_silent() || is_slice_over());
}

/* ---- sessions and room ---- */

static size_t share_of(const struct peer *peer, enum good good)
{
    if (!peer->is_session)
        return 0;
    return good == GOOD_ROOM ? peer->reserved : 1;
}

static size_t total_of(unsigned user, enum good good)
{
    size_t total = 0;

    for (unsigned i = 0; i < BOOK_PEERS; i++)
        if (book.peers[i].user == user)
            total += share_of(&book.peers[i], good);
    return total;
}

static size_t total_of_all(enum good good)
{
    size_t total = 0;

    for (unsigned user = 0; user < BOOK_USERS; user++)
        total += total_of(user, good);
    return total;
}

static size_t most_of(enum good good)
{
    size_t most = 0;

    for (unsigned user = 0; user < BOOK_USERS; user++)
        if (total_of(user, good) > most)
            most = total_of(user, good);
    return most;
}

/* Returns how many sessions this user must leave to others. */
static size_t kept_from(unsigned user)
{
    size_t kept = 0;

    if (user != BOOK_ROOT)
        kept += book.kept_for_root;
    if (user != BOOK_ROOT && total_of(user, GOOD_SESSIONS) > 0)
        kept += book.kept_for_new_users;
    return kept;
}

bool fairness_is_enough(const struct want *want)
{
    if (want->good == GOOD_ROOM)
        return total_of_all(GOOD_ROOM) + want->amount <= book.room;
    return total_of_all(GOOD_SESSIONS) + kept_from(want->peer->user) + want->amount <=
           book.session_limit;
}

static unsigned idle_of(unsigned user)
{
    unsigned idle = 0;

    for (unsigned i = 0; i < BOOK_PEERS; i++)
        idle += book.peers[i].user == user && book_is_idle(&book.peers[i]);
    return idle;
}

static unsigned most_idle(void)
{
    unsigned most = 0;

    for (unsigned user = 0; user < BOOK_USERS; user++)
        if (idle_of(user) > most)
            most = idle_of(user);
    return most;
}

bool fairness_has_idle(void)
{
    return most_idle() > 0;
}

/* Returns true if an idle session is to be evicted for the want. */
static bool takes_idle(const struct want *want)
{
    return want->good == GOOD_SESSIONS && fairness_has_idle();
}

bool fairness_is_due(const struct want *want)
{
    return takes_idle(want) ||
           most_of(want->good) > total_of(want->peer->user, want->good) + want->amount;
}

static bool can_lose(const struct peer *peer, const struct want *want)
{
    if (takes_idle(want))
        return book_is_idle(peer);
    return share_of(peer, want->good) > 0 && peer->state != SESSION_COMMITTING;
}

static bool has_most(unsigned user, const struct want *want)
{
    if (takes_idle(want))
        return idle_of(user) == most_idle();
    return total_of(user, want->good) == most_of(want->good);
}

bool fairness_takes_from(const struct want *want, const struct peer *peer)
{
    for (unsigned i = 0; i < BOOK_PEERS; i++) {
        const struct peer *other = &book.peers[i];

        if (other->user == peer->user && can_lose(other, want) && other->asked < peer->asked)
            return false;
    }
    return can_lose(peer, want) && has_most(peer->user, want);
}

/* ---- messages ---- */

static bool has_limit(unsigned user)
{
    return book.rate.messages > 0 && user != BOOK_ROOT;
}

static uint64_t debt_of(unsigned user)
{
    uint64_t repaid = book.now - book.used[user].noted_at;

    return book.used[user].debt > repaid ? book.used[user].debt - repaid : 0;
}

void fairness_begin_message(unsigned user)
{
    if (!has_limit(user))
        return;
    if (debt_of(user) == 0)
        book.used[user].is_reported = false;
    book.used[user].debt = debt_of(user) + book.rate.time / book.rate.messages;
    book.used[user].noted_at = book.now;
}

bool fairness_may_begin(unsigned user)
{
    return !has_limit(user) || debt_of(user) == 0 ||
           debt_of(user) + book.rate.time / book.rate.messages <= book.rate.time;
}

/* ---- the exchange's own state ---- */

static void check_members(const struct user *user)
{
    const struct member *member;
    unsigned members = 0;

    TAILQ_FOREACH(member, &user->members, link) {
        PROMISE(member->user == user);
        members++;
    }
    PROMISE(members == user->sessions);
}

/* Checks a user of the exchange. Returns its number in the book. */
static unsigned check_user(const struct user *user)
{
    unsigned which = user->account == 0 ? BOOK_ROOT : user->account - BOOK_ACCOUNT;

    PROMISE(which < BOOK_USERS && user->account == book_account(which));
    PROMISE(user->idle == idle_of(which));
    PROMISE(user->sessions > 0 || has_limit(which));
    PROMISE(user->sessions == total_of(which, GOOD_SESSIONS));
    PROMISE(user->reserved == total_of(which, GOOD_ROOM));
    PROMISE(!TAILQ_EMPTY(&user->queue) == is_user_waiting(which));
    check_members(user);
    return which;
}

void fairness_check(const struct users *users)
{
    bool is_known[BOOK_USERS] = {false};
    const struct user *user;

    LIST_FOREACH(user, &users->all, link) {
        unsigned which = check_user(user);

        PROMISE(!is_known[which]);
        is_known[which] = true;
    }
    for (unsigned which = 0; which < BOOK_USERS; which++)
        PROMISE(is_known[which] ? total_of(which, GOOD_SESSIONS) > 0 || has_limit(which)
                                : total_of(which, GOOD_SESSIONS) == 0 && debt_of(which) == 0);
    PROMISE(users->young == young());
    PROMISE(users->reserved == total_of_all(GOOD_ROOM));
    PROMISE(users->reserved <= book.room);
}
