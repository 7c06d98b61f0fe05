/* SPDX-License-Identifier: MIT */
/*
 * world.h - one run: a daemon, senders and strangers on a kernel, under one seeded scheduler
 *
 * Every step lets one process make one system call. The daemon can be interrupted at each of its
 * own. A run has two parts: a noisy one of so many steps, in which anything may happen, and
 * a quiet one, in which every sender that lives must come to its verdicts.
 */
#pragma once

#include "check.h"
#include "daemon.h"
#include "sender.h"
#include "stranger.h"

#define SENDERS_MAX 8
#define STRANGERS_MAX 3

/* A rule that is switched off, to see that the checks see it. */
enum fault {
    FAULT_NONE,
    FAULT_BLIND_REPEAT,
    FAULT_HASTY_SENDER,
    FAULT_HASTY_DAEMON,
    FAULT_STALE_COUNTS,
    FAULT_ANY_ANSWER,
    FAULT_PID_IDENTITY,
    FAULT_ORDER_TRUSTED,
    FAULT_FORGETFUL_LOG,
    FAULT_DOUBLE_LOG,
    FAULT_CERTAINTY,
};

/* How this world is, as its seed decided. Chances are of 65,536 for each step. */
struct nature {
    unsigned senders;  /* at a time */
    unsigned messages; /* in all */
    unsigned longest;  /* octets of a payload */
    bool has_fields;   /* some messages have fields */
    unsigned session_limit;
    uint64_t limit;          /* nanoseconds without progress after which a sender gives up */
    unsigned noisy_steps;    /* before it becomes quiet */
    unsigned daemon_share;   /* how often it is the daemon's turn, of 16 */
    unsigned tick;           /* the longest time that a step takes, in nanoseconds */
    unsigned leap;           /* chance that a step takes milliseconds */
    unsigned noise;          /* chance that a stranger does something */
    unsigned impatience;     /* chance that a sender takes any moment for a silence */
    unsigned deaths;         /* chance that a sender is killed */
    unsigned stops;          /* chance that a process is stopped */
    unsigned preemption;     /* chance that the daemon is interrupted at a system call */
    unsigned slow_log;       /* chance that a commit takes time */
    unsigned bad_log;        /* chance that it fails */
    unsigned storm;          /* signals that keep one process's inbox from ever being empty */
    unsigned storm_slots;    /* which slots they keep full, a bit each */
    unsigned storm_of_words; /* chance that one of them is queued */
    bool storm_at_daemon;    /* else at a sender */
    bool has_rogues;         /* some senders send more than the protocol lets them */
    bool forges_questions;   /* strangers forge words to the daemon */
    bool forges_answers;     /* and to senders */
    bool guesses_nonces;     /* and answers with the right nonce at that: who believes is misled */
    unsigned daemon_ends_at; /* the step at which the daemon is told to stop; 0: never */
};

struct world {
    enum fault fault;
    struct random random;
    struct nature nature;
    struct kernel kernel;
    struct check check;
    struct daemon daemon;
    struct sender *senders[SENDERS_MAX];
    struct process *strangers[STRANGERS_MAX];
    struct process *innocent; /* dies of the first signal */
    struct sender *ended;     /* what dead senders left, to be freed */
    unsigned begun;           /* messages */
    unsigned storm_left;
    bool is_quiet;
    bool in_daemon; /* it is being interrupted */
    unsigned idle;  /* steps in a row in which nothing was done */
    uint64_t step;
};

/* What a run came to, beside world->check. */
struct world_counts {
    struct check_counts check;
    struct kernel_counts kernel;
    uint64_t steps;
    uint64_t longest_quiet; /* the most steps that a quiet part took */
    uint64_t fingerprint;   /* of the run: two that differ in anything differ in this */
};

/* Runs a seed: true if every promise was kept; else false, with the broken one in ret_failure. */
bool world_run(uint64_t seed, enum fault fault, bool trace, struct world_counts *ret_counts,
               char *ret_failure, size_t size);

/* Lets others run where the daemon makes a system call. */
void world_interrupt(struct world *world);

/* A signal was taken by that process: a storm fills its inbox again. */
void world_taken(struct world *world, struct process *process);

static inline bool world_chance(struct world *world, unsigned chance)
{
    return !world->is_quiet && random_chance(&world->random, chance);
}
