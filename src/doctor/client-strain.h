/* SPDX-License-Identifier: MIT */
/*
 * client-strain.h - forces what is rare, so that a fault of a client shows each time
 *
 * Each function starts the server anew, with a relay between client and server (relay.h), and adds
 * to the report what it finds.
 *
 * Policy: nothing is found if the time was up.
 */
#pragma once

#include "doctor/pair.h"
#include "doctor/report.h"
#include "doctor/speech.h"

/*
 * Passes each answer on before the client can wait for it. A client that hangs or loses its text
 * then, and not with answers that come later, has the race before pause(2), or before a sleep. The
 * brake holds a client after each signal, so nothing is lost: sets *answers to what the server
 * answers, if that is unknown. The wire with later answers is the usual one of the report.
 * *ret_prompt is that with early ones.
 */
void client_strain_pause(struct pair *pair, struct report *report, struct speech_result *answers,
                         struct wire *ret_prompt);

/*
 * Holds the first answer back: a client that waits has sent one signal and no more. answers tells
 * what the server answers, and prompt is a message with early answers: a client that has sent many
 * signals of it without one does not wait, either. Behind client_strain_pause(): a client that
 * waits in pause(2) or in a long sleep then, and sends outside of its handlers, has the race before
 * that call, also if it looks at a flag first.
 */
void client_strain_wait(struct pair *pair, struct report *report,
                        const struct speech_result *answers, const struct wire *prompt);

/*
 * Sends characters beyond ASCII without loss, which the server has printed when another process
 * sent them. The dialect is known.
 */
void client_strain_unicode(struct pair *pair, struct report *report);
