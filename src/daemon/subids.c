/* SPDX-License-Identifier: MIT */
/* subids.c - see subids.h */

#include "daemon/subids.h"

#include <errno.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/exhausted.h"

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

/* shadow(3) also reads 0x and octal numbers in ranges, but compares owners with decimal ones. */
static bool read_number(const char *text, int base, uid_t *ret)
{
    unsigned long long number;
    char *end;

    errno = 0;
    number = strtoull(text, &end, base);
    *ret = (uid_t)number;
    return *text >= '0' && *text <= '9' && *end == '\0' && errno == 0 && number <= UINT32_MAX;
}

/* Reads a line, OWNER:FIRST:COUNT. Returns 1, 0 if it is no range, or -ENOMEM. */
static int parse(char *line, struct subid_range *ret)
{
    const char *owner, *first, *count;

    line[strcspn(line, "\n")] = '\0';
    owner = strsep(&line, ":");
    first = strsep(&line, ":");
    count = strsep(&line, ":");
    if (!count || line || !*owner || !read_number(first, 0, &ret->first) ||
        !read_number(count, 0, &ret->count))
        return 0;
    ret->owner = strdup(owner);
    return ret->owner ? 1 : -ENOMEM;
}

static int add(struct subids *subids, struct subid_range range)
{
    struct subid_range *ranges =
        reallocarray(subids->ranges, subids->count + 1, sizeof *subids->ranges);

    if (!ranges) {
        free(range.owner);
        return -ENOMEM;
    }
    subids->ranges = ranges;
    ranges[subids->count++] = range;
    return 0;
}

static int read_lines(struct subids *subids, FILE *file)
{
    struct subid_range range = {0};
    char *line = NULL;
    size_t size = 0;
    int r = 0;

    while (r >= 0 && getline(&line, &size, file) > 0) {
        r = parse(line, &range);
        if (r > 0)
            r = add(subids, range);
    }
    if (r >= 0 && !feof(file))
        r = -errno;
    free(line);
    return r;
}

static int read_file(struct subids *subids, struct stat *ret)
{
    FILE *file = fopen(subids->path, "re");
    int r;

    if (!file)
        return -errno;
    r = fstat(fileno(file), ret) < 0 ? -errno : read_lines(subids, file);
    fclose(file);
    return r;
}

static bool is_same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static int follow(struct subids *subids)
{
    struct stat now;
    int r;

    if (stat(subids->path, &now) < 0)
        now = (struct stat){0};
    if (is_same(&now, &subids->read))
        return 0;
    subids_done(subids);
    subids->read = (struct stat){0};
    r = read_file(subids, &now);
    if (is_exhausted(r))
        return r;
    subids->read = now;
    return 0;
}

/* ---- queries ---- */

static int find_account(struct subid_range *range)
{
    const struct passwd *user;
    uid_t uid = 0;

    if (!read_number(range->owner, 10, &uid)) {
        errno = 0;
        user = getpwnam(range->owner);
        if (!user && is_exhausted(-errno))
            return -errno;
        uid = user ? user->pw_uid : 0;
    }
    range->account = uid == 0 ? range->first : uid;
    free(range->owner);
    range->owner = NULL;
    return 0;
}

int subids_account(struct subids *subids, uid_t uid, uid_t *ret)
{
    int r = follow(subids);

    *ret = uid;
    for (size_t i = 0; r >= 0 && i < subids->count; i++) {
        struct subid_range *range = &subids->ranges[i];

        if (uid < range->first || uid - range->first >= range->count)
            continue;
        if (range->owner)
            r = find_account(range);
        *ret = range->account;
        break;
    }
    return r;
}
