/* SPDX-License-Identifier: MIT */
/*
 * usual.h - what people try with a pair: messages of several lengths, two clients, and so on
 *
 * A check that fails here shows that something is lost. Other modules find out why.
 */
#pragma once

#include <stdbool.h>

#include "doctor/pair.h"
#include "doctor/report.h"

/* Characters beyond ASCII. */
#define UNICODE_TEXT "grüße €"

/* What was lost. */
struct usual {
    bool has_lost_one;     /* a message of one client, alone */
    bool has_lost_unicode; /* characters beyond ASCII, and not others */
    bool has_mixed;        /* messages of two clients at once */
    bool may_keep;         /* a message after an incomplete one, or that took too long */
};

/* Tries all, and adds the checks to the report. */
void usual_try(struct pair *pair, struct report *report, struct usual *ret);
