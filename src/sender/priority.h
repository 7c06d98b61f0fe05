/* SPDX-License-Identifier: MIT */
/* priority.h - parses the priorities of syslog(3): a level, with or without a facility */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/fields.h"

struct priority {
    unsigned level; /* 0 (emergency) to 7 (debug) */
    int facility;   /* 0 (kern) to FACILITY_MAX (local7), or FACILITY_NONE */
};

/*
 * Parses LEVEL or FACILITY.LEVEL. Each of the two is a name as in logger(1), in upper or lower
 * case, or a number. Returns false, with *ret untouched, if the text is invalid.
 */
bool priority_parse(const char *text, struct priority *ret);

/*
 * Parses '<N>' at the beginning of a message. N is the facility times 8, plus the level. Returns
 * the length of this prefix in octets; 0, with *ret untouched, if the message has none. Facility 0
 * means that the facility is not given, as in logger(1): then ret->facility keeps its value.
 */
size_t priority_prefix(const uint8_t *bytes, size_t length, struct priority *ret);
