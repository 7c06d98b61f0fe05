/* SPDX-License-Identifier: MIT */
/*
 * fuzz-conversation.c - fuzz target: both ends of the protocol, with any events in any order
 *
 * One to three senders (talker.h) and the daemon (listener.h) run the shipped modules. Signals are
 * all that passes between them, through the slots of the channel. The input chooses the process
 * that makes the next call, the time, the signals that are lost, the signals that strangers send,
 * and the processes that end. ledger.h has the promises. After the input, a quiet phase follows:
 * no signal is lost, and each living sender must reach an outcome.
 *
 * The first octets of the input are the properties of the daemon and of the first senders. The
 * others are events (enum event): an octet each, with the octets that the event needs behind it.
 */
#include <errno.h>

#include "company.h"
#include "fuzz.h"
#include "protocol/timing.h"
#include "stranger.h"

enum event {
    EVENT_TALK,      /* a sender makes some calls */
    EVENT_LISTEN,    /* the daemon makes some calls */
    EVENT_ROUNDS,    /* all processes make calls in turn */
    EVENT_TIME,      /* time passes */
    EVENT_LOOK,      /* a sender calls conversation_tick() */
    EVENT_NOTICE,    /* the daemon looks at the clock, or notices an end */
    EVENT_PLAIN,     /* a stranger sends a plain signal */
    EVENT_QUEUED,    /* a stranger sends a queued signal */
    EVENT_LOSE,      /* a pending signal is lost */
    EVENT_STRIP,     /* a pending signal loses its sender's name */
    EVENT_DIE,       /* the process of a sender ends */
    EVENT_REAP,      /* PIDs of ended processes become free */
    EVENT_BEGIN,     /* another sender begins */
    EVENT_LOG,       /* the log changes its result, or a commit ends */
    EVENT_END,       /* the daemon stops, or ends */
    EVENT_INTERRUPT, /* another process acts during a call of the daemon */
    EVENTS,
};

/* The sender that interrupts the daemon, and its action. */
static unsigned interrupter; /* its seat */
static unsigned interruption;

/* Chooses the daemon or a sender. NULL if the seat is empty. */
static struct process *any_target(unsigned argument)
{
    unsigned choice = argument % (SEATS + 1);

    if (choice == SEATS)
        return &listener.process;
    return company_seat(choice) ? &company_seat(choice)->process : NULL;
}

/* ---- processes ---- */

static void die(struct talker *talker, bool is_reaped)
{
    if (talker && talker_is_alive(talker))
        talker->process.life = is_reaped ? LIFE_REAPED : LIFE_ZOMBIE;
}

static void end_listener(unsigned argument)
{
    if (argument < 8)
        listener_stop();
    else
        listener_end(argument >= 12, argument & 1);
}

/* ---- calls ---- */

static void talk(struct talker *talker, unsigned steps)
{
    for (; talker && steps > 0; steps--)
        talker_step(talker);
}

static void listen(unsigned steps)
{
    for (; steps > 0; steps--)
        listener_step();
}

/* Replaces the sender of a seat. The last bits of the old one may still be pending. */
static void replace(unsigned seat)
{
    struct talker *talker = company_seat(seat);

    talk(talker, 4);
    die(talker, true);
    if (talker)
        company_seat_talker(seat, (uint8_t)(talker->process.pid - 1));
}

/* Another process acts during a call of the daemon. */
static void interrupt(void)
{
    struct talker *talker = company_seat(interrupter);

    switch (interruption % 4) {
    case 0:
        talk(talker, 1);
        return;
    case 1:
        talk(talker, 8);
        return;
    case 2:
        die(talker, interruption & 4);
        return;
    default:
        replace(interrupter);
        return;
    }
}

static void plan_interrupt(unsigned argument, uint8_t octet)
{
    listener.interrupt = interrupt;
    listener.calm = 1 + argument;
    interrupter = octet % SEATS;
    interruption = octet / SEATS;
}

/* ---- time ---- */

