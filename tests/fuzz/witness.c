/* witness.c - see witness.h */

#include "witness.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fairness.h"
#include "fuzz.h"
#include "reference.h"
#include "scarce.h"

/* A turn ends after a slice, in nanoseconds, if others wait; or after so long a silence. */
#define SLICE UINT64_C(5000000)
#define LAPSE UINT64_C(2000000)
/* A row of bits that is not whole takes so much memory at most; see frame.h. */
#define FIRST_MEMORY 64

#define ONE_OF(reply) (1u << (reply))
#define GO_OR_WAIT (ONE_OF(REPLY_GO) | ONE_OF(REPLY_WAIT) | ONE_OF(REPLY_PENDING))

struct witness witness;

/* ---- the book ---- */

struct peer *witness_session(pid_t pid)
{
    for (unsigned i = 0; i < WITNESS_PEERS; i++)
        if (witness.peers[i].is_session && witness.peers[i].pid == pid)
            return &witness.peers[i];
    return NULL;
}

bool witness_takes_bits(const struct peer *peer)
{
    return peer->state == SESSION_OPEN || peer->is_invited;
}

bool witness_has_row(const struct peer *peer)
{
    return peer->state != SESSION_OPEN || peer->bits / 8 + 1 < WITNESS_ROW;
}

static bool is_mid_message(const struct peer *peer)
{
    return peer->state == SESSION_OPEN || peer->state == SESSION_COMMITTING;
}

/* One user has many processes, one has few; and a PID may be another user's next time. */
static unsigned user_of(pid_t pid, unsigned generation)
{
    static const unsigned users[] = {3, 0, 0, 1, 1, 2, 0, 0};

    return users[((unsigned)pid + generation) % (sizeof users / sizeof users[0])];
}

static struct peer *new_peer(pid_t pid)
{
    unsigned generation = witness.processes[pid].generation;
    unsigned user = user_of(pid, generation);
    struct peer *peer;

    do {
        peer = &witness.peers[witness.next_peer];
        witness.next_peer = (witness.next_peer + 1) % WITNESS_PEERS;
    } while (peer->is_open);
    *peer = (struct peer){.pid = pid,
                          .generation = generation,
                          .user = user,
                          .uid = WITNESS_UID + user,
                          .is_open = true};
    return peer;
}

static void clear_slots(struct peer *peer)
{
    memset(peer->slots, 0, sizeof peer->slots);
}

static void end_message(struct peer *peer, enum session_state state, enum reply verdict)
{
    peer->state = state;
    peer->refusal = state == SESSION_REFUSED ? verdict : 0;
    peer->reserved = 0;
    clear_slots(peer);
    if (witness.turn == peer)
        witness.turn = NULL;
    witness.to_judge = peer;
    witness.verdict = verdict;
    witness.is_on_record = false;
}

static void refuse(struct peer *peer, enum reply reason)
{
    end_message(peer, SESSION_REFUSED, reason);
}

static void log_message(struct peer *peer, int result)
{
    if (result == 0) {
        witness.counts.messages++;
        witness.counts.bytes += witness.committed_length;
    }
    if (!peer)
        return;
    if (result == 0) {
        peer->messages++;
        end_message(peer, SESSION_COMMITTED, REPLY_COMMITTED);
    } else {
        refuse(peer, REPLY_UNLOGGED);
    }
}

static struct reading read_row(const struct peer *peer)
{
    return reference_read(peer->row, peer->bits / 8, witness.message_limit);
}

/* ---- words ---- */

/* The kernel empties places in their order: those before the one of a signal were empty. */
static void note_places(enum place place)
{
    for (unsigned i = 0; i < witness.words_held; i++)
        memset(witness.words[i].seen, true, place + 1);
}

static void hold_word(pid_t pid, uint32_t word)
{
    unsigned i = 0;

    while (i < witness.words_held && witness.words[i].pid != pid)
        i++;
    if (i == WITNESS_WORDS)
        return;
    if (i == witness.words_held)
        witness.words_held++;
    witness.words[i].pid = pid;
    witness.words[i].word = word;
    memset(witness.words[i].seen, false, sizeof witness.words[i].seen);
    witness.words[i].is_held_again = false;
}

