/* SPDX-License-Identifier: MIT */
/*
 * client.c - a client as people write it for the exercise, with the dialect and the faults asked
 * for
 *
 *   client [KEY=VALUE...] PID STRING     README.md lists keys and values
 *
 * The exit status is 0 once everything was sent, and 1 if the server has ended or gives no answer.
 */

#include <err.h>
#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "dialect.h"
#include "microseconds.h"

/* For a text of 64 KiB. */
#define MOST_SIGNALS (8 * 65536 + 128)

static struct dialect dialect;
static pid_t server;
static size_t total; /* bits sent, without a ping */
static volatile sig_atomic_t is_answered;

/* WAY_CHAIN: all signals of the message, and how many of them have been sent. */
static int chain[MOST_SIGNALS];
static size_t chained;
static volatile sig_atomic_t links;

/*
 * Sends the next signal of the message, and behind the last one a bit 0. Nothing tells the client
 * that the message is complete but an answer that is not the one to a bit, or one more of these.
 */
static void send_link(int answer)
{
    size_t next = (size_t)links;

    if (answer != signal_number(dialect.answer_bit) || next > chained)
        _exit(0);
    links++;
    kill(server, next < chained ? chain[next] : dialect_signal(&dialect, 0));
}

static void on_answer(int signal)
{
    int saved = errno;

    is_answered = 1;
    if (dialect.way == WAY_CHAIN)
        send_link(signal);
    errno = saved;
}

static void catch_answers(void)
{
    struct sigaction action = {.sa_handler = on_answer};

    sigemptyset(&action.sa_mask);
    sigaddset(&action.sa_mask, SIGUSR1);
    sigaddset(&action.sa_mask, SIGUSR2);
    sigaction(SIGUSR1, &action, NULL);
    sigaction(SIGUSR2, &action, NULL);
}

/* ---- the server, as /proc shows it ---- */

static bool read_status(char *ret_state, uint64_t *ret_pending, uint64_t *ret_caught)
{
    char path[64], line[256];
    unsigned long long mask;
    FILE *status;

    snprintf(path, sizeof path, "/proc/%d/status", server);
    status = fopen(path, "r");
    if (!status)
        return false;
    *ret_pending = *ret_caught = 0;
    while (fgets(line, sizeof line, status)) {
        (void)sscanf(line, "State: %c", ret_state);
        if (sscanf(line, "ShdPnd: %llx", &mask) == 1 || sscanf(line, "SigPnd: %llx", &mask) == 1 ||
            sscanf(line, "SigBlk: %llx", &mask) == 1)
            *ret_pending |= mask;
        if (sscanf(line, "SigCgt: %llx", &mask) == 1)
            *ret_caught = mask;
    }
    fclose(status);
    return true;
}

static uint64_t both_signals(void)
{
    return UINT64_C(1) << (SIGUSR1 - 1) | UINT64_C(1) << (SIGUSR2 - 1);
}

static bool is_idle(void)
{
    char state = '?';
    uint64_t pending, caught;

    if (!read_status(&state, &pending, &caught) || state == 'Z')
        errx(1, "the server has ended");
    return state == 'S' && (pending & both_signals()) == 0;
}

static bool is_catching(void)
{
    char state;
    uint64_t pending, caught;

    return server > 0 && read_status(&state, &pending, &caught) &&
           (caught & both_signals()) == both_signals();
}

/* ---- waiting ---- */

static int64_t microseconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

/* Waits for the next signal, as pause(2). The race, forced: the answer has been there before. */
static void wait_by_pause(void)
{
    while (dialect.is_held && !is_answered)
        sleep_microseconds(1000);
    pause();
}

static void wait_by_flag(void)
{
    while (!is_answered)
        pause();
}

static void signal_server(int signal)
{
    if (kill(server, signal) < 0)
        err(1, "cannot signal %d", server);
}

/* Twice: first neither signal is pending, and after that the server sleeps. */
static bool is_deaf(void)
{
    bool was_idle = is_idle();

    return is_idle() && was_idle;
}

static void wait_by_poll(int signal)
{
    int64_t start = microseconds();

    for (int i = 1; !is_answered; i++) {
        if (dialect.limit > 0 && microseconds() - start > dialect.limit)
            errx(1, "no answer");
        sleep_microseconds(dialect.sleep);
        if (dialect.is_sending_again && i % 10 == 0 && is_deaf() && !is_answered)
            signal_server(signal);
    }
}

