/* SPDX-License-Identifier: MIT */
/*
 * daemon.pml - the daemon: exchange.c, session.c and barrier.c
 */

mtype:state = {SESSION_IDLE, SESSION_OPEN, SESSION_COMMITTING, SESSION_COMMITTED, SESSION_REFUSED}

/* A bit that is held for the one before it, with the process that really sent it. */
typedef Held {
    bool is_held;
    byte from;
    byte incarnation;
    byte message;
    byte index;
};

typedef Session {
    bool open;
    byte incarnation; /* of the process that its pidfd refers to */
    mtype:state state;
    bool is_invited;
#ifdef NARROW
    bool has_refused_blocks; /* SESSION_REFUSED: that is the reason */
#endif
    byte nonce;
    byte count; /* bits taken in the session, modulo MODULUS */
    byte index; /* bits taken of this message */
    Held held[LANES];
};
Session session[SENDERS];

/* The newest probe of each PID. The barrier holds it until is_free. */
typedef Probe {
    bool here;
    bool is_free;
    bit ask;
    byte age;
};
Probe probe[SENDERS];

byte runner = NOBODY;
bool is_unheard; /* no signal of the runner has come since the GO */
#ifdef TROUBLE
bool is_repeated; /* is_unheard: the daemon has repeated the GO */
#endif
byte queue[2] = NOBODY; /* senders that wait, in the order in which they came */
bool is_committing;     /* a commit is under way */
byte committer = NOBODY; /* is_committing: its sender; NOBODY if its session has ended */

/* The result of the current step: words to send, and whether the turn is over. */
Word reply;
byte hearer;           /* the sender to which reply goes */
byte next_runner = NOBODY; /* the sender that is also told to go */
bool is_turn_over;

SCRATCH byte who, is_held_again;

/* ---- rules that can be switched off ---- */

#ifdef WITHOUT_PIDFD
#define HAS_ENDED(p) false
#define IS_GONE(p) (process[p].life == GONE)
#else
/*
 * HAS_ENDED: the pidfd of the session says that its process has ended. IS_GONE: a signal through
 * the pidfd fails with ESRCH.
 */
#define HAS_ENDED(p)                                                                               \
    (process[p].incarnation != session[p].incarnation || process[p].life == ZOMBIE ||              \
     process[p].life == GONE)
#define IS_GONE(p)                                                                                 \
    (process[p].incarnation != session[p].incarnation || process[p].life == GONE)
#endif

#ifdef WITHOUT_PROOF
#define IS_PROOF_NEEDED false
#else
#define IS_PROOF_NEEDED true
#endif

#ifdef WITHOUT_WHOSE
#define IS_RUNNERS(slot) true
#else
#define IS_RUNNERS(slot) (inbox[slot].from == runner)
#endif

#ifdef WITHOUT_SEQUENCE
#define HELD_LANE(slot) (session[runner].count % LANES)
#else
#define HELD_LANE(slot) ((slot) / 2)
#endif

#ifdef WITHOUT_CLEARING
#define ARE_HELD_BITS_CLEARED false
#else
#define ARE_HELD_BITS_CLEARED true
#endif

/* The probe that opens a session goes behind the barrier once more: admit() of exchange.c. */
#ifdef WITHOUT_OPENING
#define IS_OPENING_PROBE_HELD false
#else
#define IS_OPENING_PROBE_HELD true
#endif

#ifdef WITHOUT_DAEMON_BARRIER
#define IS_BARRIER_UP false
#else
#define IS_BARRIER_UP true
#endif

/* True if a signal from the last slot proves that the other slots were empty. */
#if defined ANY_ORDER && !defined WITHOUT_ORDER
#define ARE_SLOTS_TRUSTED false
#else
#define ARE_SLOTS_TRUSTED true
#endif

#ifdef WITHOUT_LAPSE
#define IS_LAPSE_KNOWN false
#else
#define IS_LAPSE_KNOWN true
#endif

#ifdef WITHOUT_LOG
#define IS_LOG_TRUE false
#else
#define IS_LOG_TRUE true
#endif

/* ---- sessions ---- */

inline forget_held(p, lane)
{
    session[p].held[lane].is_held = false;
    session[p].held[lane].from = 0;
    session[p].held[lane].incarnation = 0;
    session[p].held[lane].message = 0;
    session[p].held[lane].index = 0
}

