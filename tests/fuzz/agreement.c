/* SPDX-License-Identifier: MIT */
/* agreement.c - see agreement.h */

#include "agreement.h"

#include "book.h"
#include "fairness.h"
#include "fuzz.h"

/* words.h shares nothing with the barrier, so its limit is a copy. */
_Static_assert(WORDS_MAX == BARRIER_WORDS, "the most words that the barrier holds");

/* The octets that a decoder allocates for the first octets of a frame, at most; see frame.h. */
#define FIRST_MEMORY 64

static void check_memory(const struct session *session)
{
    const struct frame_decoder *decoder = &session->decoder;
    size_t content = decoder->part == PART_CONTENT ? decoder->got : frame_decoder_length(decoder);

    PROMISE(decoder->allocated <= book.message_limit + FIELDS_SIZE_MAX);
    PROMISE(decoder->allocated <= FIRST_MEMORY || decoder->allocated < 2 * content);
    if (session->state != SESSION_OPEN)
        PROMISE(!decoder->message.bytes);
}

static void check_session(const struct exchange *ex, const struct session *session)
{
    const struct peer *peer = session->peer;

    PROMISE(peer->is_session && peer->pid == session->pid);
    PROMISE(session->state == peer->state);
    PROMISE(session->is_invited == peer->is_invited);
    PROMISE(session->member.is_queued == (peer->rank > 0));
    PROMISE(session->member.user->account == book_account(peer->user));
    PROMISE(session->member.is_idle == book_is_idle(peer));
    PROMISE(session->member.reserved == peer->reserved);
    PROMISE(session->nonce == peer->nonce);
    PROMISE(session->arq.count == peer->count);
    if (peer->state == SESSION_REFUSED)
        PROMISE(session->refusal == peer->refusal);
    for (int lane = 0; lane < LANES; lane++)
        PROMISE(session->arq.held[lane] == peer->held[lane].is_there);
    check_memory(session);
    /* A bit that could be taken has been taken. */
    if (session == ex->runner && book_takes_bits(peer))
        PROMISE(!peer->held[peer->count % LANES].is_there);
    if (book.is_stopping)
        PROMISE(!peer->is_invited);
}

static void check_turns(const struct exchange *ex, unsigned waiting)
{
    const struct member *member;
    const struct user *user;
    unsigned queued = 0;

    TAILQ_FOREACH(user, &ex->users.round, turn)
        TAILQ_FOREACH(member, &user->queue, turn) {
            PROMISE(member->is_queued && (!ex->runner || member != &ex->runner->member));
            queued++;
        }
    PROMISE(queued == waiting);
    PROMISE(queued == 0 || ex->runner || ex->committing);
    PROMISE((ex->runner ? ex->runner->peer : NULL) == book.runner);
    if (exchange_is_busy(ex))
        PROMISE(ex->runner && !ex->committing);
}

struct tally {
    const struct exchange *exchange;
    unsigned sessions, waiting;
    bool is_unfinished;
};

static void check_next(void *owner, struct session *session)
{
    struct tally *tally = owner;

    PROMISE(sessions_find(&tally->exchange->sessions, session->pid) == session);
    check_session(tally->exchange, session);
    tally->sessions++;
    tally->waiting += session->member.is_queued;
    tally->is_unfinished |= session_is_mid_message(session);
}

static void check_table(const struct exchange *ex)
{
    struct tally tally = {.exchange = ex, .is_unfinished = ex->committing};

    sessions_for_each(&ex->sessions, check_next, &tally);
    PROMISE(tally.sessions == ex->sessions.count);
    PROMISE(tally.sessions == ex->counts.senders);
    PROMISE(exchange_has_unfinished(ex) == tally.is_unfinished);
    check_turns(ex, tally.waiting);
}

static void check_counts(const struct exchange_counts *counts)
{
    PROMISE(counts->messages == book.counts.messages);
    PROMISE(counts->bytes == book.counts.bytes);
    PROMISE(counts->refused == book.counts.refused);
    PROMISE(counts->limited == book.counts.limited);
    PROMISE(counts->lost == book.counts.lost);
    PROMISE(counts->senders == book.counts.senders);
    PROMISE(counts->senders <= book.session_limit);
}

static void check_peers(void)
{
    unsigned open = 0;

    for (unsigned i = 0; i < BOOK_PEERS; i++)
        open += book.peers[i].is_open;
    PROMISE(open == book.counts.senders);
}

void agreement_check(const struct exchange *ex)
{
    PROMISE(ex->committing == book.commits_later);
    PROMISE(ex->barrier.count == book.words.count);
    check_counts(&ex->counts);
    check_peers();
    check_table(ex);
    fairness_check(&ex->users);
}

void agreement_check_end(const struct exchange *ex)
{
    check_counts(&ex->counts);
    PROMISE(book.counts.senders == 0);
    check_peers();
}
