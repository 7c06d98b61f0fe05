/* SPDX-License-Identifier: MIT */
/* client.c - see client.h for the policy */

#include "doctor/client.h"

#include "host/inbox.h"
#include "protocol/nsec.h"

/* Between two looks at a client that is not ready for an answer: so long at first, ... */
#define LOOK (20 * NSEC_PER_USEC)
/* ... and later this part of the time that it has not been ready. */
#define LOOK_PART 4u
/* So long after its time an answer does not wait for a client that runs all the time. */
#define LOOK_MAX (4 * NSEC_PER_MSEC)
/* The same answer twice, then the other signal. */
#define SAME_MAX 2u
#define TRIES_MAX 3u
/* A client that ends after fewer signals has not sent a message: its shortest one is a NUL. */
#define SHORTEST 8u

void client_open(struct client *client, pid_t pid, struct program *program)
{
    *client = (struct client){.pid = pid, .program = program, .process = PIDREF_NONE};
    rhythm_init(&client->rhythm, CLIENT_QUIET - NSEC_PER_MSEC, program->rhythm);
    /* Without a process, the client has ended, and its signals may still be pending. */
    if (pidref_open(pid, &client->process) < 0)
        client->process = PIDREF_NONE;
}

void client_close(struct client *client)
{
    /* It may have taken an answer for the end of its message. Ask the next one with the other. */
    if (!client->is_told && client->was_answered && client->signals < SHORTEST)
        client->program->begins_with_usr2 = !client->last_answer;
    client->program->rhythm = rhythm_length(&client->rhythm);
    pidref_close(&client->process);
    stream_free(&client->stream);
}

bool client_has_ended(const struct client *client)
{
    return client->process.fd < 0 || pidref_ended(&client->process);
}

/* ---- signals ---- */

static void plan(struct client *client, const struct dialect *dialect, enum dialect_unit unit)
{
    if (dialect->answers[unit] != ANSWER_NONE)
        client->planned[client->planned_count++] = dialect->answers[unit] == ANSWER_USR2;
}

static void plan_all(struct client *client, const struct stream_decoder *decoder,
                     enum stream_status status)
{
    const struct dialect *dialect = decoder->dialect;

    client->is_told = true;
    client->planned_count = client->planned_at = 0;
    plan(client, dialect, UNIT_BIT);
    if (status == STREAM_MESSAGE || stream_decoder_is_at_octet(decoder))
        plan(client, dialect, UNIT_OCTET);
    if (status == STREAM_MESSAGE)
        plan(client, dialect, UNIT_MESSAGE);
}

int client_note_signal(struct client *client, bool signal, uint64_t now_ns,
                       const struct stream_decoder *decoder, enum stream_status status)
{
    enum dialect_unit unit;

    /* The answer that helped the client on is the right one from now on. */
    if (client->tries > 0 && !rhythm_unit(&client->rhythm, &unit))
        client->program->begins_with_usr2 = client->last_answer;
    rhythm_note_signal(&client->rhythm, now_ns);
    client->signals++;
    client->last_ns = now_ns;
    client->look_ns = 0;
    client->tries = 0;
    if (decoder)
        plan_all(client, decoder, status);
    return stream_add(&client->stream, signal);
}

void client_show_answers(const struct client *client, enum dialect_answer ret[UNITS])
{
    enum dialect_unit unit;
    bool has_unit = rhythm_unit(&client->rhythm, &unit);

    for (unsigned i = 0; i < UNITS; i++)
        ret[i] = ANSWER_NONE;
    if (has_unit)
        ret[unit] = client->steady_answer ? ANSWER_USR2 : ANSWER_USR1;
    /* The answer after which the client ended, if that was not one of the rhythm. */
    if (client->tries > 0 && (!has_unit || client->last_answer != client->steady_answer))
        ret[UNIT_MESSAGE] = client->last_answer ? ANSWER_USR2 : ANSWER_USR1;
}

/* ---- answers ---- */

/* Returns the time at which an answer is due if the client is ready. */
static uint64_t due(const struct client *client)
{
    if (client->is_told)
        return client->planned_at < client->planned_count ? client->last_ns : CLIENT_NEVER;
    if (client->tries >= TRIES_MAX)
        return CLIENT_NEVER;
    if (client->tries > 0)
        return client->last_ns + CLIENT_RETRY;
    if (rhythm_is_due(&client->rhythm))
        return client->last_ns;
    return client->last_ns + (rhythm_is_free(&client->rhythm) ? CLIENT_LULL : CLIENT_QUIET);
}

uint64_t client_due(const struct client *client)
{
    uint64_t time = client->process.fd < 0 ? CLIENT_NEVER : due(client);

    return time < client->look_ns ? client->look_ns : time;
}

static bool is_caught(const struct client *client, bool signal)
{
    return client->caught & (signal ? PROCSTAT_USR2 : PROCSTAT_USR1);
}

/* Sets *ret to the answer to try next. Returns false if there is none. */
static bool choose(const struct client *client, bool *ret)
{
    bool signal = client->program->begins_with_usr2;

    if (client->is_told)
        signal = client->planned[client->planned_at];
    else if (!is_caught(client, signal) ||
             (client->tries >= SAME_MAX && is_caught(client, !signal)))
        signal = !signal;
    else if (client->tries >= SAME_MAX)
        return false;
    *ret = signal;
    return is_caught(client, signal);
}

/* Returns true if the client is ready, or if a first answer cannot wait for that any longer. */
static bool look(struct client *client, uint64_t now_ns)
{
    struct procstat stat;

    if (procstat_read(client->pid, &stat) < 0 || client_has_ended(client))
        return false;
    /* A shell catches both signals, and then ends: it is no client, but somebody uses its kill. */
    client->caught = stat.catches_end ? PROCSTAT_NO_SIGNAL : stat.caught;
    /*
     * If it has gone on after the last answer, its signal is pending here. Another answer would let
     * it send the next one too early.
     */
    if (client->tries > 0 && inbox_is_occupied())
        return false;
    return procstat_is_asleep(&stat) || (client->tries == 0 && client->planned_at == 0 &&
                                         stat.state == 'R' && now_ns >= due(client) + LOOK_MAX);
}

/* Goes on without an answer. */
static void give_up(struct client *client)
{
    client->tries = TRIES_MAX;
    client->planned_at = client->planned_count;
}

void client_hold(struct client *client, uint64_t now_ns)
{
    client->last_ns = now_ns;
}

/* Returns the time until the next look. A client may be stopped, or busy, for a long time. */
static uint64_t next_look(const struct client *client, uint64_t now_ns)
{
    uint64_t part = (now_ns - due(client)) / LOOK_PART;

    if (client->tries > 0 || part > CLIENT_QUIET)
        return CLIENT_QUIET;
    return part > LOOK ? part : LOOK;
}

void client_answer(struct client *client, uint64_t now_ns)
{
    bool signal;

    if (!look(client, now_ns)) {
        client->look_ns = now_ns + next_look(client, now_ns);
        return;
    }
    if (!choose(client, &signal) || pidref_send_bit(&client->process, LANE_PROCESS, signal) < 0) {
        give_up(client);
        return;
    }
    rhythm_note_answer(&client->rhythm, now_ns);
    client->last_answer = signal;
    if (client->tries == 0)
        client->steady_answer = signal;
    client->was_answered = true;
    client->last_ns = now_ns;
    client->look_ns = 0;
    client->tries++;
    client->planned_at++;
}
