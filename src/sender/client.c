/* client.c - the sender's loop: carries signals between the inbox, the protocol and the daemon */

#include "sender/client.h"

#include <errno.h>
#include <sys/random.h>
#include <sysexits.h>
#include <unistd.h>

#include "host/complaint.h"
#include "host/inbox.h"
#include "host/monotonic.h"
#include "host/procstat.h"
#include "protocol/arq.h"

/* How long a silence is, the first time; it doubles with each probe that is not answered. */
#define FIRST_PATIENCE (200 * NSEC_PER_USEC)
#define LAST_PATIENCE (100 * NSEC_PER_MSEC)
/*
 * How long it is for one that sleeps for each answer, while nothing goes missing. A timer that
 * comes before the next tick has to be set in the hardware each time, which takes longer than the
 * bit.
 */
#define CALM_PATIENCE (5 * NSEC_PER_MSEC)
/*
 * How long is too long for a process that only waits for its share of a busy CPU: then it may be in
 * the wrong place.
 */
#define STUCK (20 * NSEC_PER_MSEC)
/* For how many answers one that something went missing for expects it to happen again. */
#define WARY 1024
/*
 * Who was told to wait will be told to go: asking again is only for the case that this was lost, as
 * it is when this process gets no CPU while its turn comes and goes. The longer the queue proves to
 * be, the more rarely.
 */
#define FIRST_QUEUE_PATIENCE (10 * NSEC_PER_MSEC)
#define LAST_QUEUE_PATIENCE NSEC_PER_SEC
/* After so many bits the watcher is told: a few milliseconds, in which it costs nothing. */
#define BITS_TO_TELL 1024
/* Four signals can be pending, but strangers may fill their slots again while they are taken. */
#define LAST_TAKES 1000

/*
 * Most likely not one of a process that had this PID before: the daemon's last words to that one
 * may still come.
 */
static uint16_t first_nonce(void)
{
    uint16_t nonce;

    return getrandom(&nonce, sizeof nonce, GRND_NONBLOCK) == sizeof nonce
               ? nonce
               : (uint16_t)monotonic_now();
}

void client_init(struct client *client, const struct pidref *daemon, uint64_t timeout_ns,
                 struct client_counts *counts)
{
    *client = (struct client){
        .daemon = *daemon,
        .timeout_ns = timeout_ns,
        .counts = counts,
        .nonce = first_nonce(),
    };
    spin_init(&client->spin);
}

/* ---- failures, each with its line ---- */

static int daemon_gone(struct client *client)
{
    client->may_retry = !client->is_in_doubt;
    complain("the daemon, process %d, ended before it had confirmed the message; start it and send "
             "again",
             (int)client->daemon.pid);
    return EX_TEMPFAIL;
}

static int cannot_signal(const struct client *client, int error)
{
    complain_of(-error, "cannot signal the daemon, process %d", (int)client->daemon.pid);
    return error == -EPERM ? EX_NOPERM : EX_OSERR;
}

static int timed_out(const struct client *client)
{
    double seconds = (double)client->timeout_ns / (double)NSEC_PER_SEC;
    int pid = (int)client->daemon.pid;
    struct procstat stat;

    if (procstat_read(client->daemon.pid, &stat) == 0 && (stat.state == 'T' || stat.state == 't')) {
        complain("timed out after %g s: the daemon, process %d, is stopped; continue it with "
                 "'kill -CONT %d'",
                 seconds, pid, pid);
        return EX_TEMPFAIL;
    }
    if (client->is_stripped) {
        complain("timed out after %g s: signals arrive without their sender, because this user's "
                 "limit of pending signals is used up; raise it ('ulimit -i')",
                 seconds);
        return EX_TEMPFAIL;
    }
    if (!client->was_heard) {
        complain(
            "timed out after %g s: process %d never answered; if it is minitalkd, try a longer "
            "--timeout",
            seconds, pid);
        return EX_PROTOCOL;
    }
    complain("timed out after %g s without progress%s; try again, or with a longer --timeout",
             seconds, client->is_stalled ? ": the daemon's log takes nothing" : "");
    return EX_TEMPFAIL;
}

