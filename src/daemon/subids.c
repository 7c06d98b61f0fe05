/* SPDX-License-Identifier: MIT */
/* subids.c - see subids.h */

#include "daemon/subids.h"

#include <bsd/stdlib.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct subid_range {
    uid_t first, count;
    char *owner; /* name or number; NULL once account is known */
    uid_t account;
};

void subids_init(struct subids *subids, const char *path)
{
    *subids = (struct subids){.path = path};
}

void subids_done(struct subids *subids)
{
    for (size_t i = 0; i < subids->count; i++)
        free(subids->ranges[i].owner);
    free(subids->ranges);
    subids->ranges = NULL;
    subids->count = 0;
}

/* ---- the file ---- */

static bool read_number(const char *text, uid_t *ret)
{
    const char *error;
    long long number = strtonum(text, 0, UINT32_MAX, &error);

    *ret = (uid_t)number;
    return !error;
}

/* Reads a line, OWNER:FIRST:COUNT. Returns false if it is no range. */
static bool parse(char *line, struct subid_range *ret)
{
    const char *owner, *first, *count;

    line[strcspn(line, "\n")] = '\0';
    owner = strsep(&line, ":");
    first = strsep(&line, ":");
    count = strsep(&line, ":");
    if (!count || line || !*owner)
        return false;
    *ret = (struct subid_range){.owner = strdup(owner)};
    if (ret->owner && read_number(first, &ret->first) && read_number(count, &ret->count))
        return true;
    free(ret->owner);
    return false;
}

static void add(struct subids *subids, struct subid_range range)
{
    struct subid_range *ranges =
        reallocarray(subids->ranges, subids->count + 1, sizeof *subids->ranges);

    if (!ranges) {
        free(range.owner);
        return;
    }
    subids->ranges = ranges;
    ranges[subids->count++] = range;
}

static void read_file(struct subids *subids)
{
    FILE *file = fopen(subids->path, "re");
    struct subid_range range;
    char *line = NULL;
    size_t size = 0;

    if (!file)
        return;
    if (fstat(fileno(file), &subids->read) == 0)
        while (getline(&line, &size, file) > 0)
            if (parse(line, &range))
                add(subids, range);
    free(line);
    fclose(file);
}

static bool is_same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static void follow(struct subids *subids)
{
    struct stat now;

    if (stat(subids->path, &now) < 0)
        now = (struct stat){0};
    if (is_same(&now, &subids->read))
        return;
    subids_done(subids);
    subids->read = (struct stat){0};
    read_file(subids);
}

/* ---- queries ---- */

static void find_account(struct subid_range *range)
{
    const struct passwd *user;
    uid_t uid = 0;

    if (!read_number(range->owner, &uid)) {
        user = getpwnam(range->owner);
        uid = user ? user->pw_uid : 0;
    }
    range->account = uid == 0 ? range->first : uid;
    free(range->owner);
    range->owner = NULL;
}

uid_t subids_account(struct subids *subids, uid_t uid)
{
    follow(subids);
    for (size_t i = 0; i < subids->count; i++) {
        struct subid_range *range = &subids->ranges[i];

        if (uid < range->first || uid - range->first >= range->count)
            continue;
        if (range->owner)
            find_account(range);
        return range->account;
    }
    return uid;
}
