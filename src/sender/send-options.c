/* SPDX-License-Identifier: MIT */
/* send-options.c - see send-options.h */

#include "sender/send-options.h"

#include <bsd/stdlib.h>
#include <limits.h>
#include <string.h>
#include <sysexits.h>
#include <syslog.h>
#include <unistd.h>

#include "host/cli.h"
#include "host/complaint.h"
#include "host/daemon-options.h"
#include "host/monotonic.h"
#include "host/pidfile.h"
#include "sender/trust.h"

#define TIMEOUT_SECONDS 5
#define WAIT_SECONDS 30
#define SECONDS_MAX 86400

#define TIMEOUT_TEXT CLI_NUMBER(TIMEOUT_SECONDS)
#define WAIT_TEXT CLI_NUMBER(WAIT_SECONDS)

static const char usage[] =
    "Usage: minitalk-send [OPTION...] [STRING...]\n"
    "Send a message to minitalkd by SIGUSR1 and SIGUSR2. Several STRINGs are joined with one\n"
    "space; without a STRING, each line of standard input is a message.\n"
    "\n"
    "What is sent:\n"
    "  -f, --file=FILE         each line of FILE is a message; '-' is standard input\n"
    "      --whole             the whole input is one message, any bytes\n"
    "  -e, --skip-empty        send no empty messages\n"
    "  -p, --priority=PRIO     LEVEL or FACILITY.LEVEL, names or numbers (default notice)\n"
    "      --prio-prefix       a message in the input may begin with its priority, as <N>\n"
    "      --keep-going        report a message of the input that fails, and go on to the next\n"
    "      --confirm           write to standard output what became of each message\n"
    "      --ignore-interrupts ignore SIGINT (^C), as 'tee -i' does\n"
    "  -t, --tag=TAG           the identifier in the journal (default minitalk)\n"
    "  -F, --field=NAME=VALUE  another field of the entry; may be repeated\n"
    "  -i, --id[=ID]           log the sender's PID as SYSLOG_PID, or this number\n"
    "\n"
    "Which daemon:\n"
    "      --pid=PID           send to the daemon with this PID\n"
    "      --pidfile=PATH      send to the daemon of this pidfile, not " PIDFILE_SYSTEM "\n"
    "      --user              send to your own daemon, $XDG_RUNTIME_DIR/minitalk.pid\n"
    "      --daemon-user=USER  with one of these three, accept a daemon of this user, too\n"
    "      --wait[=SECONDS]    wait so long (default " WAIT_TEXT ") for a daemon to start\n"
    "      --retry             send again what is not in the log, for the same time\n"
    "      --timeout=SECONDS   give up after this long without progress (default " TIMEOUT_TEXT
    ")\n"
    "      --wide              send 8 bytes with each signal, not one bit\n"
    "      --dry-run           find the daemon and read the input, but send nothing\n"
    "\n"
    "      --trace[=FORMAT]    print each signal on standard error, as text (default) or json\n"
    "  -q, --quiet             print only errors on standard error, and no progress bar\n"
    "  -s, --stderr            also write each message to standard error once it is in the log\n"
    "  -v, --verbose           at the end, print a summary on standard error\n"
    "  -h, --help              show this help and exit\n"
    "  -V, --version           show the version and exit\n"
    "\n"
    "Exit status 0 means that every message is in the daemon's log, once; with --dry-run, that\n"
    "nothing was sent, but could have been. See minitalk-send(1).\n";

enum long_only {
    OPTION_CONFIRM = CLI_LONG_ONLY,
    OPTION_DAEMON_USER,
    OPTION_DRY_RUN,
    OPTION_IGNORE_INTERRUPTS,
    OPTION_KEEP_GOING,
    OPTION_PID,
    OPTION_PIDFILE,
    OPTION_PRIO_PREFIX,
    OPTION_RETRY,
    OPTION_TIMEOUT,
    OPTION_TRACE,
    OPTION_USER,
    OPTION_WAIT,
    OPTION_WHOLE,
    OPTION_WIDE,
};

static const char letters[] = ":ef:F:hinp:qst:vV";

