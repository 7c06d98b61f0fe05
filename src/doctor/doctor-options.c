/* SPDX-License-Identifier: MIT */
/* doctor-options.c - see doctor-options.h */

#include "doctor/doctor-options.h"

#include <bsd/stdlib.h>
#include <limits.h>
#include <sysexits.h>

#include "host/cli.h"
#include "host/complaint.h"

/* The dialect of --send. The survey knows no other one that is more common. */
#define DEFAULT_DIALECT "msb,usr2=1,nul"

static const char usage[] =
    "Usage: minitalk-doctor [--json] [--svg=FILE] SERVER CLIENT\n"
    "   or: minitalk-doctor --serve[=DIALECT]\n"
    "   or: minitalk-doctor --send[=DIALECT] PID STRING\n"
    "Examine a server and a client of the minitalk exercise, and tell what they do wrong: SERVER\n"
    "and CLIENT are the commands that start them, such as ./server and ./client. Or talk to one\n"
    "of them, whatever its dialect is.\n"
    "\n"
    "      --json             print the report of an examination as JSON\n"
    "      --svg=FILE         draw the signals of an examination as a diagram\n"
    "      --serve[=DIALECT]  be a server: find out the dialect of each client, and print its\n"
    "                         messages; with DIALECT, answer exactly as that says\n"
    "      --send[=DIALECT]   send STRING to the server with this PID, without loss\n"
    "                         (default " DEFAULT_DIALECT ")\n"
    "  -h, --help             show this help and exit\n"
    "  -V, --version          show the version and exit\n"
    "\n"
    "A DIALECT is a list of words, such as msb,usr1=1,nul,ack=bit/usr1. See\n"
    "minitalk-doctor(1).\n";

enum long_only {
    OPTION_JSON = CLI_LONG_ONLY,
    OPTION_SEND,
    OPTION_SERVE,
    OPTION_SVG,
};

static const char letters[] = ":hV";

static const struct option long_options[] = {
    {"help", no_argument, NULL, 'h'},
    {"json", no_argument, NULL, OPTION_JSON},
    {"send", optional_argument, NULL, OPTION_SEND},
    {"serve", optional_argument, NULL, OPTION_SERVE},
    {"svg", required_argument, NULL, OPTION_SVG},
    {"version", no_argument, NULL, 'V'},
    {NULL, 0, NULL, 0},
};

static void parse_mode(enum doctor_mode mode, const char *argument, struct doctor_options *options)
{
    options->mode = mode;
    options->has_dialect = argument;
    if (argument && !dialect_parse(argument, &options->dialect))
        fail(EX_USAGE,
             "invalid dialect '%s'; give for example msb,usr1=1,nul or "
             "lsb,usr2=1,len32le,ack=bit/usr1, see minitalk-doctor(1)",
             argument);
}

static pid_t parse_pid(const char *argument)
{
    const char *error;
    pid_t pid = (pid_t)strtonum(argument, 1, INT_MAX, &error);

    if (error)
        fail(EX_USAGE, "'%s' is not a valid PID (%s); give the PID that the server printed",
             argument, error);
    return pid;
}

static void parse_operands(int argc, char **argv, struct doctor_options *options)
{
    if (options->mode == DOCTOR_SERVE) {
        if (argc > 0)
            fail(EX_USAGE, "unexpected argument '%s'; see '--help'", argv[0]);
        return;
    }
    if (options->mode == DOCTOR_EXAMINE) {
        if (argc != 2)
            fail(EX_USAGE, "give two commands, SERVER and CLIENT, or one of --serve and --send; "
                           "see '--help'");
        options->server = argv[0];
        options->client = argv[1];
        return;
    }
    if (argc != 2)
        fail(EX_USAGE, "--send needs a PID and one STRING; quote a STRING that has spaces");
    options->pid = parse_pid(argv[0]);
    options->string = argv[1];
}

/* modes is the number of options that set the mode. */
static void check_together(const struct doctor_options *options, unsigned modes)
{
    if (modes > 1)
        fail(EX_USAGE, "give either --serve or --send, once; see '--help'");
    if (options->diagram && options->mode != DOCTOR_EXAMINE)
        fail(EX_USAGE, "--svg is for an examination; leave it out, or give SERVER and CLIENT");
    if (options->is_json && options->mode != DOCTOR_EXAMINE)
        fail(EX_USAGE, "--json is for an examination; leave it out, or give SERVER and CLIENT");
}

void doctor_options_parse(int argc, char **argv, struct doctor_options *ret)
{
    struct doctor_options options = {0};
    unsigned modes = 0;
    int c;

    dialect_parse(DEFAULT_DIALECT, &options.dialect);
    while ((c = getopt_long(argc, argv, letters, long_options, NULL)) >= 0) {
        switch (c) {
        case 'h':
            cli_answer(usage);
        case 'V':
            cli_answer("minitalk-doctor " PACKAGE_VERSION "\n");
        case OPTION_JSON:
            options.is_json = true;
            break;
        case OPTION_SEND:
            parse_mode(DOCTOR_SEND, optarg, &options);
            modes++;
            break;
        case OPTION_SERVE:
            parse_mode(DOCTOR_SERVE, optarg, &options);
            modes++;
            break;
        case OPTION_SVG:
            options.diagram = optarg;
            break;
        default:
            cli_wrong_option(c, argv, letters);
        }
    }
    check_together(&options, modes);
    parse_operands(argc - optind, argv + optind, &options);
    *ret = options;
}
