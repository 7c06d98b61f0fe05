/* reference.c - see reference.h */

#include "reference.h"

#include <string.h>

/* Room for a length that fits nowhere else. */
__extension__ typedef unsigned __int128 wide;

uint32_t reference_checksum(const uint8_t *octets, size_t length)
{
    uint32_t crc = UINT32_MAX;

    for (size_t i = 0; i < length; i++) {
        crc ^= octets[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
    }
    return ~crc;
}

static void put_checksum(uint8_t *at, uint32_t checksum)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(checksum >> 8 * i);
}

/* Reads the length at octets[2] and further. Where it is whole, its octets go to ret_octets. */
static enum frame_status read_length(const uint8_t *octets, size_t length, size_t limit,
                                     struct reading *reading, size_t *ret_octets)
{
    wide value = 0;

    for (size_t i = 0; 2 + i < length; i++) {
        uint8_t octet = octets[2 + i];

        reading->used = 2 + i + 1;
        if (i == 10)
            return FRAME_TOO_LARGE;
        value |= (wide)(octet & 0x7f) << 7 * i;
        if (value > SIZE_MAX)
            return FRAME_TOO_LARGE;
        if (octet & 0x80)
            continue;
        if (i > 0 && octet == 0)
            return FRAME_DAMAGED;
        if (value > limit)
            return FRAME_TOO_LARGE;
        reading->has_length = true;
        reading->length = (size_t)value;
        *ret_octets = i + 1;
        return FRAME_COMPLETE;
    }
    return FRAME_MORE;
}

struct reading reference_read(const uint8_t *octets, size_t length, size_t limit)
{
    struct reading reading = {.status = FRAME_MORE, .used = length};
    size_t before, after, size = 0;
    uint8_t checksum[4];

    if (length < 1)
        return reading;
    reading.used = 1;
    if (octets[0] != 0x51) {
        reading.status = octets[0] >> 4 == 0x5 ? FRAME_VERSION : FRAME_DAMAGED;
        return reading;
    }
    if (length < 2)
        return reading;
    reading.used = 2;
    if (octets[1] > 7) {
        reading.status = FRAME_VERSION;
        return reading;
    }
    reading.priority = octets[1];
    reading.status = read_length(octets, length, limit, &reading, &size);
    if (!reading.has_length)
        return reading;

    before = 2 + size;
    after = length - before;
    reading.payload = octets + before;
    reading.received = after < reading.length ? after : reading.length;
    reading.used = length;
    reading.status = FRAME_MORE;
    if (after < reading.length || after - reading.length < 4)
        return reading;
    reading.used = before + reading.length + 4;
    put_checksum(checksum, reference_checksum(octets, reading.used - 4));
    reading.status =
        memcmp(octets + reading.used - 4, checksum, 4) == 0 ? FRAME_COMPLETE : FRAME_DAMAGED;
    return reading;
}

size_t reference_write(const struct message *message, uint8_t *octets)
{
    size_t length = message->length, at = 0;

    octets[at++] = 0x51;
    octets[at++] = (uint8_t)message->priority;
    do {
        octets[at++] = (uint8_t)(length % 128 + (length >= 128 ? 128 : 0));
        length /= 128;
    } while (length > 0);
    if (message->length > 0)
        memcpy(octets + at, message->bytes, message->length);
    at += message->length;
    put_checksum(octets + at, reference_checksum(octets, at));
    return at + 4;
}
