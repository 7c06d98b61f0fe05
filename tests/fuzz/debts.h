/* SPDX-License-Identifier: MIT */
/*
 * debts.h - the calls that an exchange owes to its owner
 *
 * Something must follow each bit, each probe, each want and each result of the log: a commit,
 * a reply, a verdict, or the end of a session. The functions here record such a debt, and change
 * the book. The call to the owner that pays a debt removes it (owner.h). At the end of an event,
 * all debts must be paid.
 */
#pragma once

#include "book.h"
#include "fairness.h"

struct debts {
    struct peer *to_commit; /* its message must be committed */
    struct peer *to_reply;  /* its probe must get a reply */
    struct peer *to_report; /* it must be recorded that its user is at the limit of messages */
    unsigned replies;       /* the permitted replies to that probe: bit n is set for reply n */
    struct peer *to_judge;  /* it must be told its verdict */
    enum reply_code verdict;
    bool is_on_record;        /* the verdict is a refusal and has been recorded */
    struct peer *to_drop;     /* it must be closed: it could not be reached, or was evicted */
    struct peer *to_admit;    /* the exchange must look up its user */
    struct probe admitted_by; /* the probe of to_admit */
    struct peer *to_refuse;   /* it must get this refusal, and no session */
    enum reply_code refusal;
    struct want want; /* a session must be evicted for this want */
};

extern struct debts debts;

/* Returns true if no debt is left. */
bool debts_are_paid(void);

/* A probe is acted on: of a new peer without a session, or of a session. */
void debts_meet(struct peer *peer, struct probe probe);
void debts_ask(struct peer *peer, struct probe probe);

/* A peer wants a session or room: grants it, records that a session must be evicted, or refuses. */
void debts_want(struct want want);

/* The session that was chosen for the want has been evicted. */
void debts_evicted(void);

/* The next bit of the peer's message was acked and is taken. */
void debts_take(struct peer *peer, struct symbol symbol);

/* The peer's message, or its probe to start one, is refused. */
void debts_refuse(struct peer *peer, enum reply_code reason);

/*
 * The log has a result for a message: 0 or -errno. peer is the session of the message, or NULL if
 * the session has ended.
 */
void debts_log(struct peer *peer, int result);
