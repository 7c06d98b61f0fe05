#!/bin/bash
# SPDX-License-Identifier: MIT
# check-contracts.sh - proves that functions of the protocol keep the contracts in their headers
# shellcheck source=tests/proof/prove.sh
. "$(dirname "$0")/prove.sh"

modules=(
    "tests/proof/arq.c|arq_receiver_hold arq_receiver_next arq_receiver_take arq_receiver_ahead
        arq_receiver_clear arq_sender_begin arq_sender_acked arq_sender_word arq_sender_timeout
        oldest_unanswered locate locate_older has_taken_none is_whole_commit is_stop continue_from
        refused told_to_go
        |next_lane lane_of arq_sender_asks ask begin_again told_verdict arq_sender_done
        |-wp-model Typed+ref $KNOW_INTEGERS"
    "tests/proof/arq.c|arq_sender_step|lane_of ask oldest_unanswered
        |-wp-model Typed+ref -wp-split $KNOW_INTEGERS"
    "tests/proof/bits.h word.c|probe_pack probe_unpack||-wp-no-filter $KNOW_INTEGERS"
    "tests/proof/bits.h word.c|reply_pack reply_unpack||-wp-no-filter -wp-no-let $KNOW_INTEGERS"
    "word.c leb128.c tests/proof/inverse.c
        |probe_there_and_back probe_back_and_there reply_there_and_back reply_back_and_there
        ||-wp-no-filter $KNOW_INTEGERS"
    "tests/proof/bits.h tests/proof/barrier.c|emptied||$KNOW_INTEGERS"
    "tests/proof/libc.h tests/proof/barrier.c
        |barrier_hold barrier_note barrier_release||-wp-split $KNOW_INTEGERS"
    "tests/proof/digits.h leb128.c|leb128_put leb128_take||$KNOW_DIVISION"
    "tests/proof/quotients.h leb128.c tests/proof/inverse.c word.c
        |leb128_there_and_back||$KNOW_DIVISION"
    "crc32c.c|crc32c_octet||$KNOW_INTEGERS"
    "text.c|text_printable|length_of is_printable is_valid|$KNOW_INTEGERS"
    "frame.c fields.c text.c leb128.c crc32c.c
        |frame_is_wide frame_symbols frame_symbol frame_octets
        |blocks_of bit_of block_of symbol_bit symbol_block|$KNOW_INTEGERS"
    "tests/proof/heap.h tests/proof/frame.c
        |frame_decoder_init frame_decoder_kind frame_decoder_take take_bit take_block take_octet
        take_flags take_fields_length take_payload_length make_room take_content take_checksum
        |enter content_length take_length judge block_flag|-wp-no-filter -wp-split $KNOW_INTEGERS"
    "tests/proof/fields.c leb128.c text.c|next_text is_name is_number||$KNOW_INTEGERS"
)