/* As if this word had come now; but it is acted on at another event at the earliest. */
static void hold_again(pid_t pid, struct probe probe)
{
    hold_word(pid, probe_pack(probe));
    for (unsigned i = 0; i < witness.words_held; i++)
        if (witness.words[i].pid == pid)
            witness.words[i].is_held_again = true;
}

static void begin_event(void)
{
    for (unsigned i = 0; i < witness.words_held; i++)
        witness.words[i].is_held_again = false;
}

static bool is_free(unsigned i)
{
    if (witness.words[i].is_held_again)
        return false;
    for (unsigned place = 0; place < PLACES; place++)
        if (!witness.words[i].seen[place] && !witness.settles)
            return false;
    return true;
}

static void release_word(unsigned i)
{
    witness.words[i] = witness.words[--witness.words_held];
}

/* The exchange acts on a word: it must be one that came, and that the barrier lets through. */
static struct probe act_on(pid_t pid)
{
    struct probe probe;
    unsigned i = 0;

    while (i < witness.words_held && witness.words[i].pid != pid)
        i++;
    PROMISE(i < witness.words_held);
    PROMISE(is_free(i));
    PROMISE(probe_unpack(witness.words[i].word, &probe));
    release_word(i);
    return probe;
}

/* None was kept back that could have been acted on, but for those that make no sense. */
static void check_words(void)
{
    struct probe probe;

    for (unsigned i = witness.words_held; i > 0; i--)
        if (is_free(i - 1)) {
            PROMISE(!probe_unpack(witness.words[i - 1].word, &probe));
            release_word(i - 1);
        }
}

/* ---- what is scarce ---- */

/* A session was opened on this question, which is acted on at another event at the earliest. */
static void admit(struct peer *peer)
{
    peer->is_session = true;
    peer->asked = ++witness.questions;
    witness.counts.senders++;
    hold_again(peer->pid, witness.admitted_by);
}

static void turn_away(struct peer *peer, struct probe probe, enum reply reply)
{
    peer->nonce = probe.nonce;
    witness.to_turn_away = peer;
    witness.farewell = reply;
}

/* Nothing that is wanted can be had without memory, but room. */
static void give(const struct want *want)
{
    if (want->good == GOOD_ROOM)
        want->peer->reserved += want->amount;
    else if (witness.no_memory)
        turn_away(want->peer, witness.admitted_by, REPLY_BUSY);
    else
        admit(want->peer);
}

static void deny(const struct want *want)
{
    if (want->good == GOOD_ROOM)
        refuse(want->peer, REPLY_BUSY);
    else
        turn_away(want->peer, witness.admitted_by, REPLY_BUSY);
}

static void settle(struct want want)
{
    witness.want = (struct want){0};
    if (fairness_is_enough(&want))
        give(&want);
    else if (fairness_is_due(&want))
        witness.want = want;
    else
        deny(&want);
}

/* The exchange has chosen who gives way. */
static void choose(struct peer *peer)
{
    PROMISE(fairness_takes_from(&witness.want, peer));
    peer->makes_way = true;
}

/* ---- bits ---- */

/* What the header announces needs room, as soon as it is whole. */
static void note_content(struct peer *peer, const struct reading *reading)
{
    size_t length = reading->length + reading->fields_length;

    if (!reading->has_length)
        return;
    peer->content = peer->bits / 8 - (size_t)(reading->payload - peer->row);
    if (length > 0 && peer->content == 0)
        settle((struct want){.peer = peer, .good = GOOD_ROOM, .amount = length});
}

static void judge_row(struct peer *peer)
{
    const struct reading reading = read_row(peer);

    peer->received = reading.received;
    switch (reading.status) {
    case FRAME_MORE:
        note_content(peer, &reading);
        return;
    case FRAME_COMPLETE:
        peer->state = SESSION_COMMITTING;
        witness.to_commit = peer;
        return;
    case FRAME_TOO_LARGE:
        refuse(peer, REPLY_TOO_LARGE);
        return;
    case FRAME_VERSION:
        refuse(peer, REPLY_VERSION);
        return;
    default:
        refuse(peer, REPLY_DAMAGED);
        return;
    }
}

static void add_bit(struct peer *peer, bool bit)
{
    uint8_t mask = (uint8_t)(0x80 >> peer->bits % 8);

    PROMISE(peer->bits / 8 < sizeof peer->row);
    peer->row[peer->bits / 8] &= (uint8_t)~mask;
    if (bit)
        peer->row[peer->bits / 8] |= mask;
    peer->bits++;
    peer->count++;
    if (peer->bits % 8 == 0)
        judge_row(peer);
}

