/* SPDX-License-Identifier: MIT */
/* cli.c - see cli.h */

#include "host/cli.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "host/complaint.h"

/* Returns "-x" for an option with a letter; for any other, the long option as the user typed it. */
static const char *name_of(char *const *argv)
{
    static char letter[] = "-?";

    if (optopt == 0 || optopt >= CLI_LONG_ONLY)
        return argv[optind - 1];
    letter[1] = (char)optopt;
    return letter;
}

void cli_begin(const char *name)
{
    program_invocation_short_name = (char *)name;
}

void cli_wrong_option(int wrong, char *const *argv, const char *letters)
{
    const char *name = name_of(argv);

    if (wrong == ':')
        fail(EX_USAGE, "option '%s' needs a value; see '--help'", name);
    if (optopt >= CLI_LONG_ONLY || (optopt > 0 && strchr(letters, optopt)))
        fail(EX_USAGE, "option '%s' takes no value; see '--help'", name);
    fail(EX_USAGE, "unknown or ambiguous option '%s'; see '--help'", name);
}

void cli_answer(const char *text)
{
    if (fputs(text, stdout) == EOF || fflush(stdout) == EOF)
        fail_of(EX_IOERR, errno, "cannot write to standard output");
    exit(0);
}

void cli_require_signals(int result)
{
    if (result == -EDQUOT)
        fail(EX_OSERR, "the limit of pending signals is 0, so signals would arrive without the PID "
                       "of their sender; raise it ('ulimit -i', LimitSIGPENDING=)");
    if (result < 0)
        fail_of(EX_OSERR, -result, "cannot block SIGUSR1 and SIGUSR2");
}
