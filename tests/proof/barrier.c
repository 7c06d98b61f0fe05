/* SPDX-License-Identifier: MIT */
/* barrier.c - contracts for static functions of the shipped barrier.c, which follows them */

#include "protocol/barrier.h"

/*@ requires slot < SLOTS;
    assigns \nothing;
    ensures \result == empty_slots(slot); */
static unsigned emptied(enum slot slot);

#include "protocol/barrier.c"
