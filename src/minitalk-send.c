/* minitalk-send.c - sends messages to minitalkd by signal; see minitalk-send(1) */

#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <syslog.h>

#include "cli.h"
#include "client.h"
#include "descriptors.h"
#include "inbox.h"
#include "input.h"
#include "pidfile.h"
#include "privilege.h"
#include "send-options.h"
#include "target.h"

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
static int find_daemon(const struct send_options *options, struct peer *ret)
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
    struct send_options options;
    struct client client;
    struct peer daemon;
    int r;

    if (!descriptors_fill(&has_stdin, &has_stdout))
        return EX_OSERR;
    options = send_options_parse(argc, argv);
    if (!options.words && !has_stdin)
        errx(EX_NOINPUT, "standard input is closed; give a STRING, or something to read");
    cli_require_signals(signals);
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
