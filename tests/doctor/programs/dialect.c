/* SPDX-License-Identifier: MIT */
#include "dialect.h"

#include <err.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

static const char *const part_names[PARTS] = {
    [PART_PING] = "ping",       [PART_ZERO] = "zero",     [PART_PID31] = "pid31",
    [PART_PID32] = "pid32",     [PART_LEN32] = "len32",   [PART_LEN64] = "len64",
    [PART_LEN64LE] = "len64le", [PART_LEN32N] = "len32n", [PART_ASC10] = "asc10",
    [PART_TEXT] = "text",       [PART_TEXT7] = "text7",   [PART_NEWLINE] = "newline",
    [PART_NUL] = "nul",         [PART_EOT] = "eot",       [PART_FF] = "ff",
    [PART_ONE] = "one",
};

static const char *const order_names[] = {"M", "L", NULL};
static const char *const senders_names[] = {"mixed", "apart", "turns", NULL};
static const char *const wait_names[] = {"none", "bit", "octet", "ping", "idle", NULL};
static const char *const way_names[] = {"pause", "poll", "suspend", "flag", "chain", NULL};
static const char *const switch_names[] = {"no", "yes", NULL};

/* one_of(KEY, VALUE, NAMES): the index of VALUE in NAMES, which NULL ends. */
static int one_of(const char *key, const char *value, const char *const *names)
{
    for (int i = 0; names[i]; i++)
        if (strcmp(names[i], value) == 0)
            return i;
    errx(EX_USAGE, "'%s' is no %s; see README.md", value, key);
}

static int number(const char *key, const char *value)
{
    char *end;
    long n = strtol(value, &end, 10);

    if (end == value || *end || n < 0 || n > INT_MAX)
        errx(EX_USAGE, "'%s' is no %s; give a number", value, key);
    return (int)n;
}

static void read_parts(struct dialect *dialect, const char *value)
{
    const char *name = value;

    dialect->part_count = 0;
    for (;;) {
        size_t length = strcspn(name, "+");
        int part = 0;

        while (part < PARTS &&
               (strlen(part_names[part]) != length || strncmp(part_names[part], name, length) != 0))
            part++;
        if (part == PARTS || dialect->part_count == MOST_PARTS)
            errx(EX_USAGE, "'%s' is no frame; see README.md", value);
        dialect->parts[dialect->part_count++] = (enum part)part;
        if (!name[length])
            return;
        name += length + 1;
    }
}

