#!/bin/bash
# SPDX-License-Identifier: MIT
# check-theorem.sh - proves that no step of theorem.c breaks the invariant that both ends share
# shellcheck source=tests/proof/prove.sh
. "$(dirname "$0")/prove.sh"

readonly THEOREM=tests/proof/theorem.c
readonly INLINED='slot_of symbol_bit tell'
readonly EASY='connect die end_session lose_bit lose_ack send_one hear_ack hear_forged_reply
    commit refuse tell_go'
# Without -simplify-cfg, a switch gives a goal for each case and promise.
readonly OPTIONS="-simplify-cfg -wp-model Typed+ref -wp-no-pruning $PATIENT_INTEGERS"
modules=(
    "$THEOREM|act_on_probe|$INLINED|$OPTIONS"
    "$THEOREM|time_out hear_word begin take_bit take_next act_on_forged_probe|$INLINED|$OPTIONS"
    "$THEOREM|$EASY|$INLINED|$OPTIONS"
)

# The functions of both ends are the shipped ones, whose faults are in check-contracts.sh and
# check-session.sh. These are faults of the channel, and of what the daemon does at a word.
rules=(
    "sender-barrier|lane0|hear_word|$THEOREM|/requires barrier: /,/;/d|a word overtakes an ack"
    "daemon-barrier|quiet|act_on_probe|$THEOREM|/requires barrier: /,/;/d|a probe overtakes a bit"
    "log||commit|$THEOREM|/requires.*_COMMITTING;/s/ && d.state.*;/;/|anything is logged"
)
faults=(
    "connect|$THEOREM|/requires gone: /d|a dead process leaves a bit"
    "hear_forged_reply|$THEOREM|/requires unknown: /d|a forged reply has a nonce of the message"
    "hear_word|$THEOREM|/requires soon: /d|a word waits for too long"
    "send_one|$THEOREM|/requires symbol: /d|the sender sends another bit"
    "take_bit|$THEOREM|s/session_takes_symbols(&d)/1/|late bits are held"
    "take_next|$THEOREM|/admit whole/,/;/d|a message ends early"
    "act_on_probe|$THEOREM|/ act_on_probe/,/^}/s/session_un.*;/;/|a verdict leaves the invitation"
)

plan
check_modules
check_faults
exit $failed
