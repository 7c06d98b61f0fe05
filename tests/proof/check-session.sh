#!/bin/bash
# SPDX-License-Identifier: MIT
# check-session.sh - proves what a session keeps, without the messages and the table
# shellcheck source=tests/proof/prove.sh
. "$(dirname "$0")/prove.sh"

modules=(
    "tests/proof/session-contracts.h session.c|session_ask session_invite session_uninvite
        session_takes_symbols session_hold session_loses_blocks session_taken
        session_is_mid_message session_reply session_commit session_refuse
        |end|-wp-model Typed+Ref $KNOW_DIVISION"
)

faults=(
    'session_ask|session.c|s/s->nonce = nonce;//|a reply carries the nonce of an older probe'
    'session_ask|session.c|s/^    arq_receiver_clear(&s->arq);//|a probe leaves symbols held'
    'session_invite|session.c|s/if (!s->is_invited)//|a probe makes a message young again'
    'session_reply|session.c|s/s->arq.count % /session_taken(s) % /|a count is of one message'
    'session_refuse|session.c|s/s->refusal = reason;//|a sender is told another reason'
    'session_loses_blocks|session.c|s/lost_blocks + 1 : 0/lost_blocks + 1 : 1/|a loss counts twice'
)

plan 0
check_modules
check_faults
exit $failed
