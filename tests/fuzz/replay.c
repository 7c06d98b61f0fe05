/* SPDX-License-Identifier: MIT */
/*
 * replay.c - runs a fuzz target on inputs from files, without libFuzzer
 *
 *   replay-TARGET [FILE|DIRECTORY]…
 *
 * Each argument is a test: an input, or all inputs in a directory. Without arguments, the only test
 * is the target's corpus. The program prints the name of each input before it runs the target,
 * which aborts the program if the input breaks a promise.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fuzz.h"

static _Noreturn void give_up(const char *path)
{
    fprintf(stderr, "%s: %s\n", path, strerror(errno));
    exit(EXIT_FAILURE);
}

static void replay_file(const char *path)
{
    FILE *file = fopen(path, "re");
    struct stat status;
    uint8_t *data;
    size_t size;

    if (!file || fstat(fileno(file), &status) < 0)
        give_up(path);
    size = (size_t)status.st_size;
    data = malloc(size + 1);
    if (!data || fread(data, 1, size, file) != size)
        give_up(path);
    fclose(file);
    /* If this input aborts the program, its name is the last line of the output. */
    fprintf(stderr, "# %s\n", path);
    LLVMFuzzerTestOneInput(data, size);
    free(data);
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* Replays all inputs in a directory. Returns their number. */
static int replay_directory(const char *path)
{
    struct dirent **entries;
    int count = scandir(path, &entries, is_visible, alphasort);

    if (count < 0)
        give_up(path);
    for (int i = 0; i < count; i++) {
        char *name;

        if (asprintf(&name, "%s/%s", path, entries[i]->d_name) < 0)
            give_up(path);
        replay_file(name);
        free(name);
        free(entries[i]);
    }
    free(entries);
    return count;
}

/* Replays an input, or all inputs in a directory. Returns their number. */
static int replay(const char *path)
{
    struct stat status;

    if (stat(path, &status) < 0)
        give_up(path);
    if (S_ISDIR(status.st_mode))
        return replay_directory(path);
    replay_file(path);
    return 1;
}

static void report(int number, const char *path)
{
    int inputs = replay(path);

    printf("%sok %d - %d inputs of %s\n", inputs > 0 ? "" : "not ", number, inputs, path);
}

int main(int argc, char **argv)
{
    const char *source = getenv("srcdir");
    char *corpus;

    printf("1..%d\n", argc > 1 ? argc - 1 : 1);
    for (int i = 1; i < argc; i++)
        report(i, argv[i]);
    if (argc > 1)
        return EXIT_SUCCESS;
    if (asprintf(&corpus, "%s/tests/fuzz/corpus/%s", source ? source : ".", CORPUS) < 0)
        give_up(CORPUS);
    report(1, corpus);
    free(corpus);
    return EXIT_SUCCESS;
}
