/* SPDX-License-Identifier: MIT */
/* minitalk-send.c - sends messages to minitalkd by signal; see minitalk-send(1) */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sysexits.h>
#include <unistd.h>

#include "host/cli.h"
#include "host/complaint.h"
#include "host/daemon-options.h"
#include "host/descriptors.h"
#include "host/escape.h"
#include "host/inbox.h"
#include "host/monotonic.h"
#include "host/pidfile.h"
#include "sender/confirmation.h"
#include "sender/delivery.h"
#include "sender/helper.h"
#include "sender/input.h"
#include "sender/privilege.h"
#include "sender/progress-bar.h"
#include "sender/send-options.h"
#include "sender/summary.h"
#include "sender/tally.h"
#include "sender/target.h"
#include "sender/trust.h"

/* Milliseconds between two attempts to find a daemon. No event reports that a daemon is ready. */
#define LOOK_MSEC 10
/*
 * Nanoseconds until a refused message is sent to the same daemon again: the first time, doubled
 * each time, and at most. No event reports that its log or a limit permits more.
 */
#define PAUSE_MIN (10 * NSEC_PER_MSEC)
#define PAUSE_MAX NSEC_PER_SEC

/* The state of the program. */
struct program {
    struct send_options options;
    struct input input;
    struct pidref daemon;
    struct delivery delivery;
    struct delivery_counts counts;
    struct tally tally;
    struct progress_bar bar;
    struct delivery_watcher watcher; /* all 0 without a progress bar */
    struct trace trace;
    struct trace *tracing; /* NULL without --trace */
    bool is_unheard;       /* a line of --confirm could not be written, so the run has to end */
};

/* ---- the daemon ---- */

/* A shell of another user, as of su(1), can pass that user's directory on. */
static void require_own_directory(const char *directory, uid_t daemon_user)
{
    struct stat status;

    /* Root's directory is trusted, but other users may not enter it. */
    if (stat(directory, &status) == 0 &&
        (!trust_has(status.st_uid, daemon_user) ||
         (status.st_uid != getuid() && access(directory, X_OK) < 0)))
        daemon_options_foreign_directory(EX_NOPERM, directory, status.st_uid);
}

static int find_of_user(uid_t daemon_user, struct pidref *ret)
{
    char *path = pidfile_of_user();
    int status;

    if (!path)
        fail(EX_USAGE, "XDG_RUNTIME_DIR is not set to an absolute path; give "
                       "--pidfile=PATH");
    require_own_directory(getenv("XDG_RUNTIME_DIR"), daemon_user);
    status = target_from_pidfile(path, TARGET_USER, daemon_user, ret);
    free(path);
    return status;
}

static enum target target_of(const struct send_options *options)
{
    if (options->pid > 0)
        return TARGET_PID;
    if (options->pidfile)
        return TARGET_PIDFILE;
    return options->user ? TARGET_USER : TARGET_SYSTEM;
}

/* Uses the privilege of a set-user-ID program for the system's own pidfile only. */
static int find_daemon(const struct send_options *options, struct pidref *ret)
{
    enum target target = target_of(options);
    int status;

    if (target != TARGET_SYSTEM)
        privilege_drop();
    switch (target) {
    case TARGET_PID:
        return target_from_pid(options->pid, options->daemon_user, ret);
    case TARGET_PIDFILE:
        return target_from_pidfile(options->pidfile, target, options->daemon_user, ret);
    case TARGET_USER:
        return find_of_user(options->daemon_user, ret);
    case TARGET_SYSTEM:
        break;
    }
    privilege_use_for_pidfile();
    status = target_from_pidfile(PIDFILE_SYSTEM, target, TRUST_NOBODY, ret);
    privilege_keep_for_signals();
    return status;
}

static uint64_t time_left(uint64_t end)
{
    uint64_t now = monotonic_now();

    return now < end ? end - now : 0;
}

/*
 * Returns true if a daemon may yet be found after this failure: with a pidfile, a daemon may start;
 * with a PID, the process may execute minitalkd.
 */
static bool may_start(enum target target, int status)
{
    return status == (target == TARGET_PID ? EX_PROTOCOL : EX_UNAVAILABLE);
}

/*
 * Finds a daemon. If none runs, tries again until the time end, as of monotonic_now(). Returns 0;
 * else, with a complaint, an exit status.
 */
