/* SPDX-License-Identifier: MIT */
/*
 * haste.h - why a client has gone on without an answer
 *
 * A relay has held the answer to its first signal back, and the client has sent more.
 *
 * Pure.
 */
#pragma once

#include <stdbool.h>

#include "doctor/cause.h"
#include "doctor/dialect.h"
#include "doctor/speech-result.h"
#include "doctor/wire.h"

struct haste {
    const struct wire *held;             /* what the client sent without an answer */
    const struct wire *prompt;           /* a message, answered before the client could wait */
    const struct dialect *dialect;       /* of the client, or NULL if it was not found out */
    const struct speech_result *answers; /* of the server; without signals: not known */
    bool is_waiting;                     /* the client waits for something now */
};

/*
 * Returns one of these:
 *
 *   CAUSE_IMPATIENT    it waits for an answer to each bit, but not long enough
 *   CAUSE_LATE_ANSWER  the server answers fewer than half of all signals, such as octets; if its
 *                      answers are not known, the client waits now
 *   CAUSE_NO_WAIT      anything else
 *
 * A client whose bits are about as far apart without answers as with them does not wait: it pauses.
 */
enum cause haste_cause(const struct haste *haste);
