/* SPDX-License-Identifier: MIT */
/*
 * relay.h - a process between a client and its server, which passes their signals on and notes them
 *
 * To the client it is the server, and to the server the client. It passes a signal on to the server
 * when that can lose none (speaker.h), and an answer to the client as its mode says:
 *
 *   RELAY_LATE   once the client sleeps. So the race before pause(2) cannot happen.
 *   RELAY_EARLY  before the client can wait.
 *   RELAY_HOLD   never. The relay keeps working, so that no client can take it for idle, and notes
 *                what the client sends without an answer.
 *
 * A brake (brake.h) holds a client after each signal until the relay sleeps, and the relay does not
 * before the server has answered. With RELAY_EARLY, the client has got the answer then. With
 * RELAY_LATE, the relay waits for the client in its sleep, and gives the answer afterwards.
 *
 * Policy: clients that look at /proc/PID/status see a relay that runs until the answer is passed
 * on. The relay waits for states and has no limit of time: the examiner has.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

enum relay_mode { RELAY_LATE, RELAY_EARLY, RELAY_HOLD };

struct relay {
    enum relay_mode mode;
    pid_t server;
    bool is_answered; /* the server answers each bit */
    bool is_busy;     /* the server waits in a busy loop */
};

/* Passes signals on until a signal ends the process. Prints the record of a wire (wire.h). */
_Noreturn void relay_run(const struct relay *order);
