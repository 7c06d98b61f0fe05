/* SPDX-License-Identifier: MIT */
/* ending.h - a server that ends while it is examined: how it has ended */
#pragma once

#include <stdbool.h>

#include "doctor/pair.h"
#include "doctor/report.h"

/*
 * Adds to the report how the server of the pair has ended. text is the message that was sent then.
 * Each way to end is told once, and none if SIGUSR1 + 1 explains it. Returns true if the server has
 * ended.
 */
bool ending_find(const struct pair *pair, struct report *report, const char *text);
