/* SPDX-License-Identifier: MIT */
/*
 * agreement.h - an exchange's own state agrees with the book
 *
 * Sessions, turns, counts, table, queue and memory are within their bounds, are what the book says,
 * and agree with each other. What concerns users is in fairness.h.
 */
#pragma once

#include "protocol/exchange.h"

/* After each event; and after exchange_done(), when there are only counts left. */
void agreement_check(const struct exchange *exchange);
void agreement_check_end(const struct exchange *exchange);
