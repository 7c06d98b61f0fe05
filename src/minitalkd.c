/* SPDX-License-Identifier: MIT */
/* minitalkd.c - the daemon: takes messages by signal and logs them; see minitalkd(8) */

#include <assert.h>
#include <bsd/stdlib.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "daemon/detach.h"
#include "daemon/hangup.h"
#include "daemon/server.h"
#include "daemon/sink.h"
#include "host/cli.h"
#include "host/complaint.h"
#include "host/daemon-options.h"
#include "host/descriptors.h"
#include "host/inbox.h"
#include "host/passwd.h"
#include "host/pidfile.h"
#include "host/procstat.h"
#include "protocol/frame.h"
#include "protocol/nsec.h"

#define MESSAGE_LIMIT 1048576
#define MESSAGE_LIMIT_TEXT CLI_NUMBER(MESSAGE_LIMIT)
/* Messages of each user: so many in this time, in seconds. */
#define RATE_MESSAGES 60000
#define RATE_SECONDS 60
#define RATE_TEXT CLI_NUMBER(RATE_MESSAGES) "/" CLI_NUMBER(RATE_SECONDS)
#define RATE_MESSAGES_MAX 1000000
#define RATE_SECONDS_MAX 86400
static_assert(MESSAGE_LIMIT <= JOURNAL_MESSAGE_MAX, "the default must suit each output");

/* A kind of log, as --output=NAME, or with a file as --output=NAME:PATH. */
struct output {
    const char *name;
    const struct format *format; /* NULL: the journal */
    bool has_stdout;             /* NAME alone is standard output */
    bool has_file;
};

/* The first is the default. */
static const struct output outputs[] = {
    {.name = "journal"},
    {.name = "stdout", .format = &format_escaped, .has_stdout = true},
    {.name = "raw", .format = &format_raw, .has_stdout = true},
    {.name = "file", .format = &format_escaped, .has_file = true},
    {.name = "json", .format = &format_json, .has_stdout = true, .has_file = true},
    {.name = "export", .format = &format_export, .has_stdout = true, .has_file = true},
};

/* The settings of the command line. */
struct options {
    bool foreground;
    const struct output *output;
    const char *log;     /* the path of the log file; NULL: the log is no file */
    const char *pidfile; /* NULL: the default for this user */
    struct server_limits limits;
    enum trace_format trace;
};

/* The state of the program. */
struct program {
    struct pidfile pidfile;
    struct sink sink;
    struct detach detach;
    struct trace trace;
    struct server *server;
    bool has_stdout;
};

static const char usage[] =
    "Usage: minitalkd [OPTION...]\n"
    "Take messages from minitalk-send by SIGUSR1 and SIGUSR2, and log them.\n"
    "\n"
    "      --foreground          stay in the foreground\n"
    "      --output=journal      log to the systemd journal (default)\n"
    "      --output=stdout       write each message to standard output, escaped, as one line\n"
    "      --output=raw          write the exact bytes of each message, and a newline\n"
    "      --output=file:PATH    append each message to a file, escaped; SIGHUP opens it anew\n"
    "      --output=json         write each message as JSON with all its fields, as one line\n"
    "      --output=json:PATH    append such lines to a file\n"
    "      --output=export       the same in the Journal Export Format\n"
    "      --output=export:PATH  append such entries to a file\n"
    "      --pidfile=PATH        use this pidfile\n"
    "      --max-message=BYTES   refuse larger messages (default " MESSAGE_LIMIT_TEXT
    ", at most 31 MiB for the journal)\n"
    "      --rate-limit=RATE     take RATE messages of each user, N/SECONDS (default " RATE_TEXT
    ") or none\n"
    "      --trace[=FORMAT]      print each signal on standard error, as text (default) or json\n"
    "  -h, --help                show this help and exit\n"
    "  -V, --version             show the version and exit\n"
    "\n"
    "Without --pidfile, the pidfile is " PIDFILE_SYSTEM ", or, for an ordinary user,\n"
    "$XDG_RUNTIME_DIR/minitalk.pid.\n"
    "\n"
    "The first line on standard output is the daemon's PID, unless json or export\n"
    "entries are there. See minitalkd(8).\n";

enum long_only {
    OPTION_FOREGROUND = CLI_LONG_ONLY,
    OPTION_OUTPUT,
    OPTION_PIDFILE,
    OPTION_MAX_MESSAGE,
    OPTION_RATE_LIMIT,
    OPTION_TRACE,
};

static const char letters[] = ":hV";

static const struct option long_options[] = {
    {"foreground", no_argument, NULL, OPTION_FOREGROUND},
    {"output", required_argument, NULL, OPTION_OUTPUT},
    {"pidfile", required_argument, NULL, OPTION_PIDFILE},
    {"max-message", required_argument, NULL, OPTION_MAX_MESSAGE},
    {"rate-limit", required_argument, NULL, OPTION_RATE_LIMIT},
    {"trace", optional_argument, NULL, OPTION_TRACE},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
    {NULL, 0, NULL, 0},
};

