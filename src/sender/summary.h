/* SPDX-License-Identifier: MIT */
/*
 * summary.h - formats the line that sums up what was sent
 *
 * Pure: the caller prints the line.
 */
#pragma once

#include "sender/delivery.h"

#define SUMMARY_SIZE 350

/*
 * Formats the counts as one line without a newline: messages, bytes, bits, blocks if
 * there were any, repeats, time, and rate.
 */
void summary_format(const struct delivery_counts *counts, char ret[static SUMMARY_SIZE]);
