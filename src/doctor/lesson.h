/* SPDX-License-Identifier: MIT */
/*
 * lesson.h - finds out the dialect of a client
 *
 * First, clients talk with their own server, and a relay notes the signals and the answers of both
 * (relay.h). Only that server gives the answers that the client expects. If they do not teach the
 * dialect, a server that understands all of them stands in (reception.h).
 */
#pragma once

#include "doctor/pair.h"
#include "doctor/report.h"

/* Octets of a line that a shell prints, with a NUL. */
#define LESSON_TROUBLE_SIZE 160u

/*
 * Lets clients of the pair send some texts, until the dialect is found out. Sets the dialect of the
 * pair if each recording is one message with the text that was sent. Adds to the report what else
 * it finds.
 * Returns false if the shell could not start a client, with what the shell has printed.
 */
bool lesson_give(struct pair *pair, struct report *report, char ret_trouble[LESSON_TROUBLE_SIZE]);
