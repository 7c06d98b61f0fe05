/* SPDX-License-Identifier: MIT */
/*
 * server-strain.h - forces what is rare, so that a fault of a server shows each time
 *
 * Each function starts the server anew, tries one cause of loss, and adds to the report what it
 * finds. No client takes part: what is lost is lost in the server (speech.h). The dialect of the
 * pair is known.
 *
 * Policy: nothing is found if the server was not ready in time, or stopped.
 */
#pragma once

#include <stdbool.h>

#include "doctor/pair.h"
#include "doctor/report.h"
#include "doctor/speech.h"

/*
 * Sends a text. The pair has talked as usual before, so a server that has printed nothing of that
 * does not understand its clients. Returns true if the server prints the text. *ret tells what the
 * server answers, and is all zero if that was not found out.
 */
bool server_strain_language(struct pair *pair, struct report *report, struct speech_result *ret);

/*
 * Lets two processes send, one after the other. Returns false, with a finding, if only the message
 * of the first one is printed: then nothing can be learnt about two senders.
 */
bool server_strain_next(struct pair *pair, struct report *report);

/* Sends characters beyond ASCII, which clients could not. Returns true if the server prints them.
 */
bool server_strain_unicode(struct pair *pair, struct report *report);

/* Lets two processes send, one after the other, and looks at which one is answered. */
void server_strain_answers(struct pair *pair, struct report *report);

/* Lets a process send while another one is amid its message. Clients of the pair had lost one. */
void server_strain_two(struct pair *pair, struct report *report);

/* Lets a process send after another one has ended amid its message. */
void server_strain_rest(struct pair *pair, struct report *report);

/* Lets a process pause amid its message for longer than some servers wait. */
void server_strain_break(struct pair *pair, struct report *report);
