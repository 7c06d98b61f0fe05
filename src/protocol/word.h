/* SPDX-License-Identifier: MIT */
/*
 * word.h - control words: 32 bits that travel as the value of a queued SIGUSR2
 *
 * Data is never repeated; after a silence the sender asks with a probe, and the receiver answers
 * with the number of bits it has taken. A nonce ties an answer to its probe, so that probes may
 * be repeated at will and late answers are recognised. Whoever may signal a process can forge a
 * word to it: a probe therefore changes no message, and an answer misleads only a sender whose
 * own user (or root) sent it.
 *
 *   probe:   0x6 (4 bits) | ask (4) | 0 (8)       | nonce (16)
 *   answer:  reply (4)    | count modulo 4096 (12) | nonce (16)
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum ask {
    ASK_START = 1,  /* a message is to begin: may I? */
    ASK_RESUME = 2, /* a message has begun: how far is it, and may I go on? */
};

struct probe {
    enum ask ask;
    uint16_t nonce;
};

enum reply_code {
    REPLY_GO = 1,     /* send, from count */
    REPLY_WAIT,       /* others are sending: GO follows when it is your turn */
    REPLY_PENDING,    /* the log takes nothing for now: another answer follows when it does */
    REPLY_COMMITTED,  /* the message that ended at count is in the log */
    REPLY_TOO_LARGE,  /* refused: more bytes than the daemon accepts */
    REPLY_VERSION,    /* refused: a version or flags that the daemon does not know */
    REPLY_DAMAGED,    /* refused: no frame, or its checksum is wrong */
    REPLY_UNLOGGED,   /* refused: the log would not take it */
    REPLY_BUSY,       /* refused: no room for another sender or for its bytes */
    REPLY_STOPPING,   /* refused: the daemon is about to end */
    REPLY_FORGOTTEN,  /* refused: there is no session (any more) in which to go on */
    REPLY_OUT_OF_STEP /* refused: the daemon's session is not where the sender thinks */
};

struct reply {
    enum reply_code code;
    uint16_t count; /* bits taken in this session, modulo WORD_COUNT_MODULUS */
    uint16_t nonce;
};

#define WORD_COUNT_MODULUS 4096

/* The word for a probe or an answer. reply.count is reduced to its modulus. */
uint32_t probe_pack(struct probe probe);
uint32_t reply_pack(struct reply reply);

/* Reads a word; false, with *ret untouched, if it is not one that probe_pack (reply_pack) makes.
 */
bool probe_unpack(uint32_t word, struct probe *ret);
bool reply_unpack(uint32_t word, struct reply *ret);
