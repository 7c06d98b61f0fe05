#!/bin/bash
# SPDX-License-Identifier: MIT
# check-contracts.sh - proves the contracts of arq.h, barrier.h and word.h
# shellcheck source=tests/proof/prove.sh
. "$(dirname "$0")/prove.sh"

readonly ARQ=tests/proof/arq.c MODEL='-wp-model Typed+ref'
readonly OPTIONS="$MODEL $KNOW_INTEGERS"
readonly INLINED='next_lane lane_of ask begin_again'
modules=(
    "$ARQ|arq_sender_word|$INLINED|-simplify-cfg -wp-no-pruning $OPTIONS"
    "$ARQ|arq_receiver_hold arq_receiver_next arq_receiver_take arq_receiver_ahead
        arq_receiver_clear arq_sender_acked arq_sender_timeout arq_sender_asks arq_sender_done
        oldest_unanswered locate locate_older has_taken_none is_whole_commit is_stop continue_from
        refused told_to_go told_verdict
        |$INLINED|$OPTIONS"
    "$ARQ|arq_sender_begin|$INLINED|$MODEL $Z3_INTEGERS"
    "$ARQ|arq_sender_step|lane_of ask oldest_unanswered|-wp-split $OPTIONS"
    "tests/proof/bits.h word.c|probe_pack probe_unpack||-wp-no-filter $KNOW_INTEGERS"
    "tests/proof/bits.h word.c|reply_pack reply_unpack||-wp-no-filter -wp-no-let $KNOW_INTEGERS"
    "word.c leb128.c tests/proof/inverse.c
        |probe_there_and_back probe_back_and_there reply_there_and_back reply_back_and_there
        ||-wp-no-filter $KNOW_INTEGERS"
    "tests/proof/bits.h tests/proof/barrier.c|emptied||$KNOW_INTEGERS"
    "tests/proof/libc.h tests/proof/barrier.c
        |barrier_hold barrier_note barrier_release||-wp-split $KNOW_INTEGERS"
)

rules=(
    'probing||arq_sender_timeout|arq.c|s/s->phase = ARQ_RESUMING;//|bits are sent without a reply'
    'order||emptied|barrier.c|s/2u << slot/4u << slot/|a slot counts as empty before it is'
    'nonce|ignored|arq_sender_word|arq.c|s/ .. reply.nonce != s->nonce//|old replies count'
    'awaited|awaited|arq_sender_word|arq.c|s/arq_sender_asks(s) ? told/1 ? told/|any go counts'
    'sequence||arq_receiver_take|arq.c|s/r->count % LANES/0/|the daemon takes symbols in any order'
    'lane||arq_sender_step|arq.c|s/if (!s->in_flight\[lane\])/if (1)/|a lane holds two symbols'
    'restart|again|told_verdict|arq.c|s/has_taken_none(s, count) ?/0 ?/|old verdicts count'
)
faults=(
    'arq_receiver_take|arq.c|s/r->count++;//|the daemon does not count a symbol'
    'arq_receiver_take|arq.c|/^struct symbol arq_rec/,/^}/s/= false/= true/|a symbol is taken twice'
    'arq_receiver_take|arq.c|s/return r->symbol.lane/return r->symbol[0/|symbols are mixed up'
    'arq_receiver_hold|arq.c|s/r->held\[lane\] = true/r->held[0] = true/|lanes are mixed up'
    'arq_receiver_clear|arq.c|/_clear(/,/^}/s/= false/= true/|held symbols are not forgotten'
    'arq_sender_step|arq.c|s/s->next++;//|the sender sends a symbol twice'
    'arq_sender_step|arq.c|s/(s->base + index)/(index)/|the base does not count for the lane'
    'arq_sender_timeout|arq.c|/_timeout(/,/^}/s/nonce + 1/nonce/|a probe repeats the nonce before'
    'arq_sender_acked|arq.c|/_acked(/,/^}/s/= false;$/= true;/|an ack leaves the lane busy'
    'arq_sender_acked|arq.c|s/s->phase == ARQ_RESUMING) {/0) {/|a late ack leaves the probe open'
    'told_verdict|arq.c|s/(uint16_t)(s->nonce + 1));$/s->nonce);/|a nonce is used again'
    'locate|arq.c|s/ahead > s->next - first/0/|any count is believed'
    'locate|arq.c|s/(s->base + first)) %/s->base) %/|the count is taken from the wrong symbol'
    'locate_older|arq.c|s/<= (uint16_t)(s->n/>= (uint16_t)(s->n/|older messages are answered'
    'has_taken_none|arq.c|s/ && index == 0;/;/|a message of which bits were taken begins again'
    'is_whole_commit|arq.c|s/ && index == s->total//|a message counts as whole before its end'
    'is_whole_commit|arq.c|s/reply.code == REPLY_COMMITTED && //|any word means committed'
    'oldest_unanswered|arq.c|s/back = LANES;/back = 1;/|only the newest symbol is waited for'
    'continue_from|arq.c|/_from(/,/^}/s/= false;/= true;/|no symbol is sent again'
    'told_to_go|arq.c|s/s->base = count/s->base = 0/|lanes do not follow the count'
    'probe_pack|word.c|s/(uint32_t)probe.ask << 24/1u << 24/|each probe asks to start'
    'probe_unpack|word.c|s/(word >> 16 & 0xff) != 0/0/|the bits between ask and nonce are ignored'
    'probe_unpack|word.c|s/ask < ASK_START/0/|a probe may ask for 0'
    'reply_pack|word.c|s/(reply.count % WORD_COUNT_MODULUS)/reply.count/|the count is not reduced'
    'reply_unpack|word.c|s/code > REPLY_LAST/0/|a reply may have a code without a name'
    'reply_unpack|word.c|s/(word >> 16) %/(word >> 17) %/|the count is half of what was sent'
    'barrier_hold|barrier.c|s/if (i == BARRIER_WORDS)/if (0)/|the barrier holds a word too many'
    'barrier_hold|barrier.c|s/b->held\[i\].pid != pid/1/|a process has two words in the barrier'
    'barrier_hold|barrier.c|s/b->held\[i\].seen = 0;//|a newer word has seen what an older one saw'
    'barrier_note|barrier.c|s/seen .= emptied/seen = emptied/|slots that were empty are forgotten'
    'barrier_note|barrier.c|s/signal->kind == SIGNAL_WORD/true/|noise counts as a word'
    'barrier_release|barrier.c|s/b->held\[i\].seen != ALL_SLOTS/false/|a word goes before all slots'
    'barrier_release|barrier.c|s/!empty \&\& //|a word stays although no signal is pending'
    'barrier_release|barrier.c|s/\&b->held\[i + 1\]/\&b->held[i]/|a word is released twice'
    'barrier_release|barrier.c|s/b->count--;//|the last word stays'
    'reply_unpack|word.c|s/.nonce = (uint16_t)word/.nonce = (uint8_t)word/|the nonce is cut off'
)

plan
check_modules
check_faults
exit $failed
