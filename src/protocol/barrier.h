/* SPDX-License-Identifier: MIT */
/*
 * barrier.h - holds a word until all signals that were sent before it have been taken
 *
 * The kernel hands out pending signals by slot, not in the order in which they were sent. In the
 * order of enum slot, a word is handed out last, so bits that were sent after a word can overtake
 * it. That order is not documented, and in another order a word could overtake bits. The barrier
 * therefore holds each word, and releases it in one of two cases:
 *   - No signal is pending.
 *   - By signals taken after the word, each slot was seen empty once. Without this rule, a flood of
 *     strangers' signals could hold a word for ever.
 *
 * Only the second case needs the order of enum slot: a signal that is taken from one slot shows
 * that all slots before it were empty, and that its own slot has just been emptied.
 *
 * Policy:
 *   - The barrier holds one word of each process: a newer word replaces an older one.
 *   - It holds the words of BARRIER_WORDS processes at most. Further words are lost, as any signal
 *     may be: a sender that gets no reply sends its probe again.
 *   - It allocates no memory and never blocks.
 */
#pragma once

#include "protocol/lane.h"

/* Processes of which a word is held, at most. */
#define BARRIER_WORDS 64

/* Starts as all 0. */
struct barrier {
    unsigned count;
    struct {
        pid_t pid;
        uint32_t word;
        unsigned seen; /* bit p: slot p was seen empty since the word was taken */
    } held[BARRIER_WORDS];
};

/* Notes a signal that was just taken, and holds it if it is a word. Call it for each signal. */
void barrier_note(struct barrier *barrier, const struct lane_signal *signal);

/* Holds a word of this process as if it had been taken now. */
void barrier_hold(struct barrier *barrier, pid_t pid, uint32_t word);

/*
 * Releases the first word that may be acted on now, in the order in which the processes came. empty
 * is true if no signal is pending: then any word may be released. Otherwise, a word may be released
 * only if each slot was seen empty since the word was taken. Returns true and sets *ret_pid and
 * *ret_word, or returns false if no word may be released.
 */
bool barrier_release(struct barrier *barrier, bool empty, pid_t *ret_pid, uint32_t *ret_word);