static int find_until(struct program *program, uint64_t end)
{
    int status = find_daemon(&program->options, &program->daemon);

    while (may_start(target_of(&program->options), status) && time_left(end) > 0) {
        poll(NULL, 0, LOOK_MSEC);
        status = find_daemon(&program->options, &program->daemon);
    }
    return status;
}

/*
 * Finds the first daemon, as find_until() does. If this program is not permitted to send to the
 * system's daemon, the helper replaces it in this process.
 */
static int find_first(struct program *program, char **argv)
{
    int status = find_until(program, monotonic_now() + program->options.wait_ns);

    if (status == EX_NOPERM && target_of(&program->options) == TARGET_SYSTEM)
        return helper_execute(argv);
    return status;
}

/*
 * Begins to deliver to the daemon that was found. With --retry, a daemon that says nothing is given
 * as much time as one that has to be started.
 */
static void connect_to_daemon(struct program *program)
{
    const struct send_options *options = &program->options;

    delivery_init(&program->delivery, &program->daemon, target_of(options),
                  options->timeout_ns > options->retry_ns ? options->timeout_ns : options->retry_ns,
                  &program->counts);
    program->delivery.is_wide = options->wide;
    program->delivery.trace = program->tracing;
    program->delivery.watcher = program->watcher;
}

/* ---- the messages ---- */

static const char *name_of_input(const struct send_options *options)
{
    return options->file ? options->file : "standard input";
}

static _Noreturn void fail_without_input(void)
{
    fail(EX_NOINPUT, "standard input is closed; give a STRING, or open standard input");
}

/* Must be called while files are opened with the caller's own rights, see privilege.h. */
static void open_input(const struct send_options *options, bool has_stdin, struct input *ret)
{
    *ret = (struct input){.strings = options->strings, .stream = stdin, .whole = options->whole};
    if (options->file)
        ret->stream = fopen(options->file, "re");
    if (!ret->stream)
        fail_of(EX_NOINPUT, errno, "cannot open %s", options->file);
    /* FILE can be /dev/stdin, and then opens what its placeholder is for (descriptors.h). */
    if (options->file && !has_stdin && descriptors_share_file(fileno(ret->stream), STDIN_FILENO))
        fail_without_input();
    if (!options->strings && privilege_hides(fileno(ret->stream)))
        fail(EX_NOINPUT,
             "%s is a file of procfs, which may show a set-user-ID program more than its caller "
             "may see; send the output of cat(1)",
             name_of_input(options));
}

static int unreadable(const struct send_options *options, const struct input *input, int error)
{
    if (error == EMSGSIZE) {
        complain("the message is larger than any daemon accepts (%zu bytes); split it",
                 MESSAGE_MAX);
        return EX_DATAERR;
    }
    if (error == E2BIG) {
        complain("the line has more than %zu bytes; send it with --whole, or split the line",
                 INPUT_LINE_MAX);
        return EX_DATAERR;
    }
    if (options->strings)
        complain_of(error, "cannot read message %ju", input->number);
    else
        complain_of(error, "cannot read message %ju from %s", input->number,
                    name_of_input(options));
    return error == ENOMEM ? EX_OSERR : EX_NOINPUT;
}

/*
 * Returns the message that was read last. Its fields are those of the options, with the facility of
 * this message.
 */
static struct message compose(struct send_options *options, const struct input *input)
{
    struct priority priority = options->priority;
    size_t prefix = 0;

    if (options->prio_prefix)
        prefix = priority_prefix(input->bytes, input->length, &priority);
    send_options_set_facility(options, priority.facility);
    return (struct message){.priority = priority.level,
                            .bytes = prefix > 0 ? input->bytes + prefix : input->bytes,
                            .length = input->length - prefix,
                            .fields = options->fields.octets,
                            .fields_length = options->fields.length};
}

/* Finds another daemon, until the time end. Returns 0; else, with a complaint, an exit status. */
static int reconnect(struct program *program, uint64_t end)
{
    int status;

    pidref_close(&program->daemon);
    status = find_until(program, end);
    if (status == 0)
        connect_to_daemon(program);
    else
        program->delivery.may_go_on = false;
    return status;
}

/*
 * Waits until a message that was not logged may be sent again: for the pause, if the same daemon
 * may take it; else for the end of that daemon. Returns true if another daemon has to be found.
 */
static bool wait_to_retry(const struct program *program, uint64_t pause, uint64_t end)
{
    uint64_t left = time_left(end);

    if (program->delivery.may_go_on)
        return pidref_await_end(&program->daemon, pause < left ? pause : left);
    /* Until a daemon that stops has ended, the sender could find the same one again. */
    pidref_await_end(&program->daemon, left);
    return true;
}

