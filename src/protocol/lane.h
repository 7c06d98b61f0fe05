/* SPDX-License-Identifier: MIT */
/*
 * lane.h - the types of a signal that has been taken: lane, slot and kind
 *
 * Linux keeps two sets of pending signals for a receiver: that of its thread (tgkill(2)) and that
 * of the whole process (kill(2)). Each set holds one SIGUSR1 and one SIGUSR2. So there are four
 * slots where a signal can wait, and two lanes on which a bit can travel without meeting the bit
 * before it. signal(7) describes pending signals, and sigaction(2) describes si_code.
 *
 * This file has types and their arithmetic. inbox.h takes signals, and pidref.h sends them.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "protocol/symbol.h"

enum lane {
    LANE_THREAD = 0,  /* thread-directed: a bit arrives with SI_TKILL, a block with SI_QUEUE */
    LANE_PROCESS = 1, /* process-directed: a bit arrives with SI_USER, a block with SI_MESGQ */
};

#define LANES 2

/* A slot where one signal can wait, in the order in which the kernel empties them. */
enum slot {
    SLOT_THREAD_USR1,
    SLOT_THREAD_USR2,
    SLOT_PROCESS_USR1,
    SLOT_PROCESS_USR2,
};

#define SLOTS 4

/* Returns the slot of a plain signal on this lane: SIGUSR1 if bit is false, SIGUSR2 if true. */
static inline enum slot slot_of(enum lane lane, bool bit)
{
    return (enum slot)(2 * (lane == LANE_PROCESS) + bit);
}

enum signal_kind {
    SIGNAL_PLAIN, /* sent by kill or tgkill: the kernel attests pid and uid */
    SIGNAL_BLOCK, /* a queued SIGUSR1: the sender can forge all of it */
    SIGNAL_WORD,  /* a queued SIGUSR2: the sender can forge pid and word */
    SIGNAL_NOISE, /* any other signal: only its slot counts */
};

struct lane_signal {
    enum signal_kind kind;
    enum slot slot;
    enum lane lane;  /* SIGNAL_PLAIN, SIGNAL_BLOCK: the lane on which it came */
    bool bit;        /* SIGNAL_PLAIN: false for SIGUSR1, true for SIGUSR2 */
    pid_t pid;       /* its sender, in this process's PID namespace; > 0 unless SIGNAL_NOISE */
    uid_t uid;       /* SIGNAL_PLAIN: the sender's real user ID */
    uint32_t word;   /* SIGNAL_WORD: its value (word.h) */
    uint64_t block;  /* SIGNAL_BLOCK: its octets (symbol.h) */
    uint32_t number; /* SIGNAL_BLOCK: its number (symbol.h) */
};