/* ---- turns ---- */

static bool turn_may_end(void)
{
    return witness.takes_turn && (witness.is_stopping || witness.now - witness.heard_at >= LAPSE ||
                                  witness.now - witness.granted_at >= SLICE);
}

static void give_turn(struct peer *peer)
{
    if (witness.turn == peer)
        return;
    PROMISE(!witness.turn || turn_may_end());
    witness.turn = peer;
    witness.granted_at = witness.now;
    witness.heard_at = witness.now;
}

/* ---- what each question may be answered ---- */

static void owe_answer(struct peer *peer, unsigned replies)
{
    witness.to_answer = peer;
    witness.replies = replies;
}

static void ask_start(struct peer *peer)
{
    if (is_mid_message(peer)) {
        owe_answer(peer, ONE_OF(REPLY_OUT_OF_STEP));
    } else if (peer->state == SESSION_REFUSED) {
        owe_answer(peer, ONE_OF(peer->refusal));
    } else if (witness.is_stopping) {
        owe_answer(peer, ONE_OF(REPLY_STOPPING));
    } else {
        peer->is_invited = true;
        owe_answer(peer, GO_OR_WAIT);
    }
}

static void ask_resume(struct peer *peer)
{
    switch (peer->state) {
    case SESSION_IDLE:
        owe_answer(peer, peer->is_invited ? GO_OR_WAIT : ONE_OF(REPLY_FORGOTTEN));
        return;
    case SESSION_OPEN:
        owe_answer(peer, GO_OR_WAIT);
        return;
    case SESSION_COMMITTING:
        owe_answer(peer, ONE_OF(REPLY_PENDING));
        return;
    case SESSION_COMMITTED:
        peer->is_invited = false;
        fairness_stop_waiting(peer);
        if (witness.turn == peer)
            witness.turn = NULL;
        owe_answer(peer, ONE_OF(REPLY_COMMITTED));
        return;
    case SESSION_REFUSED:
        owe_answer(peer, ONE_OF(peer->refusal));
        return;
    }
}

static void ask(struct peer *peer, struct probe probe)
{
    peer->asked = ++witness.questions;
    peer->nonce = probe.nonce;
    clear_slots(peer);
    if (witness.turn == peer)
        witness.heard_at = witness.now;
    if (probe.ask == ASK_START)
        ask_start(peer);
    else
        ask_resume(peer);
}

/* ---- the exchange's owner: peers ---- */

static bool owes_nothing(void)
{
    return !witness.to_commit && !witness.to_answer && !witness.to_judge && !witness.to_drop &&
           !witness.to_admit && !witness.want.peer;
}

static void owe_drop(struct peer *peer)
{
    PROMISE(owes_nothing());
    peer->may_close = true;
    witness.to_drop = peer;
}

static int open_peer(void *owner, pid_t pid, void **ret_peer)
{
    const struct process *process = &witness.processes[pid];
    struct probe probe = act_on(pid);
    struct peer *peer;

    PROMISE(owner == &witness);
    PROMISE(owes_nothing() && !witness.to_turn_away);
    PROMISE(!witness_session(pid));
    if (process->has_ended)
        return -ESRCH;
    if (process->is_unsafe)
        return -EINVAL;
    peer = new_peer(pid);
    *ret_peer = peer;
    if (probe.ask == ASK_RESUME) {
        turn_away(peer, probe, REPLY_FORGOTTEN);
    } else if (witness.is_stopping) {
        turn_away(peer, probe, REPLY_STOPPING);
    } else {
        witness.to_admit = peer;
        witness.admitted_by = probe;
    }
    return 0;
}

static uid_t user_of_peer(void *owner, const void *peer)
{
    struct peer *guest = witness.to_admit;

    PROMISE(owner == &witness);
    PROMISE(guest && guest == peer);
    witness.to_admit = NULL;
    settle((struct want){.peer = guest, .good = GOOD_SESSIONS, .amount = 1});
    return WITNESS_UID + guest->user;
}

