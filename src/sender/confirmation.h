/* SPDX-License-Identifier: MIT */
/*
 * confirmation.h - the line that a program reads for each message (--confirm)
 *
 * The line is the number of the message, a space, and what became of it. If the message may be
 * missing in the log, the exit status of the failure and its reason follow:
 *
 *   1 logged
 *   2 unlogged 65 the message is larger than the daemon accepts; split it, or [...]
 */
#pragma once

#include <stdint.h>

enum fate {
    FATE_LOGGED,      /* the message is in the log, once */
    FATE_EMPTY,       /* it is empty, and was not sent (--skip-empty) */
    FATE_UNLOGGED,    /* it is not in the log */
    FATE_UNCONFIRMED, /* it may be in the log */
};

/*
 * Writes the line of message number, from 1 on, to fd. status, an exit status of sysexits(3), and
 * reason, one line of text, are written only for the two fates of a failure. Waits while a pipe is
 * full, also if the descriptor does not block. Returns 0, -ENOMEM, or -errno of write(2) or
 * poll(2).
 */
int confirmation_write(int fd, uintmax_t number, enum fate fate, int status, const char *reason);
