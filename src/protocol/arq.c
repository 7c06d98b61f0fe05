/* SPDX-License-Identifier: MIT */
/* arq.c - see arq.h for the rules */

#include "protocol/arq.h"

#include <assert.h>

/* ---- the receiving end ---- */

void arq_receiver_hold(struct arq_receiver *r, enum lane lane, struct symbol symbol)
{
    r->held[lane] = true;
    r->symbol[lane] = symbol;
}

static enum lane next_lane(const struct arq_receiver *r)
{
    return (enum lane)(r->count % LANES);
}

bool arq_receiver_next(struct arq_receiver *r, uint64_t index, enum symbol_kind kind,
                       struct arq_symbol *ret)
{
    enum lane lane = next_lane(r);

    if (!r->held[lane])
        return false;
    r->held[lane] = r->symbol[lane].kind == kind;
    *ret = (struct arq_symbol){.index = index, .lane = lane, .symbol = r->symbol[lane]};
    return r->held[lane];
}

struct symbol arq_receiver_take(struct arq_receiver *r)
{
    enum lane lane = next_lane(r);

    assert(r->held[lane]);
    r->held[lane] = false;
    r->count++;
    return r->symbol[lane];
}

unsigned arq_receiver_ahead(const struct arq_receiver *r, enum lane lane)
{
    return lane == next_lane(r) ? 0 : 1;
}

void arq_receiver_clear(struct arq_receiver *r)
{
    /*@ loop invariant 0 <= lane <= LANES && \forall integer l; 0 <= l < lane ==> !r->held[l];
        loop assigns lane, r->held[0 .. LANES - 1];
        loop variant LANES - lane; */
    for (int lane = 0; lane < LANES; lane++)
        r->held[lane] = false;
}

/* ---- the sending end ---- */

static enum lane lane_of(const struct arq_sender *s, uint64_t index)
{
    return (enum lane)((s->base + index) % LANES);
}

bool arq_sender_asks(const struct arq_sender *s)
{
    return s->phase == ARQ_STARTING || s->phase == ARQ_RESUMING;
}

static void ask(struct arq_sender *s, uint16_t nonce)
{
    s->nonce = nonce;
    s->probe_due = true;
}

/* Returns the index of the oldest symbol in flight, or of the next symbol to send. */
static uint64_t oldest_unanswered(const struct arq_sender *s)
{
    /*@ loop invariant back <= LANES;
        loop invariant back < 2 && s->next >= 2 ==> !s->in_flight[(s->base + s->next - 2) % LANES];
        loop invariant back < 1 && s->next >= 1 ==> !s->in_flight[(s->base + s->next - 1) % LANES];
        loop assigns back;
        loop variant back; */
    for (uint64_t back = LANES; back > 0; back--)
        if (s->next >= back && s->in_flight[lane_of(s, s->next - back)])
            return s->next - back;
    return s->next;
}

/*
 * Converts the receiver's count to an index into the message. Returns false if the count cannot be
 * true. The receiver counts the symbols of its session, modulo WORD_COUNT_MODULUS. For example,
 * this message began at count 64, 10 symbols were sent, and the last two have no ack. Then the
 * count is 72, 73 or 74, and the index is 8, 9 or 10.
 */
static bool locate(const struct arq_sender *s, uint16_t count, uint64_t *ret_index)
{
    uint64_t first = oldest_unanswered(s);
    uint64_t ahead = (count - (s->base + first)) % WORD_COUNT_MODULUS;

    if (ahead > s->next - first)
        return false;
    *ret_index = first + ahead;
    return true;
}

static void continue_from(struct arq_sender *s, uint64_t index)
{
    assert(index <= s->next);
    s->phase = ARQ_SENDING;
    s->next = index;
    /*@ loop invariant 0 <= lane <= LANES && \forall integer l; 0 <= l < lane ==> !s->in_flight[l];
        loop assigns lane, s->in_flight[0 .. LANES - 1];
        loop variant LANES - lane; */
    for (int lane = 0; lane < LANES; lane++)
        s->in_flight[lane] = false;
}

static enum arq_news refused(struct arq_sender *s, enum reply_code reason)
{
    s->phase = ARQ_REFUSED;
    s->refusal = reason;
    return ARQ_VERDICT;
}

static enum arq_news told_to_go(struct arq_sender *s, uint16_t count)
{
    uint64_t index = 0;

    if (s->phase == ARQ_STARTING)
        s->base = count;
    /* This message began in another session, which the receiver no longer has. */
    else if (!locate(s, count, &index))
        return refused(s, REPLY_FORGOTTEN);
    continue_from(s, index);
    return ARQ_GO;
}

void arq_sender_begin(struct arq_sender *s, uint64_t total, uint16_t nonce)
{
    assert(total > 0);
    *s = (struct arq_sender){.phase = ARQ_STARTING, .total = total, .first_nonce = nonce};
    ask(s, nonce);
}

/*
 * Returns true if the receiver has taken no bit of this message, although some were sent. Then a
 * verdict is about the message before.
 */
static bool has_taken_none(const struct arq_sender *s, uint16_t count)
{
    uint64_t index;

    return s->phase == ARQ_RESUMING && locate(s, count, &index) && index == 0;
}

