/* SPDX-License-Identifier: MIT */
/*
 * agreement.h - checks that an exchange's own state agrees with the book
 *
 * Sessions, turns, counts, table, queue and memory must be within their limits, be as the book
 * says, and agree with each other. The checks of users are in fairness.h.
 */
#pragma once

#include "protocol/exchange.h"

/* Checks the state after an event; and after exchange_done(), when only the counts are left. */
void agreement_check(const struct exchange *exchange);
void agreement_check_end(const struct exchange *exchange);
