#!/bin/bash
# SPDX-License-Identifier: MIT
# check-contracts.sh - proves that functions of the protocol keep the contracts in their headers
# shellcheck source=tests/proof/prove.sh
. "$(dirname "$0")/prove.sh"

modules=(
    'arq.c|arq_receiver_hold arq_receiver_next arq_receiver_take arq_receiver_ahead
        arq_receiver_clear arq_sender_begin arq_sender_step arq_sender_timeout
        |next_lane lane_of arq_sender_asks ask oldest_unanswered'
    'word.c|probe_pack probe_unpack reply_pack reply_unpack|'
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
)

check_modules
check_faults
exit $failed
