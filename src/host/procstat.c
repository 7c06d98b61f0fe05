/* SPDX-License-Identifier: MIT */
/* procstat.c - see procstat.h */

#include "host/procstat.h"

#include <bsd/string.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "protocol/lane.h"

#define SIGNAL_BIT(number) (UINT64_C(1) << ((number)-1))
/* Positions of fields in /proc/PID/stat, from 1. Its fields have no labels. */
#define NAME_FIELD 2
#define CPU_FIELD 39
/* Octets. A longer line of /proc/PID/status is ignored: it can only be "Groups". */
#define LINE_SIZE 4096

/* Reads the number at *at and moves *at behind it. Returns false if no number is there. */
static bool take_number(const char **at, int base, unsigned long long *ret)
{
    char *end;

    *ret = strtoull(*at, &end, base);
    if (end == *at)
        return false;
    *at = end;
    return true;
}

/* ---- /proc/PID/status: each line has a label and a value ---- */

static bool take_name(const char *value, struct procstat *stat)
{
    strlcpy(stat->name, value, sizeof stat->name);
    stat->name[strcspn(stat->name, "\n")] = '\0';
    return true;
}

static bool take_state(const char *value, struct procstat *stat)
{
    stat->state = *value;
    return true;
}

/* The value is the real, effective, saved and file system user ID. */
static bool take_users(const char *value, struct procstat *stat)
{
    unsigned long long real, effective;

    if (!take_number(&value, 10, &real) || !take_number(&value, 10, &effective))
        return false;
    stat->real_uid = (uid_t)real;
    stat->effective_uid = (uid_t)effective;
    return true;
}

static enum procstat_signals signals_of(unsigned long long mask)
{
    return ((mask & SIGNAL_BIT(SIGUSR1)) ? PROCSTAT_USR1 : 0) |
           ((mask & SIGNAL_BIT(SIGUSR2)) ? PROCSTAT_USR2 : 0);
}

/* The value is a mask of all signals. */
static bool take_signals(const char *value, enum procstat_signals *ret)
{
    unsigned long long mask;

    if (!take_number(&value, 16, &mask))
        return false;
    *ret = signals_of(mask);
    return true;
}

/* The signals that are pending for the main thread are in another line than those of the process.
 */
static bool take_pending(const char *value, struct procstat *stat)
{
    enum procstat_signals signals;

    if (!take_signals(value, &signals))
        return false;
    stat->pending |= signals;
    return true;
}

static bool take_blocked(const char *value, struct procstat *stat)
{
    if (!take_signals(value, &stat->blocked))
        return false;
    stat->is_shielded |= stat->blocked == PROCSTAT_BOTH;
    return true;
}

static bool take_ignored(const char *value, struct procstat *stat)
{
    enum procstat_signals signals;

    if (!take_signals(value, &signals))
        return false;
    stat->is_shielded |= signals == PROCSTAT_BOTH;
    return true;
}

static bool take_caught(const char *value, struct procstat *stat)
{
    unsigned long long mask;

    if (!take_number(&value, 16, &mask))
        return false;
    stat->caught = signals_of(mask);
    /* A shell does not catch what was ignored at its start, as SIGHUP by nohup(1). */
    stat->catches_end = mask & (SIGNAL_BIT(SIGHUP) | SIGNAL_BIT(SIGXCPU));
    return true;
}

/* The value is the PID in each PID namespace of the process, from the one of /proc to its own. */
static bool take_namespaces(const char *value, struct procstat *stat)
{
    unsigned long long pid;
    unsigned namespaces = 0;

    while (take_number(&value, 10, &pid)) {
        stat->inner_pid = (pid_t)pid;
        namespaces++;
    }
    stat->is_in_child_namespace = namespaces > 1;
    return namespaces > 0;
}

/* The value is the number of pending signals, a slash, and the limit. */
static bool take_queue(const char *value, struct procstat *stat)
{
    if (!take_number(&value, 10, &stat->signals_pending) || *value++ != '/')
        return false;
    return take_number(&value, 10, &stat->signal_limit);
}

static bool take_capabilities(const char *value, struct procstat *stat)
{
    unsigned long long mask;

    if (!take_number(&value, 16, &mask))
        return false;
    stat->may_kill = mask >> CAP_KILL & 1;
    return true;
}

