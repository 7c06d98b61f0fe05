/* SPDX-License-Identifier: MIT */
/*
 * stopwatch.c - measures how long a command takes as a process, from its start to its end
 *
 *   stopwatch [-n RUNS] [-a AT_ONCE] [-i FILE] COMMAND [ARGUMENT...]
 *
 * Starts AT_ONCE (1) processes of the command at the same time and waits for all of them, RUNS (1)
 * times. Each process has FILE (/dev/null) as its standard input. Prints a line for each process:
 * microseconds from its start to its end, microseconds of processor time, and the number of context
 * switches. Fails if a process fails.
 */

#include <bsd/stdlib.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "host/monotonic.h"

#define AT_ONCE_MAX 4096

static struct {
    pid_t pid;
    uint64_t start;
} processes[AT_ONCE_MAX];

static pid_t start(const char *input, char **command)
{
    posix_spawn_file_actions_t actions;
    pid_t pid;

    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, input, O_RDONLY, 0);
    errno = posix_spawnp(&pid, *command, &actions, NULL, command, environ);
    if (errno != 0)
        err(EX_UNAVAILABLE, "%s", *command);
    posix_spawn_file_actions_destroy(&actions);
    return pid;
}

static uint64_t microseconds(struct timeval time)
{
    return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_usec;
}

static void report(pid_t pid, unsigned count, int status, const struct rusage *usage)
{
    uint64_t now = monotonic_now();
    unsigned i = 0;

    if (status != 0)
        errx(EX_SOFTWARE, "process %d ended with status 0x%x", (int)pid, (unsigned)status);
    while (i < count && processes[i].pid != pid)
        i++;
    printf("%" PRIu64 " %" PRIu64 " %ld\n", (now - processes[i].start) / NSEC_PER_USEC,
           microseconds(usage->ru_utime) + microseconds(usage->ru_stime),
           usage->ru_nvcsw + usage->ru_nivcsw);
}

static void run(unsigned at_once, const char *input, char **command)
{
    for (unsigned i = 0; i < at_once; i++) {
        processes[i].start = monotonic_now();
        processes[i].pid = start(input, command);
    }
    for (unsigned i = 0; i < at_once; i++) {
        struct rusage usage;
        int status;
        pid_t pid = wait4(-1, &status, 0, &usage);

        if (pid < 0)
            err(EX_OSERR, "wait4");
        report(pid, at_once, status, &usage);
    }
}

static unsigned parse_count(const char *argument, unsigned most)
{
    const char *error;
    long long count = strtonum(argument, 1, most, &error);

    if (error)
        errx(EX_USAGE, "'%s' is %s; give a number from 1 to %u", argument, error, most);
    return (unsigned)count;
}

int main(int argc, char **argv)
{
    unsigned runs = 1, at_once = 1;
    const char *input = "/dev/null";
    int c;

    while ((c = getopt(argc, argv, "+n:a:i:")) >= 0) {
        switch (c) {
        case 'n':
            runs = parse_count(optarg, 1000000);
            break;
        case 'a':
            at_once = parse_count(optarg, AT_ONCE_MAX);
            break;
        case 'i':
            input = optarg;
            break;
        default:
            return EX_USAGE;
        }
    }
    if (optind == argc)
        errx(EX_USAGE, "usage: stopwatch [-n RUNS] [-a AT_ONCE] [-i FILE] COMMAND [ARGUMENT...]");
    while (runs-- > 0)
        run(at_once, input, argv + optind);
    return 0;
}
