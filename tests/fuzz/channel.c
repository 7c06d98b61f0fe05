/* SPDX-License-Identifier: MIT */
/* channel.c - see channel.h */

#include "channel.h"

#include <errno.h>

#include "fuzz.h"
#include "host/inbox.h"

struct channel channel;

void channel_begin(void)
{
    channel = (struct channel){.now = 1};
}

void channel_add(struct process *process)
{
    PROMISE(channel.count < PROCESSES_MAX);
    PROMISE(!channel_find(process->pid));
    channel.processes[channel.count++] = process;
}

struct process *channel_find(pid_t pid)
{
    for (unsigned i = 0; i < channel.count; i++)
        if (channel.processes[i]->pid == pid && channel.processes[i]->life != LIFE_REAPED)
            return channel.processes[i];
    return NULL;
}

static bool is_full(const struct process *process, enum slot slot)
{
    return process->full & 1u << slot;
}

static int post(struct process *to, enum slot slot, const struct parcel *parcel)
{
    if (to->life == LIFE_REAPED)
        return -ESRCH;
    if (!is_full(to, slot))
        to->slots[slot] = *parcel;
    to->full |= 1u << slot;
    return 0;
}

static bool is_of_thread(enum slot slot)
{
    return slot < SLOT_PROCESS_USR1;
}

static int number_of(enum slot slot)
{
    return slot % 2 ? SIGUSR2 : SIGUSR1;
}

int channel_send_plain(const struct process *from, pid_t pid, uid_t uid, struct process *to,
                       enum slot slot, unsigned message, uint64_t index)
{
    struct parcel parcel = {.from = from, .message = message, .index = index};

    parcel.info.si_signo = number_of(slot);
    parcel.info.si_code = is_of_thread(slot) ? SI_TKILL : SI_USER;
    parcel.info.si_pid = pid;
    parcel.info.si_uid = uid;
    return post(to, slot, &parcel);
}

int channel_send_block(const struct process *from, struct process *to, enum lane lane,
                       uint64_t octets, uint32_t number, unsigned message, uint64_t index)
{
    struct parcel parcel = {.from = from, .message = message, .index = index};

    parcel.info.si_pid = from->pid;
    parcel.info.si_uid = from->uid;
    inbox_describe_block(lane, octets, number, &parcel.info);
    return post(to, slot_of(lane, false), &parcel);
}

int channel_send_queued(pid_t pid, struct process *to, enum slot slot, uint32_t word)
{
    struct parcel parcel = {.from = NULL};

    parcel.info.si_signo = number_of(slot);
    parcel.info.si_code = SI_QUEUE;
    parcel.info.si_pid = pid;
    parcel.info.si_value.sival_int = (int)word;
    return post(to, slot, &parcel);
}

bool channel_take(struct process *process, struct lane_signal *ret, struct parcel *ret_parcel)
{
    bool is_reversed = process->order == ORDER_REVERSED;
    unsigned i = 0;

    if (!process->full)
        return false;
    while (!is_full(process, is_reversed ? SLOTS - 1 - i : i))
        i++;
    if (is_reversed)
        i = SLOTS - 1 - i;
    process->full &= ~(1u << i);
    *ret_parcel = process->slots[i];
    *ret = inbox_classify(&ret_parcel->info);
    if (is_reversed)
        ret->slot = SLOT_THREAD_USR1;
    return true;
}

void channel_lose(struct process *process, enum slot slot)
{
    process->full &= ~(1u << slot);
}

/* The kernel does so where a receiver has too many signals pending, to all but those of kill. */
void channel_strip(struct process *process, enum slot slot)
{
    siginfo_t *info = &process->slots[slot].info;

    if (is_full(process, slot) && info->si_code != SI_USER)
        *info = (siginfo_t){.si_signo = info->si_signo, .si_code = SI_USER};
}

bool channel_holds(const struct process *to, const struct process *from, enum lane lane)
{
    for (unsigned slot = 0; slot < SLOTS; slot++)
        if (is_full(to, slot) && to->slots[slot].from == from &&
            is_of_thread(slot) == (lane == LANE_THREAD))
            return true;
    return false;
}