/*
 * Sends a message. If the message is certainly not in the log, and may be later, sends it again,
 * for options.retry_ns in all. Returns 0; else, with a complaint, an exit status.
 */
static int send_one(struct program *program, const struct message *message)
{
    int status = delivery_send(&program->delivery, message);
    uint64_t end = monotonic_now() + program->options.retry_ns, pause = PAUSE_MIN;

    while (status != 0 && program->delivery.may_retry && time_left(end) > 0) {
        if (wait_to_retry(program, pause, end)) {
            status = reconnect(program, end);
            if (status != 0)
                return status;
        }
        pause = 2 * pause < PAUSE_MAX ? 2 * pause : PAUSE_MAX;
        status = delivery_send(&program->delivery, message);
    }
    return status;
}

/*
 * Both functions write in one piece, so that the message does not mix with the output of other
 * processes.
 */
static void echo_raw(const struct message *message)
{
    char newline = '\n';
    const struct iovec pieces[] = {{message->bytes, message->length}, {&newline, 1}};

    (void)!writev(STDERR_FILENO, pieces, 2);
}

/* Out of memory, this leaves the message out: it is in the log, and the status must say so. */
static void echo_escaped(const struct message *message)
{
    size_t length;
    char *line =
        escape_line(message->bytes, message->length, program_invocation_short_name, &length);

    if (!line)
        return;
    (void)!write(STDERR_FILENO, line, length);
    free(line);
}

/*
 * With --confirm, writes the line of the message that was read last. status and the newest
 * complaint are those of a failure. Returns 0, or -errno if the run has to end.
 */
static int confirm(struct program *program, enum fate fate, int status)
{
    int r;

    if (!program->options.confirm)
        return 0;
    r = confirmation_write(STDOUT_FILENO, program->input.number, fate, status, complaint_text());
    program->is_unheard = r < 0;
    return r;
}

/*
 * Sends the message that was read last, and confirms it. Returns 0; else, with a complaint, an exit
 * status.
 */
static int send_input(struct program *program)
{
    const struct send_options *options = &program->options;
    struct message message = compose(&program->options, &program->input);
    bool is_skipped = options->skip_empty && message.length == 0;
    int status, r;

    progress_bar_advance(&program->bar, program->input.taken);
    status = is_skipped || options->dry_run ? 0 : send_one(program, &message);
    if (status != 0)
        return status;
    if (!is_skipped && options->echo)
        (isatty(STDERR_FILENO) ? echo_escaped : echo_raw)(&message);
    r = confirm(program, is_skipped ? FATE_EMPTY : FATE_LOGGED, 0);
    if (r < 0)
        complain_of(-r, "cannot confirm message %ju on standard output; it is %s",
                    program->input.number, is_skipped ? "empty" : "in the log");
    return r < 0 ? EX_IOERR : 0;
}

/* ---- a run: one message after another ---- */

/*
 * Returns true if the next message may be sent after this failure: the message was refused, or it
 * is unconfirmed because the daemon has ended, and --retry finds another.
 */
static bool may_send_next(const struct program *program)
{
    return program->delivery.may_go_on ||
           (program->delivery.is_unconfirmed && program->options.retry_ns > 0 &&
            pidref_ended(&program->daemon));
}

/*
 * Reports the message that was read last, which has failed: with --confirm on standard output, with
 * --keep-going on standard error and in the tally. Returns true if the run may go on.
 */
static bool report(struct program *program, int status, bool is_unconfirmed)
{
    int r = confirm(program, is_unconfirmed ? FATE_UNCONFIRMED : FATE_UNLOGGED, status);

    if (!program->options.keep_going)
        return false;
    tally_add(&program->tally, status, is_unconfirmed);
    complaint_precede(is_unconfirmed ? "unconfirmed" : "not logged");
    complaint_precede("message %ju", program->input.number);
    progress_bar_end(&program->bar);
    complaint_tell();
    if (r < 0)
        complain_of(-r, "cannot write to standard output");
    return r == 0;
}

/* Handles the failure to send the message that was read last. Returns true if the run goes on. */
static bool goes_on_after_failure(struct program *program, int status)
{
    if (program->is_unheard)
        return false;
    if (report(program, status, program->delivery.is_unconfirmed))
        return may_send_next(program);
    if (!program->options.keep_going && !program->options.strings)
        complaint_precede("message %ju", program->input.number);
    return false;
}

