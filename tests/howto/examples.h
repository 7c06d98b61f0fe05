/* SPDX-License-Identifier: MIT */
/* examples.h - the functions of minitalk-howto(7), which explains each of them */
#ifndef EXAMPLES_H
#define EXAMPLES_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* ---- bits ---- */
int signal_of(int bit);
int bit_of(int number);
int bit_at(const char *text, size_t index);

/* ---- waiting ---- */
int count_arrivals(int n);
void on_answer(int number);
void send_and_pause(pid_t server, int number);
void block_both(void);
int take(siginfo_t *info, int milliseconds);
bool send_and_poll(pid_t server, int number);

extern volatile sig_atomic_t answered;
extern const char *outgoing;
extern size_t outgoing_bit;
void send_next(int number, siginfo_t *info, void *context);

/* ---- handlers ---- */
void catch_both(void (*handler)(int, siginfo_t *, void *));
void on_bit(int number, siginfo_t *info, void *context);

/* ---- one client and several ---- */
bool is_answered(pid_t server, int milliseconds);
bool send_once(pid_t server, int number);
bool is_idle(pid_t pid);
bool send_bit(pid_t server, int number);
double microseconds_per_bit(pid_t server, const char *text);

/* ---- PIDs ---- */
pid_t parse_pid(const char *text);
bool is_prepared(pid_t pid);

#endif
