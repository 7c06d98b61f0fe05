/* procstat.c - reads the few lines of /proc/PID/status that matter here */

#include "procstat.h"

#include <errno.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define SIGNAL_BIT(number) (UINT64_C(1) << ((number)-1))
#define FIELDS 6

static bool has_both(unsigned long long mask)
{
    return (mask & SIGNAL_BIT(SIGUSR1)) && (mask & SIGNAL_BIT(SIGUSR2));
}

/* Takes in one line; true if it was one of the FIELDS that are wanted. */
static bool take_line(const char *line, struct procstat *stat)
{
    unsigned long long mask;

    if (sscanf(line, "SigBlk: %llx", &mask) == 1 || sscanf(line, "SigIgn: %llx", &mask) == 1) {
        stat->is_shielded |= has_both(mask);
        return true;
    }
    if (sscanf(line, "CapEff: %llx", &mask) == 1) {
        stat->may_kill = mask >> CAP_KILL & 1;
        return true;
    }
    return sscanf(line, "Name: %63[^\n]", stat->name) == 1 ||
           sscanf(line, "State: %c", &stat->state) == 1 ||
           sscanf(line, "Uid: %u %u", &stat->real_uid, &stat->effective_uid) == 2;
}

int procstat_read(pid_t pid, struct procstat *ret)
{
    struct procstat stat = {0};
    int found = 0;
    char path[64];
    char *line = NULL;
    size_t size = 0;
    FILE *file;

    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    file = fopen(path, "re");
    if (!file)
        return errno == ENOENT ? -ESRCH : -errno;
    while (found < FIELDS && getline(&line, &size, file) >= 0)
        found += take_line(line, &stat);
    free(line);
    fclose(file);
    if (found < FIELDS)
        return found == 0 ? -ESRCH : -EBADMSG;
    *ret = stat;
    return 0;
}
