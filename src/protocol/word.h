/* SPDX-License-Identifier: MIT */
/*
 * word.h - words: 32 bits that travel as the value of a queued SIGUSR2
 *
 *   probe:  0x6 (4 bits)  | ask (4 bits) | 0 (8 bits)   | nonce (16 bits)
 *   reply:  code (4 bits) | count (12 bits)             | nonce (16 bits)
 *
 * Rules:
 *   - The sender sends probes, and the daemon sends replies. Every reply tells the count of symbols
 *     that the daemon has taken in the session, modulo WORD_COUNT_MODULUS; 0 without a session.
 *   - The nonce ties a reply to its probe. So a sender may repeat probes at will, and it recognises
 *     a late reply.
 *   - Any process that may signal another can forge a word to it (kill(2), sigqueue(3)). A forged
 *     probe changes no message. A forged reply can mislead a sender, but only root or the sender's
 *     own user can send it.
 *
 * Pure: no system calls and no memory.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum ask {
    ASK_START = 1,  /* asks to begin a message */
    ASK_RESUME = 2, /* asks for the count of a message that has begun, and to continue it */
};

struct probe {
    enum ask ask;
    uint16_t nonce;
};

enum reply_code {
    REPLY_GO = 1,      /* send bits from count on */
    REPLY_WAIT,        /* others are sending: GO follows when the sender gets the turn */
    REPLY_PENDING,     /* the log takes nothing now: another reply follows when it does */
    REPLY_COMMITTED,   /* the message that ended at count is in the log */
    REPLY_TOO_LARGE,   /* refused: more bytes than the daemon accepts */
    REPLY_VERSION,     /* refused: a version or flags that the daemon does not know */
    REPLY_DAMAGED,     /* refused: not a valid frame, or its checksum is wrong */
    REPLY_UNLOGGED,    /* refused: the log did not accept it */
    REPLY_BUSY,        /* refused: a limit of sessions or octets is reached, or out of memory */
    REPLY_STOPPING,    /* refused: the daemon is about to end */
    REPLY_FORGOTTEN,   /* refused: the sender has no session, or no longer has one */
    REPLY_OUT_OF_STEP, /* refused: the session is in another state than the sender believes */
    REPLY_NARROW       /* refused: blocks arrive without their sender; send the message as bits */
};

/* Codes from the first refusal to the last code are refusals. */
#define REPLY_FIRST_REFUSAL REPLY_TOO_LARGE
#define REPLY_LAST REPLY_NARROW

struct reply {
    enum reply_code code;
    uint16_t count; /* bits taken in this session, modulo WORD_COUNT_MODULUS */
    uint16_t nonce;
};

#define WORD_COUNT_MODULUS 4096

/* The count fills its field of 12 bits, and a code fits its field of 4 bits. */
_Static_assert(WORD_COUNT_MODULUS == 1 << 12, "the width of the count in a reply");
_Static_assert(REPLY_LAST <= 0xf, "the width of the code in a reply");

/*@ logic integer probe_word(integer ask, integer nonce) =
      0x6 * 0x10000000 + ask * 0x1000000 + nonce;
    logic integer reply_word(integer code, integer count, integer nonce) =
      code * 0x10000000 + count * 0x10000 + nonce;

    predicate is_ask(integer ask) = ask == ASK_START || ask == ASK_RESUME;
    predicate is_code(integer code) = REPLY_GO <= code <= REPLY_LAST;
    predicate is_probe_word(integer word) = word / 0x10000000 == 0x6 &&
      is_ask(word / 0x1000000 % 0x10) && word / 0x10000 % 0x100 == 0;
    predicate is_reply_word(integer word) = is_code(word / 0x10000000); */

/* Return the word for a probe or a reply. reply.count is reduced modulo WORD_COUNT_MODULUS. */
/*@ requires is_ask(probe.ask);
    assigns \nothing;
    ensures \result == probe_word(probe.ask, probe.nonce); */
uint32_t probe_pack(struct probe probe);
/*@ requires is_code(reply.code);
    assigns \nothing;
    ensures \result == reply_word(reply.code, reply.count % WORD_COUNT_MODULUS, reply.nonce); */
uint32_t reply_pack(struct reply reply);

/*
 * Read a word into *ret. Return false, with *ret untouched, if probe_pack() or reply_pack() makes
 * no such word.
 */
/*@ requires \valid(ret);
    assigns *ret;
    ensures \result <==> is_probe_word(word);
    ensures \result ==> is_ask(ret->ask) && word == probe_word(ret->ask, ret->nonce);
    ensures !\result ==> *ret == \old(*ret); */
bool probe_unpack(uint32_t word, struct probe *ret);
/*@ requires \valid(ret);
    assigns *ret;
    ensures \result <==> is_reply_word(word);
    ensures \result ==> is_code(ret->code) && ret->count < WORD_COUNT_MODULUS;
    ensures \result ==> word == reply_word(ret->code, ret->count, ret->nonce);
    ensures !\result ==> *ret == \old(*ret); */
bool reply_unpack(uint32_t word, struct reply *ret);
