/* SPDX-License-Identifier: MIT */
/*
 * examples.c - runs the functions of minitalk-howto(7)
 *
 *   examples arrivals N          prints how many of N signals arrive
 *   examples race WAY WHEN       sends a bit and waits for its answer in this WAY: pause, poll,
 *                                take or handler; the answer comes before the wait (WHEN is early)
 *                                or during the wait (late)
 *   examples depth masked|bare   prints how many handlers run at once, with catch_both() or with an
 *                                empty sa_mask
 *   examples print STRING        sends STRING to on_bit(), which prints it
 *   examples errno               prints errno after a handler that has failed to answer
 *   examples nobody              prints the signals that this process gets if on_bit() has no PID
 *   examples third               prints if a signal of a third process counts as an answer
 *   examples pid TEXT            prints the PID that parse_pid() takes TEXT for
 *   examples prepared PID        prints if is_prepared() says that PID is safe
 *   examples numbers             prints the signals of the bits 0 and 1, and the bits of these
 *   examples bits STRING         prints the bits of STRING
 *   examples signed              prints '>> 7' and '% 2' of a negative char
 *   examples speed PID           prints the microseconds that a bit takes to this server
 *
 * The servers are children of this program, and end with it.
 */

#include <err.h>
#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "examples.h"

/* ---- races, forced ---- */

static bool (*is_answer_there)(void); /* NULL: waits begin at once */

static bool has_answered(void)
{
    return answered;
}

static bool is_pending(void)
{
    sigset_t set;

    sigpending(&set);
    return sigismember(&set, SIGUSR1);
}

static bool has_begun(void)
{
    return outgoing_bit >= 2;
}

static void block_or_unblock_answers(int how)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(how, &set, NULL);
}

/*
 * Lets the answer arrive where it could on a busy machine: after the last look at a flag, and
 * before the wait. Until then, show_race() has blocked it. A client that blocks its answers by
 * itself finds it pending.
 */
static void hold(void)
{
    if (!is_answer_there)
        return;
    if (is_answer_there != is_pending)
        block_or_unblock_answers(SIG_UNBLOCK);
    while (!is_answer_there())
        sched_yield();
    is_answer_there = NULL;
    puts("the answer came before the wait");
    fflush(stdout);
}

/* The functions of libc that wait, with the hold before them. */

int pause(void)
{
    sigset_t mask;

    hold();
    sigprocmask(SIG_BLOCK, NULL, &mask);
    return sigsuspend(&mask);
}

int usleep(useconds_t useconds)
{
    struct timespec time = {.tv_nsec = useconds * 1000L};

    hold();
    return nanosleep(&time, NULL);
}

/* On 32-bit machines, a time_t has 64 bits or 32, and each size has its own system call. */
#ifdef SYS_rt_sigtimedwait_time64
#define SYS_TAKE (sizeof(time_t) > sizeof(long) ? SYS_rt_sigtimedwait_time64 : SYS_rt_sigtimedwait)
#else
#define SYS_TAKE SYS_rt_sigtimedwait
#endif

int sigtimedwait(const sigset_t *set, siginfo_t *info, const struct timespec *timeout)
{
    hold();
    return (int)syscall(SYS_TAKE, set, info, timeout, _NSIG / 8);
}

/* ---- servers ---- */

