/* SPDX-License-Identifier: MIT */
/* freezer.c - see freezer.h */

#include "host/freezer.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * The hierarchies that can freeze. Each has a line in /proc/PID/cgroup, "NUMBER:CONTROLLERS:PATH".
 * The unified hierarchy of version 2 has two places: it can be mounted beside those of version 1.
 */
static const struct {
    const char *controllers;
    const char *mount, *file; /* the file is MOUNT PATH FILE */
    const char *frozen;       /* a line of the file if the group or one above it is frozen */
} hierarchies[] = {
    {"", "/sys/fs/cgroup", "/cgroup.events", "frozen 1\n"},
    {"", "/sys/fs/cgroup/unified", "/cgroup.events", "frozen 1\n"},
    {"freezer", "/sys/fs/cgroup/freezer", "/freezer.state", "FROZEN\n"},
};

#define HIERARCHIES (sizeof hierarchies / sizeof hierarchies[0])

static bool has_line(const char *path, const char *wanted)
{
    FILE *file = fopen(path, "re");
    char *line = NULL;
    size_t size = 0;
    bool found = false;

    if (!file)
        return false;
    while (!found && getline(&line, &size, file) >= 0)
        found = strcmp(line, wanted) == 0;
    free(line);
    fclose(file);
    return found;
}

/* Returns true if this line of /proc/PID/cgroup names a frozen group. */
static bool names_frozen(char *line)
{
    char *controllers = strchr(line, ':'),
         *group = controllers ? strchr(controllers + 1, ':') : NULL;
    char path[PATH_MAX];

    if (!group)
        return false;
    *controllers++ = *group++ = '\0';
    group[strcspn(group, "\n")] = '\0';
    for (size_t i = 0; i < HIERARCHIES; i++) {
        if (strcmp(controllers, hierarchies[i].controllers) != 0)
            continue;
        snprintf(path, sizeof path, "%s%s%s", hierarchies[i].mount, group, hierarchies[i].file);
        if (has_line(path, hierarchies[i].frozen))
            return true;
    }
    return false;
}

bool freezer_holds(pid_t pid)
{
    char path[64], *line = NULL;
    size_t size = 0;
    bool is_frozen = false;
    FILE *file;

    snprintf(path, sizeof path, "/proc/%d/cgroup", (int)pid);
    file = fopen(path, "re");
    if (!file)
        return false;
    while (!is_frozen && getline(&line, &size, file) >= 0)
        is_frozen = names_frozen(line);
    free(line);
    fclose(file);
    return is_frozen;
}
