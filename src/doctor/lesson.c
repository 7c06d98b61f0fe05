/* SPDX-License-Identifier: MIT */
/* lesson.c - see lesson.h */

#include "doctor/lesson.h"

#include "doctor/learner.h"
#include "doctor/notice.h"
#include "doctor/reception.h"
#include "doctor/relayed.h"
#include "doctor/transcript.h"
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

/* ---- the pair ---- */

/* More recordings do not help if no dialect explains so many: a hello needs two (learner.h). */
#define ENOUGH 2u

/* What has been recorded of the pair. */
struct records {
    size_t count;
    struct stream streams[WORDS];
    struct wire last;
};

/*
 * Lets a client send the next word to its server. Returns true if all signals of it are recorded
 * then.
 */
static bool record(struct pair *pair, struct records *records)
{
    enum outcome outcome = relayed_talk(pair, RELAY_LATE, words[records->count], &records->last);
    struct stream *stream = &records->streams[records->count];
    int r;

    if (outcome != OUTCOME_ARRIVED && outcome != OUTCOME_STAYED && outcome != OUTCOME_LOST)
        return false;
    if (records->last.count == WIRE_MAX || wire_count(&records->last, WIRE_SIGNAL) == 0)
        return false;
    r = transcript_signals(&records->last, stream);
    pair_keep_error(pair, r);
    records->count += r == 0;
    return r == 0;
}

/*
 * Learns from what is recorded but so many signals at the end of each client. A PID is not known
 * here: the server answers to it, and not to the relay, so that the answers are unknown, too.
 */
static enum learner_verdict learn_but(struct pair *pair, const struct records *records,
                                      size_t surplus, struct dialect *ret)
{
    struct recording recordings[WORDS];
    struct learner_result result = {0};
    int r;

    for (size_t i = 0; i < records->count; i++)
        recordings[i] = (struct recording){.signals = records->streams[i].signals,
                                           .count = records->streams[i].count - surplus,
                                           .text = words[i]};
    r = learner_learn(recordings, records->count, &result);
    pair_keep_error(pair, r);
    if (result.verdict == LEARNER_LEARNT)
        *ret = result.dialects[0];
    return result.verdict;
}

/*
 * A client can take each answer for the request for another signal, also the answer to its last
 * one. As its text is known, such a surplus signal is certain.
 */
static enum learner_verdict learn(struct pair *pair, const struct records *records,
                                  struct dialect *ret)
{
    enum learner_verdict verdict = learn_but(pair, records, 0, ret);

    return verdict == LEARNER_UNKNOWN ? learn_but(pair, records, 1, ret) : verdict;
}

/* Lets clients talk with their server. Sets the dialect of the pair if they teach it. */
static void overhear(struct pair *pair)
{
    struct records records = {0};

    while (records.count < WORDS && !pair->has_dialect && record(pair, &records)) {
        enum learner_verdict verdict = learn(pair, &records, &pair->dialect);

        pair->has_dialect = verdict == LEARNER_LEARNT;
        if (verdict == LEARNER_UNKNOWN && records.count >= ENOUGH)
            break;
    }
    if (pair->has_dialect)
        transcript_answers(&records.last, &pair->dialect);
    for (size_t i = 0; i < records.count; i++)
        stream_free(&records.streams[i]);
}

/* ---- the stand-in ---- */

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
        end = END_UNSTARTED;
        patient_first_line(client, ret_trouble, LESSON_TROUBLE_SIZE);
    }
    pair_end_client(pair, 0);
    if (end != END_UNSTARTED)
        await_notice(pair, from);
    return end;
}

/* Returns false if the shell could not start a client. */
static bool stand_in(struct pair *pair, struct report *report,
                     char ret_trouble[LESSON_TROUBLE_SIZE])
{
    if (start_stand_in(pair))
        for (size_t i = 0, hung = 0; i < WORDS && hung < HUNG_MAX && !pair->has_dialect; i++) {
            enum end end = send_word(pair, words[i], ret_trouble);

            if (end == END_UNSTARTED)
                return false;
            hung += end == END_HUNG;
            pair->has_dialect = notice_has_only_message(pair->server.output, words[i]) &&
                                notice_has_learnt(pair->server.output, &pair->dialect);
        }
    if (notice_has_plus_one(pair->server.output))
        report_find(report, CAUSE_PLUS_ONE,
                    "the client sent SIGSEGV to a server that takes it for SIGUSR2");
    pair_clear(pair);
    return true;
}

bool lesson_give(struct pair *pair, struct report *report, char ret_trouble[LESSON_TROUBLE_SIZE])
{
    char form[DIALECT_TEXT_SIZE];

    overhear(pair);
    if (!pair->has_dialect && !stand_in(pair, report, ret_trouble))
        return false;
    if (pair->has_dialect)
        dialect_format(&pair->dialect, form);
    report_dialect(report, pair->has_dialect ? form : NULL);
    return true;
}
