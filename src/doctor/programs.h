/* SPDX-License-Identifier: MIT */
/*
 * programs.h - all programs whose clients have come to a server, and what is being learnt of them
 *
 * What the clients of a program sent is recorded until its dialect is learnt. As soon as that is
 * so, all of it is printed (notice.h). One program is learnt from at a time, in a process of its
 * own (learning.h), or in this one if there can be no other.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "doctor/dialect.h"
#include "doctor/learning.h"
#include "doctor/program.h"

/* So many at once. */
#define PROGRAMS_MAX 64u

struct programs {
    const struct dialect *told; /* the dialect of all clients, or NULL: then it is learnt */
    size_t count;
    struct program *programs[PROGRAMS_MAX];
    struct learning learning;
    struct program *pupil; /* the program that is learnt from, or NULL */
};

/* Begins without any program. */
void programs_init(struct programs *programs, const struct dialect *told);

/*
 * Returns the program that this process runs. Returns NULL with *ret_error: -ENOMEM, or 0 if there
 * are too many.
 */
struct program *programs_find(struct programs *programs, pid_t pid, int *ret_error);

/*
 * Takes over a recording of a program, which has one signal or more. Prints it, if the dialect is
 * known. Learns from the recordings before it, and waits for that, only if they are too many.
 * Returns 0, or -ENOMEM.
 */
int programs_record(struct programs *programs, struct program *program,
                    struct program_recording *recording);

/* Returns true if there is something new to learn from, and nothing is learnt from. */
bool programs_has_new(const struct programs *programs);

/* Begins to learn if there is something new, and nothing is learnt from. Returns as above. */
int programs_begin(struct programs *programs);

/* Returns a descriptor that polls readable once programs_look() has something to do, or -1. */
int programs_watch(const struct programs *programs);

/* Prints what was learnt, if it is there. Returns as above. */
int programs_look(struct programs *programs);

/*
 * Learns from all that is recorded, waits for that, and prints what was learnt. Returns as above.
 */
int programs_settle(struct programs *programs);

/* Frees all, and ends what is being learnt. */
void programs_free(struct programs *programs);
