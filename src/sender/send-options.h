/* SPDX-License-Identifier: MIT */
/* send-options.h - what the command line of minitalk-send asks for */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "host/trace.h"
#include "protocol/fields.h"
#include "sender/priority.h"

struct send_options {
    pid_t pid;           /* 0: by pidfile */
    const char *pidfile; /* NULL: the system's, or the user's */
    bool user;
    uint64_t wait_ns; /* how long to wait for a daemon */
    /*
     * Where a daemon has ended and cannot have logged a message: how long to wait for another one
     * to send it to; 0: not at all.
     */
    uint64_t retry_ns;
    uint64_t timeout_ns;
    bool dry_run; /* find the daemon, and send it nothing */

    char **words;     /* NULL: read file, */
    const char *file; /* or, where that is NULL, standard input */
    bool whole;       /* all of it is one message */
    bool skip_empty;
    bool prio_prefix; /* a message may begin with its priority */

    struct priority priority;
    struct fields fields; /* all but the facility */

    enum trace_format trace;
    bool verbose;
    bool quiet;
    bool echo; /* each message on standard error, too */
};

/*
 * Reads the command line into *ret; ends the program where that is wrong, or where it asks for
 * help.
 */
void send_options_parse(int argc, char **argv, struct send_options *ret);

/* Sets the facility among the fields, or FACILITY_NONE; ends the program where that cannot be. */
void send_options_set_facility(struct send_options *options, int facility);

void send_options_free(struct send_options *options);