/* Every other message can be seen in the log before it is there as a whole. */
static bool has_begun(void *owner)
{
    PROMISE(owner == &witness);
    PROMISE(witness.commits_later);
    return witness.committed_length % 2 == 1;
}

static bool is_begun(const struct peer *peer)
{
    return peer == witness.committed && has_begun(&witness);
}

/*
 * Why a session may end: its process has, or it makes way, or all is over. Then nothing may be left
 * untold but what is true no more.
 */
static void check_end(struct peer *peer)
{
    if (witness.want.peer && !peer->makes_way)
        choose(peer);
    if (peer->makes_way)
        PROMISE(!peer->is_invited && !is_mid_message(peer));
    else
        PROMISE(witness_is_gone(peer) || peer->may_close ||
                (witness.is_over && (!is_mid_message(peer) || is_begun(peer))));
    PROMISE(peer->was_lost == (peer->state == SESSION_OPEN));
}

static void close_peer(void *owner, void *peer_)
{
    struct peer *peer = peer_;

    PROMISE(owner == &witness);
    PROMISE(peer->is_open);
    PROMISE(witness.to_answer != peer && witness.to_judge != peer && witness.to_commit != peer);
    PROMISE(witness.to_admit != peer && witness.to_turn_away != peer);
    if (witness.to_drop)
        PROMISE(witness.to_drop == peer);
    peer->is_open = false;
    if (!peer->is_session)
        return;
    check_end(peer);
    peer->is_session = false;
    fairness_stop_waiting(peer);
    witness.counts.senders--;
    if (witness.turn == peer)
        witness.turn = NULL;
    if (witness.committed == peer)
        witness.committed = NULL;
    witness.to_drop = NULL;
    if (peer->makes_way)
        settle(witness.want);
}

static bool peer_has_ended(void *owner, const void *peer_)
{
    struct peer *peer = (struct peer *)peer_;

    PROMISE(owner == &witness);
    PROMISE(peer->is_session);
    PROMISE(owes_nothing() && !witness.to_turn_away);
    if (witness_is_gone(peer))
        return true;
    ask(peer, act_on(peer->pid));
    return false;
}

/* ---- bits and words ---- */

static int answer_peer(void *owner, void *peer_, enum lane lane)
{
    struct peer *peer = peer_;

    PROMISE(owner == &witness);
    PROMISE(peer->is_session);
    PROMISE(owes_nothing() && !witness.to_turn_away);
    PROMISE(!witness.commits_later);
    PROMISE(peer == witness.turn);
    PROMISE(witness_takes_bits(peer));
    PROMISE(lane == peer->count % LANES);
    PROMISE(peer->slots[lane].is_there);
    if (witness_is_gone(peer) || witness.processes[peer->pid].is_numb) {
        owe_drop(peer);
        return witness_is_gone(peer) ? -ESRCH : -EPERM;
    }
    peer->slots[lane].is_there = false;
    if (peer->is_invited) {
        peer->is_invited = false;
        peer->state = SESSION_OPEN;
        peer->uid = peer->slots[lane].uid;
        peer->bits = 0;
        peer->content = 0;
        peer->received = 0;
    }
    add_bit(peer, peer->slots[lane].bit);
    return 0;
}

static void hear_reply(struct peer *peer, enum reply reply)
{
    PROMISE(witness.replies & ONE_OF(reply));
    witness.to_answer = NULL;
    if (reply == REPLY_GO) {
        PROMISE(!witness.commits_later);
        PROMISE(peer == witness.turn || !fairness_is_anybody_waiting());
        give_turn(peer);
    } else if (reply == REPLY_WAIT) {
        PROMISE(!witness.commits_later);
        fairness_wait(peer);
    } else if (reply == REPLY_PENDING) {
        PROMISE(witness.commits_later);
        if (peer->state != SESSION_COMMITTING)
            fairness_wait(peer);
    }
}

static void hear_farewell(enum reply reply)
{
    PROMISE(reply == witness.farewell);
    witness.to_turn_away = NULL;
}

static void hear_verdict(struct peer *peer, enum reply reply)
{
    PROMISE(reply == witness.verdict);
    PROMISE(witness.is_on_record == (reply != REPLY_COMMITTED));
    witness.to_judge = NULL;
    if (peer->makes_way)
        witness.to_drop = peer;
}

