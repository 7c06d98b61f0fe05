/* SPDX-License-Identifier: MIT */
/* reference.c - see reference.h */

#include "reference.h"

#include <string.h>
#include <strings.h>

/* A length has so many octets of 7 bits at most: as many as a size_t needs. */
#define LENGTH_OCTETS ((sizeof(size_t) * 8 + 6) / 7)

/* The flag of blocks of 8 octets, and of 4: what a pointer has. */
#define FLAG_OF_8 0x10
#define FLAG_OF_4 0x20
#define OWN_FLAG (sizeof(void *) == 8 ? FLAG_OF_8 : FLAG_OF_4)

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

/*
 * Reads a length that begins at octets[*at] and must be from least to most. If it is complete and
 * valid, returns FRAME_COMPLETE, and *at is the index of the octet behind it.
 */
static enum frame_status read_length(const uint8_t *octets, size_t length, size_t least,
                                     size_t most, struct reading *reading, size_t *at, size_t *ret)
{
    size_t value = 0;

    for (size_t i = 0; *at + i < length; i++) {
        uint8_t octet = octets[*at + i];
        size_t bits = octet & 0x7f;

        reading->used = *at + i + 1;
        if (i == LENGTH_OCTETS || bits > SIZE_MAX >> 7 * i)
            return FRAME_TOO_LARGE;
        value |= bits << 7 * i;
        if (octet & 0x80)
            continue;
        if ((i > 0 && octet == 0) || value < least)
            return FRAME_DAMAGED;
        if (value > most)
            return FRAME_TOO_LARGE;
        *ret = value;
        *at += i + 1;
        return FRAME_COMPLETE;
    }
    return FRAME_MORE;
}

/* ---- fields ---- */

static bool is_capital(uint8_t octet)
{
    return octet >= 'A' && octet <= 'Z';
}

static bool is_digit(uint8_t octet)
{
    return octet >= '0' && octet <= '9';
}

static bool may_be_named(const char *text, size_t length)
{
    static const char *const taken[] = {
        "MESSAGE=", "MESSAGE_ID=", "PRIORITY=",        "MINITALK_",
        "OBJECT_",  "SYSLOG_PID=", "SYSLOG_FACILITY=", "SYSLOG_IDENTIFIER="};
    size_t name = 0;

    while (name < length &&
           (is_capital((uint8_t)text[name]) || is_digit((uint8_t)text[name]) || text[name] == '_'))
        name++;
    if (name == length || text[name] != '=' || name > 64 || !is_capital((uint8_t)text[0]))
        return false;
    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++)
        if (strncmp(text, taken[i], strlen(taken[i])) == 0)
            return false;
    return true;
}

static bool is_number_up_to(const uint8_t *text, size_t length, uint64_t least, uint64_t most)
{
    uint64_t number = 0;

    if (length < 1 || length > 10 || (length > 1 && text[0] == '0'))
        return false;
    for (size_t i = 0; i < length; i++) {
        if (!is_digit(text[i]))
            return false;
        number = number * 10 + (uint64_t)(text[i] - '0');
    }
    return number >= least && number <= most;
}

/*
 * The well-formed sequences of the Unicode standard, table 3-7, by the ranges of their octets, and
 * without the control characters of the first two rows.
 */
static const struct {
    uint8_t least[4], most[4];
} characters[] = {
    {{0x20}, {0x7e}},
    {{0xc2, 0xa0}, {0xc2, 0xbf}},
    {{0xc3, 0x80}, {0xdf, 0xbf}},
    {{0xe0, 0xa0, 0x80}, {0xe0, 0xbf, 0xbf}},
    {{0xe1, 0x80, 0x80}, {0xec, 0xbf, 0xbf}},
    {{0xed, 0x80, 0x80}, {0xed, 0x9f, 0xbf}},
    {{0xee, 0x80, 0x80}, {0xef, 0xbf, 0xbf}},
    {{0xf0, 0x90, 0x80, 0x80}, {0xf0, 0xbf, 0xbf, 0xbf}},
    {{0xf1, 0x80, 0x80, 0x80}, {0xf3, 0xbf, 0xbf, 0xbf}},
    {{0xf4, 0x80, 0x80, 0x80}, {0xf4, 0x8f, 0xbf, 0xbf}},
};

/* The characters of these sequences that cannot be shown. */
static bool is_excluded(const uint8_t *text, size_t length)
{
    if (length == 3 && text[0] == 0xe2)
        return (text[1] == 0x80 && text[2] >= 0xa8 && text[2] <= 0xae) ||
               (text[1] == 0x81 && text[2] >= 0xa6 && text[2] <= 0xa9);
    if (length == 3 && text[0] == 0xef)
        return (text[1] == 0xb7 && text[2] >= 0x90 && text[2] <= 0xaf) ||
               (text[1] == 0xbf && text[2] >= 0xbe);
    return length == 4 && (text[1] & 0xf) == 0xf && text[2] == 0xbf && text[3] >= 0xbe;
}

/* Returns the length of the printable character at the beginning of a text, or 0. */
static size_t character_at(const uint8_t *text, size_t length)
{
    for (size_t i = 0; i < sizeof characters / sizeof characters[0]; i++) {
        size_t n = 0;

        while (n < 4 && n < length && characters[i].least[n] > 0 &&
               text[n] >= characters[i].least[n] && text[n] <= characters[i].most[n])
            n++;
        if (n > 0 && (n == 4 || characters[i].least[n] == 0))
            return is_excluded(text, n) ? 0 : n;
    }
    return 0;
}

