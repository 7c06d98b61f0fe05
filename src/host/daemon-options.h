/* SPDX-License-Identifier: MIT */
/*
 * daemon-options.h - the options that minitalkd and minitalk-send share: pidfile and trace
 *
 * Policy: as that of cli.h.
 */
#pragma once

#include <sys/types.h>

#include "host/trace.h"

/*
 * Ends the program with this exit status, because $XDG_RUNTIME_DIR is this directory of another
 * user.
 */
_Noreturn void daemon_options_foreign_directory(int status, const char *directory, uid_t owner);

/* Returns the path given for the pidfile. Ends the program with EX_USAGE if the path is empty. */
const char *daemon_options_path(const char *argument);

/*
 * Returns the format named by the value of --trace, or TRACE_TEXT if the value is NULL. Ends the
 * program with EX_USAGE if it does not know the format.
 */
enum trace_format daemon_options_trace(const char *argument);