/*
 * Handles the failure to read a message, with this errno and this exit status. Returns true if the
 * run goes on: the failure is of one message, and what follows it can be read. Otherwise *status is
 * that of the failure that ends the run.
 */
static bool goes_on_after_error(struct program *program, int error, int *status)
{
    const struct send_options *options = &program->options;

    if (error != EMSGSIZE && error != E2BIG && error != ENOMEM)
        return false;
    if (report(program, *status, false)) {
        error = -input_skip(&program->input);
        if (error)
            *status = unreadable(options, &program->input, error);
        return error == 0;
    }
    if (!options->keep_going && !options->strings && error != ENOMEM)
        complaint_precede("message %ju", program->input.number);
    return false;
}

/*
 * Sends the messages of the input until its end, or until a failure ends the run. Returns 0; else,
 * with a complaint, an exit status.
 */
static int send_each(struct program *program)
{
    for (;;) {
        int r = input_next(&program->input), status;

        if (r == 0)
            return 0;
        status = r < 0 ? unreadable(&program->options, &program->input, -r) : send_input(program);
        if (status != 0 && !(r < 0 ? goes_on_after_error(program, -r, &status)
                                   : goes_on_after_failure(program, status)))
            return status;
    }
}

static int send_all(struct program *program)
{
    int status;

    /* With --stderr, the echoed messages show the progress. */
    if (!program->options.echo)
        progress_bar_of_file(&program->bar, input_size(&program->input));
    status = send_each(program);
    progress_bar_end(&program->bar);
    return status;
}

/* Shows no bar beside a trace: both are drawn on standard error. */
static void prepare_progress(struct program *program)
{
    if (program->options.quiet || program->tracing || !progress_bar_is_possible(STDERR_FILENO))
        return;
    progress_bar_init(&program->bar, STDERR_FILENO);
    program->watcher = (struct delivery_watcher){progress_bar_tell, &program->bar};
}

/* Prints the line that --keep-going promises. has_ended: the run ended before its input did. */
static void tell_tally(const struct program *program, bool has_ended)
{
    char line[TALLY_SIZE];

    if (program->options.quiet && program->tally.status == 0 && !has_ended)
        return;
    tally_format(&program->tally, program->counts.messages,
                 has_ended ? program->input.number : UINT64_MAX, line);
    fprintf(stderr, "%s: %s\n", program_invocation_short_name, line);
}

static void sum_up(const struct delivery_counts *counts)
{
    char line[SUMMARY_SIZE];

    summary_format(counts, line);
    fprintf(stderr, "%s: %s\n", program_invocation_short_name, line);
}

int main(int argc, char **argv)
{
    int signals = inbox_open(); /* first: before, a stray signal would end the program */
    struct program program = {.daemon = PIDREF_NONE};
    bool has_stdin, has_stdout, was_connected;
    int status;

    cli_begin("minitalk-send");
    if (!descriptors_fill(&has_stdin, &has_stdout))
        return EX_OSERR;
    send_options_parse(argc, argv, &program.options);
    if (!program.options.strings && !program.options.file && !has_stdin)
        fail_without_input();
    if (program.options.confirm && !has_stdout)
        fail(EX_USAGE, "standard output is closed; open it for --confirm, or leave that out");
    cli_require_signals(signals);
    if (program.options.ignore_interrupts)
        signal(SIGINT, SIG_IGN);
    /* A failed write to standard error must not change the outcome. */
    descriptors_expect_failure();
    /*
     * From here on, the terminal of standard error may be opened again, with the caller's rights.
     */
    privilege_keep_for_signals();
    status = find_first(&program, argv); /* before anything is printed or read, see helper.h */
    program.tracing = trace_begin(&program.trace, program.options.trace, TRACE_SENDER);
    prepare_progress(&program);
    was_connected = status == 0;
    if (was_connected) {
        connect_to_daemon(&program);
        open_input(&program.options, has_stdin, &program.input);
        status = send_all(&program);
    }
    if (status != 0)
        complaint_tell();
    if (was_connected && program.options.keep_going) {
        tell_tally(&program, status != 0);
        status = status != 0 ? status : program.tally.status;
    }
    if (was_connected && program.options.verbose)
        sum_up(&program.counts);

    input_done(&program.input);
    pidref_close(&program.daemon);
    send_options_free(&program.options);
    return status;
}
