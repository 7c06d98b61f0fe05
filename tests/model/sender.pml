/* SPDX-License-Identifier: MIT */
/*
 * sender.pml - a process that sends messages: arq.c's sending end, as conversation.c uses it
 */

mtype:phase = {STARTING, SENDING, RESUMING}

typedef Sending {
    byte message; /* its number, from 0 */
    mtype:phase phase;
    bool probe_due;
    byte base;
    byte next;
    bool in_flight[LANES];
    Word held;       /* the word that the barrier holds */
    bool logged;     /* the log has this message */
    bool unloggable; /* the log has refused this message */
    bool evicted;  /* its session was evicted */
#ifdef NARROW
    bool is_wide; /* sends this message as blocks */
#endif
#ifdef TROUBLE
    bool told_to_wait;
#endif
};
Sending sender[SENDERS];

/* The result of the current step. */
mtype:outcome = {GOES_ON, BEGINS, PROBES, LEAVES}
mtype:outcome outcome = GOES_ON;

SCRATCH byte lane, first, ahead, at;
SCRATCH Word released;

/* ---- rules that can be switched off ---- */

#ifdef WITHOUT_NONCE
#define IS_NEWEST(age) true
#else
#define IS_NEWEST(age) ((age) == NEW)
#endif
#ifdef WITHOUT_AWAITED
#define IS_AWAITING(c) true
#else
#define IS_AWAITING(c) (sender[c].phase == STARTING || sender[c].phase == RESUMING)
#endif
#ifdef WITHOUT_RESTART
#define MAY_BEGIN_ANEW false
#else
#define MAY_BEGIN_ANEW true
#endif
#ifdef WITHOUT_REPETITION
#define MAY_PROBE(c) (sender[c].phase == SENDING)
#else
#define MAY_PROBE(c) true
#endif
#ifdef WITHOUT_LANE
#define LANE_IS_FREE(c, lane) true
#else
#define LANE_IS_FREE(c, lane) (!sender[c].in_flight[lane])
#endif

/* ---- conditions of its steps ---- */

#define LANE_OF(c, bit_index) ((sender[c].base + (bit_index)) % LANES)
#define HAS_BIT_TO_SEND(c)                                                                         \
    (!sender[c].probe_due && sender[c].phase == SENDING && sender[c].next < BITS &&                \
     LANE_IS_FREE(c, LANE_OF(c, sender[c].next)))
#define HAS_STEP(c) (sender[c].probe_due || HAS_BIT_TO_SEND(c))
#define IS_RUNNING(c) (process[c].life == RUNNING)
#define LISTENS(c) (IS_RUNNING(c) && !HAS_STEP(c))

/* Notes whether the sender was told to wait. Its probe timeout is then longer than any turn. */
inline stand_by(c, is_told)
{
#ifdef TROUBLE
    sender[c].told_to_wait = is_told
#else
    skip
#endif
}

/* ---- arq_sender_… of arq.c ---- */

inline forget_flight(c)
{
    sender[c].in_flight[0] = false;
    sender[c].in_flight[1] = false
}

inline arq_sender_begin(c)
{
    stand_by(c, false);
    sender[c].phase = STARTING;
    sender[c].probe_due = true;
    sender[c].base = 0;
    sender[c].next = 0;
    forget_flight(c)
}

inline arq_sender_timeout(c)
{
    if
    :: sender[c].phase == SENDING -> sender[c].phase = RESUMING
    :: else
    fi;
    sender[c].probe_due = true;
    printf("sender %d: has heard nothing for too long\n", c);
    outcome = PROBES
}

inline arq_sender_acked(c, lane)
{
    if
    :: sender[c].in_flight[lane] ->
        stand_by(c, false);
        sender[c].in_flight[lane] = false;
        if
        :: sender[c].phase == RESUMING -> sender[c].phase = SENDING
        :: else
        fi
    :: else
    fi
}