static int refused(struct client *client, enum reply_code reason)
{
    switch (reason) {
    case REPLY_TOO_LARGE:
        complain("the message is larger than the daemon accepts; send less at once, or raise "
                 "minitalkd's --max-message");
        return EX_DATAERR;
    case REPLY_VERSION:
        complain("the daemon does not know this version of the protocol; upgrade minitalkd");
        return EX_PROTOCOL;
    case REPLY_UNLOGGED:
        complain("the daemon could not log the message; see 'systemctl status minitalk' or its own "
                 "messages for the reason, and whether journald is running");
        return EX_IOERR;
    case REPLY_BUSY:
        complain("the daemon has no room for another sender or for so large a message; try again "
                 "later");
        return EX_TEMPFAIL;
    case REPLY_STOPPING:
        client->may_retry = true;
        complain("the daemon is stopping; start it and send again");
        return EX_TEMPFAIL;
    case REPLY_FORGOTTEN:
        complain(
            "the daemon had to forget this sender before it confirmed the message; see whether "
            "it is in the log, and send it again if it is not");
        return EX_TEMPFAIL;
    case REPLY_GO:
    case REPLY_WAIT:
    case REPLY_PENDING:
    case REPLY_COMMITTED:
    case REPLY_DAMAGED:
    case REPLY_OUT_OF_STEP:
        break;
    }
    complain("internal error: the daemon and the sender disagree about the message (%d); please "
             "report this",
             (int)reason);
    return EX_SOFTWARE;
}

static int verdict(struct client *client, const struct arq_sender *arq)
{
    return arq->phase == ARQ_COMMITTED ? 0 : refused(client, arq->refusal);
}

/* ---- one message ---- */

static int send_bit(const struct client *client, const struct arq_step *step,
                    const struct frame *frame)
{
    bool bit = frame_bit(frame, step->index);
    int r = pidref_send_bit(&client->daemon, step->lane, bit);

    if (r == 0)
        trace_bit(client->trace, client->daemon.pid, step->lane, bit, step->index);
    return r;
}

static int send_probe(const struct client *client, struct probe probe)
{
    uint32_t word = probe_pack(probe);
    int r = pidref_send_word(&client->daemon, word);

    if (r == 0)
        trace_word(client->trace, TRACE_SENDER, client->daemon.pid, word);
    return r;
}

static void count(struct client *client, const struct arq_step *step)
{
    if (step->what == ARQ_PROBE) {
        client->counts->repeats += client->has_asked;
        client->has_asked = true;
        return;
    }
    client->counts->bits++;
    if (step->index < client->fresh)
        client->counts->repeats++;
    else
        client->fresh = step->index + 1;
}

static void tell(const struct client *client, uint64_t sent, uint64_t total)
{
    if (client->watcher.tell)
        client->watcher.tell(client->watcher.owner, sent, total);
}

/* Puts on the wire what the protocol wants there: 0 or -errno. */
static int transmit(struct client *client, struct arq_sender *arq, const struct frame *frame)
{
    for (;;) {
        struct arq_step step = arq_sender_step(arq);
        int r = 0;

        switch (step.what) {
        case ARQ_NOTHING:
            return 0;
        case ARQ_BIT:
            client->is_in_doubt |= step.index + 1 == arq->total;
            r = send_bit(client, &step, frame);
            break;
        case ARQ_PROBE:
            r = send_probe(client, step.probe);
            break;
        }
        if (r < 0)
            return r;
        count(client, &step);
    }
}

/* How long the sender has been waiting, for what. */
struct wait {
    uint64_t since;    /* when it stopped polling */
    uint64_t patience; /* how long it then waits until it asks */
    uint64_t waited;   /* how long it has waited in vain, in all, since there was progress */
    uint64_t reached;  /* how many bits of the message the daemon has confirmed in its words */
    uint64_t queueing; /* how long the next stay in a queue is, until it asks */
    bool is_queued;    /* it was told to wait: a go will come unasked */
};

/* A queue was joined, or the log's: the daemon will speak first. */
static void stand_by(struct client *client, struct wait *wait)
{
    uint64_t quarter = client->timeout_ns / 4;

    spin_stop(&client->spin);
    wait->is_queued = true;
    wait->patience = quarter < wait->queueing ? quarter : wait->queueing;
    if (wait->queueing < LAST_QUEUE_PATIENCE)
        wait->queueing *= 2;
}

