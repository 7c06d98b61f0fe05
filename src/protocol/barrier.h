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

/*@ predicate is_barrier(struct barrier *b) = \valid(b) && b->count <= BARRIER_WORDS;
    // The words are of different processes.
    predicate one_word_each(struct barrier *b) =
      \forall integer i, j; 0 <= i < j < b->count ==> b->held[i].pid != b->held[j].pid;
    predicate holds_of{L}(struct barrier *b, integer pid) =
      \exists integer i; 0 <= i < \at(b->count, L) && \at(b->held[i].pid, L) == pid;
    // Bit p: slot p is empty when a signal has just been taken from this slot.
    logic integer empty_slots(integer slot) =
      slot == SLOT_THREAD_USR1 ? 0x1 : slot == SLOT_THREAD_USR2 ? 0x3 :
      slot == SLOT_PROCESS_USR1 ? 0x7 : 0xf;
    predicate none_may_go{L}(struct barrier *b, integer end, integer is_empty) =
      \forall integer i; 0 <= i < end ==> is_empty == 0 && \at(b->held[i].seen, L) != 0xf;
    // The words from first to before end are in state L what they were in M, moved places behind.
    predicate same_held{L, M}(struct barrier *b, integer first, integer end, integer moved) =
      \forall integer i; first <= i < end ==>
        \at(b->held[i].pid, L) == \at(b->held[i + moved].pid, M) &&
        \at(b->held[i].word, L) == \at(b->held[i + moved].word, M) &&
        \at(b->held[i].seen, L) == \at(b->held[i + moved].seen, M);
    // From state M to L, a signal was taken from this slot.
    predicate saw{L, M}(struct barrier *b, integer end, integer slot) =
      \forall integer i; 0 <= i < end ==>
        \at(b->held[i].pid, L) == \at(b->held[i].pid, M) &&
        \at(b->held[i].word, L) == \at(b->held[i].word, M) &&
        \at(b->held[i].seen, L) == (\at(b->held[i].seen, M) | empty_slots(slot)); */

/* Notes a signal that was just taken, and holds it if it is a word. Call it for each signal. */
/*@ requires is_barrier(barrier) && one_word_each(barrier);
    requires \valid_read(signal) && \separated(barrier, signal);
    requires signal->slot < SLOTS;
    assigns barrier->count, barrier->held[0 .. BARRIER_WORDS - 1];
    ensures is_barrier(barrier) && one_word_each(barrier);
    behavior no_word:
      assumes signal->kind != SIGNAL_WORD;
      ensures barrier->count == \old(barrier->count);
      ensures saw{Post, Pre}(barrier, barrier->count, signal->slot);
    behavior word:
      assumes signal->kind == SIGNAL_WORD;
      ensures \old(barrier->count) <= barrier->count <= \old(barrier->count) + 1;
      ensures \forall integer i; 0 <= i < barrier->count ==> barrier->held[i].pid ==
        (i < \old(barrier->count) ? \old(barrier->held[i].pid) : signal->pid);
      ensures \forall integer i; 0 <= i < \old(barrier->count) &&
        \old(barrier->held[i].pid) != signal->pid ==>
        barrier->held[i].pid == \old(barrier->held[i].pid) &&
        barrier->held[i].word == \old(barrier->held[i].word) &&
        barrier->held[i].seen == (\old(barrier->held[i].seen) | empty_slots(signal->slot));
      ensures \forall integer i; 0 <= i < barrier->count &&
        barrier->held[i].pid == signal->pid ==>
        barrier->held[i].word == signal->word && barrier->held[i].seen == 0;
      ensures \old(barrier->count) < BARRIER_WORDS ==> holds_of{Post}(barrier, signal->pid); */
void barrier_note(struct barrier *barrier, const struct lane_signal *signal);

/* Holds a word of this process as if it had been taken now. */
/*@ requires is_barrier(barrier) && one_word_each(barrier);
    assigns barrier->count, barrier->held[0 .. BARRIER_WORDS - 1];
    ensures is_barrier(barrier) && one_word_each(barrier);
    ensures \forall integer i; 0 <= i < \old(barrier->count) &&
      \old(barrier->held[i].pid) != pid ==>
      barrier->held[i].pid == \old(barrier->held[i].pid) &&
      barrier->held[i].word == \old(barrier->held[i].word) &&
      barrier->held[i].seen == \old(barrier->held[i].seen);
    behavior newer:
      assumes holds_of{Pre}(barrier, pid);
      ensures barrier->count == \old(barrier->count);
      ensures \forall integer i; 0 <= i < barrier->count && \old(barrier->held[i].pid) == pid ==>
        barrier->held[i].pid == pid && barrier->held[i].word == word &&
        barrier->held[i].seen == 0;
    behavior first:
      assumes !holds_of{Pre}(barrier, pid) && barrier->count < BARRIER_WORDS;
      ensures barrier->count == \old(barrier->count) + 1;
      ensures barrier->held[\old(barrier->count)].pid == pid &&
        barrier->held[\old(barrier->count)].word == word &&
        barrier->held[\old(barrier->count)].seen == 0;
    behavior lost:
      assumes !holds_of{Pre}(barrier, pid) && barrier->count == BARRIER_WORDS;
      ensures barrier->count == \old(barrier->count); */
void barrier_hold(struct barrier *barrier, pid_t pid, uint32_t word);

/*
 * Releases the first word that may be acted on now, in the order in which the processes came. empty
 * is true if no signal is pending: then any word may be released. Otherwise, a word may be released
 * only if each slot was seen empty since the word was taken. Returns true and sets *ret_pid and
 * *ret_word, or returns false if no word may be released.
 */
/*@ requires is_barrier(barrier) && \valid(ret_pid) && \valid(ret_word);
    requires \separated(barrier, ret_pid, ret_word);
    assigns barrier->count, barrier->held[0 .. BARRIER_WORDS - 1], *ret_pid, *ret_word;
    ensures is_barrier(barrier);
    ensures \result ==> \exists integer i; 0 <= i < \old(barrier->count) &&
      (empty || \old(barrier->held[i].seen) == 0xf) && none_may_go{Pre}(barrier, i, empty) &&
      *ret_pid == \old(barrier->held[i].pid) && *ret_word == \old(barrier->held[i].word) &&
      same_held{Post, Pre}(barrier, 0, i, 0) &&
      same_held{Post, Pre}(barrier, i, barrier->count, 1);
    ensures \result ==> barrier->count == \old(barrier->count) - 1;
    ensures !\result ==> none_may_go{Pre}(barrier, barrier->count, empty);
    ensures !\result ==> barrier->count == \old(barrier->count) &&
      *ret_pid == \old(*ret_pid) && *ret_word == \old(*ret_word) &&
      same_held{Post, Pre}(barrier, 0, BARRIER_WORDS, 0); */
bool barrier_release(struct barrier *barrier, bool empty, pid_t *ret_pid, uint32_t *ret_word);
