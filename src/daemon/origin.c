/* SPDX-License-Identifier: MIT */
/* origin.c - see origin.h */

#include "daemon/origin.h"

#include <bsd/string.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-login.h>

#include "host/procstat.h"

struct origin origin_read(pid_t pid)
{
    struct origin origin = ORIGIN_UNKNOWN;
    struct procstat stat;

    if (procstat_read(pid, &stat) == 0)
        strlcpy(origin.command, stat.name, sizeof origin.command);
    if (sd_pid_get_unit(pid, &origin.unit) < 0)
        origin.unit = NULL;
    if (sd_pid_get_user_unit(pid, &origin.user_unit) < 0)
        origin.user_unit = NULL;
    if (sd_pid_get_session(pid, &origin.login_session) < 0)
        origin.login_session = NULL;
    return origin;
}

static char *copy_of(const char *text)
{
    return text ? strdup(text) : NULL;
}

struct origin origin_copy(const struct origin *origin)
{
    struct origin copy = *origin;

    copy.unit = copy_of(origin->unit);
    copy.user_unit = copy_of(origin->user_unit);
    copy.login_session = copy_of(origin->login_session);
    return copy;
}

void origin_free(struct origin *origin)
{
    free(origin->unit);
    free(origin->user_unit);
    free(origin->login_session);
    *origin = ORIGIN_UNKNOWN;
}
