/* SPDX-License-Identifier: MIT */
/*
 * dialect.h - how the test programs for minitalk-doctor talk: the options of both programs
 *
 * Both programs take the same options, KEY=VALUE, and each ignores those that are for the other.
 * The last value of a key counts. README.md lists keys and values.
 */
#ifndef DIALECT_H
#define DIALECT_H

#include <stdbool.h>
#include <stddef.h>

/* The parts of a message, in the order in which they travel. */
enum part {
    PART_PING,    /* one SIGUSR1 that is no bit */
    PART_ZERO,    /* an octet 0 */
    PART_PID31,   /* the PID of the client, as 31 bits */
    PART_PID32,   /* the same, as 32 bits */
    PART_LEN32,   /* the number of octets of the text, as 32 bits */
    PART_LEN32N,  /* the same, and one more for the NUL, as 32 bits */
    PART_LEN64,   /* the number of octets of the text, as 64 bits */
    PART_LEN64LE, /* the same, as 8 octets, the least significant one first */
    PART_ASC10,   /* the same, as 10 decimal digits */
    PART_TEXT,    /* the text, 8 bits for each octet */
    PART_TEXT7,   /* the text, 7 bits for each octet */
    PART_NEWLINE, /* a newline, which the server prints like the text */
    PART_NUL,     /* an octet 0, of as many bits as those of the text */
    PART_EOT,     /* an octet 4, of as many bits as those of the text */
    PART_FF,      /* an octet 0xff */
    PART_ONE,     /* a bit 1 */
    PARTS
};

#define MOST_PARTS 8

enum senders {
    SENDERS_MIXED, /* one state for all */
    SENDERS_APART, /* a state for each sender */
    SENDERS_TURNS, /* one after the other: a ping is answered when the turn has come */
};

enum wait {
    WAIT_NONE,  /* only the pause between two bits */
    WAIT_BIT,   /* for an answer to each bit */
    WAIT_OCTET, /* for an answer to each 8 bits */
    WAIT_PING,  /* for an answer to the ping */
    WAIT_IDLE,  /* until the server sleeps with neither signal pending */
};

enum way {
    WAY_PAUSE,   /* pause(2), with its race */
    WAY_POLL,    /* usleep(3) and a flag */
    WAY_SUSPEND, /* sigsuspend(2), without a race */
    WAY_FLAG,    /* pause(2) while a flag is not set, with the race between the two */
    WAY_CHAIN,   /* the handler of an answer sends the next bit, and one more behind the last */
};

struct dialect {
    bool is_least_first;
    int one; /* the signal of a bit 1: 1 is SIGUSR1, 2 is SIGUSR2 */
    enum part parts[MOST_PARTS];
    size_t part_count;

    /* The server's answers: 0 is none, 1 is SIGUSR1, 2 is SIGUSR2. */
    int answer_bit;
    int answer_octet; /* in place of that to its last bit */
    int answer_end;   /* in place of that to the last bit of the message */
    int end_count;    /* how often the end is answered */
    int answer_ping;  /* 0: as a bit */

    /* The server. */
    const char *pid_line; /* N stands for the PID */
    const char *after;    /* printed after each message: n is a newline, 0 is an octet 0 */
    int delay;            /* microseconds before each answer */
    enum senders senders;
    bool is_early;     /* answers before it takes the bit */
    bool is_unmasked;  /* no sa_mask: one handler interrupts the other */
    bool is_first_pid; /* answers to the process that sent the first bit of all */
    bool is_later;     /* the handler only notes the signal, for a loop that takes it later */
    int lag;           /* is_later: microseconds that it works before it calls pause(2) again */
    bool is_looking;   /* lag: pause(2) only if no signal has been noted, with the race between */
    int nap;           /* is_later: microseconds between two looks, which no signal cuts short */
    int forget;        /* microseconds of silence after which it forgets all senders; 0: never */
    bool is_live;      /* prints each octet at once */
    bool is_buffered;  /* prints with fwrite(3), and flushes nothing */
    bool is_stale;     /* after a message, a new sender begins with a bit that is left over */
    bool is_strict;    /* ends if an answer cannot be sent */
    bool is_once;      /* ends after a message */
    bool is_busy;      /* waits in a loop that does not sleep */
    bool is_deaf;      /* prints no text that begins with an F */

    /* The client. */
    enum wait wait;
    enum way way;
    int sleep;             /* microseconds between two bits, or between two looks at the flag */
    int limit;             /* microseconds without an answer after which it gives up; 0: none */
    bool is_sending_again; /* sends a bit again if the server is idle and has not answered */
    bool is_clearing;      /* forgets an answer that comes just behind kill(2), with way=poll */
    bool is_checking;      /* sends only to a process that catches both signals */
    bool is_plus_one;      /* sends SIGUSR1 + 1 for SIGUSR2, as on macOS */
    bool is_signed;        /* sends each bit of a negative char as 0, as if -1 were no 1 */
    int linger;            /* microseconds before it ends */
    bool is_staying;       /* does not end after its message */
    bool is_held;          /* forces the race that the program has: see README.md */
};

/*
 * Reads options from ARGV, up to the first argument without '='. Ends the program with EX_USAGE if
 * one is wrong. Returns the number of arguments read.
 */
int dialect_read(struct dialect *dialect, char **argv);

/* The bits of each octet of the text: 7 or 8. */
int dialect_width(const struct dialect *dialect);

/* True if the message has this part. */
bool dialect_has(const struct dialect *dialect, enum part part);

/* The bits of this part: 0 for a text. A ping counts as 1. */
int dialect_bits(const struct dialect *dialect, enum part part);

/* The signal of this bit. */
int dialect_signal(const struct dialect *dialect, int bit);

/* SIGUSR1 or SIGUSR2 for 1 or 2. */
int signal_number(int which);

#endif