/* Sets first to the index of the oldest bit without an ack, or of the next bit to send. */
inline find_first(c)
{
    if
    :: sender[c].next >= 2 && sender[c].in_flight[LANE_OF(c, sender[c].next - 2)] ->
        first = sender[c].next - 2
    :: else ->
        if
        :: sender[c].next >= 1 && sender[c].in_flight[LANE_OF(c, sender[c].next - 1)] ->
            first = sender[c].next - 1
        :: else -> first = sender[c].next
        fi
    fi
}

/* Sets at to the count of the reply as an index into the message, or to NOWHERE if it is wrong. */
#define NOWHERE 255
inline locate(c)
{
    find_first(c);
    ahead = (BITS * MODULUS + released.count - sender[c].base - first) % MODULUS;
    if
    :: ahead > sender[c].next - first -> at = NOWHERE
    :: else -> at = first + ahead
    fi
}

/* Verdicts that a session keeps until its next message begins. */
#define IS_LASTING(says)                                                                           \
    ((says) == COMMITTED || (says) == UNLOGGED || (says) == BUSY || (says) == REFUSED_BLOCKS)

inline continue_from(c, bit_index)
{
    stand_by(c, false);
    sender[c].phase = SENDING;
    sender[c].next = bit_index;
    forget_flight(c)
}

/* Forgets the fate of the message before. */
inline forget_fate(c)
{
    sender[c].logged = false;
#ifdef NARROW
    sender[c].is_wide = true;
#endif
    sender[c].unloggable = false
}

/* Goes on to the next message, if there is one. */
inline go_on(c)
{
    if
    :: sender[c].message + 1 < MESSAGES ->
        sender[c].message++;
        forget_fate(c);
        outcome = BEGINS
    :: else -> outcome = LEAVES
    fi
}

#ifdef NARROW
#define IS_BLOCKED(c, reason) ((reason) == REFUSED_BLOCKS && sender[c].is_wide)
#else
#define IS_BLOCKED(c, reason) false
#endif

/* Sends the same message again, as bits. */
inline send_bits(c)
{
#ifdef NARROW
    sender[c].is_wide = false;
#endif
    outcome = BEGINS
}

inline believe_refused(c, reason)
{
    /* A refused message is not in the log. FORGOTTEN does not say whether it is. */
    assert(!sender[c].logged || reason == FORGOTTEN);
    /* A refusal has a reason. */
    assert((reason == UNLOGGED && sender[c].unloggable) ||
           ((reason == BUSY || reason == FORGOTTEN) && sender[c].evicted) || IS_BLOCKED(c, reason));
    if
    :: reason == UNLOGGED -> go_on(c)
    :: reason == REFUSED_BLOCKS -> send_bits(c)
    :: else -> outcome = LEAVES
    fi
}

inline believe_committed(c)
{
    assert(sender[c].logged); /* a confirmed message is in the log */
    go_on(c)
}

/* Acts on a word that the barrier has released. */
inline arq_sender_word(c)
{
    locate(c);
    if
    :: released.code == COMMITTED && sender[c].phase != STARTING && released.age != ANCIENT &&
       at == BITS ->
        believe_committed(c)
    :: else ->
        if
        :: !IS_NEWEST(released.age)
        :: IS_NEWEST(released.age) && released.code == GO && IS_AWAITING(c) ->
            if
            :: sender[c].phase == STARTING ->
                sender[c].base = released.count;
                at = 0
            :: else
            fi;
            if
            :: at != NOWHERE -> continue_from(c, at)
            :: else -> believe_refused(c, FORGOTTEN)
            fi
        :: IS_NEWEST(released.age) && (released.code == WAIT || released.code == PENDING) &&
           IS_AWAITING(c) ->
            stand_by(c, true)
        :: IS_NEWEST(released.age) && IS_LASTING(released.code) && sender[c].phase == RESUMING &&
           at == 0 && MAY_BEGIN_ANEW ->
            outcome = BEGINS
        :: IS_NEWEST(released.age) && released.code == COMMITTED &&
           !(sender[c].phase == RESUMING && at == 0 && MAY_BEGIN_ANEW) ->
            believe_refused(c, OUT_OF_STEP)
        :: IS_NEWEST(released.age) &&
           (released.code == UNLOGGED || released.code == BUSY || released.code == FORGOTTEN ||
            released.code == OUT_OF_STEP || released.code == REFUSED_BLOCKS) &&
           !(IS_LASTING(released.code) && sender[c].phase == RESUMING && at == 0 &&
             MAY_BEGIN_ANEW) ->
            believe_refused(c, released.code)
        :: else
        fi
    fi
}

