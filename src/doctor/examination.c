/* SPDX-License-Identifier: MIT */
/* examination.c - see examination.h */

#include "doctor/examination.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "doctor/client-strain.h"
#include "doctor/command.h"
#include "doctor/diagram.h"
#include "doctor/lesson.h"
#include "doctor/line.h"
#include "doctor/pair.h"
#include "doctor/report-json.h"
#include "doctor/report.h"
#include "doctor/server-handlers.h"
#include "doctor/server-strain.h"
#include "doctor/usual.h"
#include "doctor/ward.h"
#include "doctor/wrong-pid.h"
#include "host/complaint.h"
#include "host/procstat.h"

struct examination {
    const struct examination_order *order;
    struct pair pair;
    struct report report;
};

/* The server has ended at once. What it or the shell has printed first tells why. */
static void complain_of_end(const struct pair *pair)
{
    char line[EVIDENCE_SIZE];

    patient_first_line(&pair->server, line, sizeof line);
    if (patient_is_unstarted(&pair->server))
        complain("the server '%s' did not start; run it by hand, and mend what the shell says: "
                 "%s",
                 pair->server_command, line);
    else
        complain("the server '%s' ended at once, and printed '%s'; give a command that starts "
                 "it, and ends when it ends",
                 pair->server_command, line);
}

/* Returns 0 if the server can be examined; else, with a complaint, an exit status. */
static int meet_server(struct pair *pair, struct report *report)
{
    static const char tried[] = "the PID that the server prints";
    enum progress progress = pair_start_server(pair);
    struct procstat stat;

    if (pair->server.has_ended || procstat_read(pair->server_pid, &stat) < 0) {
        complain_of_end(pair);
        return EX_UNAVAILABLE;
    }
    if (stat.caught != PROCSTAT_BOTH) {
        complain("the server '%s' does not catch both SIGUSR1 and SIGUSR2; minitalk-doctor "
                 "examines only programs of the exercise",
                 pair->server_command);
        return EX_PROTOCOL;
    }
    if (pair->is_busy)
        report_find(report, CAUSE_BUSY, "it never slept, and nobody had sent a signal");
    switch (progress) {
    case PROGRESS_DONE:
        report_check(report, CHECK_PASSED, tried, "right");
        break;
    case PROGRESS_SLOW:
        report_check(report, CHECK_OPEN, tried, "took too long");
        break;
    case PROGRESS_NONE:
        report_check(report, CHECK_FAILED, tried, "missing, or another number");
        report_find(report, CAUSE_PID_LINE, "the server is process %d, and printed '%s'",
                    (int)pair->server_pid, pair->server.output ? pair->server.output : "");
        break;
    }
    return 0;
}

/* Returns true if one of these causes was found. */
static bool has_found(const struct report *report, unsigned first, unsigned last)
{
    for (unsigned cause = first; cause <= last; cause++)
        if (cause != CAUSE_BUSY && report_has(report, cause))
            return true;
    return false;
}

/*
 * Something was lost, and nothing explains it: a busy loop and a wrong PID lose no message. What
 * spoils messages of several clients does not lose that of one.
 */
static void judge(struct report *report, bool has_lost, bool has_lost_one)
{
    bool is_known = has_found(report, 0, CAUSE_WHOSE_PID);

    if ((has_lost_one && !is_known) ||
        (has_lost && !is_known && !has_found(report, CAUSE_SHARED, CAUSE_UNICODE)))
        report_find(report, CAUSE_UNKNOWN, "see the lines that begin with FAILED");
}

/* Looks for the causes of loss in the server. The dialect is known. */
static void strain_server(struct pair *pair, struct report *report, const struct usual *usual,
                          bool has_lost)
{
    bool has_next;

    server_strain_answers(pair, report);
    has_next = !has_lost || server_strain_next(pair, report);
    if (usual->has_lost_unicode && server_strain_unicode(pair, report))
        client_strain_unicode(pair, report);
    if (usual->has_mixed && has_next)
        server_strain_two(pair, report);
    if (usual->may_keep && has_next)
        server_strain_rest(pair, report);
    server_strain_break(pair, report);
}

/* Returns 0 if the client can be examined; else, with a complaint, an exit status. */
static int meet_client(struct pair *pair, struct report *report)
{
    char trouble[LESSON_TROUBLE_SIZE];

    if (lesson_give(pair, report, trouble))
        return 0;
    complain("the client '%s' did not start; run it by hand, and mend what the shell says: %s",
             pair->client_command, trouble);
    return EX_UNAVAILABLE;
}

