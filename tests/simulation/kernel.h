/* SPDX-License-Identifier: MIT */
/*
 * kernel.h - a simulated kernel: processes, PIDs and pending signals, as the protocol sees them
 *
 * Each process has two pending sets: that of its thread and that of the process. Each set has one
 * slot for SIGUSR1 and one for SIGUSR2. A second signal for a full slot vanishes, together with its
 * sender's PID and user (signal(7)). A process that has ended accepts signals until it is reaped.
 * After that, another process may get its PID, and sending to the old process fails with ESRCH, as
 * through a pidfd.
 *
 * Policy: a struct process always means the same process and is freed with the kernel. A pointer to
 * it is therefore what a pidfd is.
 */
#pragma once

#include <signal.h>
#include <stddef.h>

#include "protocol/lane.h"
#include "random.h"

struct kernel;

/*
 * The order in which a process takes its pending signals. The inbox infers a signal's slot from the
 * kernel's order: a word comes from the last slot, and so when all others are empty. In another
 * order, kernel_take() tells the real slot.
 */
enum order {
    ORDER_KERNEL,  /* thread set first, lowest number first */
    ORDER_BOUNDED, /* any order, but signals that were pending when the last slot was emptied come
                      before the next signal from the last slot */
    ORDER_ANY,     /* any order; kernel_take() then tells the slot that proves the least */
};

/* One signal, with two facts that only the simulation knows: its real sender, and its symbol. */
struct pending {
    siginfo_t info;
    struct process *sender;
    unsigned message; /* of a sender's symbol: the message, counted from 0 */
    uint64_t index;   /* of a sender's symbol: its index in the message, counted from 0 */
};

enum life { LIFE_RUNNING, LIFE_ZOMBIE, LIFE_REAPED };

struct process {
    pid_t pid;
    uid_t uid;
    const char *role;
    void *program;    /* a sender's ledger, or NULL */
    bool is_shielded; /* survives SIGUSR1 and SIGUSR2 */
    bool is_stopped;
    enum life life;
    struct pending pending[SLOTS];
    unsigned full;    /* bit p: slot p holds a signal */
    unsigned delayed; /* ORDER_BOUNDED: bit p: slot p must be emptied before the last slot */
    struct process *next;
};

struct kernel_counts {
    uint64_t sent;
    uint64_t lost;     /* because the slot was full */
    uint64_t stripped; /* of their sender and value */
    uint64_t processes;
    uint64_t reused; /* number of processes with a PID that was used before */
};

struct kernel {
    struct random *random;
    uint64_t now; /* nanoseconds */
    enum order order;
    unsigned strip;       /* chance, of 65,536, that a signal is stripped if it counts towards the
                             receiver's limit of pending signals */
    bool reuses_identity; /* a fault: a signal goes to the process that has the PID now */
    bool is_trusted;      /* a fault: kernel_take() tells the real slot in ORDER_ANY too */
    bool trace;
    pid_t pids; /* PIDs run from 2 up to this one */
    struct process *processes;
    struct process **by_pid;
    struct kernel_counts counts;
};

/* pids: the number of PIDs. More than the processes that run or are zombies at any one time. */
void kernel_init(struct kernel *kernel, struct random *random, unsigned pids);
void kernel_done(struct kernel *kernel);

struct process *kernel_spawn(struct kernel *kernel, const char *role, uid_t uid, bool is_shielded);
void kernel_exit(struct kernel *kernel, struct process *process);
void kernel_reap(struct kernel *kernel, struct process *process);

/* Returns the process with this PID, which may be a zombie, or NULL. */
struct process *kernel_find(const struct kernel *kernel, pid_t pid);

/* Sends a plain signal: SIGUSR2 if second. Returns 0 or -ESRCH, as pidfd_send_signal(2). */
int kernel_send_plain(struct kernel *kernel, struct process *from, struct process *to,
                      enum lane lane, bool second, unsigned message, uint64_t index);

/* Sends a block with its number, as pidref_send_block(). */
int kernel_send_block(struct kernel *kernel, struct process *from, struct process *to,
                      enum lane lane, uint64_t octets, uint32_t number, unsigned message,
                      uint64_t index);

/* Queues a signal with this word to the lane's set. claimed is the PID in the signal. */
int kernel_send_queued(struct kernel *kernel, struct process *from, struct process *to,
                       enum lane lane, bool second, pid_t claimed, uint32_t word);

/*
 * Takes one signal. Returns false if none is pending. *ret is the signal as inbox_take() would tell
 * it, *ret_truth is the signal with its real sender.
 */
bool kernel_take(struct kernel *kernel, struct process *process, struct lane_signal *ret,
                 struct pending *ret_truth);

/* Prints a line of the trace, if the kernel has one. process: the acting process, or NULL. */
void kernel_trace(const struct kernel *kernel, const struct process *process, const char *format,
                  ...) __attribute__((format(printf, 3, 4)));
