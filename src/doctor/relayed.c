/* SPDX-License-Identifier: MIT */
/* relayed.c - see relayed.h */

#include "doctor/relayed.h"

#include "doctor/brake.h"
#include "host/monotonic.h"

/* Limits of time, for a busy machine. */
#define START_LIMIT (10 * NSEC_PER_SEC)
#define CLIENT_LIMIT (20 * NSEC_PER_SEC)

static int run(void *context)
{
    relay_run(context);
}

bool relayed_start(struct pair *pair, enum relay_mode mode, const char *text, size_t *ret_from)
{
    struct relay relay = {.mode = mode,
                          .is_answered =
                              pair->has_dialect && pair->dialect.answers[UNIT_BIT] != ANSWER_NONE,
                          .is_busy = pair->is_busy};
    const struct patient_order order = {.run = run, .context = &relay};
    uint64_t end = monotonic_now() + START_LIMIT;

    pair_start_server(pair);
    relay.server = pair->server_pid;
    *ret_from = pair->server.length;
    if (!pair_start(pair, &order, &pair->relay))
        return false;
    while (!pair_is_serving(pair->relay.pid)) {
        if (monotonic_now() >= end)
            return false;
        pair_look(pair);
    }
    if (mode == RELAY_HOLD)
        pair_start_client(pair, 0, pair->relay.pid, text);
    else
        pair_start_braked(pair, pair->relay.pid, text);
    return true;
}

bool relayed_is_hung(enum outcome outcome)
{
    return outcome == OUTCOME_HUNG || outcome == OUTCOME_STAYED;
}

enum outcome relayed_talk(struct pair *pair, enum relay_mode mode, const char *text,
                          struct wire *ret)
{
    enum outcome outcome = OUTCOME_SLOW;
    size_t from;

    if (relayed_start(pair, mode, text, &from))
        outcome = pair_await_message(pair, from, text, CLIENT_LIMIT);
    pair_look(pair);
    pair->is_outside = brake_has_seen_outside(pair->brake.output, 1);
    wire_read(pair->relay.output, ret);
    if (relayed_is_hung(outcome))
        wire_add(ret, WIRE_HANGS, monotonic_now());
    pair_clear(pair);
    return outcome;
}
