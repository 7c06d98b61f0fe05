/* SPDX-License-Identifier: MIT */
/*
 * reference.h - a second, simple implementation of the frames that frame.h describes
 *
 * The fuzz targets compare it with src/protocol/frame.c, with which it shares only the types. It
 * reads a whole sequence of octets at once, and computes the checksum bit by bit.
 */
#pragma once

#include "protocol/frame.h"

/* CRC-32C as in RFC 3720, section 12.1. */
uint32_t reference_checksum(const uint8_t *octets, size_t length);

/* The result of reading a sequence of octets. */
struct reading {
    enum frame_status status; /* FRAME_MORE: the frame is incomplete */
    size_t used;              /* octets up to the one that decides; all with FRAME_MORE */
    size_t received;          /* octets of the payload among them */
    bool has_length;          /* the header is complete and valid; the next three members are set */
    size_t length;            /* octets of the payload, as announced */
    size_t fields_length;     /* octets of the fields behind the payload, as announced */
    unsigned block;           /* octets of a block; 0: there are only bits */
    const uint8_t *payload;   /* the place of the payload in the octets */
    unsigned priority;
};

/* Reads the first frame in length octets. A payload may have limit octets at most. */
struct reading reference_read(const uint8_t *octets, size_t length, size_t limit);

/*
 * Writes the frame of a message to octets, with blocks if is_wide. Returns the frame's length.
 * octets must have space for payload, fields and REFERENCE_OVERHEAD octets more.
 */
size_t reference_write(const struct message *message, bool is_wide, uint8_t *octets);

/* The same as a frame, whose octets are those. */
struct frame reference_frame(const struct message *message, bool is_wide, uint8_t *octets);
#define REFERENCE_OVERHEAD 32
