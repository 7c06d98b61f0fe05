/* SPDX-License-Identifier: MIT */
/* summary.c - see summary.h */

#include "sender/summary.h"

#include <inttypes.h>
#include <stdio.h>

#include "host/monotonic.h"

/* Enough for the longest number with its unit. */
#define TEXT_SIZE 40

static void format_count(uint64_t count, const char *noun, char ret[static TEXT_SIZE])
{
    snprintf(ret, TEXT_SIZE, "%" PRIu64 " %s%s", count, noun, count == 1 ? "" : "s");
}

static void format_time(uint64_t time_ns, char ret[static TEXT_SIZE])
{
    if (time_ns < NSEC_PER_SEC)
        snprintf(ret, TEXT_SIZE, "%.1f ms", (double)time_ns / (double)NSEC_PER_MSEC);
    else
        snprintf(ret, TEXT_SIZE, "%.1f s", (double)time_ns / (double)NSEC_PER_SEC);
}

/* The rate of the payload; 0 if no time has passed. */
static void format_rate(const struct delivery_counts *counts, char ret[static TEXT_SIZE])
{
    double seconds = (double)counts->time_ns / (double)NSEC_PER_SEC;
    double rate = counts->time_ns > 0 ? (double)counts->bytes * 8 / seconds : 0;

    if (rate < 1e3)
        snprintf(ret, TEXT_SIZE, "%.1f bit/s", rate);
    else if (rate < 1e6)
        snprintf(ret, TEXT_SIZE, "%.1f kbit/s", rate / 1e3);
    else
        snprintf(ret, TEXT_SIZE, "%.1f Mbit/s", rate / 1e6);
}

void summary_format(const struct delivery_counts *counts, char ret[static SUMMARY_SIZE])
{
    char messages[TEXT_SIZE], bytes[TEXT_SIZE], bits[TEXT_SIZE], blocks[TEXT_SIZE];
    char repeats[TEXT_SIZE], time[TEXT_SIZE], rate[TEXT_SIZE];

    format_count(counts->messages, "message", messages);
    format_count(counts->bytes, "byte", bytes);
    format_count(counts->bits, "bit", bits);
    format_count(counts->blocks, "block", blocks);
    format_count(counts->repeats, "repeat", repeats);
    format_time(counts->time_ns, time);
    format_rate(counts, rate);
    snprintf(ret, SUMMARY_SIZE, "%s, %s logged; %s%s%s sent, %s; %s, %s", messages, bytes, bits,
             counts->blocks > 0 ? " and " : "", counts->blocks > 0 ? blocks : "", repeats, time,
             rate);
}