/* start(SERVE): starts a child that blocks both signals and calls SERVE. */
static pid_t start(void (*serve)(void))
{
    sigset_t both, before;
    pid_t pid;

    sigemptyset(&both);
    sigaddset(&both, SIGUSR1);
    sigaddset(&both, SIGUSR2);
    sigprocmask(SIG_BLOCK, &both, &before);
    pid = fork();
    if (pid < 0)
        err(EX_OSERR, "cannot fork");
    if (pid == 0) {
        is_answer_there = NULL;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        serve();
        _exit(0);
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    return pid;
}

static void answer_late(void)
{
    siginfo_t info;

    for (;;) {
        if (take(&info, 1000) < 0 || info.si_pid <= 0)
            continue;
        while (!is_idle(info.si_pid))
            sched_yield();
        kill(info.si_pid, SIGUSR1);
    }
}

static void answer_the_first_at_once(void)
{
    siginfo_t info;

    if (take(&info, 1000) > 0 && info.si_pid > 0)
        kill(info.si_pid, SIGUSR1);
    answer_late();
}

static void print_bits(void)
{
    sigset_t none;

    catch_both(on_bit);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    for (;;)
        pause();
}

static void send_from_elsewhere(void)
{
    kill(getppid(), SIGUSR1);
}

/* ---- what the tests ask for ---- */

static void show_arrivals(const char *n)
{
    printf("%d\n", count_arrivals(atoi(n)));
}

static void catch_answers(void)
{
    struct sigaction action = {.sa_handler = on_answer};

    sigaction(SIGUSR1, &action, NULL);
}

static void show_race(const char *way, bool is_early)
{
    pid_t server = start(is_early ? answer_the_first_at_once : answer_late);

    if (is_early)
        block_or_unblock_answers(SIG_BLOCK);
    if (strcmp(way, "take") == 0) {
        block_both();
        is_answer_there = is_early ? is_pending : NULL;
        if (!send_once(server, SIGUSR1))
            errx(1, "no answer");
    } else if (strcmp(way, "handler") == 0) {
        outgoing = "x";
        is_answer_there = is_early ? has_begun : NULL;
        catch_both(send_next);
        kill(server, signal_of(bit_at(outgoing, outgoing_bit++)));
        for (;;)
            pause();
    } else {
        catch_answers();
        is_answer_there = is_early ? has_answered : NULL;
        if (strcmp(way, "pause") == 0)
            send_and_pause(server, SIGUSR1);
        else if (!send_and_poll(server, SIGUSR1))
            errx(1, "no answer");
    }
}

static int depth, deepest;

static void interrupt_oneself(int number, siginfo_t *info, void *context)
{
    static bool is_first = true;

    (void)info;
    (void)context;
    if (++depth > deepest)
        deepest = depth;
    if (is_first) {
        is_first = false;
        kill(getpid(), number == SIGUSR1 ? SIGUSR2 : SIGUSR1);
    }
    depth--;
}

static void show_depth(bool is_masked)
{
    struct sigaction bare = {.sa_sigaction = interrupt_oneself, .sa_flags = SA_SIGINFO};

    catch_both(interrupt_oneself);
    if (!is_masked) {
        sigaction(SIGUSR1, &bare, NULL);
        sigaction(SIGUSR2, &bare, NULL);
    }
    kill(getpid(), SIGUSR1);
    printf("%d\n", deepest);
}

static void show_print(const char *text)
{
    pid_t server = start(print_bits);

    block_both();
    for (size_t i = 0; i < 8 * strlen(text); i++)
        if (!send_once(server, signal_of(bit_at(text, i))))
            errx(1, "no answer to bit %zu", i);
}

static void show_errno(void)
{
    siginfo_t info = {.si_signo = SIGUSR1};

    info.si_pid = INT_MAX; /* above the largest PID of Linux */
    errno = 0;
    on_bit(SIGUSR1, &info, NULL);
    printf("%d\n", errno);
}

static void show_nobody(void)
{
    siginfo_t info = {.si_signo = SIGUSR1};

    block_both();
    on_bit(SIGUSR1, &info, NULL);
    printf("%d\n", take(&info, 0));
}

static void show_third(void)
{
    block_both();
    is_answer_there = is_pending;
    start(send_from_elsewhere);
    puts(is_answered(getpid(), 0) ? "an answer" : "no answer");
}

static void show_numbers(void)
{
    printf("%d %d %d %d\n", signal_of(0), signal_of(1), bit_of(SIGUSR1), bit_of(SIGUSR2));
}

static void show_bits(const char *text)
{
    for (size_t i = 0; i < 8 * strlen(text); i++)
        putchar('0' + bit_at(text, i));
    putchar('\n');
}

static void show_signed(void)
{
    volatile signed char octet = (signed char)0xc3;

    /* cppcheck-suppress shiftNegativeLHS ; the page tells what it does on Linux */
    printf("%d %d\n", octet >> 7, octet % 2);
}

static void show_speed(pid_t server)
{
    block_both();
    printf("%.1f\n", microseconds_per_bit(server, "a hundred characters or so, to have a mean"));
}

int main(int argc, char **argv)
{
    const char *command = argc > 1 ? argv[1] : "";
    const char *argument = argc > 2 ? argv[2] : "";

    if (strcmp(command, "arrivals") == 0)
        show_arrivals(argument);
    else if (strcmp(command, "race") == 0 && argc == 4)
        show_race(argument, strcmp(argv[3], "early") == 0);
    else if (strcmp(command, "depth") == 0)
        show_depth(strcmp(argument, "masked") == 0);
    else if (strcmp(command, "print") == 0)
        show_print(argument);
    else if (strcmp(command, "errno") == 0)
        show_errno();
    else if (strcmp(command, "nobody") == 0)
        show_nobody();
    else if (strcmp(command, "third") == 0)
        show_third();
    else if (strcmp(command, "pid") == 0)
        printf("%d\n", parse_pid(argument));
    else if (strcmp(command, "prepared") == 0)
        puts(is_prepared(atoi(argument)) ? "yes" : "no");
    else if (strcmp(command, "numbers") == 0)
        show_numbers();
    else if (strcmp(command, "bits") == 0)
        show_bits(argument);
    else if (strcmp(command, "signed") == 0)
        show_signed();
    else if (strcmp(command, "speed") == 0)
        show_speed(parse_pid(argument));
    else
        errx(EX_USAGE, "unknown command '%s'", command);
    return 0;
}
