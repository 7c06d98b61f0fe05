/* SPDX-License-Identifier: MIT */
/*
 * kernel.pml - processes, and the slots where signals wait
 *
 * Each slot holds one signal. A signal that is sent to a full slot vanishes. Any other signal may
 * vanish too, because a stranger's signal may have filled the slot.
 */

/* ---- trouble ---- */

#ifdef TROUBLE
/*
 * The number of troubles still to come in a run. A trouble is a signal that vanishes, or a probe
 * timeout, an end of a turn or a repeated GO that comes too early. Once a run has had them all,
 * these events come only when nothing else can happen.
 */
byte trouble = TROUBLE;
#define TROUBLE_AHEAD (trouble > 0)
#define trouble_comes() trouble--
#else
#define TROUBLE_AHEAD true
#define trouble_comes() skip
#endif

/* ---- processes ---- */

/* An ASTRAY process does not follow the protocol: it sends bits unasked and reads nothing. */
mtype:life = {GONE, RUNNING, STOPPED, ASTRAY, ZOMBIE}
#define IS_ALIVE(p)                                                                                \
    (process[p].life == RUNNING || process[p].life == STOPPED || process[p].life == ASTRAY)

typedef Process {
    mtype:life life;
    byte incarnation; /* its number among all processes with this PID, from 1; 0: none yet */
};
Process process[SENDERS];

/* ---- signals that wait for the daemon ---- */

/* Slots, in the order in which the kernel empties them: of the thread, then of the process. */
#define THREAD_USR1 0
#define THREAD_USR2 1
#define PROCESS_USR1 2
#define PROCESS_USR2 3
#define SLOTS 4

mtype:signal = {NOTHING, BIT, PROBE}

typedef Signal {
    mtype:signal what;
    byte from;
    byte incarnation; /* BIT: the process that really sent it */
    byte message;     /* BIT: the number of its message */
    byte index;       /* BIT: its index in the message */
    bit ask;          /* PROBE: START or RESUME */
    byte age;         /* PROBE: the age of its nonce */
};
Signal inbox[SLOTS];
#define INBOX_EMPTY                                                                                \
    (inbox[THREAD_USR1].what == NOTHING && inbox[THREAD_USR2].what == NOTHING &&                   \
     inbox[PROCESS_USR1].what == NOTHING && inbox[PROCESS_USR2].what == NOTHING)

/* True if the kernel may deliver the signal in this slot next. */
#ifdef ANY_ORDER
#define COMES_NEXT(slot) (inbox[slot].what != NOTHING)
#else
#define COMES_NEXT(slot)                                                                          \
    (inbox[slot].what != NOTHING &&                                                               \
     (slot <= THREAD_USR1 || inbox[THREAD_USR1].what == NOTHING) &&                               \
     (slot <= THREAD_USR2 || inbox[THREAD_USR2].what == NOTHING) &&                               \
     (slot <= PROCESS_USR1 || inbox[PROCESS_USR1].what == NOTHING))
#endif

inline empty_slot(slot)
{
    inbox[slot].what = NOTHING;
    inbox[slot].from = 0;
    inbox[slot].incarnation = 0;
    inbox[slot].message = 0;
    inbox[slot].index = 0;
    inbox[slot].ask = 0;
    inbox[slot].age = 0;
}

inline send_bit_to(slot, c)
{
    if
    :: inbox[slot].what == NOTHING ->
        d_step {
            inbox[slot].what = BIT;
            inbox[slot].from = c;
            inbox[slot].incarnation = process[c].incarnation;
            inbox[slot].message = MESSAGE_OF(c);
            inbox[slot].index = sender[c].next;
            printf("sender %d, process %d: bit %d of message %d to slot %d\n", c,
                   process[c].incarnation, sender[c].next, sender[c].message, slot)
        }
    :: inbox[slot].what != NOTHING -> printf("sender %d: bit %d vanishes\n", c, sender[c].next)
    :: TROUBLE_AHEAD ->
        trouble_comes();
        printf("sender %d: bit %d vanishes\n", c, sender[c].next)
    fi
}