static enum arq_news begin_again(struct arq_sender *s)
{
    arq_sender_begin(s, s->total, (uint16_t)(s->nonce + 1));
    return ARQ_GO;
}

/*
 * Handles a verdict that a session keeps until its next message begins, in case it is about the
 * message before. Otherwise, it is a refusal of this message, with this code.
 */
static enum arq_news told_verdict(struct arq_sender *s, uint16_t count, enum reply_code refusal)
{
    return has_taken_none(s, count) ? begin_again(s) : refused(s, refusal);
}

struct arq_step arq_sender_step(struct arq_sender *s)
{
    if (s->probe_due) {
        s->probe_due = false;
        return (struct arq_step){
            .what = ARQ_PROBE,
            .probe = {.ask = s->phase == ARQ_STARTING ? ASK_START : ASK_RESUME, .nonce = s->nonce}};
    }
    if (s->phase == ARQ_SENDING && s->next < s->total) {
        uint64_t index = s->next;
        enum lane lane = lane_of(s, index);

        if (!s->in_flight[lane]) {
            assert(s->next - oldest_unanswered(s) < LANES);
            s->in_flight[lane] = true;
            s->next++;
            return (struct arq_step){.what = ARQ_SYMBOL, .lane = lane, .index = index};
        }
    }
    return (struct arq_step){.what = ARQ_NOTHING};
}

bool arq_sender_acked(struct arq_sender *s, enum lane lane, uint64_t *ret_index)
{
    uint64_t newest = s->next - 1;

    if (!s->in_flight[lane])
        return false;
    s->in_flight[lane] = false;
    /* The ack is for the one of the two newest symbols that went out on this lane. */
    *ret_index = lane_of(s, newest) == lane ? newest : newest - 1;
    /* The receiver was only slow, so the probe is void. A reply to it will be stale. */
    if (s->phase == ARQ_RESUMING) {
        s->phase = ARQ_SENDING;
        s->probe_due = false;
    }
    return true;
}

/*
 * Returns true if this is the reply to any probe of this message, with a count that can be true;
 * *ret_index is then that count as an index into the message. A stranger who guesses will hardly
 * hit both the nonce and the count. Returns false while the sender is starting, because it cannot
 * check a count yet.
 */
static bool locate_older(const struct arq_sender *s, struct reply reply, uint64_t *ret_index)
{
    return s->phase != ARQ_STARTING &&
           (uint16_t)(s->nonce - reply.nonce) <= (uint16_t)(s->nonce - s->first_nonce) &&
           locate(s, reply.count, ret_index);
}

/*
 * Returns true if the reply says that all of this message is in the log. That stays true, so the
 * reply may be to an older probe of this message. The receiver may have sent its last reply before
 * the newest probe came.
 */
static bool is_whole_commit(const struct arq_sender *s, struct reply reply)
{
    uint64_t index;

    return reply.code == REPLY_COMMITTED && locate_older(s, reply, &index) && index == s->total;
}

/*
 * Returns true if the reply says that the receiver stops and will not take this message. The
 * receiver says so once and unasked, so the reply may be to an older probe of this message.
 */
static bool is_stop(const struct arq_sender *s, struct reply reply)
{
    uint64_t index;

    return reply.code == REPLY_STOPPING && locate_older(s, reply, &index);
}

/*
 * While no probe is open, only a verdict counts, because the verdict comes unasked. A GO or WAIT
 * would be the second copy of a reply that was already acted on, and its count would be out of
 * date.
 */
enum arq_news arq_sender_word(struct arq_sender *s, struct reply reply)
{
    if (arq_sender_done(s))
        return ARQ_STALE;
    if (is_whole_commit(s, reply)) {
        s->phase = ARQ_COMMITTED;
        return ARQ_VERDICT;
    }
    if (is_stop(s, reply))
        return refused(s, REPLY_STOPPING);
    if (s->probe_due || reply.nonce != s->nonce)
        return ARQ_STALE;

    switch (reply.code) {
    case REPLY_GO:
        return arq_sender_asks(s) ? told_to_go(s, reply.count) : ARQ_STALE;
    case REPLY_WAIT:
        return arq_sender_asks(s) ? ARQ_WAIT : ARQ_STALE;
    case REPLY_PENDING:
        return arq_sender_asks(s) ? ARQ_PENDING : ARQ_STALE;
    case REPLY_COMMITTED:
        return told_verdict(s, reply.count, REPLY_OUT_OF_STEP);
    case REPLY_TOO_LARGE:
    case REPLY_VERSION:
    case REPLY_DAMAGED:
    case REPLY_UNLOGGED:
    case REPLY_BUSY:
    case REPLY_NARROW:
        return told_verdict(s, reply.count, reply.code);
    case REPLY_STOPPING:
    case REPLY_FORGOTTEN:
    case REPLY_OUT_OF_STEP:
        return refused(s, reply.code);
    }
    return ARQ_STALE;
}

void arq_sender_timeout(struct arq_sender *s)
{
    if (s->phase == ARQ_SENDING)
        s->phase = ARQ_RESUMING;
    ask(s, (uint16_t)(s->nonce + 1));
}
