/* SPDX-License-Identifier: MIT */
/*
 * stranger.h - signals of strangers: plain ones, forged probes and forged replies
 *
 * The input supplies their contents. A forged probe never has a nonce of a sender, and a forged
 * reply never has the PID of the daemon: the protocol does not promise anything against those.
 */
#pragma once

#include "channel.h"
#include "fuzz.h"

void stranger_send_plain(struct process *to, enum slot slot, struct input *input);
void stranger_send_queued(struct process *to, enum slot slot, struct input *input);
