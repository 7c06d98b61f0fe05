#!/bin/bash
# SPDX-License-Identifier: MIT
# check-conversation.sh - proves the sender's side of the protocol, conversation.c
#
# The proof reads a copy of the source with three changes. Calls through pointers go to functions
# with contracts: c->ops->NAME(c->owner, …) is op_NAME(c, c->owner, …). Calls of arq.h and barrier.h
# that change something go to seen_NAME(c, …), which keep account. The loop has its invariant.
# shellcheck source=tests/proof/prove.sh
. "$(dirname "$0")/prove.sh"

readonly SOURCE=tests/proof/conversation.c SEEN=tests/proof/seen.c
readonly OPTIONS="-wp-model Typed+Ref $KNOW_DIVISION"
modules=(
    "$SOURCE|smaller larger is_refused_for conversation_init begin conversation_begin
        begin_again_as_bits conclude drain count_probe count_symbol symbol_at send_symbol send_probe
        conversation_send conversation_sent||$OPTIONS"
    "$SOURCE|conversation_may_go_on conversation_is_unconfirmed conversation_may_retry
        make_progress longest_timeout join_queue hasten go_on begin_wait add_wait
        end_interrupted_wait expire conversation_tick||$OPTIONS"
    "$SOURCE|take_stale take_reply release_words take_ack take_signal
        conversation_take conversation_settle conversation_holds_words||$OPTIONS"
    "$SEEN|seen_begin seen_step seen_timeout seen_acked seen_word||$OPTIONS"
    "$SEEN|note release||$KNOW_INTEGERS"
)

rules=(
    'daemon-acks|acked|take_signal|conversation.c|s/is_stranger = .*;/is_stranger = 0;/|all count'
    'repetition|asks|expire|conversation.c|s/^    seen_timeout(.*;//|no probe follows a timeout'
    'sender-barrier|pending|release_words|conversation.c|s/(c, is_empty,/(c, true,/|a word overtakes'
)

# Each is a change of one line of conversation.c: function, command of sed, description.
faults=(
    'begin|s/c->arq.nonce + 1/c->arq.nonce/|a message has the nonce of the one before'
    'begin_again_as_bits|s/frame_make_narrow(c->frame);//|blocks are sent again as blocks'
    'conclude|s/if (c->arq.phase == ARQ_COMMITTED)/if (1)/|a refused message counts as logged'
    'drain|s/c->is_draining = true;//|a sender gives up although signals are pending'
    'conversation_may_go_on|s/is_refused_for(c, REPLY_TOO_LARGE)/0/|a large message is the last'
    'conversation_is_unconfirmed|s/is_refused_for(c, REPLY_OUT_OF_STEP)/0/|a doubt is hidden'
    'conversation_may_retry|s/!conversation_is_unconfirmed(c) &&//|a logged message is sent again'
    'symbol_at|s/frame_symbol(c->frame, index)/frame_symbol(c->frame, 0)/|symbols are mixed up'
    'send_symbol|s/c->is_in_doubt .= .*;//|a message with all symbols sent is not in doubt'
    'send_symbol|s/step->index + 1 == /step->index == /|the doubt begins too late'
    'conversation_send|s/OPEN .. c->is_draining/OPEN/|symbols go to a daemon that has ended'
    'go_on|s/c->waited = waited;/;/|a count that is no progress puts off the end'
    'add_wait|s/c->waited >= c->limit/0/|a sender never gives up'
    'conversation_tick|/^uint64_t/,/^}/s/drain(c);/;/|the signals of an ended daemon are left'
    'take_reply|s/^        go_on(c);/        make_progress(c);/|each count is progress'
    'take_signal|s/noise.kind = SIGNAL_NOISE;//|the word of a stranger is held'
    'conversation_take|s/release_words(c, false,/release_words(c, true,/|each word is taken at once'
    'conversation_send|s/r = send_symbol.*/& c->arq.in_flight[step.lane] = false;/|a lane is freed at once'
    'conversation_send|s/r = send_symbol.*/& c->arq.next = step.index;/|a symbol is sent twice'
    'take_signal|s/^    if (noise.kind == SIGNAL_W.*/c->arq.in_flight[signal->lane] = false; &/|any signal frees its lane'
    'take_signal|s/^        take_ack/c->arq.in_flight[1 - signal->lane] = false; &/|an ack frees both lanes'
    'take_reply|s/^        go_on(c);/c->arq.next = sent; &/|the count of the daemon is ignored'
    'take_reply|s/^        conclude(c);/c->arq.phase -= c->is_in_doubt; &/|a refusal of a whole message is a commit'
    'take_reply|s/^        hint = CONVERSATION_SLEEP;/c->arq.phase = ARQ_SENDING; &/|a sender that waits sends'
    'conversation_settle|s/^        c->outcome = .*/c->arq.phase = ARQ_COMMITTED; &/|a message is made up as logged'
)

faults=("${faults[@]/|/|conversation.c|}")

# The copy takes the place of the source tree. A call with another first argument stays what it is.
tree=$scratch/tree
copy_tree "$tree"
sed -i -e 's/c->ops->\([a-z_]*\)(c->owner/op_\1(c, c->owner/' \
    -e "/while (barrier_release(/e cat '$tree/tests/proof/release-words.loop'" \
    -e 's/arq_sender_\(begin\|step\|acked\|word\|timeout\)(&c->arq/seen_\1(c/' \
    -e 's/barrier_\(note\|release\)(&c->barrier, /seen_\1(c, /' \
    "$tree/src/protocol/conversation.c"
srcdir=$tree

plan
check_modules
check_faults
exit $failed
