/* SPDX-License-Identifier: MIT */
/*
 * sender.h - a sending program: the shipped conversation in a process of the simulated kernel
 *
 * It follows src/sender/delivery.c, with one system call a step. Where that polls or sleeps, the
 * scheduler chooses; and it may let any moment be the end of the probe timeout.
 */
#pragma once

#include "check.h"
#include "protocol/conversation.h"

/* Octets that the fields of a message take in its frame, at most. */
#define SENDER_FIELDS_MAX 24

struct world;

struct sender {
    struct ledger ledger; /* first: what the process is known by */
    struct world *world;
    struct process *process;
    struct process *daemon;
    bool is_rogue; /* sends bits and probes out of turn, too */
    struct conversation conversation;
    enum { SENDER_SENDS, SENDER_TAKES, SENDER_SAW_NOTHING, SENDER_WAITS } at;
    uint64_t deadline; /* SENDER_WAITS: when it will do something of its own accord */
    struct sender *next;
};

/* A process with so many messages to send, of which each is drawn here. */
struct sender *sender_new(struct world *world, unsigned messages);
void sender_free(struct sender *sender);

/* One system call. False if there was nothing to do. */
bool sender_step(struct world *world, struct sender *sender);

/* When it will do something of its own accord. */
uint64_t sender_deadline(const struct sender *sender);
