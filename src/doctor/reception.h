/* SPDX-License-Identifier: MIT */
/*
 * reception.h - a server that takes messages from clients of any dialect
 *
 * Clients are kept apart by the PID that the kernel reports with each signal (si_pid,
 * sigaction(2)). The clients that run the same program have the same dialect. It is learnt from
 * what they have sent, unless the server is told a dialect. While a client is amid a message,
 * another one that has just begun is not answered: if it waits for answers, its signals cannot meet
 * those of the first. client.h says which answers a client gets, and notice.h what is printed.
 *
 * A message of a client that does not wait for the answer to each signal is doubtful: signals of it
 * may be lost, or taken in another order.
 *
 * Some clients send SIGUSR1 + 1 for SIGUSR2. That is SIGUSR2 on macOS, and SIGSEGV on Linux. So
 * this signal is taken, too, and counts as SIGUSR2.
 *
 * Policy: runs until a signal stops it (stop.h), or an error of the system.
 */
#pragma once

#include "doctor/dialect.h"
#include "protocol/nsec.h"

/* A client that is silent for so long, in nanoseconds, has sent its message or does not go on. */
#define RECEPTION_SILENCE (3 * NSEC_PER_SEC)

/*
 * To learn takes a CPU, and a client that does not wait loses signals if the server gets none. So
 * it begins when no client has been amid a message for so long, in nanoseconds: longer than a
 * script takes between two clients. It begins after RECEPTION_SILENCE in any case.
 */
#define RECEPTION_LULL (50 * NSEC_PER_MSEC)

/*
 * Prints the PID of this process, and serves. told is the dialect of all clients, or NULL: then it
 * is learnt. Returns 0 after SIGINT or SIGTERM. Else, with a complaint, returns EX_OSERR, or
 * EX_IOERR if standard output cannot be written.
 */
int reception_run(const struct dialect *told);
