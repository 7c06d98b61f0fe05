/* SPDX-License-Identifier: MIT */
/* owner.c - see owner.h */

#include "owner.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "debts.h"
#include "fuzz.h"

/* ---- turns and evictions ---- */

static void give_turn(struct peer *peer)
{
    if (book.runner == peer)
        return;
    PROMISE(!book.runner || fairness_turn_may_end());
    fairness_end_turn();
    book.runner = peer;
    book.granted_at = book.now;
    book.heard_at = book.now;
    book.is_heard = false;
}

static void owe_drop(struct peer *peer)
{
    peer->may_close = true;
    debts.to_drop = peer;
}

/* The exchange has chosen this session to be evicted. */
static void choose(struct peer *peer)
{
    PROMISE(fairness_takes_from(&debts.want, peer));
    peer->is_evicted = true;
}

/* ---- peers ---- */

static int open_peer(void *owner, pid_t pid, void **ret_peer)
{
    const struct process *process = &book.processes[pid];
    struct probe probe = words_act_on(&book.words, pid);
    struct peer *peer;

    PROMISE(owner == &book);
    PROMISE(debts_are_paid());
    PROMISE(!book_session(pid));
    if (process->has_ended)
        return -ESRCH;
    if (process->is_unsafe)
        return -EINVAL;
    peer = book_new_peer(pid);
    *ret_peer = peer;
    debts_meet(peer, probe);
    return 0;
}

static uid_t user_of_peer(void *owner, const void *peer)
{
    PROMISE(owner == &book);
    return ((const struct peer *)peer)->uid;
}

static uid_t account_of_peer(void *owner, const void *peer)
{
    struct peer *guest = debts.to_admit;

    PROMISE(owner == &book);
    PROMISE(guest && guest == peer);
    debts.to_admit = NULL;
    debts_want((struct want){.peer = guest, .good = GOOD_SESSIONS, .amount = 1});
    return book_account(guest->user);
}

/* Messages of an odd length are visible in the log before they are complete. */
static bool has_begun(void *owner)
{
    PROMISE(owner == &book);
    PROMISE(book.commits_later);
    return book.committed_length % 2 == 1;
}

static bool is_begun(const struct peer *peer)
{
    return peer == book.committer && has_begun(&book);
}

/*
 * Checks that a session may end: its process has ended or cannot be reached, it is evicted, or the
 * exchange is done. In the last two cases, a message under way must have been refused before. The
 * exception is a message that is partly in the log when the exchange is done. An incomplete message
 * that was not refused must have been recorded as lost.
 */
static void check_end(struct peer *peer)
{
    if (debts.want.peer && !peer->is_evicted)
        choose(peer);
    if (peer->is_evicted)
        PROMISE(!peer->is_invited && !book_is_mid_message(peer));
    else
        PROMISE(book_is_gone(peer) || peer->may_close ||
                (book.is_over && (!book_is_mid_message(peer) || is_begun(peer))));
    PROMISE(peer->was_lost == (peer->state == SESSION_OPEN));
}

static void close_peer(void *owner, void *peer_)
{
    struct peer *peer = peer_;

    PROMISE(owner == &book);
    PROMISE(peer->is_open);
    PROMISE(debts.to_reply != peer && debts.to_judge != peer && debts.to_commit != peer);
    PROMISE(debts.to_admit != peer && debts.to_refuse != peer);
    if (debts.to_drop)
        PROMISE(debts.to_drop == peer);
    peer->is_open = false;
    if (!peer->is_session)
        return;
    check_end(peer);
    peer->is_session = false;
    fairness_stop_waiting(peer);
    book.counts.senders--;
    if (book.runner == peer)
        book.runner = NULL;
    if (book.committer == peer)
        book.committer = NULL;
    debts.to_drop = NULL;
    if (peer->is_evicted)
        debts_evicted();
}

static bool peer_has_ended(void *owner, const void *peer_)
{
    struct peer *peer = (struct peer *)peer_;

    PROMISE(owner == &book);
    PROMISE(peer->is_session);
    PROMISE(debts_are_paid());
    if (book_is_gone(peer))
        return true;
    debts_ask(peer, words_act_on(&book.words, peer->pid));
    return false;
}

/* ---- bits and words ---- */

