/* SPDX-License-Identifier: MIT */
/*
 * failure.h - the error line and the exit status for a message that was not confirmed
 *
 * Each function complains (complaint.h) and returns an exit status of sysexits(3).
 */
#pragma once

#include "protocol/conversation.h"
#include "sender/target.h"

/*
 * For a conversation with this daemon, whose outcome is neither CONVERSATION_OPEN nor
 * CONVERSATION_COMMITTED.
 */
int failure_of(const struct conversation *conversation, enum target target);

/* For a daemon that had ended before anything was sent. */
int failure_before_sending(pid_t daemon);

/* For a system call that failed with this errno: to send a signal, or to wait for one. */
int failure_to_signal(pid_t daemon, int error);
int failure_to_wait(int error);

/* For a message of this length in bytes, for which there was no memory. */
int failure_to_encode(size_t bytes);
