/* SPDX-License-Identifier: MIT */
/*
 * minitalk.pml - the protocol as it is built, for an exhaustive search (spin(1))
 *
 * kernel.pml is what lies between the two ends, sender.pml is arq.c's sender in conversation.c,
 * daemon.pml is exchange.c, session.c and barrier.c; processes.pml puts them together.
 * check-model.sh tells what is searched, and with which of the rules switched off.
 *
 * What is promised, and asserted where it would be broken:
 *
 *   - a bit that is taken is the very bit that was expected: of this process, of the message under
 *     way, of this index. So a message that is whole is what was sent;
 *   - a message is logged once;
 *   - a sender that believes in success has its message in the log; one that was refused has not,
 *     unless it was forgotten, and there was a reason to refuse it;
 *   - with finite trouble, every run ends, and with a verdict for each sender that is not stopped
 *     or killed (TROUBLE below).
 *
 * What is simpler here than in the world, and why nothing is lost by it:
 *
 *   - Bits carry no value that matters but who sent them, and as which bit of which message; that
 *     is what is checked when one is taken. The value decides the slot where the bit waits, and is
 *     chosen anew whenever one is sent: every pattern is tried, and more than those.
 *   - A message ends after BITS bits. The frame tells where it ends; bits that are all the right
 *     ones cannot tell anything else. A number of bits that is odd makes the second message of a
 *     session begin on the other lane.
 *   - Nonces are ages. A sender compares a nonce with its newest one and asks whether it is one of
 *     this message; nothing else. So a word is NEW, OLD (an earlier question of this message) or
 *     ANCIENT, and grows older where it is when its sender asks anew: without a bound on how often.
 *     Left out is that 65,536 questions are asked while one word waits, and that two processes
 *     with one PID, one right after the other, begin with the same of 65,536 nonces.
 *   - Counts are told modulo 4 and not 4096. They are compared with three numbers in a row; fewer
 *     than four would confuse them, and more would confuse less.
 *   - A stranger's signal wipes out the one that is sent to the same slot behind it. Here any
 *     signal may vanish when it is sent, at any time, without limit; also those that the kernel
 *     strips of their sender. Such a signal also keeps the inbox from being empty; to wait for it
 *     to be taken is to take a step later.
 *   - What the barrier has seen is always a row of slots from the first on; so only the last slot
 *     matters, and a signal from there, taken after the word, sets the word free. If a stranger's
 *     signal does, then the other slots were empty, and so was this one of signals that matter:
 *     that is the same as to have found nothing pending.
 *   - In the kernel's order a word is handed out last. ANY_ORDER lets anything be handed out next;
 *     then a word is free only when nothing is pending.
 *   - Without clocks, a silence comes at any moment, and so does the end of a turn that others
 *     wait for, the repetition of a go and the moment at which a sender's end is noticed.
 *   - With two senders, and where it matters that runs end, trouble is finite: TROUBLE times in a
 *     run something vanishes, or a silence or the end of a turn comes too early, at any moment.
 *     Afterwards these come when nothing else can happen, and the patience of a sender that was
 *     told to wait outlasts a turn. Then every run ends under any scheduler, even an unfair one.
 *   - Two senders have the turn one after the other, whether their users are the same or not.
 *   - SCARCE ends a session at any moment to make room for others, whatever they are.
 *   - The log takes its time for each message. Where it is quick, nothing happens meanwhile.
 *   - System calls are steps, and what happens between two of them is part of a step. Two calls are
 *     one step only where nobody can tell: words to different senders.
 *
 * Not here, but in tests/simulation: the daemon's end, messages that are too large, forged answers,
 * and the real code. Not searched: FORGED with SCARCE. Who asks in the name of a sender whose
 * session was just ended opens another; in it, bits from amid a message may be taken as its
 * first. That such a message is refused is the merit of the checksum, which is not modelled.
 */

/* ---- bounds ---- */

#ifndef SENDERS
#define SENDERS 1 /* at once, 1 or 2 */
#endif
#ifndef LIVES
#define LIVES 1 /* processes with the PID of the first sender, one after another, 1 or 2 */
#endif
#ifndef MESSAGES
#define MESSAGES 2 /* of each process */
#endif
#ifndef BITS
#define BITS 3 /* of each message */
#endif

/*
 * What is set and used within one d_step, and so is no part of a state. (A choice may not come
 * between: the search comes back to it without these.) A search breadth first knows no such.
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

mtype = {GO, WAIT, PENDING, COMMITTED, UNLOGGED, BUSY, FORGOTTEN, OUT_OF_STEP}

/* Ages of nonces: the newest of its sender, an earlier one of this message, an earlier one. */
#define NEW 0
#define OLD 1
#define ANCIENT 2

/* Strangers who do more than keep slots full. */
#if defined FORGED || defined ROGUE || defined WITHOUT_ORDER
#define STRANGERS
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
