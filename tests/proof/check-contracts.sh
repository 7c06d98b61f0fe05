#!/bin/bash
# SPDX-License-Identifier: MIT
# check-contracts.sh - proves that functions of the protocol keep the contracts in their headers
# shellcheck source=tests/proof/prove.sh
. "$(dirname "$0")/prove.sh"

modules=(
    'arq.c|arq_receiver_hold arq_receiver_next arq_receiver_take arq_receiver_ahead
        arq_receiver_clear arq_sender_begin arq_sender_step arq_sender_timeout
        |next_lane lane_of arq_sender_asks ask oldest_unanswered'
    'tests/proof/bits.h word.c|probe_pack probe_unpack||-wp-no-filter'
    'tests/proof/bits.h word.c|reply_pack reply_unpack||-wp-no-filter -wp-no-let'
    'word.c tests/proof/inverse.c|probe_there_and_back probe_back_and_there reply_there_and_back
        reply_back_and_there||-wp-no-filter'
    'leb128.c|leb128_take|'
    'crc32c.c|crc32c_octet|'
)

faults=(
    'arq_receiver_take|arq.c|s/r->count++;//|the daemon does not count a symbol'
    'arq_receiver_take|arq.c|/^struct symbol arq_rec/,/^}/s/= false/= true/|a symbol is taken twice'
    'arq_receiver_take|arq.c|s/r->count % LANES/0/|the daemon takes symbols in any order'
    'arq_receiver_hold|arq.c|s/r->held\[lane\] = true/r->held[0] = true/|lanes are mixed up'
    'arq_receiver_clear|arq.c|/_clear(/,/^}/s/= false/= true/|held symbols are not forgotten'
    'arq_sender_step|arq.c|s/if (!s->in_flight\[lane\])/if (1)/|a lane holds two symbols'
    'arq_sender_step|arq.c|s/s->next++;//|the sender sends a symbol twice'
    'arq_sender_step|arq.c|s/(s->base + index)/(index)/|the base does not count for the lane'
    'arq_sender_timeout|arq.c|s/s->phase = ARQ_RESUMING;/;/|the sender goes on without a reply'
    'arq_sender_timeout|arq.c|/_timeout(/,/^}/s/nonce + 1/nonce/|a probe repeats the nonce before'
    'probe_pack|word.c|s/(uint32_t)probe.ask << 24/1u << 24/|each probe asks to start'
    'probe_unpack|word.c|s/(word >> 16 & 0xff) != 0/0/|the bits between ask and nonce are ignored'
    'probe_unpack|word.c|s/ask < ASK_START/0/|a probe may ask for 0'
    'reply_pack|word.c|s/(reply.count % WORD_COUNT_MODULUS)/reply.count/|the count is not reduced'
    'reply_unpack|word.c|s/code > REPLY_LAST/0/|a reply may have a code without a name'
    'reply_unpack|word.c|s/(word >> 16) %/(word >> 17) %/|the count is half of what was sent'
    'reply_unpack|word.c|s/.nonce = (uint16_t)word/.nonce = (uint8_t)word/|the nonce is cut off'
)

# The proofs assume the lemmas of bits.h. z3 must prove the statement of each in bits.smt2.
check_lemmas() {
    local folder=$srcdir/tests/proof result=ok
    sed -nE 's/^ *lemma ([a-z0-9_]+).*/\1\nunsat/p' "$folder/bits.h" > expected
    z3 "$folder/bits.smt2" > said 2>&1
    [ -s expected ] && cmp -s expected said || result=unproved
    report "$result" 'z3 proves the lemmas of bits.h'
    grep -nE '\<(axiom|axiomatic|admit|lemma)\>' "$srcdir"/src/protocol/*.[ch] "$folder"/inverse.c > said
    result=assumed
    [ -s said ] || result=ok
    report "$result" 'the contracts assume no other lemma and no axiom'
}

plan 2
check_lemmas
check_modules
check_faults
exit $failed
