/* SPDX-License-Identifier: MIT */
/*
 * stray.c - floods a process with signals that belong to no session
 *
 *   stray plain PID...          SIGUSR1 and SIGUSR2 on both lanes, at random, to each PID in turn
 *   stray words PID CLAIMED     queued SIGUSR1 and SIGUSR2 that claim to come from process CLAIMED,
 *                               with words that minitalk does not know
 *   stray probes PID CLAIMED    the same, with words that minitalk-send might send
 *   stray replies PID CLAIMED   the same, with words that minitalkd might send
 *
 * The program runs at full speed until a process has ended, until it is killed, or until its parent
 * ends.
 */

#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sysexits.h>
#include <unistd.h>

#include "protocol/word.h"

static uint32_t unknown_word(uint32_t random)
{
    struct reply reply;
    struct probe probe;

    while (reply_unpack(random, &reply) || probe_unpack(random, &probe))
        random = random * 1664525u + 1013904223u;
    return random;
}

static uint32_t likely_probe(uint32_t random)
{
    return probe_pack((struct probe){.ask = random & 1 ? ASK_START : ASK_RESUME,
                                     .nonce = (uint16_t)(random >> 16)});
}

static uint32_t likely_reply(uint32_t random)
{
    return reply_pack((struct reply){.code = (enum reply_code)(1 + random % REPLY_LAST),
                                     .count = (uint16_t)(random >> 4),
                                     .nonce = (uint16_t)(random >> 16)});
}

static const struct {
    const char *name;
    uint32_t (*word)(uint32_t random); /* NULL: plain signals */
} modes[] = {
    {"plain", NULL},
    {"words", unknown_word},
    {"probes", likely_probe},
    {"replies", likely_reply},
};

#define MODES (sizeof modes / sizeof modes[0])

static int send_plain(pid_t pid, uint32_t random)
{
    int number = random & 1 ? SIGUSR2 : SIGUSR1;

    return random & 2 ? kill(pid, number) : tgkill(pid, pid, number);
}

static int send_word(pid_t pid, pid_t claimed, int number, uint32_t word)
{
    siginfo_t info = {.si_signo = number, .si_code = SI_QUEUE};

    info.si_pid = claimed;
    info.si_uid = getuid();
    info.si_value.sival_int = (int)word;
    return (int)syscall(SYS_rt_sigqueueinfo, pid, number, &info);
}

static pid_t parse_pid(const char *text)
{
    pid_t pid = atoi(text);

    if (pid <= 0)
        errx(EX_USAGE, "'%s' is not a PID", text);
    return pid;
}

static int flood_plainly(char **pids)
{
    int r = 0;

    for (; *pids && r == 0; pids++)
        r = send_plain(parse_pid(*pids), arc4random());
    return r;
}

int main(int argc, char **argv)
{
    size_t mode = 0;
    int r;

    while (argc > 1 && mode < MODES && strcmp(argv[1], modes[mode].name) != 0)
        mode++;
    if (argc < 3 || mode == MODES || (modes[mode].word && argc != 4))
        errx(EX_USAGE, "usage: stray plain PID... | stray words|probes|replies PID CLAIMED");
    prctl(PR_SET_PDEATHSIG, SIGKILL);

    do {
        uint32_t random = arc4random();

        if (modes[mode].word)
            r = send_word(parse_pid(argv[2]), parse_pid(argv[3]), random & 8 ? SIGUSR2 : SIGUSR1,
                          modes[mode].word(random));
        else
            r = flood_plainly(argv + 2);
    } while (r == 0 || errno == EAGAIN);
    if (errno != ESRCH)
        err(EX_OSERR, "cannot signal");
    return 0;
}
