/* SPDX-License-Identifier: MIT */
/* send-options.h - the command line of minitalk-send */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "host/trace.h"
#include "protocol/fields.h"
#include "sender/priority.h"

struct send_options {
    pid_t pid;           /* 0: find the daemon by its pidfile */
    const char *pidfile; /* NULL: the pidfile of the system's daemon, or of the user's */
    bool user;           /* send to the user's own daemon */
    uid_t daemon_user;   /* a daemon of this user is accepted, too; TRUST_NOBODY: none (trust.h) */
    uint64_t wait_ns;    /* longest wait for a daemon */
    /*
     * If a message is certainly not in the log, but may be later: the longest time for which to try
     * again; 0: do not retry.
     */
    uint64_t retry_ns;
    uint64_t timeout_ns; /* longest time without progress */
    bool wide;           /* send payloads as blocks (symbol.h) */
    bool dry_run;        /* find the daemon, but send nothing */

    char **strings;   /* the message; NULL: read the file */
    const char *file; /* NULL: standard input */
    bool whole;       /* the whole input is one message */
    bool skip_empty;
    bool prio_prefix; /* a message may begin with its priority */
    bool keep_going;  /* go on after a message that failed */
    bool confirm;     /* write a line for each message (confirmation.h) */
    bool ignore_interrupts;

    struct priority priority;
    struct fields fields; /* the facility is set for each message */

    enum trace_format trace;
    bool verbose;
    bool quiet;
    bool echo; /* also write each message to standard error */
};

/*
 * Reads the command line into *ret. Ends the program if the command line is wrong, or asks for help
 * or for the version.
 */
void send_options_parse(int argc, char **argv, struct send_options *ret);

/*
 * Sets the facility among the fields; with FACILITY_NONE, removes it. Ends the program if that
 * fails.
 */
void send_options_set_facility(struct send_options *options, int facility);

void send_options_free(struct send_options *options);
