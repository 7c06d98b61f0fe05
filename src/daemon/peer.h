/* SPDX-License-Identifier: MIT */
/*
 * peer.h - a sender's process, as the daemon holds it: a way to signal it, and a watch on its end
 *
 * This is what the exchange knows as a peer. Nothing is sent to a process that a signal could end:
 * a PID in a control word is only a claim.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>
#include <systemd/sd-event.h>

#include "daemon/origin.h"
#include "protocol/lane.h"

struct peer;

/* Is called when the sender's process has ended; may free the sender. 0 or -errno. */
typedef int (*peer_end_handler)(void *owner, struct peer *peer);

/*
 * Opens a process: 0; -ESRCH if there is none; -EINVAL if it is this process, has ended, or does
 * not shield itself from SIGUSR1 and SIGUSR2; another -errno.
 */
int peer_new(sd_event *event, pid_t pid, peer_end_handler handler, void *owner, struct peer **ret);
void peer_free(struct peer *peer);

pid_t peer_pid(const struct peer *peer);
uid_t peer_user(const struct peer *peer); /* its real user, when it first asked */
bool peer_has_ended(const struct peer *peer);

/* Where it comes from: read the first time, while the process is there. The sender keeps it. */
const struct origin *peer_origin(struct peer *peer);

/* As pidref_send_bit(), for an answer on a lane, and pidref_send_word(). */
int peer_send_ack(const struct peer *peer, enum lane lane);
int peer_send_word(const struct peer *peer, uint32_t word);
