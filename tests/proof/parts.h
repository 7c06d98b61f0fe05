/* SPDX-License-Identifier: MIT */
/* parts.h - contracts of static functions of frame.c that frame.c and received.c share */
#pragma once

#include "protocol/frame.h"

/*@ requires \valid(d) && PART_FLAGS <= part <= PART_CHECKSUM;
    assigns d->part, d->number, d->got;
    ensures d->part == part && d->got == 0 && d->number.value == 0 && d->number.octets == 0; */
static void enter(struct frame_decoder *d, int part);

/*@ requires \valid_read(d) && d->message.length <= MESSAGE_MAX &&
      d->message.fields_length <= FIELDS_SIZE_MAX;
    assigns \nothing;
    ensures \result == d->message.length + d->message.fields_length; */
static size_t content_length(const struct frame_decoder *d);
