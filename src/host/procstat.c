/* procstat.c - reads the little of /proc/PID/status and /proc/PID/stat that matters here */

#include "host/procstat.h"

#include <bsd/string.h>
#include <errno.h>
#include <limits.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIGNAL_BIT(number) (UINT64_C(1) << ((number)-1))
#define FIELDS 6
/* In /proc/PID/stat, where nothing but their order tells them apart. */
#define NAME_FIELD 2
#define CPU_FIELD 39

static bool has_both(unsigned long long mask)
{
    return (mask & SIGNAL_BIT(SIGUSR1)) && (mask & SIGNAL_BIT(SIGUSR2));
}

/* What stands behind the label, if the line has it; NULL if not. */
static const char *value_of(const char *line, const char *label)
{
    size_t length = strlen(label);

    return strncmp(line, label, length) == 0 ? line + length : NULL;
}

/* Takes in the number that stands there, and moves on behind it; false if there is none. */
static bool take_number(const char **at, int base, unsigned long long *ret)
{
    char *end;

    *ret = strtoull(*at, &end, base);
    if (end == *at)
        return false;
    *at = end;
    return true;
}

static bool take_id(const char **at, uid_t *ret)
{
    unsigned long long number;

    if (!take_number(at, 10, &number))
        return false;
    *ret = (uid_t)number;
    return true;
}

/* Takes in one line; true if it was one of the FIELDS that are wanted. */
static bool take_line(const char *line, struct procstat *stat)
{
    unsigned long long mask;
    const char *value;

    if ((value = value_of(line, "Name:\t"))) {
        strlcpy(stat->name, value, sizeof stat->name);
        stat->name[strcspn(stat->name, "\n")] = '\0';
        return true;
    }
    if ((value = value_of(line, "State:\t"))) {
        stat->state = *value;
        return true;
    }
    if ((value = value_of(line, "Uid:\t")))
        return take_id(&value, &stat->real_uid) && take_id(&value, &stat->effective_uid);
    if ((value = value_of(line, "SigBlk:\t")) || (value = value_of(line, "SigIgn:\t"))) {
        if (!take_number(&value, 16, &mask))
            return false;
        stat->is_shielded |= has_both(mask);
        return true;
    }
    if ((value = value_of(line, "CapEff:\t"))) {
        if (!take_number(&value, 16, &mask))
            return false;
        stat->may_kill = mask >> CAP_KILL & 1;
        return true;
    }
    return false;
}

/* One of the files about a process; NULL with errno if there is none. */
static FILE *open_of(pid_t pid, const char *name)
{
    char path[64];
    FILE *file;

    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    file = fopen(path, "re");
    if (!file && errno == ENOENT)
        errno = ESRCH;
    return file;
}

int procstat_read(pid_t pid, struct procstat *ret)
{
    struct procstat stat = {0};
    int found = 0;
    char *line = NULL;
    size_t size = 0;
    FILE *file = open_of(pid, "status");

    if (!file)
        return -errno;
    while (found < FIELDS && getline(&line, &size, file) >= 0)
        found += take_line(line, &stat);
    free(line);
    fclose(file);
    if (found < FIELDS)
        return found == 0 ? -ESRCH : -EBADMSG;
    *ret = stat;
    return 0;
}

/* The name may have spaces and parentheses in it: only the last one ends it for sure. */
static int cpu_in(const char *text)
{
    const char *field = strrchr(text, ')');
    unsigned long long cpu;

    for (int number = NAME_FIELD; field && number < CPU_FIELD; number++)
        field = strchr(field + 1, ' ');
    return field && take_number(&field, 10, &cpu) && cpu <= INT_MAX ? (int)cpu : -EBADMSG;
}

int procstat_cpu(pid_t pid)
{
    /* Room for a name and for the longest numbers up to that field. */
    char text[1024];
    size_t length;
    FILE *file = open_of(pid, "stat");

    if (!file)
        return -errno;
    length = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[length] = '\0';
    return length == 0 ? -ESRCH : cpu_in(text);
}
