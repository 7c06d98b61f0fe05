/* SPDX-License-Identifier: MIT */
/*
 * pair.h - the server and the clients that are examined, at work
 *
 * Policy: whoever waits here watches all programs at once, and asks /proc if they are at rest
 * (rest.h), and what they wait for (waiting.h). A limit of time is the last resort, and says
 * nothing about the programs: the machine may be busy. An error of the system, such as no memory,
 * is kept in the pair: the examination cannot go on then, and nothing waits any more.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "doctor/dialect.h"
#include "doctor/patient.h"
#include "host/procstat.h"
#include "protocol/nsec.h"

struct pair {
    const char *server_command;
    const char *client_command;
    bool has_dialect;
    struct dialect dialect; /* the client's, with the answers that it waits for */
    struct patient server;
    pid_t server_pid;     /* the process that gets the signals: the server's or a descendant's */
    bool has_arrived;     /* the server has printed a text of a client, which is not empty */
    bool is_busy;         /* the server waits in a busy loop */
    bool is_pid_missing;  /* the server was waited for before, and did not print its PID */
    struct patient relay; /* between client and server (relay.h), or PATIENT_NONE */
    struct patient clients[2];
    struct patient brake;         /* of client 0 or of the server (brake.h), or PATIENT_NONE */
    const struct patient *braked; /* the one of them, or NULL */
    bool is_outside; /* the client that was held last has sent outside of its handlers */
    int error;       /* the first -errno, or 0; -EPERM if ptrace(2) is forbidden */
};

/* Some servers sleep before they print their PID or set their handlers. In nanoseconds. */
#define PAIR_PID_LIMIT (5 * NSEC_PER_SEC)

/*
 * A client that has looked for an answer for so long, in nanoseconds, without a sign of the server,
 * does so in vain. Clients that send a bit again do so after a second or less, but count looks, and
 * not the time. One that has slept for half of it without a look may do something when it wakes up.
 */
#define PAIR_LOOKING (5 * NSEC_PER_SEC)

/* What has become of something that was waited for. */
enum progress {
    PROGRESS_DONE,
    PROGRESS_NONE, /* the programs are at rest: it will not come */
    PROGRESS_SLOW, /* the time is up, and the programs still work; or after an error */
};

/* What has become of a message. */
enum outcome {
    OUTCOME_ARRIVED,
    OUTCOME_LOST,   /* the client has ended without an error, and the text was not printed */
    OUTCOME_FAILED, /* the client has ended with an error */
    OUTCOME_HUNG,   /* the client waits for ever */
    OUTCOME_STAYED, /* the same, and the server has printed the text, which is not empty */
    OUTCOME_DIED,   /* the server has ended */
    OUTCOME_SLOW,   /* the time is up: nothing is known */
};

/* Keeps an error, -errno, if it is the first one. Another number is none. */
void pair_keep_error(struct pair *pair, int r);

/* Ends all programs of the ward, and forgets them. */
void pair_clear(struct pair *pair);

/* Starts a patient. Returns true with *ret. Returns false after an error. */
bool pair_start(struct pair *pair, const struct patient_order *order, struct patient *ret);

/*
 * Clears the ward, and starts a process of this program that runs this function in place of the
 * server, without a context. Sets server_pid. Returns false after an error.
 */
bool pair_start_stand_in(struct pair *pair, int (*run)(void *context));

/*
 * Clears the ward, and starts the server. Sets server_pid to the PID that it prints, or to its own
 * if it prints none. Returns PROGRESS_DONE if it has printed its PID, and PROGRESS_NONE if it
 * sleeps and has not. The first time, a server that sleeps gets PAIR_PID_LIMIT for it. Sets is_busy
 * if the server does not sleep.
 */
enum progress pair_start_server(struct pair *pair);

/* The same, with a brake that holds the server after each signal that it sends. */
enum progress pair_start_server_braked(struct pair *pair);

/* Starts client 0 or 1, to send the text to the process pid. */
void pair_start_client(struct pair *pair, unsigned index, pid_t pid, const char *text);

/* Starts client 0, and a brake that holds it after each signal that it sends. */
void pair_start_braked(struct pair *pair, pid_t pid, const char *text);

/* Starts a patient in the place of client 0 or 1. */
void pair_start_patient(struct pair *pair, unsigned index, const struct patient_order *order);

/* Ends a client if it has not ended. */
void pair_end_client(struct pair *pair, unsigned index);

/* Looks at all programs, and lets about 1 ms go by. */
void pair_look(struct pair *pair);

/* Waits until a client has ended, for limit_ns nanoseconds at most. */
enum progress pair_await_client(struct pair *pair, unsigned index, uint64_t limit_ns);

/* Waits until the server has printed the text, behind so many octets of its output. */
enum progress pair_await_text(struct pair *pair, size_t from, const char *text);

/* Waits until a process is stopped. PROGRESS_NONE: it has ended. */
enum progress pair_await_stop(struct pair *pair, pid_t pid);

/* Waits until the server sleeps or is busy, and no signal is pending or blocked. PROGRESS_NONE: it
 * has ended.
 */
enum progress pair_await_ready(struct pair *pair);

/*
 * Waits for client 0, which sends the text to the server, and ends it if it hangs. from is the
 * length of the server's output before the client was started.
 */
enum outcome pair_await_message(struct pair *pair, size_t from, const char *text,
                                uint64_t limit_ns);

/* Lets client 0 send the text to the server. */
enum outcome pair_talk(struct pair *pair, const char *text, uint64_t limit_ns);

/* Returns what an outcome is in a report. */
const char *outcome_text(enum outcome outcome);

/* Returns true if the process sleeps, and catches both signals. */
bool pair_is_serving(pid_t pid);

/* Returns the state of a process, as procstat_read(), or '?' if it has ended. */
char pair_state(pid_t pid);

/* Returns the signals that are pending for a process. */
enum procstat_signals pair_pending(pid_t pid);
