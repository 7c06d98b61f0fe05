/* SPDX-License-Identifier: MIT */
/*
 * dialect.h - how a program of the minitalk exercise writes a message as signals
 *
 * The exercise leaves all of this to its solver. So one program sends the highest bit of an octet
 * first, and another the lowest; to one, SIGUSR1 is a 1, and to another a 0. A message is, in this
 * order: a hello, the PID of its sender, the length of the text, the text, and an end. Each part
 * but the text can be missing.
 *
 * A dialect has a text form for command lines and reports. It is a list of words, separated by
 * commas, in this order:
 *
 *   msb | lsb         the first bit of an octet
 *   usr1=1 | usr2=1   the signal that is a 1
 *   7bit              a character has 7 bits, not 8
 *   hello=BITS        these bits come first, such as hello=01
 *   pid31 | pid32     the sender's PID in so many bits
 *   LENGTH            the octets of the text: len32be, len32le, len64be or len64le, a number of
 *                     32 or 64 bits in big or little-endian order; asc10, ten digits of ASCII; or
 *                     dec+nul, as many digits of ASCII as it needs, and a NUL
 *   counted           the length counts the octets of the end, too
 *   END               octets of these values: nul, newline+nul, eot or ff+ff; or nul+one, a NUL
 *                     and one bit 1
 *   nothing           no length and no end: silence ends the text
 *   ack=ANSWERS       none, or UNIT/SIGNAL with '+' between several; UNIT is bit, octet or
 *                     message, and SIGNAL is usr1 or usr2
 *
 * The words for the first bit and the signal are required, and also a length, an end or 'nothing'.
 * 'counted' needs both a length and an end.
 * For example: msb,usr1=1,nul,ack=bit/usr1+message/usr2
 *
 * Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bits of the longest hello. */
#define HELLO_MAX 32u

enum dialect_pid { PID_ABSENT, PID_31, PID_32 };

enum dialect_length {
    LENGTH_ABSENT,
    LENGTH_32BE,
    LENGTH_32LE,
    LENGTH_64BE,
    LENGTH_64LE,
    LENGTH_ASC10,
    LENGTH_DEC,
};

#define LENGTHS 7u

enum dialect_end {
    END_ABSENT,
    END_NUL,
    END_NEWLINE_NUL,
    END_EOT,
    END_FF_FF,
    END_NUL_ONE,
};

#define ENDS 6u

/* What a server answers after a bit, an octet or a message. */
enum dialect_answer { ANSWER_NONE, ANSWER_USR1, ANSWER_USR2 };

enum dialect_unit { UNIT_BIT, UNIT_OCTET, UNIT_MESSAGE };

#define UNITS 3u

struct dialect {
    bool is_lsb;           /* the lowest bit of an octet or a number comes first */
    bool has_usr1_as_one;  /* SIGUSR1 is a 1, and SIGUSR2 is a 0 */
    bool has_7_bits;       /* a character has 7 bits; all numbers keep their width */
    unsigned hello_length; /* bits, 0 to HELLO_MAX */
    uint32_t hello;        /* the first bit of the hello is the highest of hello_length bits */
    enum dialect_pid pid;
    enum dialect_length length;
    bool counts_end;      /* the length counts the octets of the end; it and an end are there */
    enum dialect_end end; /* END_ABSENT without a length: silence ends the text */
    enum dialect_answer answers[UNITS];
};

/* Octets of the longest text form, with its NUL. */
#define DIALECT_TEXT_SIZE 192u

/*
 * Parses the text form of a dialect. Without ack=, the dialect has no answers. Returns true with
 * *ret. Returns false if the text is not exactly such a form.
 */
bool dialect_parse(const char *text, struct dialect *ret);

/* Writes the text form of a dialect to ret. dialect_parse() makes the same dialect of it. */
void dialect_format(const struct dialect *dialect, char ret[DIALECT_TEXT_SIZE]);

/*
 * Return true if both are the same; dialect_writes_as() does not compare their answers. Then each
 * program understands what the other sends.
 */
bool dialect_equals(const struct dialect *dialect, const struct dialect *other);
bool dialect_writes_as(const struct dialect *dialect, const struct dialect *other);

/* Returns true if only silence ends the text. */
bool dialect_ends_by_silence(const struct dialect *dialect);

/* Returns the number of bits of a character: 7 or 8. */
unsigned dialect_width(const struct dialect *dialect);
