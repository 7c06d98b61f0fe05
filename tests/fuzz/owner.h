/* SPDX-License-Identifier: MIT */
/*
 * owner.h - an exchange's owner that checks each call of the exchange
 *
 * Each call must pay a debt (debts.h) or be permitted by the book, with the arguments that the book
 * has: a session's end, an ack, a word, a commit, a record of a refusal or a loss. The fuzz target
 * controls how the owner behaves: which processes end or cannot be reached, and the log's results.
 */
#pragma once

#include "protocol/exchange.h"

/* The operations for exchange_init(). The owner argument must be &book. */
extern const struct exchange_ops owner_ops;
