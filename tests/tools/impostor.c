/* SPDX-License-Identifier: MIT */
/*
 * impostor.c - a false daemon: takes SIGUSR1 and SIGUSR2, but logs nothing
 *
 *   impostor [--name=NAME] [--handle] [--pidfile=PATH] [--refuse=REPLY | --queue=TIMES]
 *
 *   --name=NAME     sets the name of the process
 *   --handle        installs handlers for both signals; otherwise the program blocks them
 *   --pidfile=PATH  holds the record lock on this pidfile, as minitalkd does, and writes its PID
 *   --refuse=REPLY  sends this reply, a number of word.h, to each probe
 *   --queue=TIMES   tells its only sender to wait, TIMES times; after that, replies to each probe
 *                   with a stale go, which has the nonce of the last probe that was told to wait
 *
 * The program prints its PID when it is ready. SIGTERM ends it. It then prints the number of plain
 * signals and the number of queued signals that it took of the two.
 */

#include <err.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sysexits.h>
#include <unistd.h>

#include "protocol/word.h"

static volatile sig_atomic_t plain, queued, ended;

static void count(int number, siginfo_t *info, void *context)
{
    (void)context;
    if (number == SIGTERM)
        ended = 1;
    else if (info->si_code == SI_QUEUE)
        queued++;
    else
        plain++;
}

static void handle(int number)
{
    struct sigaction action = {.sa_sigaction = count, .sa_flags = SA_SIGINFO};

    if (sigaction(number, &action, NULL) < 0)
        err(EX_OSERR, "sigaction");
}

static void hold(const char *path)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    if (fd < 0 || fcntl(fd, F_SETLK, &lock) < 0 || dprintf(fd, "%d", (int)getpid()) < 0)
        err(EX_OSERR, "%s", path);
}

static void tell(pid_t pid, enum reply_code reply, uint16_t nonce)
{
    union sigval word = {0};

    word.sival_int = (int)reply_pack((struct reply){.code = reply, .nonce = nonce});
    if (sigqueue(pid, SIGUSR2, word) < 0)
        err(EX_OSERR, "sigqueue");
}

/* With --queue, *times is 0 or more and reason is 0. Otherwise *times is -1. */
static void reply_to(const siginfo_t *probe_signal, enum reply_code reason, long *times)
{
    static uint16_t heard;
    struct probe probe;

    if (probe_signal->si_code != SI_QUEUE ||
        !probe_unpack((uint32_t)probe_signal->si_value.sival_int, &probe))
        return;
    if (reason > 0) {
        tell(probe_signal->si_pid, reason, probe.nonce);
    } else if (*times > 0) {
        --*times;
        heard = probe.nonce;
        tell(probe_signal->si_pid, REPLY_WAIT, heard);
    } else if (*times == 0) {
        tell(probe_signal->si_pid, REPLY_GO, heard);
    }
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"name", required_argument, NULL, 'n'},    {"handle", no_argument, NULL, 'h'},
        {"pidfile", required_argument, NULL, 'p'}, {"refuse", required_argument, NULL, 'r'},
        {"queue", required_argument, NULL, 'q'},   {NULL, 0, NULL, 0},
    };
    enum reply_code reason = 0;
    bool handles = false;
    long times = -1;
    sigset_t waited, none;
    int c;

    while ((c = getopt_long(argc, argv, "", options, NULL)) >= 0) {
        switch (c) {
        case 'n':
            prctl(PR_SET_NAME, optarg);
            break;
        case 'h':
            handles = true;
            break;
        case 'p':
            hold(optarg);
            break;
        case 'r':
            reason = (enum reply_code)strtol(optarg, NULL, 10);
            break;
        case 'q':
            times = strtol(optarg, NULL, 10);
            break;
        default:
            return EX_USAGE;
        }
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);

    sigemptyset(&none);
    sigemptyset(&waited);
    sigaddset(&waited, SIGTERM);
    handle(SIGTERM);
    if (handles) {
        handle(SIGUSR1);
        handle(SIGUSR2);
    } else {
        sigaddset(&waited, SIGUSR1);
        sigaddset(&waited, SIGUSR2);
        /*
         * /proc/PID/status always shows an ignored signal. It does not show a blocked signal while
         * the process sleeps in sigwaitinfo(2) for that signal.
         */
        signal(SIGUSR1, SIG_IGN);
        signal(SIGUSR2, SIG_IGN);
    }
    sigprocmask(SIG_BLOCK, &waited, NULL);
    printf("%d\n", (int)getpid());
    fflush(stdout);
    while (!ended) {
        siginfo_t info;
        int number;

        if (handles) {
            sigsuspend(&none);
            continue;
        }
        number = sigwaitinfo(&waited, &info);
        if (number <= 0)
            continue;
        count(number, &info, NULL);
        reply_to(&info, reason, &times);
    }
    printf("%d plain, %d queued\n", (int)plain, (int)queued);
    return 0;
}
