/* SPDX-License-Identifier: MIT */
/*
 * channel.h - processes, and the slots in which signals wait for each
 *
 * A slot holds one signal. A second signal for a full slot vanishes. A process that has ended
 * accepts signals until it is reaped. Then another process may get its PID. The shipped inbox
 * classifies the signals.
 *
 * All modules of this target share one channel.
 */
#pragma once

#include <signal.h>

#include "protocol/lane.h"

#define PROCESSES_MAX 16

enum life { LIFE_RUNNING, LIFE_ZOMBIE, LIFE_REAPED };

/*
 * The order in which a process gets its pending signals. The protocol must work with any order, as
 * long as the slot that is told of a signal is true. A missing barrier shows only if a word
 * overtakes bits.
 */
enum order {
    ORDER_KERNEL,   /* thread first, then lowest number first */
    ORDER_REVERSED, /* the slot is told as SLOT_THREAD_USR1, which proves least */
};

struct process;

/* A signal, with its true sender and symbol, which only the channel knows. */
struct parcel {
    siginfo_t info;
    const struct process *from; /* NULL: a stranger */
    unsigned message;           /* a symbol: number of the sender's message, from 0 */
    uint64_t index;             /* a symbol: its index in that message */
};

/* Stands for one process for good. So a pointer to it works like a pidfd. */
struct process {
    pid_t pid;
    uid_t uid;
    enum life life;
    bool is_safe; /* a signal does not harm it */
    enum order order;
    struct talker *talker; /* the sender in this process, or NULL */
    struct parcel slots[SLOTS];
    unsigned full; /* bit p: slot p holds a signal */
};

struct channel {
    uint64_t now; /* nanoseconds */
    unsigned count;
    struct process
        *processes[PROCESSES_MAX]; /* present and former ones; the channel does not own them */
};

extern struct channel channel;

/* Begins without a process. */
void channel_begin(void);

/* Adds a process. The channel must have room for it, and its PID must be free. */
void channel_add(struct process *process);

/* Returns the process that has this PID, even if it has ended; NULL if none has. */
struct process *channel_find(pid_t pid);

/* Sends a bit or an ack. Returns 0 or -ESRCH. from is NULL for a stranger with this PID. */
int channel_send_plain(const struct process *from, pid_t pid, uid_t uid, struct process *to,
                       enum slot slot, unsigned message, uint64_t index);

/* Sends a block with its number. Returns 0 or -ESRCH. */
int channel_send_block(const struct process *from, struct process *to, enum lane lane,
                       uint64_t octets, uint32_t number, unsigned message, uint64_t index);

/* Sends a queued signal in the name of any PID. Returns 0 or -ESRCH. */
int channel_send_queued(pid_t pid, struct process *to, enum slot slot, uint32_t word);

/* Takes the next pending signal: true, as the inbox classifies it and as it was sent. */
bool channel_take(struct process *process, struct lane_signal *ret, struct parcel *ret_parcel);

/* Removes a pending signal, or the name of its sender. Does nothing to an empty slot. */
void channel_lose(struct process *process, enum slot slot);
void channel_strip(struct process *process, enum slot slot);

/* Returns true if a symbol from one process is pending for another on this lane. */
bool channel_holds(const struct process *to, const struct process *from, enum lane lane);
