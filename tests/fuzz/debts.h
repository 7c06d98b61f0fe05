/* SPDX-License-Identifier: MIT */
/*
 * debts.h - what an exchange owes, from one call to its owner to the next
 *
 * A bit, a question, a want, or the log's word on a message, each has something that must follow: a
 * commit, an answer, a verdict, a session's end. That is noted here, with what the book says from
 * then on; the call to the owner that pays a debt takes it off (owner.h). At the end of an event
 * all are paid.
 */
#pragma once

#include "book.h"
#include "fairness.h"

struct debts {
    struct peer *to_commit;
    struct peer *to_answer; /* a question: with one of these replies, 1u << reply each */
    unsigned replies;
    struct peer *to_judge; /* a verdict */
    enum reply_code verdict;
    bool is_on_record;         /* the refusal */
    struct peer *to_drop;      /* it could not be answered, or made way */
    struct peer *to_admit;     /* the user of this one must be asked for */
    struct probe admitted_by;  /* because of this question */
    struct peer *to_turn_away; /* with this reply */
    enum reply_code farewell;
    struct want want; /* somebody must give way */
};

extern struct debts debts;

/* Whether nothing is owed. */
bool debts_are_paid(void);

/* A question, of a new peer without a session, and of one with a session. */
void debts_meet(struct peer *peer, struct probe probe);
void debts_ask(struct peer *peer, struct probe probe);

/* Somebody wants something: it is given, or somebody must give way, or it is denied. */
void debts_want(struct want want);

/* The next bit of the message that the peer has under way was answered. */
void debts_take_bit(struct peer *peer, bool bit);

/* The peer's message, or its question for one, is refused. */
void debts_refuse(struct peer *peer, enum reply_code reason);

/* The log has made up its mind on a message: 0 or -errno. peer: whose it is; NULL if it is gone. */
void debts_log(struct peer *peer, int result);
