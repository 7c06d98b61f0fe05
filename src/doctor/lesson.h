/* SPDX-License-Identifier: MIT */
/* lesson.h - finds out the dialect of a client: a server that understands all of them stands in */
#pragma once

#include "doctor/pair.h"
#include "doctor/report.h"

/*
 * Lets clients of the pair send some texts. Sets the dialect of the pair if it was found out, and
 * the server of that dialect reads exactly these texts. Adds to the report what else it finds.
 */
void lesson_give(struct pair *pair, struct report *report);
