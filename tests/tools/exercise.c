/* SPDX-License-Identifier: MIT */
/*
 * exercise.c - a server or a client as solvers of the minitalk exercise write them
 *
 *   exercise server DIALECT              prints its PID, and each message as a line; without an
 *                                        end in the dialect, each character as it comes
 *   exercise client DIALECT PACE PID STRING
 *
 * The dialect (dialect.h) says how a message is written, and what the server answers to each bit,
 * octet and message. The client waits for an answer to each bit, or else to each octet, and to its
 * message, in sigsuspend(2). It has handlers only for the answers. PACE is its pause after each
 * signal, in microseconds. A client with no answer in its dialect only pauses.
 *
 * The server takes one signal at a time in its handler, and sleeps in pause(2).
 */
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "doctor/dialect.h"
#include "doctor/stream.h"

/* Seconds after which a program ends that nobody has ended. */
#define PATIENCE 60

static struct dialect dialect;
static struct stream_decoder decoder;
static volatile sig_atomic_t answered[2];

static int number_of(enum dialect_answer answer)
{
    return answer == ANSWER_USR2 ? SIGUSR2 : SIGUSR1;
}

static void handle_by(int number, void (*handler)(int, siginfo_t *, void *))
{
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};

    sigaddset(&action.sa_mask, SIGUSR1);
    sigaddset(&action.sa_mask, SIGUSR2);
    sigaction(number, &action, NULL);
}

/* ---- the server ---- */

static void answer(enum dialect_unit unit, pid_t pid)
{
    if (dialect.answers[unit] != ANSWER_NONE)
        kill(pid, number_of(dialect.answers[unit]));
}

/* What it calls is not safe in a handler: as in the exercise. It interrupts only pause(2). */
static void take(int number, siginfo_t *info, void *context)
{
    enum stream_status status = stream_decoder_take(&decoder, number == SIGUSR2);
    pid_t pid = info->si_pid;

    (void)context;
    if (status == STREAM_WRONG)
        errx(EXIT_FAILURE, "a signal is not of the dialect");
    if (status == STREAM_MESSAGE)
        printf("%.*s\n", (int)decoder.length, (const char *)decoder.text);
    else if (dialect_ends_by_silence(&dialect) && stream_decoder_is_at_octet(&decoder))
        putchar(decoder.text[decoder.length - 1]);
    fflush(stdout);
    answer(UNIT_BIT, pid);
    if (stream_decoder_is_at_octet(&decoder))
        answer(UNIT_OCTET, pid);
    if (status == STREAM_MESSAGE)
        answer(UNIT_MESSAGE, pid);
}

static _Noreturn void serve(void)
{
    stream_decoder_init(&decoder, &dialect, 0);
    handle_by(SIGUSR1, take);
    handle_by(SIGUSR2, take);
    printf("PID: %d\n", (int)getpid());
    fflush(stdout);
    for (;;)
        pause();
}

/* ---- the client ---- */

static void note(int number, siginfo_t *info, void *context)
{
    (void)info;
    (void)context;
    answered[number == SIGUSR2]++;
}

/* Waits for the answer to a unit. Both signals are blocked but here. */
static void await(enum dialect_unit unit, int *awaited)
{
    enum dialect_answer expected = dialect.answers[unit];
    sigset_t none;

    if (expected == ANSWER_NONE)
        return;
    awaited[expected == ANSWER_USR2]++;
    sigemptyset(&none);
    while (answered[expected == ANSWER_USR2] < awaited[expected == ANSWER_USR2])
        sigsuspend(&none);
}

static void handle_answers(void)
{
    sigset_t both;

    sigemptyset(&both);
    sigaddset(&both, SIGUSR1);
    sigaddset(&both, SIGUSR2);
    sigprocmask(SIG_BLOCK, &both, NULL);
    for (unsigned unit = 0; unit < UNITS; unit++)
        if (dialect.answers[unit] != ANSWER_NONE)
            handle_by(number_of(dialect.answers[unit]), note);
}

static void send_all(const struct stream *stream, long pace, pid_t pid)
{
    int awaited[2] = {0, 0};

    stream_decoder_init(&decoder, &dialect, getpid());
    for (size_t i = 0; i < stream->count; i++) {
        enum stream_status status = stream_decoder_take(&decoder, stream->signals[i]);

        if (kill(pid, stream->signals[i] ? SIGUSR2 : SIGUSR1) < 0)
            err(EXIT_FAILURE, "cannot signal process %d", (int)pid);
        if (dialect.answers[UNIT_BIT] != ANSWER_NONE)
            await(UNIT_BIT, awaited);
        else if (stream_decoder_is_at_octet(&decoder))
            await(UNIT_OCTET, awaited);
        if (status == STREAM_MESSAGE)
            await(UNIT_MESSAGE, awaited);
        if (pace > 0)
            nanosleep(&(struct timespec){.tv_nsec = 1000 * pace}, NULL);
    }
    stream_decoder_free(&decoder);
}

static void be_client(long pace, pid_t pid, const char *string)
{
    struct stream stream;

    handle_answers();
    if (stream_encode(&dialect, getpid(), (const uint8_t *)string, strlen(string), &stream) < 0)
        errx(EXIT_FAILURE, "cannot encode the string");
    send_all(&stream, pace, pid);
    stream_free(&stream);
}

int main(int argc, char **argv)
{
    bool is_server = argc == 3 && strcmp(argv[1], "server") == 0;
    bool is_client = argc == 6 && strcmp(argv[1], "client") == 0;

    if ((!is_server && !is_client) || !dialect_parse(argv[2], &dialect))
        errx(EXIT_FAILURE, "invalid arguments; see the head of exercise.c");
    alarm(PATIENCE);
    if (is_server)
        serve();
    be_client(strtol(argv[3], NULL, 10), (pid_t)strtol(argv[4], NULL, 10), argv[5]);
    return EXIT_SUCCESS;
}