/* It will not be served; nothing is known to have been sent that could be refused. */
static void hear_uninvited(struct peer *peer, enum reply reply)
{
    PROMISE(reply == (witness.want.peer ? REPLY_BUSY : REPLY_STOPPING));
    PROMISE(peer->is_invited);
    PROMISE(peer->state == SESSION_COMMITTED);
    peer->is_invited = false;
    fairness_stop_waiting(peer);
    if (!witness.want.peer)
        return;
    choose(peer);
    witness.to_drop = peer;
}

/* Nothing was asked, so its turn has come; or it is told again, as if it had not heard. */
static void hear_go(struct peer *peer, enum reply reply, bool is_heard)
{
    PROMISE(reply == REPLY_GO);
    PROMISE(!witness.commits_later && !witness.is_over);
    PROMISE(witness_takes_bits(peer));
    if (peer == witness.turn)
        return;
    PROMISE(fairness_is_next(peer));
    fairness_take_turn(peer);
    give_turn(peer);
    if (!is_heard)
        owe_drop(peer);
}

static int tell_peer(void *owner, void *peer_, uint32_t word)
{
    struct peer *peer = peer_;
    bool is_heard = !witness_is_gone(peer) && !witness.processes[peer->pid].is_deaf;
    struct answer answer;

    PROMISE(owner == &witness);
    PROMISE(peer->is_open);
    PROMISE(answer_unpack(word, &answer));
    PROMISE(answer.nonce == peer->nonce);
    PROMISE(answer.count == peer->count % WORD_COUNT_MODULUS);
    PROMISE(!witness.to_commit && !witness.to_drop && !witness.to_admit);
    if (witness.to_judge) {
        PROMISE(witness.to_judge == peer);
        hear_verdict(peer, answer.reply);
    } else if (witness.to_answer) {
        PROMISE(witness.to_answer == peer);
        hear_reply(peer, answer.reply);
    } else if (witness.want.peer || ((witness.stops_now || witness.is_over) && peer->is_invited)) {
        hear_uninvited(peer, answer.reply);
    } else if (witness.to_turn_away == peer) {
        hear_farewell(answer.reply);
    } else {
        hear_go(peer, answer.reply, is_heard);
    }
    return is_heard ? 0 : -ESRCH;
}

/* ---- the log ---- */

static int commit_message(void *owner, void *peer_, pid_t pid, uid_t uid, struct message *message)
{
    struct peer *peer = peer_;
    const struct reading reading = read_row(peer);

    PROMISE(owner == &witness);
    PROMISE(!witness.commits_later);
    PROMISE(witness.to_commit == peer);
    PROMISE(peer->pid == pid && peer->uid == uid);
    PROMISE(message->priority == reading.priority);
    PROMISE(message->length == reading.length);
    if (reading.length > 0)
        PROMISE(memcmp(message->bytes, reading.payload, reading.length) == 0);
    PROMISE(message->fields_length == reading.fields_length);
    if (reading.fields_length > 0)
        PROMISE(memcmp(message->fields, reading.payload + reading.length, reading.fields_length) ==
                0);
    free(message->bytes);
    witness.to_commit = NULL;
    witness.committed_length = reading.length;
    if (witness.log_result == -EINPROGRESS) {
        witness.commits_later = true;
        witness.committed = peer;
    } else {
        log_message(peer, witness.log_result);
    }
    return witness.log_result;
}

/* A refusal that no row of bits calls for, and why it is just. */
static void expect_refusal(struct peer *peer, enum reply reason)
{
    if (witness.want.peer) {
        PROMISE(reason == REPLY_BUSY);
        PROMISE(peer->is_invited ? peer->state == SESSION_IDLE : peer->state == SESSION_OPEN);
        choose(peer);
    } else if (reason == REPLY_BUSY) {
        PROMISE(witness.no_memory);
        PROMISE(peer == witness.turn && peer->state == SESSION_OPEN && peer->content > 0);
    } else {
        PROMISE(reason == REPLY_STOPPING);
        PROMISE(witness.is_over || witness.stops_now);
        PROMISE(!is_begun(peer));
        PROMISE(peer->is_invited ? peer->state == SESSION_IDLE
                                 : witness.is_over && is_mid_message(peer));
    }
    peer->is_invited = false;
    fairness_stop_waiting(peer);
    refuse(peer, reason);
}