/* Parses NAME or NAME:PATH. Sets *ret_path to the path, or to NULL. */
static const struct output *parse_output(const char *argument, const char **ret_path)
{
    const char *colon = strchrnul(argument, ':');
    size_t length = (size_t)(colon - argument);
    const struct output *output = NULL;

    for (size_t i = 0; i < sizeof outputs / sizeof outputs[0]; i++)
        if (strlen(outputs[i].name) == length && memcmp(outputs[i].name, argument, length) == 0)
            output = &outputs[i];
    if (!output || (*colon ? !output->has_file : output->format && !output->has_stdout))
        fail(
            EX_USAGE,
            "unknown output '%s'; use --output=journal, --output=stdout, --output=raw, "
            "--output=json, --output=export, or --output=FORMAT:PATH with the format file, json or "
            "export",
            argument);
    *ret_path = *colon ? colon + 1 : NULL;
    if (*ret_path && !**ret_path)
        fail(EX_USAGE, "the path of the log file is empty; give it behind the colon, as in "
                       "--output=file:PATH");
    return output;
}

static bool is_journal(const struct options *options)
{
    return !options->output->format;
}

static bool is_stdout(const struct options *options)
{
    return !is_journal(options) && !options->log;
}

/* Returns true if standard output has entries of one format, so that nothing else may be there. */
static bool is_formatted_stdout(const struct options *options)
{
    return is_stdout(options) && options->output->format->has_fields;
}

static size_t parse_limit(const char *argument)
{
    const char *error;
    long long bytes = strtonum(argument, 1, MESSAGE_MAX, &error);

    if (error)
        fail(EX_USAGE, "--max-message '%s' is %s; give a number of bytes from 1 to %zu", argument,
             error, MESSAGE_MAX);
    return (size_t)bytes;
}

/* Parses 'N/SECONDS' or 'none'. */
static struct rate parse_rate(const char *argument)
{
    const char *slash = strchr(argument, '/');
    char number[sizeof "1000000"] = "";
    const char *wrong_number = "missing", *wrong_time = "missing";
    long long messages = 0, seconds = 0;

    if (strcmp(argument, "none") == 0)
        return (struct rate){0};
    if (slash && slash - argument < (ptrdiff_t)sizeof number) {
        memcpy(number, argument, (size_t)(slash - argument));
        messages = strtonum(number, 1, RATE_MESSAGES_MAX, &wrong_number);
        seconds = strtonum(slash + 1, 1, RATE_SECONDS_MAX, &wrong_time);
    }
    if (wrong_number || wrong_time)
        fail(EX_USAGE,
             "invalid rate '%s'; use --rate-limit=N/SECONDS, with N up to %d and SECONDS up to %d, "
             "or --rate-limit=none",
             argument, RATE_MESSAGES_MAX, RATE_SECONDS_MAX);
    return (struct rate){(unsigned)messages, (uint64_t)seconds * NSEC_PER_SEC};
}

static struct options parse_options(int argc, char **argv)
{
    struct options options = {
        .output = &outputs[0],
        .limits = {MESSAGE_LIMIT, {RATE_MESSAGES, RATE_SECONDS * NSEC_PER_SEC}},
    };
    int c;

    while ((c = getopt_long(argc, argv, letters, long_options, NULL)) >= 0) {
        switch (c) {
        case OPTION_FOREGROUND:
            options.foreground = true;
            break;
        case OPTION_OUTPUT:
            options.output = parse_output(optarg, &options.log);
            break;
        case OPTION_PIDFILE:
            options.pidfile = daemon_options_path(optarg);
            break;
        case OPTION_MAX_MESSAGE:
            options.limits.message = parse_limit(optarg);
            break;
        case OPTION_RATE_LIMIT:
            options.limits.rate = parse_rate(optarg);
            break;
        case OPTION_TRACE:
            options.trace = daemon_options_trace(optarg);
            break;
        case 'h':
            cli_answer(usage);
        case 'V':
            cli_answer("minitalkd " PACKAGE_VERSION "\n");
        default:
            cli_wrong_option(c, argv, letters);
        }
    }
    if (optind < argc)
        fail(EX_USAGE, "unexpected argument '%s'; see 'minitalkd --help'", argv[optind]);
    if (is_journal(&options) && options.limits.message > JOURNAL_MESSAGE_MAX)
        fail(EX_USAGE,
             "--max-message=%zu is too large for the journal, which may drop messages of more than "
             "%zu bytes; give at most that, or use --output=stdout",
             options.limits.message, JOURNAL_MESSAGE_MAX);
    if (options.trace != TRACE_NONE && !options.foreground && !is_stdout(&options))
        fail(EX_USAGE, "--trace needs --foreground or --output=stdout, because a daemon that logs "
                       "to the journal or to a file has no standard error");
    return options;
}

