/* SPDX-License-Identifier: MIT */
/*
 * learner.h - finds out the dialect of recorded signals
 *
 * The learner tries each dialect of its list on all recordings. A dialect explains them if each
 * recording is a sequence of whole messages, all of printable text; or, if the text is known, one
 * message with this text. Of three or more recordings, up to half may be cut off: a client was
 * ended amid its message. The texts before that must be printable, and so must the beginning of
 * this one, which may end within a character. If several dialects explain the recordings, these
 * rules choose, in this order:
 *
 *   1. A dialect with which fewer recordings are cut off is better. If some are with the best one,
 *      no other may be as good by all of these rules: what was cut off proves little.
 *   2. A client sends one message. So a dialect that makes one message of each recording is better
 *      than one that makes several, such as empty ones.
 *   3. A length or a PID that is right in each recording is not there by chance. So a dialect that
 *      has one is better. Digits can be text: they count once two texts differ.
 *   4. A dialect without a hello is better. A hello without a length or a PID needs two whole
 *      recordings with different signals: otherwise any bits could be one.
 *   5. If each text ends with a newline, the newline belongs to the end.
 *
 * The dialects that are left may be more than one. Then the result is ambiguous, and the learner
 * does not choose. A single word can be ambiguous; three words hardly ever are.
 *
 * The signals do not tell the answers that a program expects: rhythm.h finds these out.
 *
 * Pure: it allocates memory, and does nothing else with the system.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "doctor/dialect.h"

/* All signals of one client, from its first one to its end. */
struct recording {
    const bool *signals; /* as those of stream.h */
    size_t count;
    pid_t pid; /* the client; 0 if unknown: then no dialect with a PID explains the recording */
    const char *text; /* what the client was to send, or NULL if that is unknown */
};

enum learner_verdict {
    LEARNER_UNKNOWN,   /* no dialect explains the recordings */
    LEARNER_AMBIGUOUS, /* several dialects explain them */
    LEARNER_LEARNT,    /* one dialect does */
};

/* The most dialects that a result lists. */
#define LEARNER_LISTED_MAX 16u

struct learner_result {
    enum learner_verdict verdict;
    bool has_one_reading; /* all dialects that are left read the same texts, so these are certain */
    size_t count;         /* the dialects that are left */
    struct dialect dialects[LEARNER_LISTED_MAX]; /* the first ones of them, without answers */
};

/*
 * Learns from count recordings, at least one of which has a signal. Returns 0 with *ret, or
 * -ENOMEM.
 */
int learner_learn(const struct recording *recordings, size_t count, struct learner_result *ret);

/*
 * Returns true if a message can have been meant as text: it is printable (text.h), with tabs and
 * the ends of lines.
 */
bool learner_is_text(const uint8_t *text, size_t length);
