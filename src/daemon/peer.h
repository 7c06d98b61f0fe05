/* SPDX-License-Identifier: MIT */
/*
 * peer.h - the process of a sender: a pidfd to signal it, and a watch for its end
 *
 * This is the peer of the exchange (exchange.h). The PID in a word is only a claim, so nothing is
 * sent to a process that a signal could end.
 */
#pragma once

#include <sys/types.h>
#include <systemd/sd-event.h>

#include "daemon/origin.h"
#include "daemon/subids.h"
#include "host/pidref.h"

struct peer;

/* Is called when the process has ended; may free the peer. Returns 0 or -errno. */
typedef int (*peer_end_handler)(void *owner, struct peer *peer);

/*
 * Opens the process with this PID, and calls the handler with owner once it ends. Its account is
 * found with the help of subids (account.h). Returns 0 with
 * *ret; -ESRCH if no such process exists; -EINVAL if the process is this one, has ended, or does
 * not shield itself from SIGUSR1 and SIGUSR2 (procstat.h); another -errno.
 */
int peer_new(sd_event *event, struct subids *subids, pid_t pid, peer_end_handler handler,
             void *owner, struct peer **ret);
void peer_free(struct peer *peer);

/*
 * A spare peer has no process yet. It is made in advance, for the time when memory or descriptors
 * are short. Returns NULL if memory is short already.
 */
struct peer *peer_new_spare(void);

/*
 * Opens the process for the spare peer, without memory of its own. The process can then be
 * signalled, and no more: its end is not watched, and peer_user() and peer_account() do not know
 * it. Returns 0 or -errno, as peer_new().
 */
int peer_open_spare(struct peer *peer, pid_t pid);

/* Closes the process. The peer is a spare one again. */
void peer_close_spare(struct peer *peer);

/* Returns the process, for signals to it. The peer keeps it. */
const struct pidref *peer_process(const struct peer *peer);

uid_t peer_user(const struct peer *peer);    /* real user ID, as of peer_new() */
uid_t peer_account(const struct peer *peer); /* account, as of peer_new() */

/*
 * Returns the origin of the process, which the peer keeps. The first call reads it. If the process
 * has ended by then, the origin is unknown.
 */
const struct origin *peer_origin(struct peer *peer);