faults=(
    'arq_receiver_take|arq.c|s/r->count++;//|the daemon does not count a symbol'
    'arq_receiver_take|arq.c|/^struct symbol arq_rec/,/^}/s/= false/= true/|a symbol is taken twice'
    'arq_receiver_take|arq.c|s/r->count % LANES/0/|the daemon takes symbols in any order'
    'arq_receiver_take|arq.c|s/return r->symbol.lane/return r->symbol[0/|symbols are mixed up'
    'arq_receiver_hold|arq.c|s/r->held\[lane\] = true/r->held[0] = true/|lanes are mixed up'
    'arq_receiver_clear|arq.c|/_clear(/,/^}/s/= false/= true/|held symbols are not forgotten'
    'arq_sender_step|arq.c|s/if (!s->in_flight\[lane\])/if (1)/|a lane holds two symbols'
    'arq_sender_step|arq.c|s/s->next++;//|the sender sends a symbol twice'
    'arq_sender_step|arq.c|s/(s->base + index)/(index)/|the base does not count for the lane'
    'arq_sender_timeout|arq.c|s/s->phase = ARQ_RESUMING;/;/|the sender goes on without a reply'
    'arq_sender_timeout|arq.c|/_timeout(/,/^}/s/nonce + 1/nonce/|a probe repeats the nonce before'
    'arq_sender_acked|arq.c|/_acked(/,/^}/s/= false;$/= true;/|an ack leaves the lane busy'
    'arq_sender_acked|arq.c|s/s->phase == ARQ_RESUMING) {/0) {/|a late ack leaves the probe open'
    'arq_sender_word|arq.c|s/ || reply.nonce != s->nonce//|a reply to an older probe is believed'
    'arq_sender_word|arq.c|s/arq_sender_asks(s) ? told_to/1 ? told_to/|a go counts unasked'
    'arq_sender_word|arq.c|s/has_taken_none(s, count) ?/0 ?/|the verdict before counts'
    'arq_sender_word|arq.c|s/(uint16_t)(s->nonce + 1));$/s->nonce);/|a nonce is used again'
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
    'emptied|barrier.c|s/2u << slot/4u << slot/|a slot counts as empty before it is'
    'barrier_hold|barrier.c|s/if (i == BARRIER_WORDS)/if (0)/|the barrier holds a word too many'
    'barrier_hold|barrier.c|s/b->held\[i\].pid != pid/1/|a process has two words in the barrier'
    'barrier_hold|barrier.c|s/b->held\[i\].seen = 0;//|a newer word has seen what an older one saw'
    'barrier_note|barrier.c|s/seen .= emptied/seen = emptied/|slots that were empty are forgotten'
    'barrier_note|barrier.c|s/signal->kind == SIGNAL_WORD/true/|noise counts as a word'
    'barrier_release|barrier.c|s/b->held\[i\].seen != ALL_SLOTS/false/|a word goes before all slots'
    'barrier_release|barrier.c|s/!empty \&\& //|a word stays although no signal is pending'
    'barrier_release|barrier.c|s/\&b->held\[i + 1\]/\&b->held[i]/|a word is released twice'
    'barrier_release|barrier.c|s/b->count--;//|the last word stays'
    'text_printable|text.c|s/need > length/0/|a character is read behind the end'
    'text_printable|text.c|s/character >= 0x7f/character > 0x7f/|DEL may be shown'
    'frame_symbols|frame.c|s/frame->length - frame->content/frame->length/|blocks count as bits'
    'frame_symbol|frame.c|s/index < frame->first/index <= frame->first/|a bit in place of a block'
    'frame_symbol|frame.c|s/ \&\& at + i < frame->content//|a block is read behind the end'
    'frame_octets|frame.c|s/(symbols - blocks) . 8/symbols \/ 8/|a block counts as 8 bits'
    'leb128_put|leb128.c|s/value . 0x80/value/|no octet says that more follow'
    'leb128_put|leb128.c|s/value > 0x7f/value > 0xff/|the last octet says that more follow'
    'leb128_put|leb128.c|s/value >>= 7/value >>= 8/|a bit of the number is lost'
    'leb128_take|leb128.c|s/value .= digit/value = digit/|the digits before are lost'
    'leb128_take|leb128.c|s/digit << shift >> shift != digit/0/|a number may be too large'
    'leb128_take|leb128.c|s/octet == 0 \&\& shift > 0/0/|a number may be padded with octets'
    'leb128_take|leb128.c|s/shift >= sizeof(size_t) . 8/0/|a number may have 11 octets'
    'crc32c_octet|crc32c.c|s/crc \& 0xf/crc \& 0x1f/|the table is read behind its end'
    'take_flags|frame.c|s/FLAG_BLOCKS_OF_8 ? 8 :/FLAG_BLOCKS_OF_8 ? 16 :/|a block has 16 octets'
    'take_fields_length|frame.c|s/1, FIELDS_SIZE_MAX/1, SIZE_MAX/|fields have no limit'
    'take_payload_length|frame.c|s/0, d->limit/0, SIZE_MAX/|the payload has no limit'
    'make_room|frame.c|s/size = content_length(d);/;/|memory is not bounded by the announced length'
    'make_room|frame.c|s/d->got < d->allocated/d->got <= d->allocated/|memory is used behind it'
    'take_content|frame.c|s/d->got == content_length(d)/0/|the content does not end'
    'take_checksum|frame.c|s/d->checksum != d->crc/0/|a wrong checksum is accepted'
    'take_bit|frame.c|s/    d->bits = 0;/;/|an octet does not end'
    'take_block|frame.c|s/ \&\& status == FRAME_MORE; i++/; i++/|a block goes on after a refusal'
    'next_text|fields.c|s/number.value > length - at/0/|a field is longer than what is there'
    'is_name|fields.c|s/length > FIELD_NAME_MAX/0/|a name may have any length'
    'is_number|fields.c|s/if (number > most)/if (0)/|a number may overflow'
    'reply_unpack|word.c|s/.nonce = (uint16_t)word/.nonce = (uint8_t)word/|the nonce is cut off'
)

# The proofs assume the lemmas of these headers. z3 must prove the statement of each, in the .smt2
# file of the same name.
readonly lemmas=(bits digits quotients)

check_lemmas() {
    local folder=$srcdir/tests/proof name result
    for name in "${lemmas[@]}"; do
        sed -nE 's/^.*\<lemma ([a-z0-9_]+):.*/\1\nunsat/p' "$folder/$name.h" > expected
        z3 "$folder/$name.smt2" > said 2>&1
        result=ok
        [ -s expected ] && cmp -s expected said || result=unproved
        report "$result" "z3 proves the $(($(wc -l < expected) / 2)) lemmas of $name.h"
    done
    grep -nE '\<(axiom|axiomatic|admit|lemma)\>' "$srcdir"/src/protocol/*.[ch] "$folder"/inverse.c \
        > said
    result=assumed
    [ -s said ] || result=ok
    report "$result" 'the contracts assume no other lemma and no axiom'
}

plan $((${#lemmas[@]} + 1))
check_lemmas
check_modules
check_faults
exit $failed
