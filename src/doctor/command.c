/* SPDX-License-Identifier: MIT */
/* command.c - see command.h */

#include "doctor/command.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wordexp.h>

static int look_at(const char *path)
{
    struct stat stat_of_file;

    if (stat(path, &stat_of_file) < 0 || access(path, X_OK) < 0)
        return -errno;
    if (S_ISDIR(stat_of_file.st_mode))
        return -EISDIR;
    return S_ISREG(stat_of_file.st_mode) ? 0 : -EACCES;
}

/* An empty folder in PATH is the working directory. */
static int look_in_path(const char *name)
{
    const char *at = getenv("PATH");
    int result = -ENOENT;
    char path[PATH_MAX];

    while (at) {
        int length = (int)strcspn(at, ":"), r;

        snprintf(path, sizeof path, "%.*s%s%s", length, at, length > 0 ? "/" : "./", name);
        r = look_at(path);
        if (r == 0)
            return 0;
        if (r == -EACCES)
            result = r;
        at = at[length] ? at + length + 1 : NULL;
    }
    return result;
}

int command_look_up(const char *command)
{
    wordexp_t words;
    int r = wordexp(command, &words, WRDE_NOCMD);

    if (r != 0)
        return 0;
    if (words.we_wordc == 0)
        r = -ENOENT;
    else if (strchr(words.we_wordv[0], '/'))
        r = look_at(words.we_wordv[0]);
    else
        r = look_in_path(words.we_wordv[0]);
    wordfree(&words);
    return r;
}

bool command_lacks_quotes(const char *command)
{
    return command_look_up(command) < 0 && look_at(command) == 0;
}
