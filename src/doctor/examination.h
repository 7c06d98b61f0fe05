/* SPDX-License-Identifier: MIT */
/*
 * examination.h - what a server and a client of the exercise do wrong, and why
 *
 * The examination lets the pair talk in ways that are usual (usual.h), and then forces what is rare
 * (client-strain.h, server-strain.h). A usual check that fails tells that something is lost, and a
 * forced one tells why.
 * All programs run in a PID namespace of their own (ward.h).
 */
#pragma once

#include <stdbool.h>

/* The exit status if something was found. */
#define EXAMINATION_FOUND 1

struct examination_order {
    const char *server; /* the commands */
    const char *client;
    bool is_json; /* the report is printed at the end, as by report-json.h, and not as text */
    const char *diagram; /* the file for a diagram (diagram.h), or NULL */
};

/*
 * Examines two commands, and prints the report. Returns 0 if nothing was found, EXAMINATION_FOUND;
 * else, with a complaint, EX_CANTCREAT if the file of the diagram cannot be opened, EX_PROTOCOL if
 * the server is none of the exercise, EX_UNAVAILABLE if it ends at once or a program cannot be run,
 * EX_OSERR, EX_IOERR.
 */
int examination_run(const struct examination_order *order);
