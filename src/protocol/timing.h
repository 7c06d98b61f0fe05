/* SPDX-License-Identifier: MIT */
/*
 * timing.h - every duration of the protocol, of both ends, in nanoseconds
 *
 * minitalk(7) gets these numbers from this file when it is built, and the simulation and the fuzz
 * targets include it: a change here is a change everywhere.
 */
#pragma once

#include "protocol/nsec.h"

/* ---- the sender ---- */

/*
 * Probe timeout (as in RFC 9002, section 6.2): after so long without a signal from the daemon, the
 * sender sends a probe. It doubles with each probe in a row, up to the maximum.
 */
#define PROBE_TIMEOUT_MIN (200 * NSEC_PER_USEC)
#define PROBE_TIMEOUT_MAX (100 * NSEC_PER_MSEC)
/*
 * The first probe timeout of a sender that sleeps for each ack and has lost no signal lately. A
 * timer that expires before the next clock tick has to be programmed into the hardware for each
 * ack, which takes longer than the bit.
 */
#define PROBE_TIMEOUT_SLEEPING (5 * NSEC_PER_MSEC)
/*
 * Probe timeout of a sender that was told to wait. A GO follows unasked, so this probe matters only
 * if the GO was lost. It doubles each time that the sender is told to wait again.
 */
#define QUEUE_TIMEOUT_MIN (10 * NSEC_PER_MSEC)
#define QUEUE_TIMEOUT_MAX (1000 * NSEC_PER_MSEC)
/*
 * After so long without progress, a sender moves to another CPU. A process that waits for its share
 * of a busy CPU waits less than this.
 */
#define STUCK_TIME (20 * NSEC_PER_MSEC)

/* ---- the daemon ---- */

/*
 * A sender keeps the turn for so long while others wait: the short slice if one of them has yet to
 * begin its message, which may be a short one; else the long slice, since each change of turns
 * takes time.
 */
#define SLICE_SHORT (5 * NSEC_PER_MSEC)
#define SLICE_LONG (40 * NSEC_PER_MSEC)
/* A sender from which nothing is heard for so long loses the turn if others wait. */
#define TURN_LAPSE (2 * NSEC_PER_MSEC)
/* The GO that gives a turn is repeated after this long, and then after twice as long each time. */
#define GO_REPEAT (200 * NSEC_PER_USEC)
/* A daemon that is asked to stop finishes messages under way for so long. */
#define STOP_GRACE (2000 * NSEC_PER_MSEC)
