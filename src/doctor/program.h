/* SPDX-License-Identifier: MIT */
/*
 * program.h - what is known of all clients that run the same program
 *
 * Each process of a client sends one message, and one message may not tell its dialect. So the
 * recordings of all processes that run the same file are learnt from together. A file that was
 * compiled anew is another one, and may have another dialect.
 *
 * Policy: at most PROGRAM_RECORDINGS are kept, and the oldest goes first. A recording of a client
 * that does not wait for each answer may lack a signal, and then no dialect explains it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <time.h>

#include "doctor/learner.h"
#include "doctor/stream.h"

#define PROGRAM_RECORDINGS 8u

/* A recording with fewer signals has no message, and would keep the others from being explained. */
#define PROGRAM_SIGNALS_MIN 7u

struct program_recording {
    struct stream stream;
    pid_t pid;
    bool is_doubtful;                   /* the client did not wait for each answer */
    enum dialect_answer answers[UNITS]; /* that the client has shown */
    bool is_read;                       /* its messages were printed as certain ones */
};

/* A file that processes execute. All is 0 if it is unknown. */
struct program_file {
    dev_t device;
    ino_t inode;
    struct timespec written; /* a compiler may write to the same inode again */
};

struct program {
    struct program_file file;
    bool begins_with_usr2; /* the answer to try first is SIGUSR2 */
    unsigned rhythm;       /* signals between two answers (rhythm.h), or 0 */
    bool is_learnt;
    struct dialect dialect; /* if is_learnt */
    size_t count;
    struct program_recording recordings[PROGRAM_RECORDINGS]; /* from the oldest one */
    size_t tried; /* the first recordings have been learnt from: so many */
    size_t told;  /* and of these, what came of it was printed for so many */
};

/* Returns the file that this process executes. It is unknown if the process has ended. */
struct program_file program_identify(pid_t pid);

/*
 * Returns true if no recording can be added yet: all are kept, and of the oldest one, nobody knows
 * what it was.
 */
bool program_is_full(const struct program *program);

/* Adds a recording, and takes its stream over. The program must not be full. */
void program_add(struct program *program, const struct program_recording *recording);

/*
 * Learns from the recordings (learner.h). If no dialect explains them:
 *
 *   - A dialect is learnt if it explains all but one, which is doubtful, and these are two or more.
 *   - If none is doubtful, a dialect that tells where a message ends is learnt if it explains all
 *     but their last signals: some clients take the answer to their last bit for the request for
 *     another one.
 *
 * Returns 0 with *ret, or -ENOMEM.
 */
int program_learn(const struct program *program, struct learner_result *ret);

/* Takes over what was learnt from the recordings that are tried. */
void program_teach(struct program *program, const struct learner_result *result);

/* Drops all recordings. */
void program_forget(struct program *program);
