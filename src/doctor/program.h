/* SPDX-License-Identifier: MIT */
/*
 * program.h - what is known of all clients that run the same program
 *
 * Each process of a client sends one message, and one message may not tell its dialect. So the
 * recordings of all processes that run the same file are learnt from together.
 *
 * Policy: at most PROGRAM_RECORDINGS are kept, and the oldest goes first. A recording of a client
 * that does not wait for each answer may lack a signal, and then no dialect explains it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "doctor/learner.h"
#include "doctor/stream.h"

#define PROGRAM_RECORDINGS 8u

/* A recording with fewer signals has no message, and would keep the others from being explained. */
#define PROGRAM_SIGNALS_MIN 7u

struct program_recording {
    struct stream stream;
    pid_t pid;
    bool is_doubtful; /* the client did not wait for each answer */
};

struct program {
    dev_t device; /* with inode: the executable file; both are 0 if it is unknown */
    ino_t inode;
    bool begins_with_usr2; /* the answer to try first is SIGUSR2 */
    unsigned rhythm;       /* signals between two answers (rhythm.h), or 0 */
    bool is_learnt;
    struct dialect dialect; /* if is_learnt */
    bool has_surplus;       /* if is_learnt: clients send a signal more behind their message */
    size_t count;
    struct program_recording recordings[PROGRAM_RECORDINGS]; /* from the oldest one */
};

/* Sets the file that this process executes. It is unknown if the process has ended. */
void program_identify(pid_t pid, dev_t *ret_device, ino_t *ret_inode);

/* Adds a recording, and takes its stream over. */
void program_add(struct program *program, struct stream *stream, pid_t pid, bool is_doubtful);

/*
 * Learns from the recordings. Sets is_learnt and dialect if one dialect explains them. If not:
 *   - If one explains all but a doubtful one, that recording is dropped; two or more must be left.
 *   - If none is doubtful, and one dialect that tells where a message ends explains all of them but
 *     for their last signals, these are dropped: some clients take the answer to their last bit for
 *     the request for another one.
 * Returns 0 with *ret, or -ENOMEM.
 */
int program_learn(struct program *program, struct learner_result *ret);

/* Drops all recordings. */
void program_forget(struct program *program);