/* Lets the pair do what is usual, and looks for the causes of what was lost. */
static void try_all(struct pair *pair, struct report *report)
{
    struct speech_result answers = {0};
    bool has_language = false, has_lost, is_masked;
    struct usual usual;
    struct wire prompt;

    usual_try(pair, report, &usual);
    has_lost = report_has_failed(report);
    if (pair->has_dialect)
        has_language = server_strain_language(pair, report, &answers);
    client_strain_pause(pair, report, &answers, &prompt);
    client_strain_wait(pair, report, &answers, &prompt);
    if (has_language)
        strain_server(pair, report, &usual, has_lost);
    is_masked = server_handlers_stop(pair, report);
    if (has_language)
        server_handlers_hurry(pair, report, is_masked, &answers);
    wrong_pid_try(pair, report);
    judge(report, has_lost, usual.has_lost_one);
}

/* Returns 0, or -errno. */
static int write_diagram(const struct report *report, const char *path)
{
    FILE *file = fopen(path, "we");
    int r = 0;

    if (!file)
        return -errno;
    diagram_write(report, file);
    if (fflush(file) == EOF || ferror(file))
        r = -errno;
    if (fclose(file) == EOF && r == 0)
        r = -errno;
    return r;
}

static int cannot_go_on(int error)
{
    if (error == EPERM)
        complain("cannot stop the client: ptrace(2) is forbidden; run the examination outside of "
                 "a sandbox or container");
    else
        complain_of(error, "cannot go on with the examination");
    return EX_OSERR;
}

/* Prints the report. Returns an exit status; with a complaint if something cannot be written. */
static int finish(struct examination *examination)
{
    const char *diagram = examination->order->diagram;
    int r;

    pair_clear(&examination->pair);
    if (examination->order->is_json)
        report_json_print(&examination->report);
    else
        report_print(&examination->report);
    r = line_flush();
    if (r < 0) {
        complain_of(-r, "cannot write to standard output");
        return EX_IOERR;
    }
    r = diagram ? write_diagram(&examination->report, diagram) : 0;
    if (r < 0) {
        complain_of(-r, "cannot write the diagram '%s'", diagram);
        return EX_IOERR;
    }
    return report_count(&examination->report) > 0 ? EXAMINATION_FOUND : 0;
}

static int examine(void *context)
{
    struct examination *examination = context;
    struct pair *pair = &examination->pair;
    int status;

    report_begin(&examination->report, pair->server_command, pair->client_command,
                 examination->order->is_json);
    status = meet_server(pair, &examination->report);
    if (status == 0)
        status = meet_client(pair, &examination->report);
    if (status == 0 && pair->error == 0)
        try_all(pair, &examination->report);
    if (pair->error < 0)
        status = cannot_go_on(-pair->error);
    else if (status == 0)
        status = finish(examination);
    complaint_tell();
    return status;
}

/* Returns false, with a complaint, if the program of this command cannot be run. */
static bool is_there(const char *role, const char *command)
{
    int r = command_look_up(command);

    if (command_lacks_quotes(command))
        complain("cannot run the %s '%s': a shell splits this path at its spaces; put it in "
                 "two kinds of quotes, see minitalk-doctor(1)",
                 role, command);
    else if (r < 0)
        complain_of(-r,
                    "cannot run the %s '%s'; give the path of an executable program, such as "
                    "./%s",
                    role, command, role);
    return r == 0;
}

/*
 * Returns 0 if a diagram can be written to this path, or -errno. The file is opened when there is a
 * diagram: until then, what it had is kept, and whatever ends the examination leaves no empty file.
 */
static int check_diagram(const char *path)
{
    struct stat status;
    char *copy;
    int r;

    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
        return -EISDIR;
    if (access(path, W_OK) == 0)
        return 0;
    if (errno != ENOENT || !*path)
        return -errno;
    copy = strdup(path);
    if (!copy)
        return -ENOMEM;
    r = access(dirname(copy), W_OK | X_OK) < 0 ? -errno : 0;
    free(copy);
    return r;
}

int examination_run(const struct examination_order *order)
{
    struct examination examination = {.order = order,
                                      .pair = {.server_command = order->server,
                                               .client_command = order->client,
                                               .server = PATIENT_NONE,
                                               .relay = PATIENT_NONE,
                                               .brake = PATIENT_NONE,
                                               .clients = {PATIENT_NONE, PATIENT_NONE}}};
    int r = order->diagram ? check_diagram(order->diagram) : 0;

    if (!is_there("server", order->server) || !is_there("client", order->client))
        return EX_UNAVAILABLE;
    if (r < 0) {
        complain_of(-r, "cannot create the diagram '%s'", order->diagram);
        return EX_CANTCREAT;
    }
    return ward_run(examine, &examination);
}
