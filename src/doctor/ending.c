/* SPDX-License-Identifier: MIT */
/* ending.c - see ending.h */

#include "doctor/ending.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

/* Octets of a text that are shown. */
#define SHOWN 40

/* Writes how a process has ended: the beginning of a line. */
static void describe(int status, char ret[EVIDENCE_SIZE])
{
    if (WIFSIGNALED(status))
        snprintf(ret, EVIDENCE_SIZE, "signal %d (%s) ended it at the message", WTERMSIG(status),
                 strsignal(WTERMSIG(status)));
    else
        snprintf(ret, EVIDENCE_SIZE, "it exited with status %d at the message",
                 WEXITSTATUS(status));
}

/* Returns true if the finding has a line that begins so. */
static bool is_known(const struct finding *finding, const char *start)
{
    for (size_t i = 0; i < finding->count; i++)
        if (strncmp(finding->lines[i], start, strlen(start)) == 0)
            return true;
    return false;
}

bool ending_find(const struct pair *pair, struct report *report, const char *text)
{
    const struct patient *server = &pair->server;
    char how[EVIDENCE_SIZE];

    if (!server->has_ended)
        return false;
    describe(server->status, how);
    if (!report_has(report, CAUSE_PLUS_ONE) && !is_known(&report->findings[CAUSE_ENDED], how))
        report_find(report, CAUSE_ENDED, "%s '%.*s%s'", how, SHOWN, text,
                    strlen(text) > SHOWN ? "..." : "");
    return true;
}