static const struct option long_options[] = {
    {"confirm", no_argument, NULL, OPTION_CONFIRM},
    {"daemon-user", required_argument, NULL, OPTION_DAEMON_USER},
    {"dry-run", no_argument, NULL, OPTION_DRY_RUN},
    {"field", required_argument, NULL, 'F'},
    {"file", required_argument, NULL, 'f'},
    {"help", no_argument, NULL, 'h'},
    {"id", optional_argument, NULL, 'i'},
    {"ignore-interrupts", no_argument, NULL, OPTION_IGNORE_INTERRUPTS},
    {"keep-going", no_argument, NULL, OPTION_KEEP_GOING},
    {"pid", required_argument, NULL, OPTION_PID},
    {"pidfile", required_argument, NULL, OPTION_PIDFILE},
    {"prio-prefix", no_argument, NULL, OPTION_PRIO_PREFIX},
    {"priority", required_argument, NULL, 'p'},
    {"quiet", no_argument, NULL, 'q'},
    {"retry", no_argument, NULL, OPTION_RETRY},
    {"skip-empty", no_argument, NULL, 'e'},
    {"stderr", no_argument, NULL, 's'},
    {"tag", required_argument, NULL, 't'},
    {"timeout", required_argument, NULL, OPTION_TIMEOUT},
    {"trace", optional_argument, NULL, OPTION_TRACE},
    {"user", no_argument, NULL, OPTION_USER},
    {"verbose", no_argument, NULL, 'v'},
    {"version", no_argument, NULL, 'V'},
    {"wait", optional_argument, NULL, OPTION_WAIT},
    {"whole", no_argument, NULL, OPTION_WHOLE},
    {"wide", no_argument, NULL, OPTION_WIDE},
    {NULL, 0, NULL, 0},
};

/* ---- values ---- */

static pid_t parse_pid(const char *argument)
{
    const char *error;
    pid_t pid = (pid_t)strtonum(argument, 1, INT_MAX, &error);

    if (error)
        fail(EX_USAGE, "'%s' is not a valid PID (%s); give the PID that minitalkd printed",
             argument, error);
    return pid;
}

static uid_t parse_user(const char *argument)
{
    uid_t user;

    if (!trust_parse(argument, &user))
        fail(EX_USAGE, "no user '%s' is in /etc/passwd; give a name from there, or a user ID",
             argument);
    return user;
}

/* Returns NULL for standard input. */
static const char *parse_file(const char *argument)
{
    if (!*argument)
        fail(EX_USAGE, "the path of the input is empty; give --file=FILE, or '-'");
    return strcmp(argument, "-") == 0 ? NULL : argument;
}

static uint64_t parse_seconds(const char *option, const char *argument)
{
    const char *error;
    long long seconds = strtonum(argument, 1, SECONDS_MAX, &error);

    if (error)
        fail(EX_USAGE, "%s '%s' is %s; give a whole number of seconds from 1 to %d", option,
             argument, error, SECONDS_MAX);
    return (uint64_t)seconds * NSEC_PER_SEC;
}

static struct priority parse_priority(const char *argument)
{
    struct priority priority;

    if (!priority_parse(argument, &priority))
        fail(EX_USAGE,
             "invalid priority '%s'; give for example 'err', 'local0.info' or a number from 0 to 7",
             argument);
    return priority;
}

static int parse_id(const char *argument)
{
    const char *error = NULL;
    int id = *argument ? (int)strtonum(argument, 1, INT_MAX, &error) : getpid();

    if (error)
        fail(EX_USAGE, "--id '%s' is %s; give a number from 1 to %d", argument, error, INT_MAX);
    return id;
}

/* ---- fields ---- */

/* Ends the program if a field was not added, for a reason that all kinds of fields share. */
static void require_added(enum fields_result result)
{
    if (result == FIELDS_TOO_LARGE)
        fail(EX_USAGE, "more than %u fields, or more than %zu bytes of fields; give fewer",
             FIELDS_COUNT_MAX, FIELDS_SIZE_MAX);
    if (result == FIELDS_NO_MEMORY)
        fail(EX_OSERR, "out of memory for the fields");
}

static void add_field(struct fields *fields, const char *argument)
{
    enum fields_result result = fields_add(fields, argument, strlen(argument));

    if (result == FIELDS_BAD_NAME)
        fail(EX_USAGE,
             "invalid field '%s'; give --field=NAME=VALUE, with a NAME of at most %u capital "
             "letters, digits and '_' that begins with a letter",
             argument, FIELD_NAME_MAX);
    if (result == FIELDS_RESERVED)
        fail(EX_USAGE,
             "the field in '%s' is reserved; leave it out, or use --priority, --tag or --id",
             argument);
    require_added(result);
}

static void set_tag(struct fields *fields, const char *tag)
{
    enum fields_result result = fields_set_tag(fields, tag);

    if (result == FIELDS_BAD_VALUE)
        fail(EX_USAGE,
             "invalid tag '%s'; give --tag 1 to %u bytes of UTF-8 without control characters", tag,
             TAG_LENGTH_MAX);
    if (result == FIELDS_RESERVED)
        fail(EX_USAGE, "the tag '%s' is reserved for the daemon's own entries; give another --tag",
             tag);
    require_added(result);
}

/* ---- the command line ---- */

