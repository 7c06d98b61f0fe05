/* SPDX-License-Identifier: MIT */
/* kernel.c - see kernel.h */

#include "kernel.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "host/inbox.h"

#define FIRST_PID 2

/* Allocates zeroed memory. Aborts if memory runs out, since the simulation does not test that. */
static void *allocate(size_t count, size_t size)
{
    void *memory = calloc(count, size);

    if (!memory)
        abort();
    return memory;
}

void kernel_init(struct kernel *k, struct random *random, unsigned pids)
{
    *k = (struct kernel){
        .random = random,
        .now = 1,
        .pids = (pid_t)(FIRST_PID + pids - 1),
        .by_pid = allocate(FIRST_PID + pids, sizeof(struct process *)),
    };
}

void kernel_done(struct kernel *k)
{
    struct process *next;

    for (struct process *p = k->processes; p; p = next) {
        next = p->next;
        free(p);
    }
    free(k->by_pid);
}

void kernel_trace(const struct kernel *k, const struct process *p, const char *format, ...)
{
    va_list arguments;

    if (!k->trace)
        return;
    printf("# %12" PRIu64 " %-8s %4d  ", k->now, p ? p->role : "", p ? (int)p->pid : 0);
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
}

/* ---- processes ---- */

static pid_t free_pid(struct kernel *k)
{
    pid_t pid;

    do
        pid = (pid_t)(FIRST_PID + random_below(k->random, (unsigned)k->pids - FIRST_PID + 1));
    while (k->by_pid[pid]);
    return pid;
}

struct process *kernel_spawn(struct kernel *k, const char *role, uid_t uid, bool is_shielded)
{
    struct process *p = allocate(1, sizeof *p);

    p->pid = free_pid(k);
    p->uid = uid;
    p->role = role;
    p->is_shielded = is_shielded;
    for (const struct process *old = k->processes; old; old = old->next)
        if (old->pid == p->pid) {
            k->counts.reused++;
            break;
        }
    p->next = k->processes;
    k->processes = p;
    k->by_pid[p->pid] = p;
    k->counts.processes++;
    kernel_trace(k, p, "begins, user %u", (unsigned)uid);
    return p;
}

void kernel_exit(struct kernel *k, struct process *p)
{
    p->life = LIFE_ZOMBIE;
    p->is_stopped = false;
    kernel_trace(k, p, "ends");
}

void kernel_reap(struct kernel *k, struct process *p)
{
    p->life = LIFE_REAPED;
    k->by_pid[p->pid] = NULL;
    kernel_trace(k, p, "is reaped");
}

struct process *kernel_find(const struct kernel *k, pid_t pid)
{
    return pid >= FIRST_PID && pid <= k->pids ? k->by_pid[pid] : NULL;
}

/* ---- sending ---- */

static const char *const slot_names[SLOTS] = {"thread USR1", "thread USR2", "process USR1",
                                              "process USR2"};

static int post(struct kernel *k, struct process *from, struct process *to, enum lane lane,
                const struct pending *signal)
{
    unsigned slot = slot_of(lane, signal->info.si_signo == SIGUSR2);

    if (k->reuses_identity && to->life == LIFE_REAPED && kernel_find(k, to->pid))
        to = kernel_find(k, to->pid);
    if (to->life == LIFE_REAPED)
        return -ESRCH;
    k->counts.sent++;
    if (to->full & 1u << slot) {
        k->counts.lost++;
        kernel_trace(k, from, "to %d: %s, lost", (int)to->pid, slot_names[slot]);
        return 0;
    }
    to->full |= 1u << slot;
    to->pending[slot] = *signal;
    if (signal->info.si_code == SI_QUEUE)
        kernel_trace(k, from, "to %d: %s, word %08x as %d", (int)to->pid, slot_names[slot],
                     (unsigned)signal->info.si_value.sival_int, (int)signal->info.si_pid);
    else
        kernel_trace(k, from, "to %d: %s", (int)to->pid, slot_names[slot]);
    return 0;
}

/* Beyond the receiver's limit of pending signals, the kernel keeps only the signal's number. */
static void strip(struct kernel *k, struct pending *signal)
{
    if (k->strip == 0 || !random_chance(k->random, k->strip))
        return;
    signal->info = (siginfo_t){.si_signo = signal->info.si_signo, .si_code = SI_USER};
    k->counts.stripped++;
}

int kernel_send_plain(struct kernel *k, struct process *from, struct process *to, enum lane lane,
                      bool second, unsigned message, uint64_t index)
{
    struct pending signal = {.sender = from, .message = message, .index = index};

    signal.info.si_signo = second ? SIGUSR2 : SIGUSR1;
    signal.info.si_code = lane == LANE_THREAD ? SI_TKILL : SI_USER;
    signal.info.si_pid = from->pid;
    signal.info.si_uid = from->uid;
    if (lane == LANE_THREAD)
        strip(k, &signal);
    return post(k, from, to, lane, &signal);
}

int kernel_send_block(struct kernel *k, struct process *from, struct process *to, enum lane lane,
                      uint64_t octets, uint32_t number, unsigned message, uint64_t index)
{
    struct pending signal = {.sender = from, .message = message, .index = index};

    signal.info.si_pid = from->pid;
    signal.info.si_uid = from->uid;
    inbox_describe_block(lane, octets, number, &signal.info);
    strip(k, &signal);
    return post(k, from, to, lane, &signal);
}

int kernel_send_queued(struct kernel *k, struct process *from, struct process *to, enum lane lane,
                       bool second, pid_t claimed, uint32_t word)
{
    struct pending signal = {.sender = from};

    signal.info.si_signo = second ? SIGUSR2 : SIGUSR1;
    signal.info.si_code = SI_QUEUE;
    signal.info.si_pid = claimed;
    signal.info.si_uid = from->uid;
    signal.info.si_value.sival_int = (int)word;
    strip(k, &signal);
    return post(k, from, to, lane, &signal);
}

/* ---- taking ---- */

static unsigned lowest(unsigned slots)
{
    return (unsigned)__builtin_ctz(slots);
}

static unsigned choose(struct kernel *k, struct process *p)
{
    unsigned candidates = p->full;
    unsigned last = 1u << SLOT_PROCESS_USR2;
    unsigned slot;

    if (k->order == ORDER_KERNEL)
        return lowest(candidates);
    if (k->order == ORDER_BOUNDED && p->delayed)
        candidates &= ~last;
    for (unsigned skip = random_below(k->random, (unsigned)__builtin_popcount(candidates));
         skip > 0; skip--)
        candidates &= candidates - 1;
    slot = lowest(candidates);
    p->delayed &= ~(1u << slot);
    if (slot == SLOT_PROCESS_USR2)
        p->delayed = p->full & ~last;
    return slot;
}

bool kernel_take(struct kernel *k, struct process *p, struct lane_signal *ret,
                 struct pending *ret_truth)
{
    unsigned slot;

    if (!p->full)
        return false;
    slot = choose(k, p);
    p->full &= ~(1u << slot);
    *ret_truth = p->pending[slot];
    *ret = inbox_classify(&ret_truth->info);
    if (k->order != ORDER_KERNEL)
        ret->slot = (enum slot)slot;
    if (k->order == ORDER_ANY && !k->is_trusted)
        ret->slot = SLOT_THREAD_USR1;
    kernel_trace(k, p, "takes %s of %d", slot_names[slot], (int)ret->pid);
    return true;
}