static int ack_peer(void *owner, void *peer_, const struct arq_symbol *symbol)
{
    enum lane lane = symbol->lane;
    struct peer *peer = peer_;

    PROMISE(owner == &book);
    PROMISE(peer->is_session);
    PROMISE(debts_are_paid());
    PROMISE(!book.commits_later);
    PROMISE(peer == book.runner);
    PROMISE(book_takes_bits(peer));
    PROMISE(lane == peer->count % LANES);
    PROMISE(peer->held[lane].is_there);
    PROMISE(symbol->symbol.kind == peer->held[lane].symbol.kind);
    PROMISE(symbol->symbol.value == peer->held[lane].symbol.value);
    PROMISE(symbol->index == book_index_on(peer, lane));
    if (book_is_gone(peer) || book.processes[peer->pid].is_numb) {
        owe_drop(peer);
        return book_is_gone(peer) ? -ESRCH : -EPERM;
    }
    peer->held[lane].is_there = false;
    if (peer->is_invited) {
        peer->is_invited = false;
        fairness_begin_message(peer->user);
        peer->state = SESSION_OPEN;
        peer->uid = peer->held[lane].uid;
        peer->symbols = 0;
        peer->bits = 0;
        peer->content = 0;
        peer->received = 0;
    }
    debts_take(peer, peer->held[lane].symbol);
    return 0;
}

static void hear_reply(struct peer *peer, enum reply_code reply)
{
    PROMISE(debts.replies & (1u << reply));
    debts.to_reply = NULL;
    if (reply == REPLY_GO) {
        PROMISE(!book.commits_later);
        PROMISE(peer == book.runner || !fairness_is_anybody_waiting());
        give_turn(peer);
    } else if (reply == REPLY_WAIT) {
        PROMISE(!book.commits_later);
        fairness_wait(peer);
    } else if (reply == REPLY_PENDING) {
        PROMISE(book.commits_later);
        if (peer->state != SESSION_COMMITTING)
            fairness_wait(peer);
    }
}

static void hear_refusal(enum reply_code reply)
{
    PROMISE(reply == debts.refusal);
    debts.to_refuse = NULL;
}

static void hear_verdict(struct peer *peer, enum reply_code reply)
{
    PROMISE(reply == debts.verdict);
    PROMISE(debts.is_on_record == (reply != REPLY_COMMITTED));
    debts.to_judge = NULL;
    if (peer->is_evicted)
        debts.to_drop = peer;
}

/*
 * A session that was invited to send another message is told that the daemon is busy or stops. It
 * has not begun that message, so there is no message to refuse.
 */
static void hear_uninvited(struct peer *peer, enum reply_code reply)
{
    PROMISE(reply == (debts.want.peer ? REPLY_BUSY : REPLY_STOPPING));
    PROMISE(peer->is_invited);
    PROMISE(peer->state == SESSION_COMMITTED || peer->state == SESSION_REFUSED);
    peer->is_invited = false;
    fairness_stop_waiting(peer);
    if (!debts.want.peer)
        return;
    choose(peer);
    debts.to_drop = peer;
}

/* A go without a probe gives the turn to the session, or is repeated to the runner. */
static void hear_go(struct peer *peer, enum reply_code reply, bool is_heard)
{
    PROMISE(reply == REPLY_GO);
    PROMISE(!book.commits_later && !book.is_over);
    PROMISE(book_takes_bits(peer));
    if (peer == book.runner)
        return;
    PROMISE(fairness_is_next(peer));
    give_turn(peer);
    fairness_take_turn(peer);
    if (!is_heard)
        owe_drop(peer);
}

static int tell_peer(void *owner, void *peer_, uint32_t word)
{
    struct peer *peer = peer_;
    bool is_heard = !book_is_gone(peer) && !book.processes[peer->pid].is_deaf;
    struct reply reply;

    PROMISE(owner == &book);
    PROMISE(peer->is_open);
    PROMISE(reply_unpack(word, &reply));
    PROMISE(reply.nonce == peer->nonce);
    PROMISE(reply.count == peer->count % WORD_COUNT_MODULUS);
    PROMISE(!debts.to_commit && !debts.to_drop && !debts.to_admit);
    if (debts.to_judge) {
        PROMISE(debts.to_judge == peer);
        hear_verdict(peer, reply.code);
    } else if (debts.to_reply) {
        PROMISE(debts.to_reply == peer);
        hear_reply(peer, reply.code);
    } else if (debts.want.peer || ((book.stops_now || book.is_over) && peer->is_invited)) {
        hear_uninvited(peer, reply.code);
    } else if (debts.to_refuse == peer) {
        hear_refusal(reply.code);
    } else {
        hear_go(peer, reply.code, is_heard);
    }
    return is_heard ? 0 : -ESRCH;
}