inline clear_held(p)
{
    forget_held(p, 0);
    forget_held(p, 1)
}

inline leave_queue(p)
{
    if
    :: queue[0] == p ->
        queue[0] = queue[1];
        queue[1] = NOBODY
    :: queue[0] != p && queue[1] == p -> queue[1] = NOBODY
    :: else
    fi
}

inline drop(p)
{
    leave_queue(p);
    if
    :: runner == p -> runner = NOBODY
    :: else
    fi;
    if
    :: committer == p -> committer = NOBODY
    :: else
    fi;
    session[p].open = false;
    session[p].incarnation = 0;
    session[p].state = 0;
    session[p].is_invited = false;
    session[p].nonce = 0;
    session[p].count = 0;
    session[p].index = 0;
    clear_held(p)
}

/* ---- turns ---- */

inline hear(p)
{
    if
    :: p == runner -> is_unheard = false
    :: else
    fi
}

inline forget_repetition()
{
#ifdef TROUBLE
    is_repeated = false
#else
    skip
#endif
}

/* Gives the turn to the first sender in the queue that can still be told to go. */
inline next_turn()
{
    runner = NOBODY;
    is_unheard = false;
    forget_repetition();
    do
    :: !is_committing && queue[0] != NOBODY ->
        who = queue[0];
        leave_queue(who);
        if
        :: IS_GONE(who) -> drop(who)
        :: else ->
            runner = who;
            is_unheard = true;
            next_runner = who;
            break
        fi
    :: else -> break
    od
}

/* Prepares a reply, which finish_step() sends. A process that is gone gets no reply. */
inline tell(p, says)
{
    reply.here = !IS_GONE(p);
    reply.code = says;
    reply.count = session[p].count;
    reply.age = session[p].nonce;
    hearer = p
}

inline go_or_wait(p)
{
    if
    :: runner == NOBODY && queue[0] == NOBODY && !is_committing ->
        runner = p;
        is_unheard = false
    :: else
    fi;
    if
    :: runner == p -> tell(p, GO)
    :: else ->
        if
        :: queue[0] == p || queue[1] == p
        :: queue[0] == NOBODY -> queue[0] = p
        :: else -> queue[1] = p
        fi;
        tell(p, (is_committing -> PENDING : WAIT))
    fi
}

/* ---- bits ---- */

#define NEXT_LANE(p) (session[p].count % LANES)
#define TAKES_BITS(p)                                                                              \
    (session[p].open && (session[p].state == SESSION_OPEN || session[p].is_invited))
#define HAS_NEXT_BIT                                                                               \
    (runner != NOBODY && TAKES_BITS(runner) &&                                                 \
     session[runner].held[NEXT_LANE(runner)].is_held)
#define IS_WANTED(slot)                                                                           \
    (inbox[slot].what == BIT && runner != NOBODY && IS_RUNNERS(slot) && TAKES_BITS(runner))

inline hold_bit(slot)
{
    hear(runner);
    lane = HELD_LANE(slot);
    session[runner].held[lane].is_held = true;
    session[runner].held[lane].from = inbox[slot].from;
    session[runner].held[lane].incarnation = inbox[slot].incarnation;
    session[runner].held[lane].message = inbox[slot].message;
    session[runner].held[lane].index = inbox[slot].index
}

/*
 * True if the session must get exactly the bits that sender[p] sends. False in two cases: another
 * process has the PID by now and has messages of its own, or the process is ASTRAY.
 */
#define IS_ACCOUNTED(p)                                                                            \
    (process[p].incarnation == session[p].incarnation && process[p].life != ASTRAY)

/* Takes the next bit, and asserts that it is the expected one. */
inline take_next_bit()
{
    printf("daemon: takes bit %d of the session of %d\n", session[runner].count, runner);
    lane = NEXT_LANE(runner);
    if
    :: session[runner].state != SESSION_OPEN ->
        session[runner].is_invited = false;
        session[runner].state = SESSION_OPEN;
        session[runner].index = 0
    :: else
    fi;
    assert(session[runner].held[lane].from == runner);
    assert(session[runner].held[lane].incarnation == session[runner].incarnation);
    assert(!IS_ACCOUNTED(runner) ||
           (session[runner].held[lane].message == MESSAGE_OF(runner) &&
            session[runner].held[lane].index == session[runner].index));
    forget_held(runner, lane);
    session[runner].count = (session[runner].count + 1) % MODULUS;
    session[runner].index++;
    if
    :: session[runner].index == BITS ->
        session[runner].state = SESSION_COMMITTING;
        clear_held(runner);
        is_committing = true;
        committer = runner
    :: else
    fi
}

