/* SPDX-License-Identifier: MIT */
/* lesson.c - see lesson.h */

#include "doctor/lesson.h"

#include <stdio.h>
#include <string.h>

#include "doctor/notice.h"
#include "doctor/reception.h"
#include "host/monotonic.h"

/* Limits of time, for a busy machine. A client is slow as long as its rhythm is unknown. */
#define START_LIMIT (10 * NSEC_PER_SEC)
#define CLIENT_LIMIT (8 * NSEC_PER_SEC)
#define NOTICE_LIMIT (2 * NSEC_PER_SEC)
/* So many clients that do not end are enough. */
#define HUNG_MAX 2u

static const char *const words[] = {"Hello",       "minitalk 42",   "the third text",
                                    "Is it so?",   "five, or more", "the last one",
                                    "And another", "8 are enough"};

#define WORDS (sizeof words / sizeof words[0])

/* What has become of a client. */
enum end { END_SENT, END_HUNG, END_UNSTARTED };

static int receive(void *context)
{
    (void)context;
    return reception_run(NULL);
}

static bool start_stand_in(struct pair *pair)
{
    uint64_t end = monotonic_now() + START_LIMIT;

    if (!pair_start_stand_in(pair, receive))
        return false;
    while (!notice_has_self(pair->server.output))
        if (monotonic_now() < end)
            pair_look(pair);
        else
            return false;
    return true;
}

/* Lets the stand-in print what it has learnt: it does when it sees that the client has ended. */
static void await_notice(struct pair *pair, size_t from)
{
    uint64_t end = monotonic_now() + NOTICE_LIMIT;

    while (!patient_has_printed(&pair->server, from, "\n") && monotonic_now() < end)
        pair_look(pair);
    pair_look(pair);
}

/* Lets a client send a text. *ret_trouble is what a client that was not started has printed. */
static enum end send_word(struct pair *pair, const char *text,
                          char ret_trouble[LESSON_TROUBLE_SIZE])
{
    const struct patient *client = &pair->clients[0];
    size_t from = pair->server.length;
    enum end end;

    pair_start_braked(pair, pair->server_pid, text);
    end = pair_await_client(pair, 0, CLIENT_LIMIT) == PROGRESS_DONE ? END_SENT : END_HUNG;
    if (patient_is_unstarted(client)) {
        const char *output = client->output ? client->output : "";

        end = END_UNSTARTED;
        snprintf(ret_trouble, LESSON_TROUBLE_SIZE, "%.*s", (int)strcspn(output, "\r\n"), output);
    }
    pair_end_client(pair, 0);
    if (end != END_UNSTARTED)
        await_notice(pair, from);
    return end;
}

bool lesson_give(struct pair *pair, struct report *report, char ret_trouble[LESSON_TROUBLE_SIZE])
{
    char form[DIALECT_TEXT_SIZE];

    if (start_stand_in(pair))
        for (size_t i = 0, hung = 0; i < WORDS && hung < HUNG_MAX && !pair->has_dialect; i++) {
            enum end end = send_word(pair, words[i], ret_trouble);

            if (end == END_UNSTARTED)
                return false;
            hung += end == END_HUNG;
            pair->has_dialect = notice_has_message(pair->server.output, words[i]) &&
                                notice_has_learnt(pair->server.output, &pair->dialect);
        }
    if (pair->has_dialect)
        dialect_format(&pair->dialect, form);
    report_dialect(report, pair->has_dialect ? form : NULL);
    if (notice_has_plus_one(pair->server.output))
        report_find(report, CAUSE_PLUS_ONE,
                    "the client sent SIGSEGV to a server that takes it for SIGUSR2");
    pair_clear(pair);
    return true;
}
