/* SPDX-License-Identifier: MIT */
/* session-contracts.h - what the proof of session.c assumes of the frame decoder */
#pragma once

#include "protocol/frame.h"

/* The newest symbol that the decoder was given, and what it then said. */
extern struct symbol decoded;
extern enum frame_status decoder_said;

/* Calls get these contracts, whatever contracts frame.h has. */
#define frame_decoder_init seen_decoder_init
#define frame_decoder_done seen_decoder_done
#define frame_decoder_kind seen_decoder_kind
#define frame_decoder_take seen_decoder_take
#define frame_decoder_length seen_decoder_length

/*@ requires \valid(decoder);
    assigns *decoder; */
void seen_decoder_init(struct frame_decoder *decoder, size_t limit);
/*@ requires \valid(decoder);
    assigns *decoder;
    ensures decoder->message.bytes == \null; */
void seen_decoder_done(struct frame_decoder *decoder);
/*@ requires \valid_read(decoder);
    assigns \nothing;
    ensures \result == SYMBOL_BLOCK <==> decoder->block > 0 && decoder->part == PART_CONTENT;
    ensures \result == SYMBOL_BLOCK || \result == SYMBOL_BIT; */
enum symbol_kind seen_decoder_kind(const struct frame_decoder *decoder);
/*@ requires \valid(decoder);
    assigns *decoder, decoded, decoder_said;
    ensures decoded == symbol && decoder_said == \result;
    ensures FRAME_MORE <= \result <= FRAME_NO_MEMORY; */
enum frame_status seen_decoder_take(struct frame_decoder *decoder, struct symbol symbol);
/*@ requires \valid_read(decoder);
    assigns \nothing; */
size_t seen_decoder_length(const struct frame_decoder *decoder);
