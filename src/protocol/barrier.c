/* SPDX-License-Identifier: MIT */
/* barrier.c - see barrier.h for the rules */

#include "protocol/barrier.h"

#include <assert.h>
#include <string.h>

#define ALL_SLOTS ((1u << SLOTS) - 1)

/* Returns a bit for the slot that was just emptied and for each slot before it: all are empty. */
static unsigned emptied(enum slot slot)
{
    return (2u << slot) - 1;
}

void barrier_hold(struct barrier *b, pid_t pid, uint32_t word)
{
    unsigned i = 0;

    while (i < b->count && b->held[i].pid != pid)
        i++;
    if (i == BARRIER_WORDS)
        return;
    if (i == b->count)
        b->count++;
    assert(b->count <= BARRIER_WORDS);
    b->held[i].pid = pid;
    b->held[i].word = word;
    b->held[i].seen = 0;
}

void barrier_note(struct barrier *b, const struct lane_signal *signal)
{
    assert(signal->slot < SLOTS);
    for (unsigned i = 0; i < b->count; i++)
        b->held[i].seen |= emptied(signal->slot);
    if (signal->kind == SIGNAL_WORD)
        barrier_hold(b, signal->pid, signal->word);
}

bool barrier_release(struct barrier *b, bool empty, pid_t *ret_pid, uint32_t *ret_word)
{
    for (unsigned i = 0; i < b->count; i++) {
        if (!empty && b->held[i].seen != ALL_SLOTS)
            continue;
        *ret_pid = b->held[i].pid;
        *ret_word = b->held[i].word;
        b->count--;
        memmove(&b->held[i], &b->held[i + 1], (b->count - i) * sizeof b->held[0]);
        return true;
    }
    return false;
}