/* Returns the user ID of the service, or (uid_t)-1 if this machine has no such user. */
static uid_t service_user(void)
{
    uid_t uid;

    return passwd_find(SERVICE_USER, &uid) ? uid : (uid_t)-1;
}

/*
 * Returns the default: the system's pidfile for root and the service user, and for each other user
 * that of the user's own daemon. Returns NULL if out of memory.
 */
static char *default_pidfile(void)
{
    const char *directory;
    struct stat status;
    char *path;

    if (geteuid() == 0 || service_user() == geteuid())
        return strdup(PIDFILE_SYSTEM);
    path = pidfile_of_user();
    if (!path && errno != ENOMEM)
        fail(EX_USAGE, "XDG_RUNTIME_DIR is not set to an absolute path; give --pidfile=PATH");
    directory = getenv("XDG_RUNTIME_DIR");
    if (directory && stat(directory, &status) == 0 && status.st_uid != geteuid())
        daemon_options_foreign_directory(EX_CANTCREAT, directory, status.st_uid);
    return path;
}

/*
 * Refuses a standard output that cannot be the log. On /dev/null, each message would be confirmed
 * and lost. A service has this standard output by StandardOutput=null, as in the units here.
 */
static void require_stdout(bool has_stdout)
{
    if (!has_stdout)
        fail(EX_USAGE, "standard output is closed, but it is the log; open it, or use "
                       "--output=journal");
    if (descriptors_discards(STDOUT_FILENO))
        fail(EX_USAGE,
             "standard output is /dev/null or /dev/zero, which keeps no message; redirect "
             "it to a pipe, or use --output=journal or --output=file:PATH");
}

static void require_boot(const struct options *options)
{
    if (!is_journal(options) && options->output->format->needs_boot && !entry_boot_is_known())
        fail(EX_OSERR,
             "the ID of the boot is unknown, and entries of this format need it; let /proc "
             "show sys/kernel/random/boot_id, or set MINITALK_BOOT_ID");
}

static void prepare(void)
{
    /* If the output takes no more, the write must fail, and not end the daemon. */
    descriptors_expect_failure();
    /* Senders recognise a daemon by this name. */
    prctl(PR_SET_NAME, DAEMON_COMMAND);
}

static void claim(const char *path, struct pidfile *ret)
{
    /* systemd-tmpfiles(8) has created the system's pidfile for the service. */
    uid_t service = geteuid() == 0 ? service_user() : (uid_t)-1;
    pid_t holder;
    int r = pidfile_claim(path, service, ret, &holder);

    if (r == -EEXIST && holder > 0)
        fail(EX_UNAVAILABLE,
             "already running as process %d, which holds the pidfile %s; stop it "
             "first, or give another --pidfile",
             (int)holder, path);
    if (r == -EEXIST)
        fail(EX_UNAVAILABLE,
             "another process holds the lock on the pidfile %s; stop it first, or give another "
             "--pidfile",
             path);
    if (r == -EINVAL)
        fail(EX_CANTCREAT, "%s is not a regular file; give another --pidfile", path);
    if (r == -EPERM)
        fail(EX_CANTCREAT,
             "the file %s belongs to another user; remove it, or give another --pidfile", path);
    if (r == -EMLINK)
        fail(EX_CANTCREAT,
             "the file %s has more than one name (hard links); remove this name, or give another "
             "--pidfile",
             path);
    if (r == -EBADMSG)
        fail(EX_CANTCREAT,
             "the file %s has other contents than a PID; remove it, or give another --pidfile",
             path);
    if (r < 0)
        fail_of(EX_CANTCREAT, -r, "cannot open the pidfile %s", path);
}

static int open_log_file(const struct options *options, const struct pidfile *pidfile,
                         struct sink *ret)
{
    const char *path = options->log;
    int r = file_open(path, options->output->format, ret);

    if (r < 0) {
        complain("cannot open the log file %s (%s); mend that, or give another path", path,
                 file_reason(-r));
        return r == -EEXIST ? EX_UNAVAILABLE : EX_CANTCREAT;
    }
    if (descriptors_share_file(ret->fd, pidfile->fd)) {
        complain("the log file %s is the pidfile, too; give another path for one of the two", path);
        return EX_USAGE;
    }
    return 0;
}

/* A pidfile is truncated at the end, and the messages in it would be lost. */
static int require_other_file(const struct pidfile *pidfile)
{
    if (!descriptors_share_file(STDOUT_FILENO, pidfile->fd))
        return 0;
    complain("standard output is the pidfile, too; redirect it to another file, or give another "
             "--pidfile");
    return EX_USAGE;
}

