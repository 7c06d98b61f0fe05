/* SPDX-License-Identifier: MIT */
/*
 * minitalk.pml - a model of the protocol as it is built, for an exhaustive search with spin(1)
 *
 *   kernel.pml     processes, and the slots between the two ends
 *   sender.pml     arq.c's sending end, as conversation.c uses it
 *   daemon.pml     exchange.c, session.c and barrier.c
 *   processes.pml  the processes that these parts make up
 *
 * check-model.sh has the list of searches, and of the rules that can be switched off.
 *
 * The model asserts these promises:
 *
 *   - A bit that the daemon takes is exactly the expected one: of this process, of the message
 *     under way, with this index. So a whole message is the message that was sent.
 *   - A message is logged at most once.
 *   - If a sender believes that its message is committed, the message is in the log.
 *   - If a sender is refused, its message is not in the log, unless the sender was told FORGOTTEN.
 *     A refusal has a reason.
 *   - With finite trouble (TROUBLE below), every run ends. Each sender that is not stopped or
 *     killed then has a verdict.
 *
 * The model is simpler than reality in the points below. The search misses nothing because of them,
 * except where a point says so:
 *
 *   - A bit has no value. Instead it carries its sender, its message and its index, which are
 *     checked when the bit is taken. The value would decide the slot where the bit waits. The model
 *     chooses the slot anew each time that a bit is sent. So it tries every pattern, and more.
 *   - A block is a bit here: it is acknowledged and counted like one, and waits in one of the slots
 *     that a bit can wait in. With NARROW, the daemon may refuse a message that has begun because
 *     blocks do not arrive. Its sender then sends the same message again, once, in other bits.
 *   - A message ends after BITS bits. The frame would tell where it ends, and a frame whose bits
 *     are all right tells nothing else. An odd number of bits makes the second message of a session
 *     begin on the other lane.
 *   - A nonce is an age. A sender only checks whether a nonce is its newest one, and whether it
 *     belongs to this message. So a word is NEW, OLD (an earlier probe of this message) or ANCIENT.
 *     Its age increases, wherever the word is, when its sender sends a new probe. So the number of
 *     probes has no bound. The model leaves out two cases. In the first, 65,536 probes are sent
 *     while one word waits. In the second, two successive processes with one PID begin with the
 *     same nonce out of 65,536.
 *   - Counts are told modulo 4 and not modulo 4096. A count is compared with three consecutive
 *     numbers. A modulus below 4 would confuse them, and a higher modulus confuses less.
 *   - A stranger's signal wipes out a signal that is sent to the same slot after it. Here any
 *     signal may vanish when it is sent, at any time and without limit. That includes the signals
 *     that the kernel strips of their sender. A stranger's signal also keeps the inbox from being
 *     empty. A wait until that signal is taken is the same as a later step.
 *   - The slots that the barrier has seen empty are always the first ones without a gap. So only
 *     the last slot matters: a signal that is taken from it after a word releases that word. If
 *     this signal is a stranger's, the other slots were empty, and the last slot had no signal that
 *     matters. That is the same as to find no signal pending.
 *   - In the kernel's order a word is delivered last. With ANY_ORDER any signal may be delivered
 *     next, and a word is released only when no signal is pending.
 *   - The model has no clocks. These events happen at any moment: a probe timeout, the end of a
 *     turn while others wait, a repeated GO, and the moment at which the daemon notices the end of
 *     a sender.
 *   - With two senders, and in searches for runs without an end, trouble is finite. TROUBLE times
 *     in a run, a signal vanishes, or a probe timeout or the end of a turn comes too early. After
 *     that, timeouts and ends of turns come only when nothing else can happen, and the probe
 *     timeout of a sender that was told to wait is longer than a turn. Then every run ends under
 *     any scheduler, even an unfair one.
 *   - Two senders have the turn one after the other, whether they belong to one user or to two.
 *   - SCARCE evicts a session at any moment, whatever sessions and users there are.
 *   - The log takes time for each message. A fast log is the case that nothing happens meanwhile.
 *   - A step is a system call together with all that happens up to the next one. Two calls are one
 *     step only if no process can tell the difference: words to different senders.
 *
 * tests/simulation covers what the model does not have: the end of the daemon, messages that are
 * too large, forged replies, and the real code.
 *
 * FORGED together with SCARCE is not searched. A stranger can forge a probe to start in the name of
 * a sender whose session was just evicted, and so open another session. The daemon may then take
 * bits from the middle of a message as the first bits of a message. The checksum, which is not
 * modelled, refuses such a message.
 */

/* ---- bounds ---- */

#ifndef SENDERS
#define SENDERS 1 /* at the same time, 1 or 2 */
#endif
#ifndef LIVES
#define LIVES 1 /* successive processes with the PID of the first sender, 1 or 2 */
#endif
#ifndef MESSAGES
#define MESSAGES 2 /* of each process */
#endif
#ifndef BITS
#define BITS 3 /* of each message */
#endif

/*
 * A SCRATCH variable is set and used within one d_step, so it is no part of a state. No choice may
 * come between the two, because the search returns to a choice without the values of hidden
 * variables. A breadth-first search does not support hidden variables.
 */
#ifdef SHORTEST
#define SCRATCH
#else
#define SCRATCH hidden
#endif

#define LANES 2
#define MODULUS 4
#define NOBODY SENDERS
#define LIVES_OF(c) (c == 0 -> LIVES : 1)

/* ---- words ---- */

#define START 0
#define RESUME 1

mtype = {GO, WAIT, PENDING, COMMITTED, UNLOGGED, BUSY, FORGOTTEN, OUT_OF_STEP, REFUSED_BLOCKS}

/* Ages of nonces: the sender's newest one, an earlier one of this message, any earlier one. */
#define NEW 0
#define OLD 1
#define ANCIENT 2

/* These searches need a stranger that does more than fill slots. */
#if defined FORGED || defined ROGUE || defined WITHOUT_ORDER
#define STRANGERS
#endif

/* The message, for the check of a bit. The same message in blocks and in bits is two. */
#ifdef NARROW
#define MESSAGE_OF(c) (sender[c].message + (sender[c].is_wide -> MESSAGES : 0))
#else
#define MESSAGE_OF(c) (sender[c].message)
#endif

#include "kernel.pml"
#include "sender.pml"
#include "daemon.pml"
#include "processes.pml"

init {
    byte i;

    atomic {
        for (i : 0 .. SLOTS - 1) {
            inbox[i].what = NOTHING
        }
        for (i : 0 .. SENDERS - 1) {
            process[i].life = GONE;
            run Sender(i)
        }
        run Daemon();
#ifdef STRANGERS
        run Stranger()
#endif
    }
#ifdef TROUBLE
    timeout;
    assert(IS_OVER)
#endif
}
