/* SPDX-License-Identifier: MIT */
/* session.c - contracts for static functions of the shipped session.c, which follows them */

#include "session-contracts.h"

#include "protocol/session.h"

/*@ requires \valid(s) && session_is_sound(*s) && s->is_invited;
    assigns s->is_invited, s->state, s->base, s->uid;
    ensures session_is_sound(*s) && !s->is_invited && s->state == SESSION_OPEN;
    ensures s->base == s->arq.count && s->uid == uid; */
static void begin(struct session *s, uid_t uid);

/*@ requires \valid(s) && session_is_sound(*s) && s->state == SESSION_OPEN;
    assigns decoded, decoder_said, s->state, s->refusal, s->decoder, s->arq.held[0 .. 1];
    ensures session_is_sound(*s) && decoded == symbol;
    ensures s->state == (decoder_said == FRAME_MORE ? SESSION_OPEN :
      decoder_said == FRAME_COMPLETE ? SESSION_COMMITTING : SESSION_REFUSED);
    ensures s->state == SESSION_REFUSED ==> arq_is_lasting(s->refusal) &&
      s->refusal != REPLY_COMMITTED && !s->arq.held[0] && !s->arq.held[1];
    ensures s->state != SESSION_REFUSED ==> s->refusal == \old(s->refusal) &&
      s->arq.held[0] == \old(s->arq.held[0]) && s->arq.held[1] == \old(s->arq.held[1]); */
static void decode(struct session *s, struct symbol symbol);

/* The symbol that was held is decoded. What the decoder says about it decides the state. */
/*@ assigns decoded, decoder_said;
    ensures session->state == (decoder_said == FRAME_MORE ? SESSION_OPEN :
      decoder_said == FRAME_COMPLETE ? SESSION_COMMITTING : SESSION_REFUSED);
    ensures decoded == \old(session->arq.symbol[session->arq.count % LANES]); */
void session_take(struct session *session, uid_t uid);

#include "protocol/session.c"
