/* SPDX-License-Identifier: MIT */
/* priority.h - syslog(3)'s priorities as people write them: a level, and perhaps a facility */
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
 * Reads LEVEL or FACILITY.LEVEL; each is a name of logger(1)'s, in any case, or a number. False,
 * with *ret untouched, if it is neither.
 */
bool priority_parse(const char *text, struct priority *ret);

/*
 * Reads '<N>' at the beginning of a message: the facility times 8, and the level. Returns how many
 * octets that takes; 0, with *ret untouched, if it is not there. Facility 0 says nothing about the
 * facility, as with logger(1): *ret keeps its own.
 */
size_t priority_prefix(const uint8_t *bytes, size_t length, struct priority *ret);