/* The ack goes out first. If it could be sent, the session's process has sent the bit. */
inline acknowledge_next_bit()
{
    if
    :: IS_GONE(runner) && IS_PROOF_NEEDED ->
        d_step {
            who = runner;
            drop(who);
            is_turn_over = true
        }
    :: else ->
        if
        :: IS_GONE(runner)
        :: else -> send_ack(runner, NEXT_LANE(runner))
        fi;
        d_step { take_next_bit() }
    fi
}

inline log_message(p)
{
    printf("daemon: logs a message of %d\n", p);
    assert(!sender[p].logged); /* at most once */
    sender[p].logged = IS_LOG_TRUE
}

/* The log has taken or refused the message. The session of its sender may have ended meanwhile. */
inline finish_commit(is_in_log)
{
    is_committing = false;
    is_turn_over = true;
    if
    :: committer == NOBODY
    :: committer != NOBODY && is_in_log ->
        session[committer].state = SESSION_COMMITTED;
        tell(committer, COMMITTED);
        if
        :: IS_ACCOUNTED(committer) ->
            log_message(committer);
#ifdef WITHOUT_ONCE
            log_message(committer)
#endif
        :: else
        fi
    :: committer != NOBODY && !is_in_log ->
        session[committer].state = SESSION_REFUSED;
#ifdef NARROW
        session[committer].has_refused_blocks = false;
#endif
        tell(committer, UNLOGGED);
        if
        :: IS_ACCOUNTED(committer) -> sender[committer].unloggable = true
        :: else
        fi
    fi;
    committer = NOBODY
}

/* ---- probes ---- */

inline start(p)
{
    if
    :: session[p].state == SESSION_OPEN || session[p].state == SESSION_COMMITTING ->
        tell(p, OUT_OF_STEP)
    :: else ->
        session[p].is_invited = true;
        go_or_wait(p)
    fi
}

#ifdef NARROW
#define MAY_REFUSE_BLOCKS(p) (session[p].state == SESSION_OPEN && sender[p].is_wide)
#define REFUSAL_OF(p) (session[p].has_refused_blocks -> REFUSED_BLOCKS : UNLOGGED)
#else
#define MAY_REFUSE_BLOCKS(p) false
#define REFUSAL_OF(p) UNLOGGED
#endif

inline refuse_blocks(p)
{
#ifdef NARROW
    session[p].state = SESSION_REFUSED;
    session[p].has_refused_blocks = true;
#endif
    leave_queue(p);
    is_turn_over = (runner == p);
    tell(p, REFUSED_BLOCKS)
}

inline repeat_verdict(p)
{
    tell(p, (session[p].state == SESSION_COMMITTED -> COMMITTED : REFUSAL_OF(p)));
    session[p].is_invited = false;
    leave_queue(p);
    is_turn_over = (runner == p)
}

inline resume(p)
{
    if
    :: session[p].state == SESSION_IDLE && !session[p].is_invited -> tell(p, FORGOTTEN)
    :: session[p].state == SESSION_COMMITTING -> tell(p, PENDING)
    :: session[p].state == SESSION_COMMITTED || session[p].state == SESSION_REFUSED ->
        repeat_verdict(p)
    :: MAY_REFUSE_BLOCKS(p) -> refuse_blocks(p)
    :: (session[p].state == SESSION_IDLE && session[p].is_invited) ||
       session[p].state == SESSION_OPEN ->
        go_or_wait(p)
    fi
}

/*
 * Handles a probe from a PID without a session. A probe to start opens a session. If no process has
 * the PID, the probe is forged and gets no reply.
 */
inline welcome(p, its_ask, its_age)
{
    if
    :: IS_ALIVE(p) ->
        if
        :: its_ask == START ->
            session[p].open = true;
            session[p].incarnation = process[p].incarnation;
            session[p].state = SESSION_IDLE
        :: else ->
            hearer = p;
            reply.here = true;
            reply.code = FORGOTTEN;
            reply.age = its_age
        fi
    :: else
    fi
}