/* Returns 0; else, with a complaint, an exit status. */
static int open_sink(const struct options *options, const struct pidfile *pidfile, struct sink *ret)
{
    int r;

    if (options->log)
        return open_log_file(options, pidfile, ret);
    if (is_stdout(options) && require_other_file(pidfile) != 0)
        return EX_USAGE;
    r = is_journal(options) ? journal_open(ret) : stdout_open(options->output->format, ret);
    if (r < 0) {
        complain_of(-r, "cannot open the output");
        return EX_OSERR;
    }
    r = sink_check(ret);
    ret->failure = -r;
    if (r < 0) {
        complain(
            "cannot connect to %s (%s), so messages are refused; start it, or use --output=stdout",
            ret->name, strerror(-r));
        complaint_tell();
    }
    return 0;
}

static int cannot_start(int error)
{
    if (error == EMFILE)
        complain("cannot start: the limit of open files is below %d; raise it ('ulimit -n', "
                 "LimitNOFILE=)",
                 SERVER_DESCRIPTORS_MIN);
    else
        complain_of(error, "cannot start");
    return EX_OSERR;
}

/*
 * Lets senders find the daemon, and tells the caller that the daemon is ready. Returns 0; else,
 * with a complaint, an exit status.
 */
static int go_public(struct program *program, const struct options *options)
{
    int r = pidfile_publish(&program->pidfile);

    if (r < 0)
        return cannot_start(-r);
    if (program->has_stdout && !is_formatted_stdout(options) &&
        (printf("%d\n", (int)getpid()) < 0 || fflush(stdout) != 0)) {
        complain_of(errno, "cannot write to standard output");
        return EX_IOERR;
    }
    r = detach_ready(&program->detach, is_stdout(options));
    return r < 0 ? cannot_start(-r) : 0;
}

/*
 * Lets no child stay a zombie (wait(2)). The daemon starts none, but it inherits some: as PID 1 of
 * a container, all that lose their parent; else those of the program that has executed it.
 */
static void leave_no_zombies(void)
{
    signal(SIGCHLD, SIG_IGN);
    while (waitpid(-1, NULL, WNOHANG) > 0) {
    }
}

static int start(struct program *program, const struct options *options)
{
    struct trace *trace = trace_begin(&program->trace, options->trace, TRACE_DAEMON);
    int r = options->foreground ? 0 : detach_begin(&program->detach);

    leave_no_zombies();
    if (r >= 0)
        r = server_new(&program->sink, &options->limits, trace, &program->server);
    return r < 0 ? cannot_start(-r) : go_public(program, options);
}

static int run(struct program *program, const struct options *options)
{
    int status = start(program, options);
    int error;

    if (status != 0)
        return status;
    sink_record(&program->sink, RECORD_STARTED, NULL, "started as process %d", (int)getpid());
    error = -server_run(program->server);
    if (error)
        complain("stopped because of an error: %s", sink_reason(&program->sink, error));
    sink_record(&program->sink, RECORD_STOPPED, NULL, "stopped%s%s", error ? ": " : "",
                error ? sink_reason(&program->sink, error) : "");
    return error ? EX_SOFTWARE : 0;
}

int main(int argc, char **argv)
{
    struct program program = {.pidfile = PIDFILE_NONE, .sink.fd = -1, .detach = DETACH_NONE};
    struct options options;
    int signals = inbox_open(); /* first: before, a stray signal would end the daemon */
    bool has_stdin;
    char *pidfile;
    int status;

    hangup_block();
    cli_begin(DAEMON_COMMAND);
    if (!descriptors_fill(&has_stdin, &program.has_stdout))
        return EX_OSERR;
    options = parse_options(argc, argv);
    if (is_stdout(&options))
        require_stdout(program.has_stdout);
    require_boot(&options);
    cli_require_signals(signals);
    if (!procstat_is_own())
        fail(EX_OSERR,
             "/proc is that of another PID namespace, so minitalkd cannot check senders; "
             "mount the one of this namespace ('unshare --mount-proc', 'nsenter --mount')");
    prepare();
    /* A daemon must not keep other files of its caller open. */
    if (!options.foreground)
        closefrom(STDERR_FILENO + 1);
    pidfile = options.pidfile ? strdup(options.pidfile) : default_pidfile();
    if (!pidfile)
        fail(EX_OSERR, "out of memory");
    claim(pidfile, &program.pidfile);
    status = open_sink(&options, &program.pidfile, &program.sink);
    if (status == 0)
        status = run(&program, &options);
    complaint_tell();

    server_free(program.server);
    pidfile_release(&program.pidfile);
    sink_close(&program.sink);
    free(pidfile);
    return status;
}
