/* SPDX-License-Identifier: MIT */
/* doctor-options.h - the command line of minitalk-doctor */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "doctor/dialect.h"

enum doctor_mode {
    DOCTOR_EXAMINE, /* without an option: examine a server and a client */
    DOCTOR_SERVE,   /* --serve: be a server that understands all dialects */
    DOCTOR_SEND,    /* --send: send a message to a server */
};

struct doctor_options {
    enum doctor_mode mode;
    bool has_dialect;
    struct dialect dialect; /* with DOCTOR_SEND, the default if there is none on the command line */
    const char *server;     /* DOCTOR_EXAMINE: the commands */
    const char *client;
    bool is_json;        /* DOCTOR_EXAMINE: print the report as JSON */
    const char *diagram; /* DOCTOR_EXAMINE: the file for the diagram, or NULL */
    pid_t pid;           /* DOCTOR_SEND: the server */
    const char *string;  /* DOCTOR_SEND: the message */
};

/* Parses the command line. Ends the program if it is wrong, or asks for --help or --version. */
void doctor_options_parse(int argc, char **argv, struct doctor_options *ret);