static uint64_t duration_of(unsigned argument)
{
    static const uint64_t durations[] = {
        1,
        PROBE_TIMEOUT_MIN - 1,
        GO_REPEAT,
        2 * GO_REPEAT + 1,
        NSEC_PER_MSEC,
        TURN_LAPSE - 1,
        TURN_LAPSE,
        PROBE_TIMEOUT_SLEEPING - 1,
        SLICE_SHORT,
        QUEUE_TIMEOUT_MIN - 1,
        QUEUE_TIMEOUT_MIN,
        STUCK_TIME,
        SLICE_LONG,
        PROBE_TIMEOUT_MAX,
        QUEUE_TIMEOUT_MAX,
        STOP_GRACE,
    };

    return durations[argument % (sizeof durations / sizeof durations[0])];
}

static void pass_time_until(uint64_t time)
{
    if (time > channel.now && time != EXCHANGE_NEVER)
        channel.now = time;
}

/* It sends what it may, finds no signal, and sleeps until its time has come, or almost so. */
static void sleep_through(struct talker *talker, bool may_poll, bool wakes_early)
{
    while (talker_is_alive(talker) && talker->at == TALKER_SENDS)
        talker_step(talker);
    talker_look(talker, may_poll);
    pass_time_until(talker->deadline - wakes_early);
    talker_look(talker, may_poll);
}

static void look(struct talker *talker, unsigned how)
{
    if (!talker)
        return;
    if (how >= 2)
        sleep_through(talker, how & 1, how >= 4);
    else
        talker_look(talker, how & 1);
}

static void notice(unsigned argument)
{
    switch (argument % 4) {
    case 0:
        listener_look();
        return;
    case 1:
        pass_time_until(listener.deadline);
        listener_look();
        return;
    default:
        listener_notice();
        return;
    }
}

/* ---- the log ---- */

static void change_log(unsigned argument)
{
    static const int results[] = {0, -EINPROGRESS, -EIO};

    if (argument >= 12) {
        listener_logged(argument & 1 ? -EIO : 0);
        return;
    }
    listener.log_result = results[argument % (sizeof results / sizeof results[0])];
    listener.has_begun = argument >= 6;
}

/* ---- a run ---- */

static void happen(enum event event, unsigned argument, struct input *input)
{
    struct process *target = any_target(argument);
    enum slot slot = (enum slot)(argument / (SEATS + 1));

    switch (event) {
    case EVENT_TALK:
        talk(company_seat(argument), 1u << argument / SEATS);
        return;
    case EVENT_LISTEN:
        listen(1 + argument);
        return;
    case EVENT_ROUNDS:
        company_run(1u << argument / 2);
        return;
    case EVENT_TIME:
        channel.now += duration_of(argument);
        return;
    case EVENT_LOOK:
        look(company_seat(argument), argument / SEATS);
        return;
    case EVENT_NOTICE:
        notice(argument);
        return;
    case EVENT_PLAIN:
        if (target)
            stranger_send_plain(target, slot, input);
        return;
    case EVENT_QUEUED:
        if (target)
            stranger_send_queued(target, slot, input);
        return;
    case EVENT_LOSE:
        if (target)
            channel_lose(target, slot);
        return;
    case EVENT_STRIP:
        if (target)
            channel_strip(target, slot);
        return;
    case EVENT_DIE:
        die(company_seat(argument), argument >= 8);
        return;
    case EVENT_REAP:
        company_reap(argument & 1);
        return;
    case EVENT_BEGIN:
        company_seat_talker(argument, input_octet(input));
        return;
    case EVENT_LOG:
        change_log(argument);
        return;
    case EVENT_END:
        end_listener(argument);
        return;
    case EVENT_INTERRUPT:
        plan_interrupt(argument, input_octet(input));
        return;
    case EVENTS:
        return;
    }
}

static void begin(struct input *input)
{
    uint8_t first = input_octet(input);
    uint8_t second = input_octet(input);

    company_begin(&(struct rules){
        .message_limit = second % 32,
        .session_limit = 1u << first / 4 % 4,
        .room = second / 32 * 4,
        .listener_order = first & 16 ? ORDER_REVERSED : ORDER_KERNEL,
        .talker_order = first & 32 ? ORDER_REVERSED : ORDER_KERNEL,
    });
    for (unsigned i = 0; i < SEATS && i <= first % 4; i++)
        company_seat_talker(i, input_octet(input));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {.at = data, .left = size};

    begin(&input);
    while (input.left > 0) {
        uint8_t octet = input_octet(&input);

        happen((enum event)(octet % EVENTS), octet / EVENTS, &input);
    }
    company_end();
    return 0;
}
