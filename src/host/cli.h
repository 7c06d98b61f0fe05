/* SPDX-License-Identifier: MIT */
/*
 * cli.h - what the command lines of both programs have in common
 *
 * Policy: what is wrong with a command line ends the program, with one line on standard error that
 * names the cause and the cure, and an exit status of sysexits(3).
 */
#pragma once

#include <getopt.h>

#include "host/trace.h"

/*
 * Values for the long options that have no letter begin here, so that getopt_long(3) can tell which
 * option it complains of.
 */
#define CLI_LONG_ONLY 256

/*
 * Ends the program because of what getopt_long(3) complains of, when it has returned '?' or ':'.
 * It must have been told not to print anything, by a ':' at the beginning of the letters.
 */
_Noreturn void cli_wrong_option(int complaint, char *const *argv, const char *letters);

/* A path that was given for the pidfile: not an empty one. */
const char *cli_path(const char *argument);

/* The format that --trace asks for, by its value or by none. */
enum trace_format cli_trace(const char *argument);

/* Prints what was asked for on standard output, and ends the program: EX_IOERR if it cannot. */
_Noreturn void cli_answer(const char *text);

/* Ends the program with EX_OSERR if inbox_open() returned a failure. */
void cli_require_signals(int result);
