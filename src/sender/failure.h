/* SPDX-License-Identifier: MIT */
/*
 * failure.h - why a message was not confirmed: one line for the user, and an exit status
 *
 * Each function complains (complaint.h) and returns an exit status of sysexits(3).
 */
#pragma once

#include "protocol/conversation.h"

/* The conversation has an outcome other than CONVERSATION_OPEN and CONVERSATION_COMMITTED. */
int failure_of(const struct conversation *conversation);

/* The daemon had ended before anything was sent. */
int failure_before_sending(pid_t daemon);

/* A system call failed with this errno. */
int failure_to_signal(pid_t daemon, int error);
int failure_to_wait(int error);
int failure_to_encode(size_t bytes);
