/* SPDX-License-Identifier: MIT */
/*
 * server.c - a server as people write it for the exercise, with the dialect and the faults asked
 * for
 *
 *   server [KEY=VALUE...]     README.md lists keys and values
 *
 * The server prints its PID, and then each message that it receives. All work is done in the
 * handler of both signals, as most such servers do it. The handler calls only functions of
 * signal-safety(7), but with buffered=yes.
 */

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "dialect.h"
#include "microseconds.h"

#define MOST_RECEIVERS 16
#define MOST_WAITING 16
#define UNKNOWN SIZE_MAX

/* A message that is being received. All 0 is its start. */
struct receiver {
    pid_t pid;
    int bits;     /* bits received of this part, or of this octet of the text */
    size_t part;  /* index of the part that is being received */
    size_t total; /* bits received of the message, without a ping */
    uint64_t value;
    size_t length;
    size_t used;
    bool has_length;
    char text[64 * 1024];
};

enum taken { TAKEN_BIT, TAKEN_OCTET, TAKEN_END, TAKEN_PING };

static struct dialect dialect;
static struct receiver receivers[MOST_RECEIVERS];
static pid_t waiting[MOST_WAITING]; /* SENDERS_TURNS: those whose ping has no answer yet */
static size_t waiting_count;
static pid_t first_pid;
static int left_over; /* bits that a new sender begins with */
static volatile sig_atomic_t entries;
static volatile sig_atomic_t noted, noted_pid; /* the last signal, and its sender */

static void write_all(const char *text, size_t length)
{
    if (dialect.is_buffered) {
        /* not safe in a handler, as in such programs */
        if (fwrite(text, 1, length, stdout) < length)
            _exit(1);
        return;
    }
    while (length > 0) {
        ssize_t n = write(STDOUT_FILENO, text, length);

        if (n < 0 && errno != EINTR)
            _exit(1);
        if (n > 0) {
            text += n;
            length -= (size_t)n;
        }
    }
}

/* ---- a message ---- */

static bool is_text(enum part part)
{
    return part == PART_TEXT || part == PART_TEXT7;
}

/* The octet that ends a text without a length, or -1. */
static int terminator(void)
{
    for (size_t i = 0; i < dialect.part_count; i++) {
        if (dialect.parts[i] == PART_NUL)
            return 0;
        if (dialect.parts[i] == PART_EOT)
            return 4;
        if (dialect.parts[i] == PART_FF)
            return 0xff;
    }
    return -1;
}

static void flush_text(struct receiver *receiver)
{
    write_all(receiver->text, receiver->used);
    receiver->used = 0;
}

static void print_message(struct receiver *receiver)
{
    if (dialect.is_deaf && receiver->text[0] == 'F')
        return;
    flush_text(receiver);
    for (const char *c = dialect.after; *c; c++)
        write_all(*c == 'n' ? "\n" : "", 1);
}

/* Adds one octet to the text. A text without an end is printed at once. */
static void add_octet(struct receiver *receiver, char octet)
{
    receiver->text[receiver->used++] = octet;
    if (dialect.part_count == 1 || dialect.is_live || receiver->used == sizeof receiver->text)
        flush_text(receiver);
}

/* True if no bits come for this part: a text may be empty, and the newline is received with it. */
static bool is_passed_over(const struct receiver *receiver)
{
    enum part part = dialect.parts[receiver->part];

    return part == PART_NEWLINE || (is_text(part) && receiver->has_length && receiver->length == 0);
}

/* Goes on to the next part that has bits. */
static void next_part(struct receiver *receiver)
{
    receiver->bits = 0;
    receiver->value = 0;
    do
        receiver->part++;
    while (receiver->part < dialect.part_count && is_passed_over(receiver));
}

static void take_text_bit(struct receiver *receiver)
{
    int octet;

    if (receiver->bits < dialect_width(&dialect))
        return;
    octet = (int)receiver->value;
    receiver->bits = 0;
    receiver->value = 0;
    if (!receiver->has_length && octet == terminator()) {
        next_part(receiver);
        next_part(receiver); /* this was the terminator */
        return;
    }
    add_octet(receiver, (char)octet);
    if (receiver->has_length && --receiver->length == 0)
        next_part(receiver);
}

static uint64_t number_of(enum part part, uint64_t value)
{
    return part == PART_LEN64LE && !dialect.is_least_first ? __builtin_bswap64(value) : value;
}

