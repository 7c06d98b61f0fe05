/*
 * sender.h - a sender's process, as the daemon holds it: a way to signal it, and a watch on its end
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

struct sender;

/* Is called when the sender's process has ended; may free the sender. 0 or -errno. */
typedef int (*sender_end_handler)(void *owner, struct sender *sender);

/*
 * Opens a process: 0; -ESRCH if there is none; -EINVAL if it is this process, has ended, or does
 * not shield itself from SIGUSR1 and SIGUSR2; another -errno.
 */
int sender_new(sd_event *event, pid_t pid, sender_end_handler handler, void *owner,
               struct sender **ret);
void sender_free(struct sender *sender);

pid_t sender_pid(const struct sender *sender);
uid_t sender_user(const struct sender *sender); /* its real user, when it first asked */
bool sender_has_ended(const struct sender *sender);

/* Where it comes from: read the first time, while the process is there. The sender keeps it. */
const struct origin *sender_origin(struct sender *sender);

/* As peer_send_bit(), for an answer on a lane, and peer_send_word(). */
int sender_answer(const struct sender *sender, enum lane lane);
int sender_tell(const struct sender *sender, uint32_t word);
