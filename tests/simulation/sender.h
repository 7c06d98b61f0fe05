/* SPDX-License-Identifier: MIT */
/*
 * sender.h - a sender: the shipped conversation in a process of the simulated kernel
 *
 * The loop follows src/sender/delivery.c, with one system call in each step. The scheduler chooses
 * if the sender polls or sleeps. It may also let the probe timeout expire at any moment.
 */
#pragma once

#include "check.h"
#include "protocol/conversation.h"

/* Octets that the fields of a message take in its frame, at most. */
#define SENDER_FIELDS_MAX 24

struct world;

struct sender {
    struct ledger ledger; /* must be first: the process's program points to it */
    struct world *world;
    struct process *process;
    struct process *daemon;
    bool is_rogue; /* also sends bits and probes that the protocol forbids */
    struct conversation conversation;
    enum { SENDER_SENDS, SENDER_TAKES, SENDER_SAW_NOTHING, SENDER_WAITS } at;
    uint64_t deadline; /* SENDER_WAITS: when the sender will act without a signal */
    struct sender *next;
};

/* Starts a process that sends this number of random messages. */
struct sender *sender_new(struct world *world, unsigned messages);
void sender_free(struct sender *sender);

/* Makes one system call. Returns false if there was nothing to do. */
bool sender_step(struct world *world, struct sender *sender);

/* Returns when the sender will act without a signal (simulated nanoseconds). */
uint64_t sender_deadline(const struct sender *sender);
