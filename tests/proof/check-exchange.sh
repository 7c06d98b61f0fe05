#!/bin/bash
# SPDX-License-Identifier: MIT
# check-exchange.sh - proves rules of the exchange: what a symbol, a session and a commit need
#
# The proof reads a copy of the source. In exchange.c, calls through pointers go to functions with
# contracts, and loops have invariants (exchange.sed). In session.h, predicates take a pointer
# (session.sed): the exchange has many sessions in memory, and not one that could be a record.
# shellcheck source=tests/proof/prove.sh
. "$(dirname "$0")/prove.sh"

readonly SOURCE=tests/proof/exchange.c
readonly INLINED='heard has_right_number symbol_bit symbol_block'
modules=(
    "$SOURCE|take_symbols release_words is_wanted symbol_of|$INLINED|$KNOW_DIVISION"
    "$SOURCE|find credentials_of add note_idle drop send_reply grant pass_on_turn go_or_wait
        refuse_for_rate start repeat_verdict open_session welcome act_on
        |$INLINED|$KNOW_DIVISION"
    "$SOURCE|next_turn end_session give_verdict committed commit exchange_committed uninvite
        refuse_and_drop evict exchange_settle
        |set_now|$KNOW_DIVISION"
)

rules=(
    'pidfd||act_on|exchange.c|s/^    if (s \&\& op_ended(.*/    if (0) {/|a session goes by its PID'
    'proof||take_symbols|exchange.c|s/symbol) < 0) {/symbol) > 0) {/|a bit needs no ack'
    'opening||release_words|exchange.c|s/held > 0; held--/ex->barrier.count > 0;/|a probe is hasty'
    'whose||is_wanted|exchange.c|s/ .. s->pid != signal->pid//|the bits of anybody count'
    'once||commit|exchange.c|s/if (r != -EINPROGRESS)/if (1)/|a message under way counts as refused'
)

# Each is a change of one line of exchange.c: function, command of sed, description.
faults=(
    'welcome|s/if (s) {/if (0) {/|the probe that opens a session is lost'
    'is_wanted|s/has_right_number(s, signal)/true/|a late block is taken for another'
    'committed|s/result == 0 ? REPLY_COMM.* : /1 ? REPLY_COMMITTED : /|any message is confirmed'
    'start|s/if (session_is_mid_message(s)) {/if (0) {/|a message begins within another'
    'go_or_wait|s/ \&\& !ex->committing;/;/|a turn is given while a message is logged'
    'send_reply|s/session_reply(s, code)/session_reply(s, REPLY_COMMITTED)/|any word confirms'
    'give_verdict|s/send_reply(ex, s, code);/send_reply(ex, s, REPLY_BUSY);/|a verdict is kept back'
    'welcome|s/.code = refusal/.code = REPLY_COMMITTED/|a process without a session is confirmed'
    'welcome|s/.nonce = probe.nonce/.nonce = 0/|a refusal has the nonce of another probe'
    'start|s/REPLY_OUT_OF_STEP/REPLY_BUSY/|a message within another one may be sent again'
    'act_on|s/probe.nonce);/probe.nonce + 1);/|replies have the nonce of a later probe'
    'repeat_verdict|s/s->state == SESSION_COMMITTED ?/1 ?/|a refused message is confirmed'
)

faults=("${faults[@]/|/|exchange.c|}")

# The copy takes the place of the source tree.
tree=$scratch/tree
copy_tree "$tree"
sed -i -f "$tree/tests/proof/exchange.sed" "$tree/src/protocol/exchange.c"
sed -i -f "$tree/tests/proof/session.sed" "$tree/src/protocol/session.h"
srcdir=$tree

plan 0
check_modules
check_faults
exit $failed
