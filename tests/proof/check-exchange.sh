#!/bin/bash
# SPDX-License-Identifier: MIT
# check-exchange.sh - proves rules of the exchange: what a symbol, a session and a commit need
#
# The proof reads a copy of the source. In exchange.c, calls through pointers go to functions with
# contracts, loops have invariants, and there is an assertion (exchange.sed). In session.h,
# predicates take a pointer (session.sed): the exchange has many sessions in memory, and not one
# that could be a record.
# shellcheck source=tests/proof/prove.sh
. "$(dirname "$0")/prove.sh"

readonly SOURCE=tests/proof/exchange.c
readonly INLINED='set_now heard has_right_number symbol_bit symbol_block'
modules=(
    "$SOURCE|take_symbols release_words is_wanted symbol_of exchange_wants exchange_take
        |$INLINED|$PATIENT_DIVISION"
    "$SOURCE|find credentials_of add note_idle drop send_reply grant pass_on_turn go_or_wait
        refuse_for_rate start repeat_verdict resume open_session turn_away admit welcome act_on
        |$INLINED|$PATIENT_DIVISION"
    "$SOURCE|session_to_evict idle_to_evict evict_idle make_way exchange_relieve exchange_ended
        exchange_tick end_of_slice end_of_silence is_turn_over next_tick
        |set_now kept_for_others earlier update_silence interrupt|$PATIENT_DIVISION"
    "$SOURCE|next_turn end_session give_verdict committed commit exchange_committed uninvite
        refuse_and_drop evict exchange_settle
        |set_now|$PATIENT_DIVISION"
)

rules=(
    'pidfd|alive|act_on|exchange.c|s/^    if (s \&\& op_ended(.*/    if (0) {/|a PID is enough'
    'proof|acked|take_symbols|exchange.c|s/symbol) < 0) {/symbol) > 0) {/|a bit needs no ack'
    'opening|round|release_words|exchange.c|s/held > 0; held--/ex->barrier.count > 0;/|probes go on'
    'whose|sender|is_wanted|exchange.c|s/ .. s->pid != signal->pid//|the bits of anybody count'
    'once|logged|commit|exchange.c|s/if (r != -EINPROGRESS)/if (1)/|a pending commit fails'
)

# Each is a change of one line of exchange.c: function, command of sed, description.
faults=(
    'admit|s/seen_hold(.*/;/|the probe that opens a session is lost'
    'is_wanted|s/has_right_number(s, signal)/true/|a late block is taken for another'
    'committed|s/result == 0 ? REPLY_COMM.* : /1 ? REPLY_COMMITTED : /|any message is confirmed'
    'start|s/if (session_is_mid_message(s)) {/if (0) {/|a message begins within another'
    'go_or_wait|s/ \&\& !ex->committing;/;/|a turn is given while a message is logged'
    'send_reply|s/session_reply(s, code)/session_reply(s, REPLY_COMMITTED)/|any word confirms'
    'give_verdict|s/send_reply(ex, s, code);/send_reply(ex, s, REPLY_BUSY);/|a verdict is kept back'
    'turn_away|s/.code = refusal/.code = REPLY_COMMITTED/|a process without a session is confirmed'
    'turn_away|s/.nonce = nonce/.nonce = 0/|a refusal has the nonce of another probe'
    'start|s/REPLY_OUT_OF_STEP/REPLY_BUSY/|a message within another one may be sent again'
    'act_on|s/probe.nonce);/probe.nonce + 1);/|replies have the nonce of a later probe'
    'repeat_verdict|s/s->state == SESSION_COMMITTED ?/1 ?/|a refused message is confirmed'
    'admit|s/REPLY_BUSY, probe/REPLY_FORGOTTEN, probe/|a refusal for want of room is final'
    'welcome|s/? REPLY_STOPPING :/? REPLY_BUSY :/|a daemon that stops is only busy'
    'resume|s/REPLY_FORGOTTEN/REPLY_BUSY/|a message that is not known may be sent again'
    'resume|/^static void resume/,/^}/s/REPLY_PENDING/REPLY_WAIT/|a message that is logged waits'
    'exchange_tick|s/ex->runner, REPLY_GO/ex->runner, REPLY_WAIT/|a turn is not told again'
    'exchange_take|s/signal->uid)/0)/|a message has another user'
    'exchange_take|/^void exchange_take/,/^}/s/false/true/|a word goes past pending signals'
    'exchange_take|/^void exchange_take/,/^}/s/seen_note(.*/;/|the barrier misses a signal'
    'exchange_wants|s/.lane = signal->lane,/.lane = LANE_THREAD,/|an ack is for the other lane'
    'session_to_evict|s/session_of(member) != ex->committer/1/|a message that is logged is evicted'
    'session_to_evict|s/member->reserved >= least_reserved/1/|a session gives way without room'
    'idle_to_evict|s/if (member->is_idle)/if (1)/|a message under way gives way to a new sender'
    'exchange_ended|s/s \&\& s->peer == peer/s/|the end of another process ends a session'
)

faults=("${faults[@]/|/|exchange.c|}")

# The copy takes the place of the source tree.
tree=$scratch/tree
copy_tree "$tree"
sed -i -f "$tree/tests/proof/exchange.sed" "$tree/src/protocol/exchange.c"
sed -i -f "$tree/tests/proof/session.sed" "$tree/src/protocol/session.h"
srcdir=$tree

plan
check_modules
check_faults
exit $failed
