/* SPDX-License-Identifier: MIT */
/* arq.c - contracts for static functions of the shipped arq.c, which follows them */

#include "protocol/arq.h"

/*@ requires \valid_read(s) && arq_is_valid(*s);
    assigns \nothing;
    ensures \result == arq_oldest(*s); */
static uint64_t oldest_unanswered(const struct arq_sender *s);

/*@ requires \valid_read(s) && \valid(ret_index) && \separated(s, ret_index) && arq_is_valid(*s);
    assigns *ret_index;
    ensures \result ==> arq_counts(*s, count, *ret_index);
    ensures !\result ==> \forall integer i; !arq_counts(*s, count, i); */
static bool locate(const struct arq_sender *s, uint16_t count, uint64_t *ret_index);

/*@ requires \valid_read(s) && \valid(ret_index) && \separated(s, ret_index) && arq_is_valid(*s);
    assigns *ret_index;
    ensures \result ==> arq_tells(*s, reply, *ret_index);
    ensures !\result ==> \forall integer i; !arq_tells(*s, reply, i); */
static bool locate_older(const struct arq_sender *s, struct reply reply, uint64_t *ret_index);

/*@ requires \valid_read(s) && arq_is_valid(*s);
    assigns \nothing;
    ensures \result <==> s->phase == ARQ_RESUMING && arq_counts(*s, count, 0); */
static bool has_taken_none(const struct arq_sender *s, uint16_t count);

/*@ requires \valid_read(s) && arq_is_valid(*s);
    assigns \nothing;
    ensures \result <==> arq_is_committed_by(*s, reply); */
static bool is_whole_commit(const struct arq_sender *s, struct reply reply);

/*@ requires \valid_read(s) && arq_is_valid(*s);
    assigns \nothing;
    ensures \result <==> arq_is_stopped_by(*s, reply); */
static bool is_stop(const struct arq_sender *s, struct reply reply);

/*@ requires \valid(s) && index <= s->next;
    assigns s->phase, s->next, s->in_flight[0 .. 1];
    ensures s->phase == ARQ_SENDING && s->next == index;
    ensures !s->in_flight[0] && !s->in_flight[1]; */
static void continue_from(struct arq_sender *s, uint64_t index);

/*@ requires \valid(s);
    assigns s->phase, s->refusal;
    ensures \result == ARQ_VERDICT && s->phase == ARQ_REFUSED && s->refusal == reason; */
static enum arq_news refused(struct arq_sender *s, enum reply_code reason);

/*@ requires \valid(s) && arq_is_valid(*s);
    requires awaited: arq_waits(*s);
    assigns s->phase, s->refusal, s->base, s->next, s->in_flight[0 .. 1];
    behavior starting:
      assumes s->phase == ARQ_STARTING;
      ensures \result == ARQ_GO && s->phase == ARQ_SENDING && s->base == count && s->next == 0;
      ensures !s->in_flight[0] && !s->in_flight[1];
    behavior resuming:
      assumes s->phase == ARQ_RESUMING;
      ensures s->base == \old(s->base);
      ensures \result == ARQ_GO ==> s->phase == ARQ_SENDING && !s->in_flight[0] &&
        !s->in_flight[1] && \old(arq_counts(*s, count, \at(s->next, Post)));
      ensures \result != ARQ_GO ==> \result == ARQ_VERDICT && s->phase == ARQ_REFUSED &&
        s->refusal == REPLY_FORGOTTEN && s->next == \old(s->next) &&
        s->in_flight[0] == \old(s->in_flight[0]) && s->in_flight[1] == \old(s->in_flight[1]) &&
        \old(!(\exists integer i; arq_counts(*s, count, i)));
    complete behaviors; */
static enum arq_news told_to_go(struct arq_sender *s, uint16_t count);

/*@ requires \valid(s) && arq_is_valid(*s) && s->total > 0;
    assigns *s;
    ensures s->total == \old(s->total) && arq_is_valid(*s);
    behavior before:
      assumes s->phase == ARQ_RESUMING && arq_counts(*s, count, 0);
      ensures again: \result == ARQ_GO && s->phase == ARQ_STARTING && s->probe_due;
      ensures again: s->next == 0 && !s->in_flight[0] && !s->in_flight[1];
      ensures s->nonce == (\old(s->nonce) == 65535 ? 0 : \old(s->nonce) + 1);
      ensures s->first_nonce == s->nonce && s->base == 0;
    behavior refused:
      assumes s->phase != ARQ_RESUMING || !arq_counts(*s, count, 0);
      ensures \result == ARQ_VERDICT && s->phase == ARQ_REFUSED && s->refusal == refusal;
      ensures s->base == \old(s->base) && s->next == \old(s->next);
      ensures s->nonce == \old(s->nonce) && s->first_nonce == \old(s->first_nonce);
    complete behaviors; */
static enum arq_news told_verdict(struct arq_sender *s, uint16_t count, enum reply_code refusal);

#include "protocol/arq.c"