/* The number of ten digits is received octet by octet. */
static void take_digit_bit(struct receiver *receiver)
{
    if (receiver->total % 8 != 0)
        return;
    receiver->length = receiver->length * 10 + (receiver->value & 0xf);
    receiver->value = 0;
    receiver->has_length = true;
}

static void take_part_bit(struct receiver *receiver, enum part part)
{
    if (part == PART_ASC10)
        take_digit_bit(receiver);
    if (receiver->bits < dialect_bits(&dialect, part))
        return;
    if (part == PART_LEN32 || part == PART_LEN32N || part == PART_LEN64 || part == PART_LEN64LE) {
        receiver->has_length = true;
        receiver->length = (size_t)number_of(part, receiver->value) - (part == PART_LEN32N);
    }
    next_part(receiver);
}

static void add_bit(struct receiver *receiver, enum part part, int bit)
{
    int place = part == PART_ASC10 ? receiver->bits % 8 : receiver->bits;

    if (dialect.is_least_first)
        receiver->value |= (uint64_t)bit << place;
    else
        receiver->value = receiver->value << 1 | (uint64_t)bit;
    receiver->bits++;
    receiver->total++;
}

static enum taken take(struct receiver *receiver, int signal)
{
    enum part part = dialect.parts[receiver->part];

    if (part == PART_PING) {
        next_part(receiver);
        return TAKEN_PING;
    }
    add_bit(receiver, part, signal == signal_number(dialect.one));
    if (is_text(part))
        take_text_bit(receiver);
    else
        take_part_bit(receiver, part);
    if (receiver->part == dialect.part_count)
        return TAKEN_END;
    return receiver->total % 8 == 0 ? TAKEN_OCTET : TAKEN_BIT;
}

/* ---- answers ---- */

static int signal_of_answer(enum taken taken)
{
    if (taken == TAKEN_PING && dialect.answer_ping)
        return dialect.answer_ping;
    if (taken == TAKEN_END && dialect.answer_end)
        return dialect.answer_end;
    if (taken != TAKEN_BIT && taken != TAKEN_PING && dialect.answer_octet)
        return dialect.answer_octet;
    return dialect.answer_bit;
}

static void answer(pid_t pid, enum taken taken)
{
    int which = signal_of_answer(taken);

    if (which == 0)
        return;
    if (dialect.delay > 0)
        sleep_microseconds(dialect.delay);
    for (int i = 0; i < (taken == TAKEN_END ? dialect.end_count : 1); i++)
        if (kill(dialect.is_first_pid ? first_pid : pid, signal_number(which)) < 0 &&
            dialect.is_strict)
            _exit(1);
}

/* ---- several senders ---- */

static bool is_gone(pid_t pid)
{
    return kill(pid, 0) < 0 && errno == ESRCH;
}

static struct receiver *receiver_apart(pid_t pid)
{
    struct receiver *spare = NULL;

    for (size_t i = 0; i < MOST_RECEIVERS; i++) {
        if (receivers[i].pid == pid)
            return &receivers[i];
        if (receivers[i].pid == 0 || is_gone(receivers[i].pid))
            spare = &receivers[i];
    }
    if (spare) {
        memset(spare, 0, sizeof *spare);
        spare->bits = left_over;
    }
    return spare;
}

static void begin_turn(pid_t pid)
{
    memset(&receivers[0], 0, sizeof receivers[0]);
    receivers[0].pid = pid;
}

/* The receiver of the process that has the turn. NULL: this process waits for its turn. */
static struct receiver *receiver_of_turn(pid_t pid)
{
    if (receivers[0].pid == 0 || is_gone(receivers[0].pid))
        begin_turn(pid);
    if (receivers[0].pid == pid)
        return &receivers[0];
    if (waiting_count < MOST_WAITING)
        waiting[waiting_count++] = pid;
    return NULL;
}

static struct receiver *receiver_of(pid_t pid)
{
    struct receiver *receiver = &receivers[0];

    if (dialect.senders == SENDERS_APART)
        receiver = receiver_apart(pid);
    else if (dialect.senders == SENDERS_TURNS)
        receiver = receiver_of_turn(pid);
    if (receiver)
        receiver->pid = pid;
    return receiver;
}

/* The next process that waits gets the turn, and the answer to its ping. */
static void end_turn(void)
{
    receivers[0].pid = 0;
    if (waiting_count == 0)
        return;
    begin_turn(waiting[0]);
    memmove(waiting, waiting + 1, --waiting_count * sizeof waiting[0]);
    answer(receivers[0].pid, take(&receivers[0], SIGUSR1));
}

/* ---- the handler ---- */

