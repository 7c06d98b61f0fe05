/* SPDX-License-Identifier: MIT */
/*
 * learning.h - learns from the recordings of a program in a process of its own
 *
 * To try all dialects takes far longer than a client waits between two signals, and a signal that
 * is not taken in time is lost. So the server takes signals meanwhile, and a child learns from the
 * recordings as they were when it began.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "doctor/program.h"

struct learning {
    pid_t child;
    int answer; /* polls readable once the child has learnt; -1 if none is learning */
};

#define LEARNING_NONE ((struct learning){.answer = -1})

/* Begins to learn. Returns 0, or -errno of pipe(2) or fork(2). */
int learning_begin(struct learning *learning, const struct program *program);

/* Returns true if the child has learnt: learning_end() does not wait for it then. */
bool learning_is_over(const struct learning *learning);

/*
 * Waits for the child, and sets *ret as program_learn() does. Returns 0; -ENOMEM; -EIO if something
 * has ended the child.
 */
int learning_end(struct learning *learning, struct learner_result *ret);

/* Ends the child if one is learning. */
void learning_stop(struct learning *learning);
