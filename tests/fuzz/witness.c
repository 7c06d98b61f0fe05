/* SPDX-License-Identifier: MIT */
/* witness.c - see witness.h */

#include "witness.h"

#include <stdlib.h>

#include "agreement.h"
#include "debts.h"
#include "fairness.h"
#include "fuzz.h"
#include "owner.h"
#include "protocol/timing.h"
#include "scarce.h"

static struct exchange exchange;

/* Checks everything after an event. */
static void check_all(void)
{
    PROMISE(debts_are_paid());
    agreement_check(&exchange);
}

/* Records it if the exchange has ended a turn and no session was waiting for the next one. */
static void note_turn(void)
{
    if (book.runner && exchange_runner(&exchange) == 0) {
        PROMISE(fairness_turn_may_end());
        fairness_end_turn();
    }
    book.takes_turn = false;
}

void witness_begin(size_t message_limit, unsigned session_limit, size_t room, struct rate rate)
{
    book = (struct book){
        .message_limit = message_limit, .session_limit = session_limit, .rate = rate, .now = 1};
    debts = (struct debts){0};
    if (exchange_init(&exchange, &owner_ops, &book, message_limit, session_limit) < 0)
        abort();
    PROMISE(exchange.room == EXCHANGE_ROOM);
    if (room > 0)
        exchange.room = room;
    book.room = exchange.room;
    exchange_limit_rate(&exchange, rate);
    PROMISE(exchange.kept_for_root == session_limit / EXCHANGE_SESSIONS_PER_ROOT_PLACE);
    PROMISE(exchange.kept_for_new_users == session_limit / EXCHANGE_SESSIONS_PER_NEW_PLACE);
    book.kept_for_root = exchange.kept_for_root = session_limit / 4;
    book.kept_for_new_users = exchange.kept_for_new_users = session_limit / 4;
    witness_time(0);
}

void witness_end(void)
{
    book.is_over = true;
    exchange_done(&exchange);
    PROMISE(debts_are_paid());
    agreement_check_end(&exchange);
}

/* A symbol of the wrong kind in the place of the next one does not count. */
static void forget_misfit(void)
{
    struct peer *peer = book.runner;
    enum lane next;

    if (!peer || !book_takes_bits(peer))
        return;
    next = (enum lane)(peer->count % LANES);
    if (peer->held[next].is_there)
        PROMISE((peer->held[next].symbol.kind == SYMBOL_BLOCK) != book_expects_block(peer));
    peer->held[next].is_there = false;
}

void witness_signal(const struct lane_signal *signal)
{
    struct arq_symbol symbol;
    bool is_wanted = exchange_wants(&exchange, signal, &symbol);

    words_note(&book.words, signal);
    PROMISE(is_wanted == book_wants(signal));
    if (is_wanted) {
        struct peer *peer = book.runner;

        PROMISE(symbol.index == book_index_on(peer, signal->lane));
        PROMISE(symbol.lane == signal->lane);
        book.heard_at = book.now;
        book.is_heard = true;
        peer->held[signal->lane].is_there = true;
        peer->held[signal->lane].symbol = symbol.symbol;
        peer->held[signal->lane].uid = signal->uid;
    } else if (signal->kind == SIGNAL_NOISE && signal->pid == 0 && book.runner) {
        book.runner->is_stripped |= book_expects_block(book.runner);
    }
    memory_is_scarce = book.no_memory;
    exchange_take(&exchange, book.now, signal);
    memory_is_scarce = false;
    forget_misfit();
    words_check(&book.words);
    check_all();
}

void witness_settle(void)
{
    words_settle(&book.words);
    book.empty_at = book.now;
    memory_is_scarce = book.no_memory;
    exchange_settle(&exchange, book.now);
    memory_is_scarce = false;
    words_check(&book.words);
    check_all();
}

void witness_time(uint64_t duration)
{
    uint64_t deadline;

    book.now += duration;
    if (book.is_heard)
        book.heard_at = book.now;
    book.is_heard = false;
    book.takes_turn = true;
    deadline = exchange_tick(&exchange, book.now);
    note_turn();
    check_all();
    /* A passed deadline asks for a look, which then finds the runner silent. */
    PROMISE(deadline > book.now ||
            (book.now >= book.heard_at + TURN_LAPSE && book.empty_at < book.heard_at + TURN_LAPSE));
    PROMISE(exchange_is_busy(&exchange) || deadline == EXCHANGE_NEVER);
    if (users_have_queued(&exchange.users) && !exchange.committing)
        PROMISE(deadline <= book.now + fairness_slice());
}

void witness_ended(struct peer *peer)
{
    bool was_open = peer->is_open;

    if (was_open && !book_is_gone(peer))
        return;
    exchange_ended(&exchange, book.now, peer->pid, peer);
    PROMISE(!peer->is_open);
    check_all();
}

void witness_committed(int result)
{
    if (!book.commits_later)
        return;
    book.commits_later = false;
    debts_log(book.committer, result);
    book.committer = NULL;
    exchange_committed(&exchange, book.now, result);
    check_all();
}

void witness_stop(void)
{
    if (book.is_stopping)
        return;
    book.is_stopping = true;
    book.stops_now = true;
    book.takes_turn = true;
    exchange_stop(&exchange, book.now);
    note_turn();
    book.stops_now = false;
    check_all();
}
