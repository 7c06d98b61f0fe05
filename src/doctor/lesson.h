/* SPDX-License-Identifier: MIT */
/* lesson.h - finds out the dialect of a client: a server that understands all of them stands in */
#pragma once

#include "doctor/pair.h"
#include "doctor/report.h"

/* Octets of a line that a shell prints, with a NUL. */
#define LESSON_TROUBLE_SIZE 160u

/*
 * Lets clients of the pair send some texts, until the dialect is found out. Sets the dialect of the
 * pair if one was learnt, and if the stand-in has read the text that was sent last. Adds to the
 * report what else it finds.
 * Returns false if the shell could not start a client, with what the shell has printed.
 */
bool lesson_give(struct pair *pair, struct report *report, char ret_trouble[LESSON_TROUBLE_SIZE]);