/* Gives the next signal up to 5 ms to interrupt this handler. */
static void hold(void)
{
    sig_atomic_t before = entries;

    for (int i = 0; i < 5 && entries == before; i++)
        sleep_microseconds(1000);
}

static void finish(struct receiver *receiver)
{
    pid_t pid = receiver->pid;

    print_message(receiver);
    memset(receiver, 0, sizeof *receiver);
    receiver->pid = pid;
    left_over = dialect.is_stale;
    if (dialect.senders == SENDERS_TURNS)
        end_turn();
    if (dialect.is_once)
        _exit(0);
}

static void work(int signal, pid_t pid)
{
    struct receiver *receiver = pid > 0 ? receiver_of(pid) : NULL;

    if (receiver) {
        if (dialect.is_early && !dialect.is_later)
            answer(pid, TAKEN_BIT);
        if (dialect.is_held)
            hold();
        enum taken taken = take(receiver, signal);

        if (!dialect.is_early)
            answer(pid, taken);
        if (taken == TAKEN_END)
            finish(receiver);
    }
}

static void on_signal(int signal, siginfo_t *info, void *context)
{
    int saved = errno;

    (void)context;
    entries++;
    if (first_pid == 0)
        first_pid = info->si_pid;
    noted_pid = info->si_pid;
    noted = signal;
    if (!dialect.is_later)
        work(signal, info->si_pid);
    else if (dialect.is_early)
        answer(info->si_pid, TAKEN_BIT);
    errno = saved;
}

/* Sleeps the whole time, as the child of a shell does while a trap has to wait. */
static void nap(int microseconds)
{
    struct timespec rest = {.tv_sec = microseconds / 1000000,
                            .tv_nsec = microseconds % 1000000 * 1000L};

    while (nanosleep(&rest, &rest) < 0)
        ;
}

/* Takes the last signal that was noted, after some pauses. A signal cuts one of them short. */
_Noreturn static void work_later(void)
{
    for (;;) {
        int signal = noted;

        noted = 0;
        if (signal != 0)
            work(signal, noted_pid);
        for (int i = 0; i < 20; i++)
            sleep_microseconds(50);
        nap(dialect.nap);
    }
}

static void run_microseconds(int microseconds)
{
    clock_t end = clock() + (clock_t)microseconds * (CLOCKS_PER_SEC / 1000000);

    while (clock() < end)
        ;
}

/* Takes a signal after pause(2), and comes back to it late. A signal in between is lost. */
_Noreturn static void work_after_pause(void)
{
    for (;;) {
        if (!dialect.is_looking || noted == 0)
            pause();
        int signal = noted;

        noted = 0;
        work(signal, noted_pid);
        run_microseconds(dialect.lag);
    }
}

/* Forgets what it has of all messages when nobody has sent anything for some time. */
_Noreturn static void forget_often(void)
{
    for (;;) {
        sig_atomic_t before = entries;

        nap(dialect.forget);
        if (entries == before)
            memset(receivers, 0, sizeof receivers);
    }
}

static void catch_signals(void)
{
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO};

    sigemptyset(&action.sa_mask);
    if (!dialect.is_unmasked) {
        sigaddset(&action.sa_mask, SIGUSR1);
        sigaddset(&action.sa_mask, SIGUSR2);
    }
    sigaction(SIGUSR1, &action, NULL);
    sigaction(SIGUSR2, &action, NULL);
}

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* The octet that an escape of the line with the PID stands for, or -1: \t and \0 are known. */
static int escape(const char *c)
{
    if (c[0] != '\\')
        return -1;
    if (c[1] == 't')
        return '\t';
    return c[1] == '0' ? '\0' : -1;
}

/* Prints the line with the PID in the place of each N that is a word of its own. */
static void print_pid(void)
{
    char before = ' ';

    for (const char *c = dialect.pid_line; *c; c++) {
        bool is_word = !is_letter(before) && !is_letter(c[1]);

        before = *c;
        if (escape(c) >= 0) {
            putchar(escape(c++));
            before = ' ';
        } else if (*c == 'N' && is_word) {
            printf("%d", getpid());
        } else {
            putchar(*c);
        }
    }
    putchar('\n');
    fflush(stdout);
}

int main(int argc, char **argv)
{
    (void)argc;
    dialect_read(&dialect, argv + 1);
    catch_signals();
    print_pid();
    if (dialect.is_later && dialect.lag > 0)
        work_after_pause();
    if (dialect.is_later)
        work_later();
    if (dialect.forget > 0)
        forget_often();
    while (dialect.is_busy)
        ;
    for (;;)
        pause();
}
