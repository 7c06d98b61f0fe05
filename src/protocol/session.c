/* session.c - see session.h */

#include "protocol/session.h"

#include <stdlib.h>

struct session *session_new(pid_t pid, void *peer, size_t limit)
{
    struct session *s = calloc(1, sizeof *s);

    if (!s)
        return NULL;
    s->pid = pid;
    s->peer = peer;
    frame_decoder_init(&s->decoder, limit);
    return s;
}

void session_free(struct session *s)
{
    if (!s)
        return;
    frame_decoder_done(&s->decoder);
    free(s);
}

bool session_takes_bits(const struct session *s)
{
    return s->state == SESSION_OPEN || s->is_invited;
}

void session_begin(struct session *s)
{
    s->is_invited = false;
    s->state = SESSION_OPEN;
    s->base = s->arq.count;
}

void session_bit(struct session *s, bool bit)
{
    switch (frame_decoder_bit(&s->decoder, bit)) {
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

uint64_t session_taken(const struct session *s)
{
    return s->is_invited ? 0 : s->arq.count - s->base;
}

size_t session_length(const struct session *s)
{
    return frame_decoder_length(&s->decoder);
}

static void end(struct session *s, enum session_state state)
{
    s->state = state;
    arq_receiver_clear(&s->arq);
    frame_decoder_done(&s->decoder);
}

void session_commit(struct session *s)
{
    end(s, SESSION_COMMITTED);
}

void session_refuse(struct session *s, enum reply_code reason)
{
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
