/* SPDX-License-Identifier: MIT */
/*
 * summary.h - the line that sums up what was sent
 *
 * Pure: what to say of which counts. Where it is said is the caller's.
 */
#pragma once

#include "sender/delivery.h"

#define SUMMARY_SIZE 300

/* Sums up in one line, without a newline: messages, bytes, bits, repeats, time, and rate. */
void summary_format(const struct delivery_counts *counts, char ret[static SUMMARY_SIZE]);
