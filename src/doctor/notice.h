/* SPDX-License-Identifier: MIT */
/*
 * notice.h - the lines on standard output of a server that understands all dialects
 *
 * The server prints them, and an examiner for which it stands in (lesson.h) reads them back.
 *
 * A message is one line, PID: TEXT. The text is escaped as by escape.h, so that it cannot look like
 * another line or control the terminal. Between the PID and the colon, a remark in parentheses can
 * say how sure the text is.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "doctor/learner.h"
#include "doctor/program.h"

/* ---- printing ---- */

/* Prints the PID of this process, which clients need. */
void notice_self(void);

/* Prints a message of a client. is_doubtful: it does not wait for each answer. */
void notice_message(pid_t pid, bool is_doubtful, const uint8_t *text, size_t length);

/*
 * Prints the messages of a recording, or that it is no message of the dialect: as it would be
 * printed if the dialect had been known. Returns 0, or -ENOMEM.
 */
int notice_recording(const struct program_recording *recording, const struct dialect *dialect);

/* Prints the messages of a recording as each dialect of the result reads them. Returns as above. */
int notice_ambiguity(const struct program_recording *recording,
                     const struct learner_result *result);

/* Prints that a client sent count signals that are no message, and what its dialect is, if known.
 */
void notice_unknown(pid_t pid, size_t count, const struct dialect *dialect);

/*
 * Prints the same of count signals, > 0, behind a message. A single one of a client that waits for
 * each answer is passed over: it took the answer to its last bit for the request for another one.
 */
void notice_rest(pid_t pid, bool is_doubtful, size_t count, const struct dialect *dialect);

/* Prints that a client sends SIGSEGV instead of SIGUSR2, and why. */
void notice_plus_one(pid_t pid);

/* Prints a dialect that was learnt. */
void notice_learnt(const struct dialect *dialect);

/* ---- reading ---- */

/*
 * Each function looks for a line in all that the server has printed, which is NULL if that is
 * nothing. A line without its newline does not count.
 */

/* Returns true if the server has printed its PID. */
bool notice_has_self(const char *output);

/*
 * Returns true if a message has this text, which is one that is not escaped, and if the lines
 * before and behind it are of other clients.
 */
bool notice_has_only_message(const char *output, const char *text);

/* Returns true if a client sends SIGSEGV instead of SIGUSR2. */
bool notice_has_plus_one(const char *output);

/* Returns true with the first dialect that was learnt. */
bool notice_has_learnt(const char *output, struct dialect *ret);
