#!/bin/bash
# SPDX-License-Identifier: MIT
# check-session.sh - proves what a session keeps, without the messages and the table
# shellcheck source=tests/proof/prove.sh
. "$(dirname "$0")/prove.sh"

readonly SOURCE=tests/proof/session.c OPTIONS="-wp-model Typed+Ref $KNOW_DIVISION"
modules=(
    "$SOURCE|session_ask session_invite session_uninvite session_takes_symbols
        session_expects_block session_hold session_index_on session_next session_note_stripped
        session_loses_blocks
        |end next_kind|$OPTIONS"
    "$SOURCE|begin decode session_take session_take_message session_taken session_length
        session_commit session_refuse session_is_mid_message session_reply
        |end next_kind|$OPTIONS"
)

rules=(
    'clearing||session_ask|session.c|s/^    arq_receiver_clear(.*;//|a probe leaves symbols held'
)
faults=(
    'session_ask|session.c|s/s->nonce = nonce;//|a reply carries the nonce of an older probe'
    'session_invite|session.c|s/if (!s->is_invited)//|a probe makes a message young again'
    'session_reply|session.c|s/s->arq.count % /session_taken(s) % /|a count is of one message'
    'session_refuse|session.c|s/s->refusal = reason;//|a sender is told another reason'
    'session_loses_blocks|session.c|s/lost_blocks + 1 : 0/lost_blocks + 1 : 1/|a loss counts twice'
    'session_expects_block|session.c|s/s->is_inv.*_BIT : //|a message may begin with a block'
    'session_index_on|session.c|s/session_taken(s) + arq/s->arq.count + arq/|numbers go on and on'
    'session_next|session.c|/ session_next(/,/}/s/session_takes_symbols(s)/1/|no probe is needed'
    'session_note_stripped|session.c|s/stripped .= s/stripped = s/|a loss is forgotten'
    'begin|session.c|s/s->base = s->arq.count;//|a message counts from the one before'
    'begin|session.c|s/s->uid = uid;//|a message keeps the user of the one before'
    'decode|session.c|s/s->state = SESSION_COMMITTING;//|a whole message stays open'
    'session_take|session.c|/ session_take(/,/}/s/if (s->is_invited)//|each symbol begins a message'
    'session_take_message|session.c|s/message.bytes = NULL;/block = 0;/|a message is taken twice'
)

plan
check_modules
check_faults
exit $failed
