/* SPDX-License-Identifier: MIT */
/* tally.c - see tally.h */

#include "sender/tally.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

void tally_add(struct tally *tally, int status, bool is_unconfirmed)
{
    assert(status != 0);
    if (is_unconfirmed)
        tally->unconfirmed++;
    else
        tally->unlogged++;
    if (tally->status == 0)
        tally->status = status;
}

void tally_format(const struct tally *tally, uint64_t confirmed, uint64_t last,
                  char ret[static TALLY_SIZE])
{
    int length =
        snprintf(ret, TALLY_SIZE,
                 "%" PRIu64 " message%s confirmed, %" PRIu64 " not logged, %" PRIu64 " unconfirmed",
                 confirmed, confirmed == 1 ? "" : "s", tally->unlogged, tally->unconfirmed);

    if (last != UINT64_MAX)
        snprintf(ret + length, TALLY_SIZE - (size_t)length,
                 "; the run ended at message %" PRIu64 ": the rest of the input was not sent",
                 last);
}
