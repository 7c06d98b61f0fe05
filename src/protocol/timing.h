/* SPDX-License-Identifier: MIT */
/*
 * timing.h - all durations of the protocol, of both ends, in nanoseconds
 *
 * This file is the only place of these numbers. minitalk(7) gets them from here when it is built,
 * and the simulation and the fuzz targets include this file. tests/analysis/house.sh looks for
 * copies. The two ends share no clock: each measures its durations on its own.
 */
#pragma once

#include "protocol/nsec.h"

/* ---- the sender ---- */

/*
 * Probe timeout (as in RFC 9002, section 6.2): after this time without an ack or a reply from the
 * daemon, the sender sends a probe. The probe timeout doubles with each probe in a row, up to the
 * maximum.
 */
#define PROBE_TIMEOUT_MIN (200 * NSEC_PER_USEC)
#define PROBE_TIMEOUT_MAX (100 * NSEC_PER_MSEC)
/*
 * The first probe timeout of a sender that sleeps for each ack and, within its last LOSS_WINDOW
 * acks (conversation.h), has neither had a probe timeout nor been told WAIT. The kernel would
 * have to program the hardware for a shorter timer at each ack, because such a timer expires before
 * the next clock tick. That takes longer than to send the bit.
 */
#define PROBE_TIMEOUT_SLEEPING (5 * NSEC_PER_MSEC)
/*
 * Probe timeout of a sender that was told WAIT or PENDING. The next reply follows unasked, so this
 * probe matters only if that reply was lost. This timeout doubles each time that the sender is told
 * WAIT or PENDING again during the message, and with each probe in a row, up to the maximum: in a
 * crowd, the probes of those who wait wipe out bits of the one who sends.
 */
#define QUEUE_TIMEOUT_MIN (10 * NSEC_PER_MSEC)
#define QUEUE_TIMEOUT_MAX (1000 * NSEC_PER_MSEC)
/*
 * After this time without progress, a sender moves to another CPU. A process that only waits for
 * its share of a busy CPU waits less than this.
 */
#define STUCK_TIME (20 * NSEC_PER_MSEC)

/* ---- the daemon ---- */

/*
 * A slice: the time for which a sender keeps the turn while others wait. The short slice applies if
 * the message of one of the others is young, because it may be short. Otherwise the long slice
 * applies, because each change of turns takes time.
 */
#define SLICE_SHORT (5 * NSEC_PER_MSEC)
#define SLICE_LONG (40 * NSEC_PER_MSEC)
/*
 * A message is young until its sender has had the turn for this time. That is less than a slice,
 * because the last signal of a slice comes before its end.
 */
#define YOUTH (4 * NSEC_PER_MSEC)
/*
 * A sender loses the turn after this time without a signal, if others wait or if it has not been
 * heard since the unasked GO that gave it the turn. It is longer than a scheduler keeps a process
 * from a busy CPU for another one: 3 to 4 ms on Linux 6.18 with two CPUs. While a young message
 * waits, the slice ends before it.
 */
#define TURN_LAPSE (6 * NSEC_PER_MSEC)
/*
 * The daemon repeats the GO that gives a turn after this time, and then at growing intervals, until
 * it hears the sender. Each interval is twice the time since the turn began.
 */
#define GO_REPEAT (200 * NSEC_PER_USEC)
/* A daemon that is asked to stop continues to serve messages under way for this time at most. */
#define STOP_GRACE (2000 * NSEC_PER_MSEC)
/*
 * For so long, the daemon does not look again at a process that is not a sender. This is short,
 * because the process may become a sender, which then sends its probe again.
 */
#define REJECT_TIME (10 * NSEC_PER_MSEC)
