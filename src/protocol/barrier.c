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

    /*@ loop invariant i <= b->count;
        loop invariant \forall integer j; 0 <= j < i ==> b->held[j].pid != pid;
        loop assigns i;
        loop variant b->count - i; */
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
    /*@ loop invariant i <= b->count == \at(b->count, Pre) && one_word_each(b);
        loop invariant signal->slot == \at(signal->slot, Pre);
        loop invariant saw{Here, Pre}(b, i, signal->slot);
        loop invariant same_held{Here, Pre}(b, i, b->count, 0);
        loop assigns i, b->held[0 .. BARRIER_WORDS - 1];
        loop variant b->count - i; */
    for (unsigned i = 0; i < b->count; i++)
        b->held[i].seen |= emptied(signal->slot);
    if (signal->kind == SIGNAL_WORD)
        barrier_hold(b, signal->pid, signal->word);
}

bool barrier_release(struct barrier *b, bool empty, pid_t *ret_pid, uint32_t *ret_word)
{
    /*@ loop invariant i <= b->count;
        loop invariant none_may_go{Pre}(b, i, empty);
        loop assigns i;
        loop variant b->count - i; */
    for (unsigned i = 0; i < b->count; i++) {
        if (!empty && b->held[i].seen != ALL_SLOTS)
            continue;
        *ret_pid = b->held[i].pid;
        *ret_word = b->held[i].word;
        b->count--;
        /*@ assert same_held{Here, Pre}(b, 0, BARRIER_WORDS, 0); */
        memmove(&b->held[i], &b->held[i + 1], (b->count - i) * sizeof b->held[0]);
        /*@ assert same_held{Here, Pre}(b, 0, i, 0); */
        /*@ assert same_held{Here, Pre}(b, i, b->count, 1); */
        return true;
    }
    return false;
}
