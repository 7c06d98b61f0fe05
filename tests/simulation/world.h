/* SPDX-License-Identifier: MIT */
/*
 * world.h - one run: a daemon, senders and strangers on a kernel, under one seeded scheduler
 *
 * In every step, one process makes one system call. Other processes may interrupt the daemon at
 * each of its system calls. A run has two parts. In the noisy part, anything may happen. In the
 * quiet part, each running sender must get the verdicts of its messages.
 */
#pragma once

#include "check.h"
#include "daemon.h"
#include "sender.h"
#include "stranger.h"

#define SENDERS_MAX 8
#define STRANGERS_MAX 3

/* A rule that is switched off, to show that the checks detect its absence. */
enum fault {
    FAULT_NONE,
    FAULT_BLIND_REPEAT,
    FAULT_HASTY_SENDER,
    FAULT_HASTY_DAEMON,
    FAULT_STALE_COUNTS,
    FAULT_STRANGERS_TRUSTED,
    FAULT_ANY_NUMBER,
    FAULT_PID_IDENTITY,
    FAULT_ORDER_TRUSTED,
    FAULT_FORGETFUL_LOG,
    FAULT_DOUBLE_LOG,
    FAULT_CERTAINTY,
};

/* The parameters of a run, as its seed decides. Chances are of 65,536 for each step. */
struct nature {
    unsigned senders;  /* the most at a time */
    unsigned messages; /* in total */
    unsigned longest;  /* the most octets of a payload */
    bool has_fields;   /* some messages have fields */
    unsigned wide;     /* chance that a message travels as blocks */
    unsigned session_limit;
    uint64_t limit;          /* nanoseconds without progress after which a sender gives up */
    unsigned noisy_steps;    /* steps of the noisy part, at most */
    unsigned daemon_share;   /* steps of the daemon, of 16 on average */
    unsigned tick;           /* the longest time that a step takes, in nanoseconds */
    unsigned leap;           /* chance that a step takes milliseconds */
    unsigned noise;          /* chance that a stranger acts */
    unsigned impatience;     /* chance that a sender's probe timeout expires early */
    unsigned deaths;         /* chance that a sender is killed */
    unsigned stops;          /* chance that a process is stopped */
    unsigned preemption;     /* chance that the daemon is interrupted at a system call */
    unsigned slow_log;       /* chance that a commit takes time */
    unsigned bad_log;        /* chance that a commit fails */
    unsigned storm;          /* number of times that a storm refills an inbox after a signal */
    unsigned storm_slots;    /* bit p: the storm fills slot p */
    unsigned storm_of_words; /* chance that a signal of the storm is queued */
    bool storm_at_daemon;    /* true: the storm hits the daemon; false: the senders */
    bool has_rogues;         /* some senders send more than the protocol lets them */
    bool forges_probes;      /* strangers forge words to the daemon */
    bool forges_replies;     /* strangers forge words to senders */
    bool guesses_nonces;     /* some forged replies have the right nonce and mislead a sender */
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
    struct process *innocent; /* the first signal ends this process */
    struct sender *ended;     /* senders that have ended, to be freed at the end of the run */
    unsigned begun;           /* messages that the senders so far have been given */
    unsigned storm_left;
    bool is_quiet;
    bool in_daemon; /* the daemon is being interrupted */
    unsigned idle;  /* successive steps in which no process had anything to do */
    uint64_t step;
};

/* The sums of all runs. */
struct world_counts {
    struct check_counts check;
    struct kernel_counts kernel;
    uint64_t steps;
    uint64_t longest_quiet; /* steps of the longest quiet part */
    uint64_t fingerprint;   /* differs between two runs that differ in anything */
};

/*
 * Runs a seed and adds to the counts. Returns true if every promise was kept. Otherwise returns
 * false, with the text of the broken promise in ret_failure, which has size octets.
 */
bool world_run(uint64_t seed, enum fault fault, bool trace, struct world_counts *counts,
               char *ret_failure, size_t size);

/* Lets other processes run while the daemon makes a system call. */
void world_interrupt(struct world *world);

/* This process has taken a signal. Lets a storm fill its inbox again. */
void world_taken(struct world *world, struct process *process);

static inline bool world_chance(struct world *world, unsigned chance)
{
    return !world->is_quiet && random_chance(&world->random, chance);
}
