/* SPDX-License-Identifier: MIT */
/* daemon-options.c - see daemon-options.h */

#include "host/daemon-options.h"

#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "host/complaint.h"

void daemon_options_foreign_directory(int status, const char *directory, uid_t owner)
{
    fail(status,
         "XDG_RUNTIME_DIR is %s, which belongs to user %u and not to you, user %u; set it to your "
         "own directory, or give --pidfile=PATH",
         directory, (unsigned)owner, (unsigned)getuid());
}

const char *daemon_options_path(const char *argument)
{
    if (!*argument)
        fail(EX_USAGE, "the path of the pidfile is empty; give --pidfile=PATH");
    return argument;
}

enum trace_format daemon_options_trace(const char *argument)
{
    if (!argument || strcmp(argument, "text") == 0)
        return TRACE_TEXT;
    if (strcmp(argument, "json") == 0)
        return TRACE_JSON;
    fail(EX_USAGE, "unknown trace format '%s'; use --trace=text or --trace=json", argument);
}
