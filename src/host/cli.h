/* SPDX-License-Identifier: MIT */
/*
 * cli.h - the parts of the command line that all programs share
 *
 * Policy: an error in a command line ends the program. It prints one line on standard error, which
 * names the cause and the cure, and exits with a status of sysexits(3).
 */
#pragma once

#include <getopt.h>

/*
 * The values of long options without a letter start here, above those of all letters. Each such
 * option has a value of its own, by which getopt_long(3) reports the wrong option in optopt.
 */
#define CLI_LONG_ONLY 256

/* Returns the number that a macro stands for, as a string literal. A help text has such numbers. */
#define CLI_NUMBER(macro) CLI_TEXT(macro)
#define CLI_TEXT(number) #number

/*
 * Sets the name of the program in all that it prints. By itself, it would print argv[0], which its
 * caller can choose freely. The string must stay as it is.
 */
void cli_begin(const char *name);

/*
 * Ends the program with EX_USAGE after getopt_long(3) has returned wrong, the code of an error: ':'
 * if an option lacks its value, '?' for any other error. letters are the short options passed to
 * getopt_long(3). They must begin with ':', so that getopt_long(3) prints nothing itself.
 */
_Noreturn void cli_wrong_option(int wrong, char *const *argv, const char *letters);

/*
 * Prints the text on standard output and ends the program: with status 0, or with EX_IOERR if the
 * text cannot be written.
 */
_Noreturn void cli_answer(const char *text);

/* Ends the program with EX_OSERR if result, the return value of inbox_open(), is an error. */
void cli_require_signals(int result);
