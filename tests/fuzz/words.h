/* SPDX-License-Identifier: MIT */
/*
 * words.h - which control words an exchange may act on, and which it must hold back
 *
 * A second opinion on barrier.h, with which it shares nothing: one word a process, the newest. A
 * word may be acted on once every slot has been seen empty since it came, or nothing is pending;
 * one that the exchange has held again, at another event at the earliest. By the end of the event
 * at which it may be, it must have been. Which of several is the first does not matter here.
 */
#pragma once

#include <sys/types.h>

#include "protocol/lane.h"
#include "protocol/word.h"

/* The exchange keeps so many words back, as barrier.h says. */
#define WORDS_MAX 64

struct words {
    bool is_settled; /* nothing is pending, as long as this event takes */
    unsigned count;
    struct {
        pid_t pid;
        uint32_t word;
        bool seen[SLOTS];   /* empty since it was taken */
        bool is_held_again; /* since this event */
    } held[WORDS_MAX];
};

/* The beginning of an event: a signal was taken, which may be a word; or nothing is pending. */
void words_note(struct words *words, const struct lane_signal *signal);
void words_settle(struct words *words);

/* The exchange acts on a process's word: it must be one that came, and need not wait. */
struct probe words_act_on(struct words *words, pid_t pid);

/* As if this word had come now; but it is acted on at another event at the earliest. */
void words_hold_again(struct words *words, pid_t pid, struct probe probe);

/*
 * The end of an event: no word was kept back that need not wait, but for those that make no sense,
 * which are forgotten. Where nothing was pending, only words that are held again are left.
 */
void words_check(struct words *words);
