/* SPDX-License-Identifier: MIT */
/*
 * tally.h - counts the messages that failed in a run that goes on after a failure (--keep-going)
 *
 * Policy: a message is in one of two counts. Either it is certainly not in the log, or it is
 * unconfirmed: it may be in the log. The exit status is that of the first message that failed,
 * because it is the status with which the run would have ended without --keep-going.
 *
 * Pure: the caller prints the line.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define TALLY_SIZE 200

/* Starts as all 0. */
struct tally {
    uint64_t unlogged;    /* messages that are not in the log */
    uint64_t unconfirmed; /* messages that may be in the log */
    int status;           /* exit status of the first of them; 0 if there is none */
};

/* Adds a message that failed with this exit status, which is not 0. */
void tally_add(struct tally *tally, int status, bool is_unconfirmed);

/*
 * Formats the counts as one line without a newline. confirmed is the number of messages that were
 * confirmed. last is the number of the message at which the run ended before the end of its input;
 * UINT64_MAX if it did not.
 */
void tally_format(const struct tally *tally, uint64_t confirmed, uint64_t last,
                  char ret[static TALLY_SIZE]);