static void note_refused(void *owner, pid_t pid, uid_t uid, enum reply reason)
{
    struct peer *peer = witness_session(pid);

    PROMISE(owner == &witness);
    PROMISE(peer);
    if (!witness.to_judge)
        expect_refusal(peer, reason);
    PROMISE(witness.to_judge == peer && witness.verdict == reason && !witness.is_on_record);
    /* Where no bit has come, that is the user of the process. */
    PROMISE(peer->uid == uid);
    witness.is_on_record = true;
    witness.counts.refused++;
}

static void note_lost(void *owner, pid_t pid, uid_t uid, size_t bytes)
{
    struct peer *peer = witness_session(pid);

    PROMISE(owner == &witness);
    PROMISE(peer && !peer->was_lost);
    PROMISE(peer->state == SESSION_OPEN);
    PROMISE(peer->uid == uid);
    PROMISE(peer->received == bytes);
    peer->was_lost = true;
    witness.counts.lost++;
}

static const struct exchange_ops ops = {
    .open = open_peer,
    .close = close_peer,
    .user = user_of_peer,
    .ended = peer_has_ended,
    .answer = answer_peer,
    .tell = tell_peer,
    .commit = commit_message,
    .has_begun = has_begun,
    .refused = note_refused,
    .lost = note_lost,
};

/* ---- the exchange's own state ---- */

static void check_memory(const struct session *session)
{
    const struct frame_decoder *decoder = &session->decoder;
    size_t content = decoder->part == PART_CONTENT ? decoder->got : frame_decoder_length(decoder);

    PROMISE(decoder->allocated <= witness.message_limit + FIELDS_SIZE_MAX);
    PROMISE(decoder->allocated <= FIRST_MEMORY || decoder->allocated < 2 * content);
    if (session->state != SESSION_OPEN)
        PROMISE(!decoder->message.bytes);
}

static void check_session(const struct session *session)
{
    const struct peer *peer = session->peer;

    PROMISE(peer->is_session && peer->pid == session->pid);
    PROMISE(session->state == peer->state);
    PROMISE(session->is_invited == peer->is_invited);
    PROMISE(session->waiting == (peer->rank > 0));
    PROMISE(session->user->uid == WITNESS_UID + peer->user);
    PROMISE(session->reserved == peer->reserved);
    PROMISE(session->nonce == peer->nonce);
    PROMISE(session->arq.count == peer->count);
    if (peer->state == SESSION_REFUSED)
        PROMISE(session->refusal == peer->refusal);
    for (int lane = 0; lane < LANES; lane++)
        PROMISE(session->arq.held[lane] == peer->slots[lane].is_there);
    check_memory(session);
    /* What could be taken was. */
    if (session == witness.exchange.runner && witness_takes_bits(peer))
        PROMISE(!peer->slots[peer->count % LANES].is_there);
    if (witness.is_stopping)
        PROMISE(!peer->is_invited);
}

static void check_turns(unsigned waiting)
{
    const struct exchange *ex = &witness.exchange;
    const struct session *session;
    const struct user *user;
    unsigned queued = 0;

    TAILQ_FOREACH(user, &ex->users.round, turn)
        TAILQ_FOREACH(session, &user->waiting, turn) {
            PROMISE(session->waiting && session != ex->runner);
            queued++;
        }
    PROMISE(queued == waiting);
    PROMISE(queued == 0 || ex->runner || ex->committing);
    PROMISE((ex->runner ? ex->runner->peer : NULL) == witness.turn);
    if (exchange_is_busy(ex))
        PROMISE(ex->runner && !ex->committing);
}

static void check_counts(void)
{
    const struct exchange_counts *counts = &witness.exchange.counts;

    PROMISE(counts->messages == witness.counts.messages);
    PROMISE(counts->bytes == witness.counts.bytes);
    PROMISE(counts->refused == witness.counts.refused);
    PROMISE(counts->lost == witness.counts.lost);
    PROMISE(counts->senders == witness.counts.senders);
    PROMISE(counts->senders <= witness.exchange.session_limit);
}