inline send_bit(c, lane)
{
    if
    :: lane == 0 -> send_bit_to(THREAD_USR1, c)
    :: lane == 0 -> send_bit_to(THREAD_USR2, c)
    :: lane == 1 -> send_bit_to(PROCESS_USR1, c)
    :: lane == 1 -> send_bit_to(PROCESS_USR2, c)
    fi
}

inline send_probe(c, asked, told_age)
{
    if
    :: inbox[PROCESS_USR2].what == NOTHING ->
        d_step {
            inbox[PROCESS_USR2].what = PROBE;
            inbox[PROCESS_USR2].from = c;
            inbox[PROCESS_USR2].ask = asked;
            inbox[PROCESS_USR2].age = told_age;
            printf("sender %d, process %d: sends a probe, %d (0: start, 1: resume), age %d\n", c,
                   process[c].incarnation, asked, told_age)
        }
    :: inbox[PROCESS_USR2].what != NOTHING -> printf("sender %d: probe vanishes\n", c)
    :: TROUBLE_AHEAD ->
        trouble_comes();
        printf("sender %d: probe vanishes\n", c)
    fi
}

/* ---- signals that wait for a sender: only those of the daemon matter ---- */

typedef Word {
    bool here;
    mtype code;
    byte count;
    byte age;
};

typedef SenderInbox {
    bool ack[LANES];
    Word word;
};
SenderInbox sender_inbox[SENDERS];
#define SENDER_INBOX_EMPTY(c)                                                                      \
    (!sender_inbox[c].ack[0] && !sender_inbox[c].ack[1] && !sender_inbox[c].word.here)

/* In the kernel's order the word comes last, because acks are SIGUSR1. */
#ifdef ANY_ORDER
#define ACK_COMES_NEXT(c, lane) (sender_inbox[c].ack[lane])
#define WORD_COMES_NEXT(c) (sender_inbox[c].word.here)
#else
#define ACK_COMES_NEXT(c, lane)                                                                    \
    (sender_inbox[c].ack[lane] && (lane == 0 || !sender_inbox[c].ack[0]))
#define WORD_COMES_NEXT(c)                                                                         \
    (sender_inbox[c].word.here && !sender_inbox[c].ack[0] && !sender_inbox[c].ack[1])
#endif

inline forget_word(it)
{
    it.here = false;
    it.code = 0;
    it.count = 0;
    it.age = 0;
}

inline clear_sender_inbox(c)
{
    sender_inbox[c].ack[0] = false;
    sender_inbox[c].ack[1] = false;
    forget_word(sender_inbox[c].word)
}

/* Sends an ack to the process that has the PID now. A zombie accepts signals but takes none. */
inline send_ack(c, lane)
{
    if
    :: process[c].life == RUNNING ->
        sender_inbox[c].ack[lane] = true;
        printf("daemon: sends an ack to sender %d on lane %d\n", c, lane)
    :: process[c].life != RUNNING
    :: process[c].life == RUNNING && TROUBLE_AHEAD ->
        trouble_comes();
        printf("daemon: ack to sender %d on lane %d vanishes\n", c, lane)
    fi
}

inline send_word(c, says, told_count, told_age)
{
    if
    :: process[c].life == RUNNING && !sender_inbox[c].word.here ->
        d_step {
            sender_inbox[c].word.here = true;
            sender_inbox[c].word.code = says;
            sender_inbox[c].word.count = told_count;
            sender_inbox[c].word.age = told_age;
            printf("daemon: tells sender %d '%e', count %d, age %d\n", c, says, told_count,
                   told_age)
        }
    :: process[c].life != RUNNING || sender_inbox[c].word.here ->
        printf("daemon: '%e' to sender %d vanishes\n", says, c)
    :: process[c].life == RUNNING && TROUBLE_AHEAD ->
        trouble_comes();
        printf("daemon: '%e' to sender %d vanishes\n", says, c)
    fi
}
