#!/bin/bash
# SPDX-License-Identifier: MIT
# check-theorem.sh - proves that no step of theorem.c breaks the invariant that both ends share
# shellcheck source=tests/proof/prove.sh
. "$(dirname "$0")/prove.sh"

modules=(
    "tests/proof/theorem.c|connect lose_bit lose_ack send_one hear_ack time_out hear_word begin
        take_bit take_next commit refuse tell_go act_on_probe act_on_forged_probe
        |slot_of symbol_bit tell|-wp-model Typed+ref $KNOW_INTEGERS"
)

# The steps of the sender are those of the shipped arq.c, whose faults are in check-contracts.sh.
# These are faults of the channel and of what the daemon does with its receiver.
readonly THEOREM=tests/proof/theorem.c
faults=(
    "hear_word|$THEOREM|/requires barrier: .*ack/,/;/d|a word overtakes an ack"
    "hear_word|$THEOREM|/requires word0.serial + NONCES/d|a word waits for too long"
    "send_one|$THEOREM|/requires bit <==>/d|the sender sends another bit"
    "take_bit|$THEOREM|s/state == SESSION_OPEN || is_invited/1/|late bits are held"
    "take_next|$THEOREM|s/^    arq_receiver_take(&r);//|a bit is not counted"
    "take_next|$THEOREM|s/r.count == began + s.total ?/1 ?/|a message ends early"
    "commit|$THEOREM|/requires.*state == SESSION_COMMITTING;/s/ && state.*;/;/|anything is logged"
    "act_on_probe|$THEOREM|/requires barrier: .*is_full/,/;/d|a probe overtakes a bit"
    "act_on_probe|$THEOREM|/^void act/,/^}/s/^    arq_receiver_clear(&r);//|held bits stay"
    "act_on_probe|$THEOREM|s/^        is_invited = false;//|a verdict leaves the invitation"
)

plan 0
check_modules
check_faults
exit $failed