inline act_on(p)
{
    printf("daemon: acts on the probe of %d, age %d\n", p, probe[p].age);
    if
    :: session[p].open && HAS_ENDED(p) ->
        drop(p);
        if
        :: runner == NOBODY -> next_turn()
        :: else
        fi
    :: else
    fi;
    is_held_again = false;
    if
    :: !session[p].open ->
        welcome(p, probe[p].ask, probe[p].age);
        is_held_again = (session[p].open && IS_OPENING_PROBE_HELD)
    :: else
    fi;
    if
    :: session[p].open && is_held_again -> probe[p].is_free = false
    :: session[p].open && !is_held_again ->
        hear(p);
        session[p].nonce = probe[p].age;
        if
        :: ARE_HELD_BITS_CLEARED -> clear_held(p)
        :: else
        fi;
        if
        :: probe[p].ask == START -> start(p)
        :: else -> resume(p)
        fi;
        forget_probe(p)
    :: else -> forget_probe(p)
    fi
}

/* ---- the barrier ---- */

inline forget_probe(p)
{
    probe[p].here = false;
    probe[p].is_free = false;
    probe[p].ask = 0;
    probe[p].age = 0
}

inline release_probes()
{
    probe[0].is_free = probe[0].here;
    probe[SENDERS - 1].is_free = probe[SENDERS - 1].here
}

inline hold_probe(slot)
{
    probe[inbox[slot].from].here = true;
    probe[inbox[slot].from].is_free = !IS_BARRIER_UP;
    probe[inbox[slot].from].ask = inbox[slot].ask;
    probe[inbox[slot].from].age = inbox[slot].age
}

inline take_signal(slot)
{
    if
    :: slot == PROCESS_USR2 && ARE_SLOTS_TRUSTED -> release_probes()
    :: else
    fi;
    if
    :: inbox[slot].what == PROBE -> hold_probe(slot)
    :: IS_WANTED(slot) -> hold_bit(slot)
    :: else
    fi;
    printf("daemon: takes what is in slot %d\n", slot);
    empty_slot(slot)
}

/* ---- the daemon's steps: bits and words that can be acted on come first ---- */

#define IS_FREE(p) (!HAS_NEXT_BIT && probe[p].is_free)
#define HAS_FREE_PROBE (probe[0].is_free || probe[SENDERS - 1].is_free)
#define HAS_PROBE (probe[0].here || probe[SENDERS - 1].here)
#define IS_DONE (!HAS_NEXT_BIT && !HAS_FREE_PROBE)
#define TAKES(slot) (IS_DONE && COMES_NEXT(slot))
#define MAY_LOSE_TURN                                                                              \
    (IS_LAPSE_KNOWN && IS_DONE && runner != NOBODY && !is_committing &&                            \
     (queue[0] != NOBODY || is_unheard))
#define MAY_HEAR_GO_AGAIN (IS_DONE && runner != NOBODY && !is_committing && is_unheard)
#define HAS_TO_DROP(p) (IS_DONE && session[p].open && HAS_ENDED(p))

inline notice_end(p)
{
    drop(p);
    is_turn_over = (runner == NOBODY)
}

/* Evicts a session, to make room for another session or for a message. */
inline evict(p)
{
    if
    :: session[p].is_invited || session[p].state == SESSION_OPEN -> tell(p, BUSY)
    :: else
    fi;
    if
    :: IS_ACCOUNTED(p) -> sender[p].evicted = true
    :: else
    fi;
    drop(p);
    is_turn_over = (runner == NOBODY)
}

/* Ends a step: passes on the turn, and sends the words. */
inline finish_step()
{
    d_step {
        if
        :: is_turn_over -> next_turn()
        :: else
        fi;
        is_turn_over = false
    };
    if
    :: reply.here -> send_word(hearer, reply.code, reply.count, reply.age)
    :: else
    fi;
    if
    :: next_runner != NOBODY ->
        send_word(next_runner, GO, session[next_runner].count, session[next_runner].nonce)
    :: else
    fi;
    d_step {
        forget_word(reply);
        hearer = 0;
        next_runner = NOBODY
    }
}