static void wait_by_suspend(const sigset_t *before)
{
    while (!is_answered)
        sigsuspend(before);
}

static void wait_until_idle(void)
{
    while (!is_deaf())
        sched_yield();
}

static bool is_to_be_answered(bool is_ping)
{
    if (dialect.wait == WAIT_OCTET)
        return total % 8 == 0;
    return dialect.wait == WAIT_BIT || (is_ping && dialect.wait != WAIT_NONE);
}

static void block_both(sigset_t *ret_before)
{
    sigset_t both;

    sigemptyset(&both);
    sigaddset(&both, SIGUSR1);
    sigaddset(&both, SIGUSR2);
    sigprocmask(SIG_BLOCK, &both, ret_before);
}

static void send_and_wait(int signal)
{
    sigset_t before;

    is_answered = 0;
    if (dialect.way == WAY_SUSPEND) {
        block_both(&before);
        signal_server(signal);
        wait_by_suspend(&before);
        sigprocmask(SIG_SETMASK, &before, NULL);
    } else {
        signal_server(signal);
        if (dialect.is_clearing)
            is_answered = 0;
        if (dialect.way == WAY_PAUSE)
            wait_by_pause();
        else if (dialect.way == WAY_FLAG)
            wait_by_flag();
        else
            wait_by_poll(signal);
    }
}

static void send_signal(int signal, bool is_ping)
{
    if (dialect.way == WAY_CHAIN) {
        if (chained == MOST_SIGNALS)
            errx(1, "the text is too long");
        chain[chained++] = signal;
        return;
    }
    if (is_to_be_answered(is_ping)) {
        send_and_wait(signal);
        return;
    }
    signal_server(signal);
    if (dialect.wait == WAIT_IDLE)
        wait_until_idle();
    else
        sleep_microseconds(dialect.sleep);
}

/* ---- a message ---- */

static void send_bits(uint64_t value, int width)
{
    for (int i = 0; i < width; i++) {
        int place = dialect.is_least_first ? i : width - 1 - i;
        bool is_lost = dialect.is_signed && value > CHAR_MAX && width == 8;

        total++;
        send_signal(dialect_signal(&dialect, is_lost ? 0 : (int)(value >> place & 1)), false);
    }
}

static void send_text(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        send_bits((unsigned char)text[i], dialect_width(&dialect));
}

static void send_digits(size_t length)
{
    char digits[32];

    snprintf(digits, sizeof digits, "%010zu", length);
    for (const char *c = digits; *c; c++)
        send_bits((unsigned char)*c, 8);
}

/* The number in this part of a message with this text. */
static uint64_t value_of(enum part part, size_t length)
{
    switch (part) {
    case PART_PID31:
    case PART_PID32:
        return (uint64_t)getpid();
    case PART_LEN32:
    case PART_LEN64:
        return length;
    case PART_LEN32N:
        return length + 1;
    case PART_LEN64LE:
        return dialect.is_least_first ? length : __builtin_bswap64(length);
    case PART_NEWLINE:
        return '\n';
    case PART_EOT:
        return 4;
    case PART_FF:
        return 0xff;
    case PART_ONE:
        return 1;
    case PART_PING:
    case PART_ZERO:
    case PART_ASC10:
    case PART_TEXT:
    case PART_TEXT7:
    case PART_NUL:
    case PARTS:
        break;
    }
    return 0;
}

static void send_part(enum part part, const char *text)
{
    size_t length = strlen(text);

    if (part == PART_PING)
        send_signal(SIGUSR1, true);
    else if (part == PART_TEXT || part == PART_TEXT7)
        send_text(text, length);
    else if (part == PART_ASC10)
        send_digits(length);
    else
        send_bits(value_of(part, length), dialect_bits(&dialect, part));
}

int main(int argc, char **argv)
{
    int options = dialect_read(&dialect, argv + 1);

    if (argc - 1 - options != 2)
        errx(EX_USAGE, "usage: client [KEY=VALUE...] PID STRING");
    server = atoi(argv[argc - 2]);
    if (dialect.is_checking && !is_catching())
        errx(1, "process %s does not catch both signals", argv[argc - 2]);
    catch_answers();
    for (size_t i = 0; i < dialect.part_count; i++)
        send_part(dialect.parts[i], argv[argc - 1]);
    if (dialect.way == WAY_CHAIN)
        send_link(signal_number(dialect.answer_bit));
    sleep_microseconds(dialect.linger);
    while (dialect.is_staying || dialect.way == WAY_CHAIN)
        pause();
    return 0;
}