static bool is_printable(const uint8_t *text, size_t length)
{
    size_t at = 0, n;

    while ((n = character_at(text + at, length - at)) > 0)
        at += n;
    return at == length && length >= 1 && length <= 255;
}

/* True for a printable tag that reads as the daemon's. */
static bool is_taken_tag(const uint8_t *text, size_t length)
{
    static const char own[] = "minitalkd";
    char ascii[256] = "";
    size_t n = 0;

    for (size_t i = 0; i < length; i++)
        if (text[i] < 0x80 && (n > 0 || text[i] != ' '))
            ascii[n++] = (char)text[i];
    return strncasecmp(ascii, own, strlen(own)) == 0 &&
           strspn(ascii + strlen(own), "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                       "0123456789-_.") == 0;
}

/* Counts a field at the index of its letter. Returns false if the field is invalid. */
static bool count_field(const uint8_t *text, size_t length, unsigned counts[256])
{
    char copy[256] = "";

    switch (text[0]) {
    case 't':
        return counts['t']++ == 0 && is_printable(text + 1, length - 1) &&
               !is_taken_tag(text + 1, length - 1);
    case 'f':
        return counts['f']++ == 0 && is_number_up_to(text + 1, length - 1, 0, 23);
    case 'i':
        return counts['i']++ == 0 && is_number_up_to(text + 1, length - 1, 1, INT32_MAX);
    default:
        memcpy(copy, text, length < sizeof copy - 1 ? length : sizeof copy - 1);
        return may_be_named(copy, length < sizeof copy - 1 ? length : sizeof copy - 1);
    }
}

static bool are_fields(const uint8_t *octets, size_t length)
{
    unsigned counts[256] = {0}, count = 0;
    struct reading ignored;
    size_t at = 0, text;

    while (at < length) {
        if (read_length(octets, length, 1, SIZE_MAX, &ignored, &at, &text) != FRAME_COMPLETE ||
            text > length - at || ++count > 64 || !count_field(octets + at, text, counts))
            return false;
        at += text;
    }
    return true;
}

/* ---- frames ---- */

/* A machine with pointers of 8 octets receives blocks of 4 octets, too, but not the reverse. */
static bool are_known_flags(uint8_t flags)
{
    return flags < (FLAG_OF_8 | FLAG_OF_4) && (OWN_FLAG == FLAG_OF_8 || !(flags & FLAG_OF_8));
}

/* Reads both lengths. With FRAME_COMPLETE, *at is the index of the payload. */
static enum frame_status read_lengths(const uint8_t *octets, size_t length, size_t limit,
                                      struct reading *reading, size_t *at)
{
    enum frame_status status = FRAME_COMPLETE;

    if (octets[1] & 8)
        status = read_length(octets, length, 1, 65536, reading, at, &reading->fields_length);
    if (status == FRAME_COMPLETE)
        status = read_length(octets, length, 0, limit, reading, at, &reading->length);
    reading->has_length = status == FRAME_COMPLETE;
    return status;
}

struct reading reference_read(const uint8_t *octets, size_t length, size_t limit)
{
    struct reading reading = {.status = FRAME_MORE, .used = length};
    size_t before = 2, after, content;
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
    if (!are_known_flags(octets[1])) {
        reading.status = FRAME_VERSION;
        return reading;
    }
    reading.priority = octets[1] & 7;
    reading.block = octets[1] & FLAG_OF_8 ? 8 : octets[1] & FLAG_OF_4 ? 4 : 0;
    reading.status = read_lengths(octets, length, limit, &reading, &before);
    if (!reading.has_length)
        return reading;

    after = length - before;
    content = reading.length + reading.fields_length;
    reading.payload = octets + before;
    reading.received = after < reading.length ? after : reading.length;
    reading.used = length;
    reading.status = FRAME_MORE;
    if (after < content || after - content < 4)
        return reading;
    reading.used = before + content + 4;
    put_checksum(checksum, reference_checksum(octets, reading.used - 4));
    reading.status = memcmp(octets + reading.used - 4, checksum, 4) == 0 &&
                             are_fields(reading.payload + reading.length, reading.fields_length)
                         ? FRAME_COMPLETE
                         : FRAME_DAMAGED;
    return reading;
}

static size_t put_length(uint8_t *octets, size_t length)
{
    size_t at = 0;

    do {
        octets[at++] = (uint8_t)(length % 128 + (length >= 128 ? 128 : 0));
        length /= 128;
    } while (length > 0);
    return at;
}

size_t reference_write(const struct message *message, bool is_wide, uint8_t *octets)
{
    bool has_blocks = is_wide && message->length + message->fields_length > 0;
    size_t at = 2;

    octets[0] = 0x51;
    octets[1] = (uint8_t)(message->priority + (message->fields_length > 0 ? 8 : 0) +
                          (has_blocks ? OWN_FLAG : 0));
    if (message->fields_length > 0)
        at += put_length(octets + at, message->fields_length);
    at += put_length(octets + at, message->length);
    if (message->length > 0)
        memcpy(octets + at, message->bytes, message->length);
    at += message->length;
    if (message->fields_length > 0)
        memcpy(octets + at, message->fields, message->fields_length);
    at += message->fields_length;
    put_checksum(octets + at, reference_checksum(octets, at));
    return at + 4;
}

struct frame reference_frame(const struct message *message, bool is_wide, uint8_t *octets)
{
    size_t content = is_wide ? message->length + message->fields_length : 0;
    size_t length = reference_write(message, is_wide, octets);

    return (struct frame){.octets = octets,
                          .length = length,
                          .content = content,
                          .first_block = 8 * (uint64_t)(length - content - 4)};
}