static void require_consistent(const struct send_options *options, bool has_file)
{
    bool is_for_input = options->whole || has_file || options->prio_prefix || options->keep_going;

    if ((options->pid > 0) + !!options->pidfile + options->user > 1)
        fail(EX_USAGE, "--pid, --pidfile and --user exclude each other; give only one of them");
    if (options->daemon_user != TRUST_NOBODY && options->pid == 0 && !options->pidfile &&
        !options->user)
        fail(EX_USAGE, "--daemon-user needs --pid, --pidfile or --user; give one of them, or leave "
                       "out --daemon-user");
    if (options->pid > 0 && options->retry_ns > 0)
        fail(EX_USAGE, "--retry needs a pidfile; leave it out, or give --pidfile instead of --pid");
    if (options->quiet && (options->echo || options->verbose || options->trace != TRACE_NONE))
        fail(EX_USAGE,
             "--quiet excludes --stderr, --verbose and --trace; leave out --quiet or the others");
    if (options->confirm && options->dry_run)
        fail(EX_USAGE,
             "--dry-run sends nothing that --confirm could confirm; leave out one of them");
    if (options->strings && is_for_input)
        fail(EX_USAGE,
             "--whole, --file, --prio-prefix and --keep-going read input and exclude a STRING; "
             "leave out '%s'",
             *options->strings);
}

void send_options_parse(int argc, char **argv, struct send_options *ret)
{
    struct send_options options = {
        .daemon_user = TRUST_NOBODY,
        .timeout_ns = TIMEOUT_SECONDS * NSEC_PER_SEC,
        .priority = {.level = LOG_NOTICE, .facility = FACILITY_NONE},
    };
    bool has_file = false;
    int c;

    while ((c = getopt_long(argc, argv, letters, long_options, NULL)) >= 0) {
        /* If the number of an option is optional, an empty value is the same as none. */
        const char *value = optarg ? optarg : "";

        switch (c) {
        case 'e':
            options.skip_empty = true;
            break;
        case 'f':
            options.file = parse_file(value);
            has_file = true;
            break;
        case 'F':
            add_field(&options.fields, value);
            break;
        case 'h':
            cli_answer(usage);
        case 'i':
            require_added(fields_set_pid(&options.fields, parse_id(value)));
            break;
        case 'n':
            fail(EX_USAGE, "-n is --server of logger(1), and minitalk-send uses no network; leave "
                           "it out, or give --dry-run to send nothing");
        case 'p':
            options.priority = parse_priority(value);
            break;
        case 'q':
            options.quiet = true;
            break;
        case 's':
            options.echo = true;
            break;
        case 't':
            set_tag(&options.fields, value);
            break;
        case 'v':
            options.verbose = true;
            break;
        case 'V':
            cli_answer("minitalk-send " PACKAGE_VERSION "\n");
        case OPTION_CONFIRM:
            options.confirm = true;
            break;
        case OPTION_DAEMON_USER:
            options.daemon_user = parse_user(value);
            break;
        case OPTION_DRY_RUN:
            options.dry_run = true;
            break;
        case OPTION_IGNORE_INTERRUPTS:
            options.ignore_interrupts = true;
            break;
        case OPTION_KEEP_GOING:
            options.keep_going = true;
            break;
        case OPTION_PID:
            options.pid = parse_pid(value);
            break;
        case OPTION_PIDFILE:
            options.pidfile = daemon_options_path(value);
            break;
        case OPTION_PRIO_PREFIX:
            options.prio_prefix = true;
            break;
        case OPTION_RETRY:
            options.retry_ns = WAIT_SECONDS * NSEC_PER_SEC;
            break;
        case OPTION_TIMEOUT:
            options.timeout_ns = parse_seconds("--timeout", value);
            break;
        case OPTION_TRACE:
            options.trace = daemon_options_trace(optarg);
            break;
        case OPTION_USER:
            options.user = true;
            break;
        case OPTION_WAIT:
            options.wait_ns = *value ? parse_seconds("--wait", value) : WAIT_SECONDS * NSEC_PER_SEC;
            break;
        case OPTION_WHOLE:
            options.whole = true;
            break;
        case OPTION_WIDE:
            options.wide = true;
            break;
        default:
            cli_wrong_option(c, argv, letters);
        }
    }
    if (optind < argc)
        options.strings = argv + optind;
    require_consistent(&options, has_file);
    /* Any message may bring a facility, so make sure now that the fields have room for one. */
    if (options.prio_prefix)
        send_options_set_facility(&options, FACILITY_MAX);
    if (options.retry_ns > 0 && options.wait_ns > 0)
        options.retry_ns = options.wait_ns;
    *ret = options;
}

void send_options_set_facility(struct send_options *options, int facility)
{
    require_added(fields_set_facility(&options->fields, facility));
}

void send_options_free(struct send_options *options)
{
    fields_free(&options->fields);
}
