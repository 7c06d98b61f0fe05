/* SPDX-License-Identifier: MIT */
/*
 * words.h - a second implementation of the barrier: the words that an exchange must hold or act on
 *
 * It shares nothing with barrier.h. It holds one word of each process, the newest. A word is free
 * when every slot has been seen empty since the word came, or when no signal is pending. A word
 * that the exchange has held again is free at a later event at the earliest. The exchange must act
 * on a word at the event that frees it, and not before. The order of several free words does not
 * matter here.
 */
#pragma once

#include <sys/types.h>

#include "protocol/lane.h"
#include "protocol/word.h"

/* The most words that the exchange holds. agreement.c compares it with BARRIER_WORDS. */
#define WORDS_MAX 64

struct words {
    bool is_settled; /* no signal is pending during this event */
    unsigned count;
    struct {
        pid_t pid;
        uint32_t word;
        bool seen[SLOTS];   /* the slots that were empty since the word was taken */
        bool is_held_again; /* the exchange has held the word again in this event */
    } held[WORDS_MAX];
};

/* Begins an event: a signal was taken, which may be a word; or no signal is pending. */
void words_note(struct words *words, const struct lane_signal *signal);
void words_settle(struct words *words);

/* The exchange acts on the word of a process, which must be held here, free, and a probe. */
struct probe words_act_on(struct words *words, pid_t pid);

/* Holds this word as if it had come now. It is free at a later event at the earliest. */
void words_hold_again(struct words *words, pid_t pid, struct probe probe);

/*
 * Ends an event. Each word that is free and still held must be no probe, and is dropped. If no
 * signal was pending, only words that were held again are left.
 */
void words_check(struct words *words);
