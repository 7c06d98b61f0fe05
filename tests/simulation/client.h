/*
 * client.h - a sender: the loop of the real one over the real protocol, one system call a step
 *
 * The scheduler may let it take any moment for a silence; the real one waits for a while.
 */
#pragma once

#include "check.h"
#include "protocol/arq.h"
#include "protocol/barrier.h"

/* Octets that the fields of a message take in its frame, at most. */
#define CLIENT_FIELDS_MAX 24

struct world;

struct client {
    struct ledger ledger; /* first: what the process is known by */
    struct process *process;
    struct process *daemon;
    bool is_rogue; /* sends bits and questions out of turn, too */
    struct arq_sender arq;
    struct barrier barrier;
    enum { CLIENT_TRANSMITS, CLIENT_TAKES, CLIENT_SAW_NOTHING, CLIENT_WAITS, CLIENT_MOURNS } at;
    uint16_t nonce;
    uint64_t since;      /* when it began to wait */
    uint64_t patience;   /* for how long */
    unsigned last_takes; /* CLIENT_MOURNS: signals taken since the daemon was seen to have ended */
    struct client *next;
};

/* A process with so many messages to send, of which each is drawn here. */
struct client *client_new(struct world *world, unsigned messages);
void client_free(struct client *client);

/* One system call. False if there was nothing to do. */
bool client_step(struct world *world, struct client *client);

/* When it will do something of its own accord. */
uint64_t client_deadline(const struct client *client);