static void check_table(void)
{
    const struct exchange *ex = &witness.exchange;
    unsigned sessions = 0, waiting = 0;
    bool is_unfinished = ex->committing;

    for (unsigned i = 0; i < ex->session_limit; i++) {
        const struct session *session;

        LIST_FOREACH(session, &ex->table[i], bucket) {
            PROMISE((unsigned)session->pid % ex->session_limit == i);
            check_session(session);
            sessions++;
            waiting += session->waiting;
            is_unfinished |= session_is_mid_message(session);
        }
    }
    PROMISE(sessions == ex->counts.senders);
    PROMISE(exchange_has_unfinished(ex) == is_unfinished);
    check_turns(waiting);
}

static void check_peers(void)
{
    unsigned open = 0;

    for (unsigned i = 0; i < WITNESS_PEERS; i++)
        open += witness.peers[i].is_open;
    PROMISE(open == witness.counts.senders);
}

/* After each event. */
static void check_all(void)
{
    PROMISE(owes_nothing() && !witness.to_turn_away);
    PROMISE(witness.exchange.committing == witness.commits_later);
    PROMISE(witness.exchange.barrier.count == witness.words_held);
    check_counts();
    check_peers();
    check_table();
    fairness_check();
}

/* ---- events ---- */

/* The exchange may have taken the turn away, and nobody waited for it. */
static void note_turn(void)
{
    if (witness.turn && !witness.exchange.runner) {
        PROMISE(turn_may_end());
        witness.turn = NULL;
    }
    witness.takes_turn = false;
}

void witness_begin(size_t message_limit, unsigned session_limit, size_t room)
{
    witness = (struct witness){.message_limit = message_limit, .now = 1};
    if (exchange_init(&witness.exchange, &ops, &witness, message_limit, session_limit) < 0)
        abort();
    PROMISE(witness.exchange.room == EXCHANGE_ROOM);
    if (room > 0)
        witness.exchange.room = room;
    witness_time(0);
}

void witness_end(void)
{
    witness.is_over = true;
    exchange_done(&witness.exchange);
    PROMISE(owes_nothing());
    check_counts();
    PROMISE(witness.counts.senders == 0);
    check_peers();
}

void witness_signal(const struct lane_signal *signal)
{
    const struct session *runner = witness.exchange.runner;

    begin_event();
    note_places(signal->place);
    if (signal->kind == SIGNAL_WORD)
        hold_word(signal->pid, signal->word);
    if (signal->kind == SIGNAL_PLAIN && runner && runner->pid == signal->pid) {
        struct peer *peer = runner->peer;

        if (witness_takes_bits(peer)) {
            witness.heard_at = witness.now;
            peer->slots[signal->lane].is_there = true;
            peer->slots[signal->lane].bit = signal->bit;
            peer->slots[signal->lane].uid = signal->uid;
        }
    }
    memory_is_scarce = witness.no_memory;
    exchange_take(&witness.exchange, signal);
    memory_is_scarce = false;
    check_words();
    check_all();
}

void witness_settle(void)
{
    begin_event();
    witness.settles = true;
    memory_is_scarce = witness.no_memory;
    exchange_settle(&witness.exchange);
    memory_is_scarce = false;
    check_words();
    witness.settles = false;
    for (unsigned i = 0; i < witness.words_held; i++)
        PROMISE(witness.words[i].is_held_again);
    check_all();
}

void witness_time(uint64_t duration)
{
    const struct exchange *ex = &witness.exchange;
    uint64_t deadline;

    witness.now += duration;
    witness.takes_turn = true;
    deadline = exchange_tick(&witness.exchange, witness.now);
    note_turn();
    check_all();
    PROMISE(deadline > witness.now);
    if (!users_are_content(&ex->users) && !ex->committing)
        PROMISE(deadline - witness.now <= SLICE);
}

void witness_ended(struct peer *peer)
{
    bool was_open = peer->is_open;

    if (was_open && !witness_is_gone(peer))
        return;
    exchange_ended(&witness.exchange, peer->pid, peer);
    PROMISE(!peer->is_open);
    check_all();
}

void witness_committed(int result)
{
    if (!witness.commits_later)
        return;
    witness.commits_later = false;
    log_message(witness.committed, result);
    witness.committed = NULL;
    exchange_committed(&witness.exchange, result);
    check_all();
}

void witness_stop(void)
{
    if (witness.is_stopping)
        return;
    witness.is_stopping = true;
    witness.stops_now = true;
    witness.takes_turn = true;
    exchange_stop(&witness.exchange);
    note_turn();
    witness.stops_now = false;
    check_all();
}