/* The file must have all of these lines. */
static const struct {
    const char *label;
    bool (*take)(const char *value, struct procstat *stat);
} lines[] = {
    {"Name:\t", take_name},        {"State:\t", take_state},         {"Uid:\t", take_users},
    {"NSpid:\t", take_namespaces}, {"SigQ:\t", take_queue},          {"SigPnd:\t", take_pending},
    {"ShdPnd:\t", take_pending},   {"SigBlk:\t", take_blocked},      {"SigIgn:\t", take_ignored},
    {"SigCgt:\t", take_caught},    {"CapEff:\t", take_capabilities},
};

#define LINES (sizeof lines / sizeof lines[0])

/* Returns true if the line is one of lines[] and its value is valid. */
static bool take_line(const char *line, struct procstat *stat)
{
    for (size_t i = 0; i < LINES; i++) {
        size_t length = strlen(lines[i].label);

        if (strncmp(line, lines[i].label, length) == 0)
            return lines[i].take(line + length, stat);
    }
    return false;
}

struct text {
    size_t length;
    bool is_rest; /* the text begins in the middle of a line, whose beginning was dropped */
    char octets[LINE_SIZE];
};

/* Takes all whole lines off the text. Returns how many of them are valid lines of lines[]. */
static size_t take_lines(struct text *text, struct procstat *stat)
{
    char *line = text->octets, *end;
    size_t found = 0;

    while ((end = memchr(line, '\n', text->length))) {
        *end++ = '\0';
        found += !text->is_rest && take_line(line, stat);
        text->is_rest = false;
        text->length -= (size_t)(end - line);
        line = end;
    }
    if (text->length == sizeof text->octets) {
        text->is_rest = true;
        text->length = 0;
    }
    memmove(text->octets, line, text->length);
    return found;
}

/* Without stdio, because the daemon has to look at a new sender even if it has no memory left. */
static int read_status(int fd, struct procstat *ret)
{
    struct procstat stat = {0};
    struct text text = {0};
    size_t found = 0;
    ssize_t n;

    do {
        n = read(fd, text.octets + text.length, sizeof text.octets - text.length);
        if (n < 0)
            return -errno;
        text.length += (size_t)n;
        found += take_lines(&text, &stat);
    } while (n > 0 && found < LINES);
    if (found < LINES)
        return -EBADMSG;
    *ret = stat;
    return 0;
}

bool procstat_is_own(void)
{
    char number[32] = "";

    if (readlink("/proc/self", number, sizeof number - 1) < 0)
        return access("/proc/stat", F_OK) < 0;
    return strtol(number, NULL, 10) == getpid();
}

static int open_entry(pid_t pid, const char *name)
{
    char path[64];
    int fd;

    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? -ESRCH : -errno;
    return fd;
}

int procstat_text(pid_t pid, const char *name, char *ret, size_t size)
{
    int fd = open_entry(pid, name);
    ssize_t length;

    if (fd < 0)
        return fd;
    length = read(fd, ret, size - 1);
    if (length < 0)
        length = -errno;
    close(fd);
    if (length < 0)
        return (int)length;
    ret[length] = '\0';
    return 0;
}

int procstat_read(pid_t pid, struct procstat *ret)
{
    int fd = open_entry(pid, "status");
    int r;

    if (fd < 0)
        return fd;
    r = read_status(fd, ret);
    close(fd);
    return r;
}

bool procstat_is_asleep(const struct procstat *stat)
{
    return stat->state == 'S' && stat->pending == PROCSTAT_NO_SIGNAL;
}

bool procstat_is_ready(const struct procstat *stat)
{
    return procstat_is_asleep(stat) && stat->blocked == PROCSTAT_NO_SIGNAL;
}

bool procstat_has_room(const struct procstat *stat)
{
    return stat->signals_pending <= stat->signal_limit &&
           stat->signal_limit - stat->signals_pending >= SLOTS;
}

/* ---- /proc/PID/stat ---- */

/* The command name can contain spaces and parentheses, so only the last ')' surely ends it. */
static int read_cpu(const char *text, int *ret)
{
    const char *field = strrchr(text, ')');
    unsigned long long cpu;

    for (int number = NAME_FIELD; field && number < CPU_FIELD; number++)
        field = strchr(field + 1, ' ');
    if (!field || !take_number(&field, 10, &cpu) || cpu > INT_MAX)
        return -EBADMSG;
    *ret = (int)cpu;
    return 0;
}

int procstat_cpu(pid_t pid, int *ret)
{
    /* Enough for the command name and for the longest numbers up to CPU_FIELD. */
    char text[1024];
    int r = procstat_text(pid, "stat", text, sizeof text);

    return r < 0 ? r : read_cpu(text, ret);
}
