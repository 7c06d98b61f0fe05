/* SPDX-License-Identifier: MIT */
/*
 * owner.h - an exchange's owner, which expects each of its calls
 *
 * What the exchange calls must be owed (debts.h) or be allowed by the book, with what the book
 * says: a session's end, a bit's answer, a word, a commit, what is for the record. The owner itself
 * is as the fuzz target has it: its processes end and cannot be reached, its log is of any mind.
 */
#pragma once

#include "protocol/exchange.h"

/* To be given with &book as the owner. */
extern const struct exchange_ops owner_ops;
