/* SPDX-License-Identifier: MIT */
/*
 * processes.pml - the steps that each process may take; a step lasts up to the next system call
 */

#ifdef TROUBLE
#define HAS_SIGNAL(c) (!SENDER_INBOX_EMPTY(c) || sender[c].held.here)
#define IS_BUSY(c)                                                                                 \
    (process[c].life != STOPPED &&                                                                 \
     (HAS_SIGNAL(c) || (IS_RUNNING(c) && HAS_STEP(c)) || process[c].life == ZOMBIE ||              \
      (process[c].life == GONE && process[c].incarnation < LIVES_OF(c))))
/* True if nothing can happen, except that time passes. */
#define IS_QUIET                                                                                   \
    (INBOX_EMPTY && IS_DONE && !HAS_PROBE && !is_committing && !HAS_TO_DROP(0) &&               \
     !HAS_TO_DROP(SENDERS - 1) && !IS_BUSY(0) && !IS_BUSY(SENDERS - 1))
/*
 * True if the probe timeout of the sender may expire. For a sender that was told to wait, it is
 * longer than any turn.
 */
#define IS_SILENT(c) (IS_QUIET && !(sender[c].told_to_wait && MAY_LOSE_TURN))
#define IS_OVER (!IS_RUNNING(0) && !IS_RUNNING(SENDERS - 1))
#endif

/* A sender sends all that it may send before it takes a signal. */
proctype Sender(byte c)
{
end:
    do
    :: atomic {
        if
        :: IS_RUNNING(c) && sender[c].probe_due ->
            sender[c].probe_due = false;
            send_probe(c, (sender[c].phase == STARTING -> START : RESUME), NEW)
        :: IS_RUNNING(c) && HAS_BIT_TO_SEND(c) ->
            send_bit(c, LANE_OF(c, sender[c].next));
            d_step {
                sender[c].in_flight[LANE_OF(c, sender[c].next)] = true;
                sender[c].next++
            }
        :: LISTENS(c) && ACK_COMES_NEXT(c, 0) -> d_step { take_ack(c, 0) }
        :: LISTENS(c) && ACK_COMES_NEXT(c, 1) -> d_step { take_ack(c, 1) }
        :: LISTENS(c) && WORD_COMES_NEXT(c) -> d_step { take_word(c) }
        :: LISTENS(c) && WORD_IS_FREE(c) -> d_step { release_word(c) }
        :: LISTENS(c) && TROUBLE_AHEAD && MAY_PROBE(c) ->
            trouble_comes();
            arq_sender_timeout(c)
#ifdef TROUBLE
        :: LISTENS(c) && IS_SILENT(c) && MAY_PROBE(c) -> arq_sender_timeout(c)
#endif
#ifdef WITHOUT_PROBING
        :: LISTENS(c) && sender[c].phase == SENDING -> repeat_blindly(c)
#endif
#ifdef WITHOUT_DAEMON_ACKS
        :: LISTENS(c) && sender[c].in_flight[0] -> arq_sender_acked(c, 0)
        :: LISTENS(c) && sender[c].in_flight[1] -> arq_sender_acked(c, 1)
#endif
        :: process[c].life == GONE && process[c].incarnation < LIVES_OF(c) -> be_born(c)
        :: IS_RUNNING(c) && process[c].incarnation < LIVES_OF(c) -> outcome = LEAVES
#ifdef STOPS
        :: c == 0 && IS_RUNNING(0) -> process[0].life = STOPPED
#endif
        :: process[c].life == ZOMBIE -> process[c].life = GONE
        fi;
        d_step { conclude_step(c) }
    }
    od
}

proctype Daemon()
{
end:
    do
    :: atomic {
        if
        :: HAS_NEXT_BIT -> acknowledge_next_bit()
        :: IS_FREE(0) -> d_step { act_on(0) }
#if SENDERS > 1
        :: IS_FREE(1) -> d_step { act_on(1) }
#endif
        :: TAKES(THREAD_USR1) -> d_step { take_signal(THREAD_USR1) }
        :: TAKES(THREAD_USR2) -> d_step { take_signal(THREAD_USR2) }
        :: TAKES(PROCESS_USR1) -> d_step { take_signal(PROCESS_USR1) }
        :: TAKES(PROCESS_USR2) -> d_step { take_signal(PROCESS_USR2) }
        :: IS_DONE && HAS_PROBE && INBOX_EMPTY -> d_step { release_probes() }
        :: IS_DONE && is_committing -> d_step { finish_commit(true) }
        :: IS_DONE && is_committing -> d_step { finish_commit(false) }
        :: MAY_LOSE_TURN && TROUBLE_AHEAD ->
            trouble_comes();
            is_turn_over = true
        :: MAY_HEAR_GO_AGAIN && TROUBLE_AHEAD ->
            trouble_comes();
            tell(runner, GO)
#ifdef TROUBLE
        :: MAY_LOSE_TURN && IS_QUIET -> is_turn_over = true
        :: MAY_HEAR_GO_AGAIN && IS_QUIET && !is_repeated ->
            is_repeated = true;
            tell(runner, GO)
#endif
#ifdef SCARCE
        :: IS_DONE && session[0].open && committer != 0 -> d_step { evict(0) }
#endif
        :: HAS_TO_DROP(0) -> d_step { notice_end(0) }
#if SENDERS > 1
        :: HAS_TO_DROP(1) -> d_step { notice_end(1) }
#endif
        fi;
        finish_step()
    }
    od
}

#ifdef STRANGERS
proctype Stranger()
{
end:
    do
#ifdef FORGED
    /* Any process that may signal the daemon can forge a probe, but cannot guess the nonce. */
    :: atomic { inbox[PROCESS_USR2].what == NOTHING -> send_probe(0, START, ANCIENT) }
    :: atomic { inbox[PROCESS_USR2].what == NOTHING -> send_probe(0, RESUME, ANCIENT) }
#endif
#ifdef ROGUE
    :: atomic { process[0].life == ASTRAY -> send_bit(0, 0) }
    :: atomic { process[0].life == ASTRAY -> send_bit(0, 1) }
#endif
#ifdef WITHOUT_ORDER
    /* A signal is taken from the last slot while signals in other slots still wait. */
    :: atomic { inbox[PROCESS_USR2].what == NOTHING && HAS_PROBE -> release_probes() }
#endif
    od
}
#endif
