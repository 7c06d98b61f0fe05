/* SPDX-License-Identifier: MIT */
/* minitalk-doctor.c - examines programs of the minitalk exercise; see minitalk-doctor(1) */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "doctor/doctor-options.h"
#include "doctor/examination.h"
#include "doctor/line.h"
#include "doctor/reception.h"
#include "doctor/speaker.h"
#include "doctor/stream.h"
#include "host/cli.h"
#include "host/complaint.h"
#include "host/descriptors.h"
#include "host/inbox.h"
#include "host/monotonic.h"

/* A server that is not ready for so long hangs: no server of the exercise works for so long. */
#define READY_TIMEOUT (5 * NSEC_PER_SEC)

static void encode(const struct doctor_options *options, struct stream *ret)
{
    int r = stream_encode(&options->dialect, getpid(), (const uint8_t *)options->string,
                          strlen(options->string), ret);

    if (r == -EILSEQ)
        fail(EX_DATAERR,
             "the dialect has no signals for this STRING; leave out what it cannot say, "
             "or give another dialect");
    if (r == -EMSGSIZE)
        fail(EX_DATAERR, "the STRING has more than %u bytes; split it", STREAM_TEXT_MAX);
    if (r < 0)
        fail_of(EX_OSERR, -r, "cannot encode the STRING");
}

static int send_string(const struct doctor_options *options)
{
    struct stream stream;
    struct speaker speaker;
    int status, r;

    encode(options, &stream);
    status =
        speaker_open(options->pid, options->dialect.answers[UNIT_BIT] != ANSWER_NONE, &speaker);
    if (status == 0) {
        status = speaker_say(&speaker, &stream, READY_TIMEOUT);
        speaker_close(&speaker);
    }
    if (status == 0)
        printf("%zu signals sent; answers: %" PRIu64 " SIGUSR1, %" PRIu64 " SIGUSR2\n",
               stream.count, speaker.answers[0], speaker.answers[1]);
    stream_free(&stream);
    r = line_flush();
    if (r == 0)
        return status;
    complain_of(-r, "cannot write to standard output");
    return EX_IOERR;
}

static int examine(const struct doctor_options *options)
{
    const struct examination_order order = {.server = options->server,
                                            .client = options->client,
                                            .is_json = options->is_json,
                                            .diagram = options->diagram};

    return examination_run(&order);
}

/* The commands of an examination would get the rights of the file's owner. */
static void refuse_set_user_id(void)
{
    if (geteuid() != getuid() || getegid() != getgid())
        fail(EX_NOPERM, "minitalk-doctor must not be set-user-ID or set-group-ID; remove these "
                        "bits with 'chmod ug-s'");
}

int main(int argc, char **argv)
{
    int signals = inbox_open(); /* first: before, a stray signal would end the program */
    struct doctor_options options;
    bool has_stdin, has_stdout;
    int status = 0;

    cli_begin("minitalk-doctor");
    if (!descriptors_fill(&has_stdin, &has_stdout))
        return EX_OSERR;
    refuse_set_user_id();
    doctor_options_parse(argc, argv, &options);
    if (!has_stdout)
        fail_of(EX_IOERR, EBADF, "cannot write to standard output");
    cli_require_signals(signals);
    descriptors_expect_failure();
    switch (options.mode) {
    case DOCTOR_EXAMINE:
        status = examine(&options);
        break;
    case DOCTOR_SERVE:
        status = reception_run(options.has_dialect ? &options.dialect : NULL);
        break;
    case DOCTOR_SEND:
        status = send_string(&options);
        break;
    }
    complaint_tell();
    return status;
}
