/* send-options.c - see send-options.h */

#include "send-options.h"

#include <bsd/stdlib.h>
#include <err.h>
#include <limits.h>
#include <sysexits.h>

#include "cli.h"
#include "monotonic.h"
#include "pidfile.h"

#define TIMEOUT_SECONDS 5
#define TIMEOUT_SECONDS_MAX 86400

static const char usage[] =
    "Usage: minitalk-send [OPTION...] [STRING...]\n"
    "Send a message to minitalkd by SIGUSR1 and SIGUSR2. Several STRINGs are joined with one\n"
    "space; without any, each line of standard input is a message.\n"
    "\n"
    "      --pid=PID          to the daemon with this PID\n"
    "      --pidfile=PATH     to the daemon of this pidfile, not " PIDFILE_SYSTEM "\n"
    "      --user             to your own daemon, of $XDG_RUNTIME_DIR/minitalk.pid\n"
    "      --timeout=SECONDS  give up after this long without progress (default 5)\n"
    "      --whole            standard input is one message, any bytes\n"
    "  -h, --help             show this help and exit\n"
    "  -V, --version          show the version and exit\n"
    "\n"
    "Exit status 0 means that every message is in the daemon's log, once. See minitalk-send(1).\n";

enum long_only {
    OPTION_PID = CLI_LONG_ONLY,
    OPTION_PIDFILE,
    OPTION_USER,
    OPTION_TIMEOUT,
    OPTION_WHOLE,
};

static const char letters[] = ":hV";

static const struct option long_options[] = {
    {"pid", required_argument, NULL, OPTION_PID},
    {"pidfile", required_argument, NULL, OPTION_PIDFILE},
    {"user", no_argument, NULL, OPTION_USER},
    {"timeout", required_argument, NULL, OPTION_TIMEOUT},
    {"whole", no_argument, NULL, OPTION_WHOLE},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
    {NULL, 0, NULL, 0},
};

static pid_t parse_pid(const char *argument)
{
    const char *error;
    pid_t pid = (pid_t)strtonum(argument, 1, INT_MAX, &error);

    if (error)
        errx(EX_USAGE, "'%s' is not a PID (%s); give the one that minitalkd printed", argument,
             error);
    return pid;
}

static uint64_t parse_timeout(const char *argument)
{
    const char *error;
    long long seconds = strtonum(argument, 1, TIMEOUT_SECONDS_MAX, &error);

    if (error)
        errx(EX_USAGE, "'%s' seconds is %s; give --timeout a whole number from 1 to %d", argument,
             error, TIMEOUT_SECONDS_MAX);
    return (uint64_t)seconds * MONOTONIC_SEC;
}

struct send_options send_options_parse(int argc, char **argv)
{
    struct send_options options = {.timeout_ns = TIMEOUT_SECONDS * MONOTONIC_SEC};
    int c;

    while ((c = getopt_long(argc, argv, letters, long_options, NULL)) >= 0) {
        switch (c) {
        case OPTION_PID:
            options.pid = parse_pid(optarg);
            break;
        case OPTION_PIDFILE:
            options.pidfile = cli_path(optarg);
            break;
        case OPTION_USER:
            options.user = true;
            break;
        case OPTION_TIMEOUT:
            options.timeout_ns = parse_timeout(optarg);
            break;
        case OPTION_WHOLE:
            options.whole = true;
            break;
        case 'h':
            cli_answer(usage);
        case 'V':
            cli_answer("minitalk-send " PACKAGE_VERSION "\n");
        default:
            cli_wrong_option(c, argv, letters);
        }
    }
    if ((options.pid > 0) + !!options.pidfile + options.user > 1)
        errx(EX_USAGE, "--pid, --pidfile and --user exclude each other");
    if (optind < argc)
        options.words = argv + optind;
    if (options.words && options.whole)
        errx(EX_USAGE, "--whole is for standard input; leave out '%s'", *options.words);
    return options;
}
