/* SPDX-License-Identifier: MIT */
/*
 * kernel.h - a kernel of processes, PIDs and pending signals, as far as the protocol can tell
 *
 * Each process has two pending sets, of its thread and of the whole process, each with room for
 * one SIGUSR1 and one SIGUSR2; a second signal for a slot vanishes together with its sender's
 * name (signal(7)). A process that has ended accepts signals until it is reaped; then its PID may
 * be given away, and whoever still holds the process, as with a pidfd, gets ESRCH.
 *
 * Policy: a struct process stands for one process for good and is freed with the kernel, so that
 * a pointer to it is what a pidfd is.
 */
#pragma once

#include <signal.h>
#include <stddef.h>

#include "protocol/lane.h"
#include "random.h"

struct kernel;

/*
 * How a process's pending signals are handed out. What the inbox tells of a signal's slot rests on
 * the kernel's order: a word comes from the last slot, and so when all others are empty. In
 * another order the slot is told as it is.
 */
enum order {
    ORDER_KERNEL,  /* thread set first, lowest number first */
    ORDER_BOUNDED, /* any, but what waited at one signal from the last slot goes before the next */
    ORDER_ANY,     /* any; the slot is then told as the one that proves least */
};

/* One signal, with what only the simulation knows: who really sent it, and as which bit. */
struct pending {
    siginfo_t info;
    struct process *sender;
    unsigned message; /* SIGNAL_PLAIN of a sender: the message, from 0, */
    uint64_t index;   /* and the bit of it */
};

enum life { LIFE_RUNNING, LIFE_ZOMBIE, LIFE_REAPED };

struct process {
    pid_t pid;
    uid_t uid;
    const char *role;
    void *program;    /* whatever runs in it, or NULL */
    bool is_shielded; /* survives SIGUSR1 and SIGUSR2 */
    bool is_stopped;
    enum life life;
    struct pending pending[SLOTS];
    unsigned full;    /* bit p: slot p holds a signal */
    unsigned delayed; /* ORDER_BOUNDED: slots that go before the last one does */
    struct process *next;
};

struct kernel_counts {
    uint64_t sent;
    uint64_t lost; /* in a slot that was full */
    uint64_t stripped;
    uint64_t processes;
    uint64_t reused; /* PIDs */
};

struct kernel {
    struct random *random;
    uint64_t now; /* nanoseconds */
    enum order order;
    unsigned
        strip; /* chance of 65,536 that a signal which the receiver's limit counts is stripped */
    bool reuses_identity; /* a fault: whoever has the PID now is the process meant */
    bool is_trusted;      /* a fault: slots are told as they are in any order */
    bool trace;
    pid_t pids; /* PIDs run from 2 up to this one */
    struct process *processes;
    struct process **by_pid;
    struct kernel_counts counts;
};

/* Room for so many PIDs, which must be more than ever run or wait to be reaped at a time. */
void kernel_init(struct kernel *kernel, struct random *random, unsigned pids);
void kernel_done(struct kernel *kernel);

struct process *kernel_spawn(struct kernel *kernel, const char *role, uid_t uid, bool is_shielded);
void kernel_exit(struct kernel *kernel, struct process *process);
void kernel_reap(struct kernel *kernel, struct process *process);

/* The process with that PID, a zombie too, or NULL. */
struct process *kernel_find(const struct kernel *kernel, pid_t pid);

/* What pidfd_send_signal(2) would say: 0 or -ESRCH. */
int kernel_send_plain(struct kernel *kernel, struct process *from, struct process *to,
                      enum lane lane, bool second, unsigned message, uint64_t index);

/* A queued signal with the word, under any PID's name, to either set. */
int kernel_send_queued(struct kernel *kernel, struct process *from, struct process *to,
                       enum lane lane, bool second, pid_t claimed, uint32_t word);

/* Takes one signal: true, and *ret as inbox_take() would tell it. *ret_truth is the whole truth. */
bool kernel_take(struct kernel *kernel, struct process *process, struct lane_signal *ret,
                 struct pending *ret_truth);

/* A line of the trace, where one is wanted. */
void kernel_trace(const struct kernel *kernel, const struct process *process, const char *format,
                  ...) __attribute__((format(printf, 3, 4)));
