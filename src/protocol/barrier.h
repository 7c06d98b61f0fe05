/* SPDX-License-Identifier: MIT */
/*
 * barrier.h - holds control words back until everything sent before them has been taken
 *
 * The kernel does not hand signals out in the order in which they were sent, so a word may
 * overtake bits. A word is therefore held until nothing else is pending. Under a storm of
 * strangers' signals that moment might never come, so there is a second way through: once each
 * slot has been emptied, or passed over as empty, since the word was taken. (The kernel looks at
 * the slots in the order of enum slot: a signal from one of them says that those before it
 * were empty.)
 *
 * Policy: one word a process, the newest; the words of BARRIER_WORDS processes at most, and
 * those beyond are lost, as any signal may be: whoever misses an answer asks again.
 */
#pragma once

#include "protocol/lane.h"

#define BARRIER_WORDS 64

struct barrier {
    unsigned count;
    struct {
        pid_t pid;
        uint32_t word;
        unsigned seen; /* bit p: slot p has been empty since the word was taken */
    } held[BARRIER_WORDS];
};

/* Notes any signal just taken, and holds it if it is a word. */
void barrier_note(struct barrier *barrier, const struct lane_signal *signal);

/* Holds a word, as if it had been taken now. */
void barrier_hold(struct barrier *barrier, pid_t pid, uint32_t word);

/*
 * Releases the oldest word that may be acted on now: any, where nothing is pending (empty is
 * true), else one for which every slot has been seen empty. False if there is none.
 */
bool barrier_release(struct barrier *barrier, bool empty, pid_t *ret_pid, uint32_t *ret_word);