/* ---- the log ---- */

static bool is_from(const struct credentials *from, const struct peer *peer)
{
    return from->pid == peer->pid && from->uid == peer->uid &&
           from->account == book_account(peer->user);
}

static int commit_message(void *owner, void *peer_, const struct credentials *from,
                          struct message *message)
{
    struct peer *peer = peer_;
    const struct reading reading = book_read(peer);

    PROMISE(owner == &book);
    PROMISE(!book.commits_later);
    PROMISE(debts.to_commit == peer);
    PROMISE(is_from(from, peer));
    PROMISE(message->priority == reading.priority);
    PROMISE(message->length == reading.length);
    if (reading.length > 0)
        PROMISE(memcmp(message->bytes, reading.payload, reading.length) == 0);
    PROMISE(message->fields_length == reading.fields_length);
    if (reading.fields_length > 0)
        PROMISE(memcmp(message->fields, reading.payload + reading.length, reading.fields_length) ==
                0);
    free(message->bytes);
    debts.to_commit = NULL;
    book.committed_length = reading.length;
    if (book.log_result == -EINPROGRESS) {
        book.commits_later = true;
        book.committer = peer;
    } else {
        debts_log(peer, book.log_result);
    }
    return book.log_result;
}

/* Checks a refusal that does not follow from the bits of a message, and records it as a debt. */
static void expect_refusal(struct peer *peer, enum reply_code reason)
{
    if (debts.want.peer) {
        PROMISE(reason == REPLY_BUSY);
        PROMISE(peer->is_invited ? peer->state == SESSION_IDLE : peer->state == SESSION_OPEN);
        choose(peer);
    } else if (reason == REPLY_BUSY) {
        PROMISE(book.no_memory);
        PROMISE(peer == book.runner && peer->state == SESSION_OPEN && peer->content > 0);
    } else {
        PROMISE(reason == REPLY_STOPPING);
        PROMISE(book.is_over || book.stops_now);
        PROMISE(!is_begun(peer));
        PROMISE(peer->is_invited ? peer->state == SESSION_IDLE
                                 : book.is_over && book_is_mid_message(peer));
    }
    peer->is_invited = false;
    fairness_stop_waiting(peer);
    debts_refuse(peer, reason);
}

static void note_limited(void *owner, const struct credentials *from)
{
    struct peer *peer = book_session(from->pid);

    PROMISE(owner == &book);
    PROMISE(peer && debts.to_report == peer);
    PROMISE(is_from(from, peer));
    debts.to_report = NULL;
}

static void note_refused(void *owner, const struct credentials *from, enum reply_code reason)
{
    struct peer *peer = book_session(from->pid);

    PROMISE(owner == &book);
    PROMISE(peer);
    if (!debts.to_judge)
        expect_refusal(peer, reason);
    /* A block can need memory, and have a wrong filling. */
    if (debts.verdict == REPLY_DAMAGED && reason == REPLY_BUSY && book.no_memory &&
        peer->state == SESSION_REFUSED)
        peer->refusal = debts.verdict = REPLY_BUSY;
    PROMISE(debts.to_judge == peer && debts.verdict == reason && !debts.is_on_record);
    /* Before the first bit, uid is the user of the process. */
    PROMISE(is_from(from, peer));
    debts.is_on_record = true;
    book.counts.refused++;
}

static void note_lost(void *owner, const struct credentials *from, size_t bytes)
{
    struct peer *peer = book_session(from->pid);

    PROMISE(owner == &book);
    PROMISE(peer && !peer->was_lost);
    PROMISE(peer->state == SESSION_OPEN);
    PROMISE(is_from(from, peer));
    PROMISE(peer->received == bytes);
    peer->was_lost = true;
    book.counts.lost++;
}

const struct exchange_ops owner_ops = {
    .open = open_peer,
    .close = close_peer,
    .user = user_of_peer,
    .account = account_of_peer,
    .ended = peer_has_ended,
    .send_ack = ack_peer,
    .send_word = tell_peer,
    .commit = commit_message,
    .has_begun = has_begun,
    .limited = note_limited,
    .refused = note_refused,
    .lost = note_lost,
};
