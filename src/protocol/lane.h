/* SPDX-License-Identifier: MIT */
/*
 * lane.h - one signal on the wire, as both programs see it
 *
 * Linux keeps two pending sets for a receiver: one of its thread (tgkill(2)) and one of the whole
 * process (kill(2)). Each holds one SIGUSR1 and one SIGUSR2, so there are four slots where a
 * signal can wait, and two lanes on which a bit can travel without meeting the bit before it.
 * signal(7) tells of pending sets, sigaction(2) of si_code.
 *
 * This file has types only; inbox.h takes signals, peer.h sends them.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum lane {
    LANE_THREAD = 0,  /* thread-directed, arrives with SI_TKILL */
    LANE_PROCESS = 1, /* process-directed, arrives with SI_USER */
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

enum signal_kind {
    SIGNAL_PLAIN, /* sent by kill or tgkill: pid and uid are the kernel's word */
    SIGNAL_WORD,  /* a queued SIGUSR2: pid and word are the sender's claim */
    SIGNAL_NOISE, /* anything else; only its slot means something */
};

struct lane_signal {
    enum signal_kind kind;
    enum slot slot;
    enum lane lane; /* SIGNAL_PLAIN: the lane it came on */
    bool bit;       /* SIGNAL_PLAIN: false for SIGUSR1, true for SIGUSR2 */
    pid_t pid;      /* who sent it, in this process's PID namespace; > 0 unless SIGNAL_NOISE */
    uid_t uid;      /* SIGNAL_PLAIN: the sender's real user */
    uint32_t word;  /* SIGNAL_WORD: what it says */
};