/* ---- its steps ---- */

inline take_ack(c, lane)
{
    printf("sender %d: takes an ack on lane %d\n", c, lane);
    sender_inbox[c].ack[lane] = false;
    arq_sender_acked(c, lane)
}

inline copy_word(to, it)
{
    to.here = it.here;
    to.code = it.code;
    to.count = it.count;
    to.age = it.age
}

inline take_word(c)
{
    copy_word(sender[c].held, sender_inbox[c].word);
    forget_word(sender_inbox[c].word)
}

/* True if the sender may act on the word: no other signal is pending. */
#ifdef WITHOUT_SENDER_BARRIER
#define WORD_IS_FREE(c) (sender[c].held.here)
#else
#define WORD_IS_FREE(c) (sender[c].held.here && SENDER_INBOX_EMPTY(c))
#endif

inline release_word(c)
{
    printf("sender %d: acts on '%e', count %d, age %d\n", c, sender[c].held.code,
           sender[c].held.count, sender[c].held.age);
    copy_word(released, sender[c].held);
    forget_word(sender[c].held);
    arq_sender_word(c)
}

/* The fault: sends the bits without an ack again, without a probe. */
inline repeat_blindly(c)
{
    find_first(c);
    continue_from(c, first)
}

inline leave(c)
{
    printf("sender %d, process %d: ends\n", c, process[c].incarnation);
    process[c].life = ZOMBIE;
    stand_by(c, false);
    clear_sender_inbox(c);
    forget_word(sender[c].held);
    forget_flight(c);
    sender[c].phase = 0;
    sender[c].probe_due = false;
    sender[c].base = 0;
    sender[c].next = 0
}

#ifdef ROGUE
#define BORN_AS(c) (process[c].incarnation == 0 -> RUNNING : ASTRAY)
#else
#define BORN_AS(c) RUNNING
#endif

/*
 * A new process gets the PID. Words and bits that wait under this PID come from the process before.
 */
inline be_born(c)
{
    process[c].life = BORN_AS(c);
    process[c].incarnation++;
    printf("sender %d: process %d is born\n", c, process[c].incarnation);
    sender[c].message = 0;
    sender[c].evicted = false;
    forget_fate(c);
    outcome = BEGINS
}

/* Makes all nonces of sender c with this age or a newer one older, wherever they are. */
inline age_nonces(c, newest)
{
    if
    :: inbox[PROCESS_USR2].what == PROBE && inbox[PROCESS_USR2].from == c &&
       inbox[PROCESS_USR2].age <= newest ->
        inbox[PROCESS_USR2].age = newest + 1
    :: else
    fi;
    if
    :: probe[c].here && probe[c].age <= newest -> probe[c].age = newest + 1
    :: else
    fi;
    if
    :: session[c].open && session[c].nonce <= newest -> session[c].nonce = newest + 1
    :: else
    fi;
    if
    :: sender_inbox[c].word.here && sender_inbox[c].word.age <= newest ->
        sender_inbox[c].word.age = newest + 1
    :: else
    fi;
    if
    :: sender[c].held.here && sender[c].held.age <= newest -> sender[c].held.age = newest + 1
    :: else
    fi
}

inline conclude_step(c)
{
    if
    :: outcome == BEGINS ->
        arq_sender_begin(c);
        age_nonces(c, OLD)
    :: outcome == PROBES -> age_nonces(c, NEW)
    :: outcome == LEAVES -> leave(c)
    :: outcome == GOES_ON
    fi;
    outcome = GOES_ON
}