static uint64_t first_patience(const struct client *client)
{
    return client->spin.limit == 0 && client->wary == 0 ? CALM_PATIENCE : FIRST_PATIENCE;
}

static void progress(struct client *client, struct wait *wait)
{
    spin_heard(&client->spin);
    wait->since = 0;
    wait->waited = 0;
    wait->patience = first_patience(client);
    wait->is_queued = false;
}

/* The daemon says where to go on. Only if that is further on than before is it progress. */
static void go_on(struct client *client, struct wait *wait, uint64_t index)
{
    uint64_t waited = wait->waited;

    progress(client, wait);
    wait->queueing = FIRST_QUEUE_PATIENCE;
    if (index > wait->reached)
        wait->reached = index;
    else
        wait->waited = waited;
}

/*
 * The turn of a sender in a queue has come, but what it asked last was lost, or is still to be
 * answered, since the go is in answer to something older. It has to ask again, but not to wait.
 */
static void take_call(struct client *client, struct arq_sender *arq, struct wait *wait)
{
    if (wait->since > 0)
        wait->waited += monotonic_now() - wait->since;
    arq_sender_silence(arq);
    spin_heard(&client->spin);
    wait->since = 0;
    wait->patience = FIRST_PATIENCE;
    wait->is_queued = false;
}

static void take_word(struct client *client, struct arq_sender *arq, uint32_t word,
                      struct wait *wait)
{
    uint64_t sent = arq->next;
    struct reply reply;

    if (!reply_unpack(word, &reply))
        return;
    switch (arq_sender_word(arq, reply)) {
    case ARQ_STALE:
        trace_stale(client->trace, client->daemon.pid, word);
        if (reply.code == REPLY_GO && wait->is_queued)
            take_call(client, arq, wait);
        return;
    case ARQ_GO:
        if (arq->next < sent)
            trace_repeat(client->trace, arq->next, sent - 1);
        go_on(client, wait, arq->next);
        break;
    case ARQ_VERDICT:
        break;
    case ARQ_WAIT:
        /* The questions of others who wait wipe out bits. */
        client->wary = WARY;
        progress(client, wait);
        stand_by(client, wait);
        break;
    case ARQ_PENDING:
        stand_by(client, wait);
        break;
    }
    client->was_heard = true;
    client->is_stalled = reply.code == REPLY_PENDING;
}

static void release_words(struct client *client, struct arq_sender *arq, bool empty,
                          struct wait *wait)
{
    uint32_t word;
    pid_t pid;

    while (barrier_release(&client->barrier, empty, &pid, &word))
        take_word(client, arq, word, wait);
}

static void take_ack(struct client *client, enum lane lane, uint64_t index, struct wait *wait)
{
    trace_ack(client->trace, client->daemon.pid, lane, index);
    client->was_heard = true;
    if (client->wary > 0)
        client->wary--;
    progress(client, wait);
}

static void take_signal(struct client *client, struct arq_sender *arq,
                        const struct lane_signal *signal, struct wait *wait)
{
    bool is_strange = signal->pid != client->daemon.pid;
    struct lane_signal noise = *signal;
    uint64_t index;

    if (is_strange) {
        client->is_stripped |= signal->pid == 0;
        noise.kind = SIGNAL_NOISE;
    }
    barrier_note(&client->barrier, &noise);
    if (noise.kind == SIGNAL_PLAIN && arq_sender_acked(arq, signal->lane, &index))
        take_ack(client, signal->lane, index, wait);
    else if (noise.kind == SIGNAL_WORD)
        trace_word(client->trace, TRACE_DAEMON, signal->pid, signal->word);
    else
        trace_uncounted(client->trace, signal, is_strange);
}

/* Polls while an answer is near, then sleeps: 1 with a signal, 0 without, or -errno. */
static int next_signal(struct client *client, struct wait *wait, struct lane_signal *ret)
{
    uint64_t end, now, remaining = client->timeout_ns - wait->waited;

    if (client->barrier.count > 0 || spin_again(&client->spin))
        return inbox_take(0, ret);
    now = monotonic_now();
    if (wait->patience > remaining)
        wait->patience = remaining;
    if (wait->since == 0) {
        wait->since = now;
        trace_sleep(client->trace, wait->patience);
    }
    end = wait->since + wait->patience;
    return inbox_take(now < end ? end - now : 0, ret);
}

