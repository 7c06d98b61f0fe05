/* SPDX-License-Identifier: MIT */
/*
 * reference.h - frames as frame.h describes them, read and written in the plainest way
 *
 * A second opinion for the fuzz targets. It shares nothing with src/protocol/frame.c but the types:
 * it has the whole row of octets before it, and reckons the checksum bit by bit.
 */
#pragma once

#include "protocol/frame.h"

/* CRC-32C as in RFC 3720, section 12.1. */
uint32_t reference_checksum(const uint8_t *octets, size_t length);

/* What a row of octets is, if the payload may have limit octets. */
struct reading {
    enum frame_status status; /* FRAME_MORE: nothing yet */
    size_t used;              /* the verdict falls with the last bit of this many octets; or all */
    size_t received;          /* octets of the payload among them */
    bool has_length;          /* the header is whole and good, */
    size_t length;            /* and announces this; the payload is or would be at payload, */
    size_t fields_length;     /* and so much of fields behind it */
    const uint8_t *payload;
    unsigned priority;
};

struct reading reference_read(const uint8_t *octets, size_t length, size_t limit);

/* Writes the frame of a message to octets, which has room for it; returns its length. */
size_t reference_write(const struct message *message, uint8_t *octets);
#define REFERENCE_OVERHEAD 32
