/* minitalk-send.c - sends messages to minitalkd by signal; see minitalk-send(1) */

#include <bsd/stdlib.h>
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <sysexits.h>
#include <syslog.h>

#include "client.h"
#include "descriptors.h"
#include "inbox.h"
#include "input.h"
#include "monotonic.h"
#include "pidfile.h"
#include "privilege.h"
#include "target.h"

#define TIMEOUT_SECONDS 5
#define TIMEOUT_SECONDS_MAX 86400

/* What the command line asks for. */
struct options {
    pid_t pid;           /* 0: by pidfile */
    const char *pidfile; /* NULL: the system's, or the user's */
    bool user;
    bool whole;
    uint64_t timeout_ns;
    char **words; /* NULL: read standard input */
};

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

static const struct option long_options[] = {
    {"pid", required_argument, NULL, 'p'}, {"pidfile", required_argument, NULL, 'f'},
    {"user", no_argument, NULL, 'u'},      {"timeout", required_argument, NULL, 't'},
    {"whole", no_argument, NULL, 'w'},     {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},   {NULL, 0, NULL, 0},
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

static const char *parse_path(const char *argument)
{
    if (!*argument)
        errx(EX_USAGE, "the path of the pidfile is empty; give --pidfile=PATH");
    return argument;
}

static struct options parse_options(int argc, char **argv)
{
    struct options options = {.timeout_ns = TIMEOUT_SECONDS * MONOTONIC_SEC};
    int c;

    opterr = 0;
    while ((c = getopt_long(argc, argv, "hV", long_options, NULL)) >= 0) {
        switch (c) {
        case 'p':
            options.pid = parse_pid(optarg);
            break;
        case 'f':
            options.pidfile = parse_path(optarg);
            break;
        case 'u':
            options.user = true;
            break;
        case 't':
            options.timeout_ns = parse_timeout(optarg);
            break;
        case 'w':
            options.whole = true;
            break;
        case 'h':
            fputs(usage, stdout);
            exit(0);
        case 'V':
            puts("minitalk-send " PACKAGE_VERSION);
            exit(0);
        default:
            errx(
                EX_USAGE,
                "option '%s' is unknown, or lacks its value or has one; see 'minitalk-send --help'",
                argv[optind - 1]);
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

/* Ends the program if inbox_open() did not succeed. */
static void require_signals(int r)
{
    if (r == -EDQUOT)
        errx(EX_OSERR, "the limit of pending signals is 0, so that the daemon's answers would "
                       "arrive without their sender; raise it ('ulimit -i')");
    if (r < 0) {
        errno = -r;
        err(EX_OSERR, "cannot block SIGUSR1 and SIGUSR2");
    }
}

static int target_of_user(struct peer *ret)
{
    char *path = pidfile_of_user();
    int r;

    if (!path)
        errx(EX_USAGE, "there is no $XDG_RUNTIME_DIR to look for your daemon in; give "
                       "--pidfile=PATH");
    r = target_from_pidfile(path, ret);
    free(path);
    return r;
}

/* Only the system's own pidfile is worth a borrowed privilege. */
static int find_daemon(const struct options *options, struct peer *ret)
{
    if (options->pid == 0 && !options->pidfile && !options->user) {
        int r = target_from_pidfile(PIDFILE_SYSTEM, ret);

        privilege_keep_for_signals();
        return r;
    }
    privilege_drop();
    if (options->pid > 0)
        return target_from_pid(options->pid, ret);
    if (options->pidfile)
        return target_from_pidfile(options->pidfile, ret);
    return target_of_user(ret);
}

static int unreadable(const struct input *input, int error)
{
    if (error == -EMSGSIZE) {
        warnx("message %ju is larger than any daemon accepts (%zu bytes); send less at once",
              input->number, MESSAGE_MAX);
        return EX_DATAERR;
    }
    errno = -error;
    warn("cannot read message %ju%s", input->number, input->words ? "" : " from standard input");
    return error == -ENOMEM ? EX_OSERR : EX_NOINPUT;
}

static int send_all(struct input *input, struct client *client)
{
    for (;;) {
        int r = input_next(input);

        if (r < 0)
            return unreadable(input, r);
        if (r == 0)
            return 0;

        struct message message = {
            .priority = LOG_NOTICE, .bytes = input->bytes, .length = input->length};

        r = client_send(client, &message);
        if (r != 0)
            return r;
    }
}

int main(int argc, char **argv)
{
    int signals = inbox_open(); /* first: until then a stray signal is the end */
    bool has_stdin, has_stdout;
    struct options options;
    struct client client;
    struct peer daemon;
    int r;

    if (!descriptors_fill(&has_stdin, &has_stdout))
        return EX_OSERR;
    options = parse_options(argc, argv);
    if (!options.words && !has_stdin)
        errx(EX_NOINPUT, "standard input is closed; give a STRING, or something to read");
    require_signals(signals);
    r = find_daemon(&options, &daemon);
    if (r != 0)
        return r;

    struct input input = {.words = options.words, .stream = stdin, .whole = options.whole};

    client_init(&client, &daemon, options.timeout_ns);
    r = send_all(&input, &client);
    input_done(&input);
    peer_close(&daemon);
    return r;
}
