/* SPDX-License-Identifier: MIT */
/* session.c - see session.h for the rules */

#include "protocol/session.h"

#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

struct session *session_new(pid_t pid, uid_t uid, void *peer, size_t limit)
{
    struct session *s = calloc(1, sizeof *s);

    if (!s)
        return NULL;
    s->pid = pid;
    s->uid = uid;
    s->peer = peer;
    frame_decoder_init(&s->decoder, limit);
    return s;
}

void session_free(struct session *s)
{
    if (!s)
        return;
    assert(!s->member.user);
    frame_decoder_done(&s->decoder);
    free(s);
}

struct session *session_of(struct member *member)
{
    return member ? (struct session *)((char *)member - offsetof(struct session, member)) : NULL;
}

/* ---- probes ---- */

void session_ask(struct session *s, uint16_t nonce)
{
    s->nonce = nonce;
    arq_receiver_clear(&s->arq);
}

void session_invite(struct session *s)
{
    assert(!session_is_mid_message(s));
    if (!s->is_invited)
        s->turn_time = 0;
    s->is_invited = true;
}

void session_uninvite(struct session *s)
{
    s->is_invited = false;
}

/* ---- bits and blocks ---- */

bool session_takes_symbols(const struct session *s)
{
    return s->state == SESSION_OPEN || s->is_invited;
}

static enum symbol_kind next_kind(const struct session *s)
{
    return s->is_invited ? SYMBOL_BIT : frame_decoder_kind(&s->decoder);
}

bool session_expects_block(const struct session *s)
{
    return session_takes_symbols(s) && next_kind(s) == SYMBOL_BLOCK;
}

void session_hold(struct session *s, enum lane lane, struct symbol symbol)
{
    assert(session_takes_symbols(s));
    arq_receiver_hold(&s->arq, lane, symbol);
}

uint64_t session_index_on(const struct session *s, enum lane lane)
{
    return session_taken(s) + arq_receiver_ahead(&s->arq, lane);
}

bool session_next(struct session *s, struct arq_symbol *ret)
{
    return session_takes_symbols(s) &&
           arq_receiver_next(&s->arq, session_taken(s), next_kind(s), ret);
}

void session_note_stripped(struct session *s)
{
    s->is_stripped |= session_expects_block(s);
}

bool session_loses_blocks(struct session *s)
{
    s->lost_blocks = s->is_stripped ? s->lost_blocks + 1 : 0;
    s->is_stripped = false;
    return s->lost_blocks == SESSION_LOST_BLOCKS;
}

static void begin(struct session *s, uid_t uid)
{
    assert(s->decoder.message.bytes == NULL);
    s->is_invited = false;
    s->state = SESSION_OPEN;
    s->base = s->arq.count;
    s->uid = uid;
}

static void decode(struct session *s, struct symbol symbol)
{
    switch (frame_decoder_take(&s->decoder, symbol)) {
    case FRAME_MORE:
        return;
    case FRAME_COMPLETE:
        s->state = SESSION_COMMITTING;
        return;
    case FRAME_TOO_LARGE:
        session_refuse(s, REPLY_TOO_LARGE);
        return;
    case FRAME_VERSION:
        session_refuse(s, REPLY_VERSION);
        return;
    case FRAME_DAMAGED:
        session_refuse(s, REPLY_DAMAGED);
        return;
    case FRAME_NO_MEMORY:
        session_refuse(s, REPLY_BUSY);
        return;
    }
}

void session_take(struct session *s, uid_t uid)
{
    assert(session_takes_symbols(s));
    if (s->is_invited)
        begin(s, uid);
    s->is_stripped = false;
    s->lost_blocks = 0;
    decode(s, arq_receiver_take(&s->arq));
}

struct message session_take_message(struct session *s)
{
    struct message message = s->decoder.message;

    assert(s->state == SESSION_COMMITTING);
    s->decoder.message.bytes = NULL;
    return message;
}

uint64_t session_taken(const struct session *s)
{
    return s->is_invited ? 0 : s->arq.count - s->base;
}

size_t session_length(const struct session *s)
{
    return frame_decoder_length(&s->decoder);
}

/* ---- verdicts ---- */

static void end(struct session *s, enum session_state state)
{
    s->state = state;
    arq_receiver_clear(&s->arq);
    frame_decoder_done(&s->decoder);
}

void session_commit(struct session *s)
{
    assert(s->state == SESSION_COMMITTING);
    end(s, SESSION_COMMITTED);
}

void session_refuse(struct session *s, enum reply_code reason)
{
    assert(reason >= REPLY_FIRST_REFUSAL && reason <= REPLY_LAST);
    s->refusal = reason;
    end(s, SESSION_REFUSED);
}

bool session_is_mid_message(const struct session *s)
{
    return s->state == SESSION_COMMITTING || s->state == SESSION_OPEN;
}

struct reply session_reply(const struct session *s, enum reply_code code)
{
    return (struct reply){
        .code = code, .count = (uint16_t)(s->arq.count % WORD_COUNT_MODULUS), .nonce = s->nonce};
}

/* ---- the table ---- */

static struct session_list *bucket_of(const struct sessions *sessions, pid_t pid)
{
    return &sessions->buckets[(unsigned)pid % sessions->limit];
}

int sessions_init(struct sessions *sessions, unsigned limit)
{
    assert(limit > 0);
    *sessions =
        (struct sessions){.limit = limit, .buckets = calloc(limit, sizeof *sessions->buckets)};
    return sessions->buckets ? 0 : -ENOMEM;
}

void sessions_done(struct sessions *sessions)
{
    assert(sessions->count == 0);
    free(sessions->buckets);
    *sessions = (struct sessions){0};
}

struct session *sessions_find(const struct sessions *sessions, pid_t pid)
{
    struct session *s;

    LIST_FOREACH(s, bucket_of(sessions, pid), bucket)
        if (s->pid == pid)
            return s;
    return NULL;
}

void sessions_add(struct sessions *sessions, struct session *s)
{
    assert(sessions->count < sessions->limit && !sessions_find(sessions, s->pid));
    LIST_INSERT_HEAD(bucket_of(sessions, s->pid), s, bucket);
    sessions->count++;
}

void sessions_remove(struct sessions *sessions, struct session *s)
{
    assert(sessions->count > 0);
    LIST_REMOVE(s, bucket);
    sessions->count--;
}

void sessions_for_each(const struct sessions *sessions,
                       void (*call)(void *owner, struct session *session), void *owner)
{
    for (unsigned i = 0; i < sessions->limit; i++) {
        struct session *next;

        for (struct session *s = LIST_FIRST(&sessions->buckets[i]); s; s = next) {
            next = LIST_NEXT(s, bucket);
            call(owner, s);
        }
    }
}