static bool is_silence(const struct wait *wait)
{
    return wait->since > 0 && monotonic_now() >= wait->since + wait->patience;
}

/* The patience ran out: the next step is to ask. False if the time for that is over, too. */
static bool ask_again(struct client *client, struct arq_sender *arq, struct wait *wait)
{
    /*
     * What counts is how long was waited, not how long ago the progress was: a sender that was
     * stopped for an hour has not waited for an hour.
     */
    wait->waited += wait->patience;
    if (wait->waited >= client->timeout_ns)
        return false;
    if (wait->waited >= STUCK)
        cpu_leave(&client->absence);
    arq_sender_silence(arq);
    trace_silence(client->trace, monotonic_now() - wait->since,
                  arq->phase == ARQ_STARTING ? ASK_START : ASK_RESUME);
    client->wary = WARY;
    wait->since = 0;
    wait->patience = 2 * wait->patience < LAST_PATIENCE ? 2 * wait->patience : LAST_PATIENCE;
    return true;
}

/* The daemon has ended: it may have given its verdict before. */
static int last_words(struct client *client, struct arq_sender *arq, struct wait *wait)
{
    struct lane_signal signal;

    for (int taken = 0; taken < LAST_TAKES && inbox_take(0, &signal) > 0; taken++)
        take_signal(client, arq, &signal, wait);
    release_words(client, arq, true, wait);
    return arq_sender_done(arq) ? verdict(client, arq) : daemon_gone(client);
}

static int converse(struct client *client, struct arq_sender *arq, const struct frame *frame)
{
    struct lane_signal signal;
    struct wait wait = {.patience = first_patience(client), .queueing = FIRST_QUEUE_PATIENCE};
    uint64_t told = 0;

    tell(client, 0, arq->total);
    while (!arq_sender_done(arq)) {
        int r = transmit(client, arq, frame);

        if (r == -ESRCH)
            return last_words(client, arq, &wait);
        if (r < 0)
            return cannot_signal(client, r);
        r = next_signal(client, &wait, &signal);
        if (r < 0) {
            complain_of(-r, "cannot wait for the daemon's answer");
            return EX_OSERR;
        }
        if (r > 0)
            take_signal(client, arq, &signal, &wait);
        release_words(client, arq, r == 0, &wait);

        if (arq->next - told >= BITS_TO_TELL) {
            told = arq->next;
            tell(client, told, arq->total);
        }
        /* Not while an answer waits behind the barrier. */
        if (client->barrier.count == 0 && is_silence(&wait)) {
            tell(client, arq->next, arq->total);
            if (pidref_ended(&client->daemon))
                return last_words(client, arq, &wait);
            if (!ask_again(client, arq, &wait))
                return timed_out(client);
        }
    }
    return verdict(client, arq);
}

int client_send(struct client *client, const struct message *message)
{
    struct arq_sender arq;
    struct frame frame;
    uint64_t start = monotonic_now();
    int r;

    client->is_in_doubt = false;
    client->has_asked = false;
    client->fresh = 0;
    if (pidref_ended(&client->daemon)) {
        client->may_retry = true;
        complain(
            "the daemon, process %d, has ended; the message was not sent: start it and send it "
            "again",
            (int)client->daemon.pid);
        return EX_UNAVAILABLE;
    }
    r = frame_encode(message, &frame);
    if (r < 0) {
        complain("there is no memory to send a message of %zu bytes", message->length);
        return EX_OSERR;
    }
    arq_sender_begin(&arq, frame_bits(&frame), ++client->nonce);
    r = converse(client, &arq, &frame);
    cpu_return(&client->absence);
    tell(client, 0, 0);
    client->nonce = arq.nonce;
    frame_free(&frame);
    client->counts->time_ns += monotonic_now() - start;
    if (r == 0) {
        client->counts->messages++;
        client->counts->bytes += message->length;
    }
    return r;
}