static void read_option(struct dialect *dialect, const char *key, const char *value)
{
    if (strcmp(key, "first") == 0)
        dialect->is_least_first = one_of(key, value, order_names);
    else if (strcmp(key, "one") == 0)
        dialect->one = number(key, value);
    else if (strcmp(key, "frame") == 0)
        read_parts(dialect, value);
    else if (strcmp(key, "bit") == 0)
        dialect->answer_bit = number(key, value);
    else if (strcmp(key, "octet") == 0)
        dialect->answer_octet = number(key, value);
    else if (strcmp(key, "end") == 0)
        dialect->answer_end = number(key, value);
    else if (strcmp(key, "ends") == 0)
        dialect->end_count = number(key, value);
    else if (strcmp(key, "ping") == 0)
        dialect->answer_ping = number(key, value);
    else if (strcmp(key, "line") == 0)
        dialect->pid_line = value;
    else if (strcmp(key, "after") == 0)
        dialect->after = value;
    else if (strcmp(key, "delay") == 0)
        dialect->delay = number(key, value);
    else if (strcmp(key, "senders") == 0)
        dialect->senders = (enum senders)one_of(key, value, senders_names);
    else if (strcmp(key, "early") == 0)
        dialect->is_early = one_of(key, value, switch_names);
    else if (strcmp(key, "unmasked") == 0)
        dialect->is_unmasked = one_of(key, value, switch_names);
    else if (strcmp(key, "firstpid") == 0)
        dialect->is_first_pid = one_of(key, value, switch_names);
    else if (strcmp(key, "later") == 0)
        dialect->is_later = one_of(key, value, switch_names);
    else if (strcmp(key, "lag") == 0)
        dialect->lag = number(key, value);
    else if (strcmp(key, "looks") == 0)
        dialect->is_looking = one_of(key, value, switch_names);
    else if (strcmp(key, "nap") == 0)
        dialect->nap = number(key, value);
    else if (strcmp(key, "forget") == 0)
        dialect->forget = number(key, value);
    else if (strcmp(key, "live") == 0)
        dialect->is_live = one_of(key, value, switch_names);
    else if (strcmp(key, "buffered") == 0)
        dialect->is_buffered = one_of(key, value, switch_names);
    else if (strcmp(key, "stale") == 0)
        dialect->is_stale = one_of(key, value, switch_names);
    else if (strcmp(key, "strict") == 0)
        dialect->is_strict = one_of(key, value, switch_names);
    else if (strcmp(key, "once") == 0)
        dialect->is_once = one_of(key, value, switch_names);
    else if (strcmp(key, "busy") == 0)
        dialect->is_busy = one_of(key, value, switch_names);
    else if (strcmp(key, "deaf") == 0)
        dialect->is_deaf = one_of(key, value, switch_names);
    else if (strcmp(key, "wait") == 0)
        dialect->wait = (enum wait)one_of(key, value, wait_names);
    else if (strcmp(key, "way") == 0)
        dialect->way = (enum way)one_of(key, value, way_names);
    else if (strcmp(key, "sleep") == 0)
        dialect->sleep = number(key, value);
    else if (strcmp(key, "linger") == 0)
        dialect->linger = number(key, value);
    else if (strcmp(key, "limit") == 0)
        dialect->limit = number(key, value);
    else if (strcmp(key, "again") == 0)
        dialect->is_sending_again = one_of(key, value, switch_names);
    else if (strcmp(key, "clears") == 0)
        dialect->is_clearing = one_of(key, value, switch_names);
    else if (strcmp(key, "check") == 0)
        dialect->is_checking = one_of(key, value, switch_names);
    else if (strcmp(key, "plusone") == 0)
        dialect->is_plus_one = one_of(key, value, switch_names);
    else if (strcmp(key, "signed") == 0)
        dialect->is_signed = one_of(key, value, switch_names);
    else if (strcmp(key, "stays") == 0)
        dialect->is_staying = one_of(key, value, switch_names);
    else if (strcmp(key, "held") == 0)
        dialect->is_held = one_of(key, value, switch_names);
    else
        errx(EX_USAGE, "unknown option '%s'; see README.md", key);
}

int dialect_read(struct dialect *dialect, char **argv)
{
    int count = 0;

    *dialect = (struct dialect){
        .one = 2,
        .parts = {PART_TEXT, PART_NUL},
        .part_count = 2,
        .end_count = 1,
        .pid_line = "Server PID: N",
        .after = "n",
        .way = WAY_SUSPEND,
        .sleep = 100,
    };
    for (; argv[count] && strchr(argv[count], '='); count++) {
        char *key = strdup(argv[count]);

        if (!key)
            err(EX_OSERR, "out of memory");
        key[strcspn(key, "=")] = '\0';
        read_option(dialect, key, strchr(argv[count], '=') + 1);
        free(key);
    }
    return count;
}

bool dialect_has(const struct dialect *dialect, enum part part)
{
    for (size_t i = 0; i < dialect->part_count; i++)
        if (dialect->parts[i] == part)
            return true;
    return false;
}

int dialect_width(const struct dialect *dialect)
{
    return dialect_has(dialect, PART_TEXT7) ? 7 : 8;
}

int dialect_bits(const struct dialect *dialect, enum part part)
{
    switch (part) {
    case PART_PING:
    case PART_ONE:
        return 1;
    case PART_PID31:
        return 31;
    case PART_PID32:
    case PART_LEN32:
    case PART_LEN32N:
        return 32;
    case PART_LEN64:
    case PART_LEN64LE:
        return 64;
    case PART_ASC10:
        return 80;
    case PART_ZERO:
    case PART_FF:
        return 8;
    case PART_NEWLINE:
    case PART_NUL:
    case PART_EOT:
        return dialect_width(dialect);
    case PART_TEXT:
    case PART_TEXT7:
    case PARTS:
        break;
    }
    return 0;
}

int dialect_signal(const struct dialect *dialect, int bit)
{
    int which = bit ? dialect->one : 3 - dialect->one;

    if (which == 2 && dialect->is_plus_one)
        return SIGUSR1 + 1;
    return signal_number(which);
}

int signal_number(int which)
{
    return which == 1 ? SIGUSR1 : SIGUSR2;
}
