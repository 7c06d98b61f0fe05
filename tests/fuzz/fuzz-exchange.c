/* SPDX-License-Identifier: MIT */
/*
 * fuzz-exchange.c - fuzzes an exchange with any events in any order, and a witness checks it
 *
 * The first octet of the input sets the limits of sessions and of room, the second the limits of a
 * message's length and of a user's messages. The others are events (see enum event): an octet each,
 * with its arguments behind it. A short input can do much: one event can be 100 bits of a sender
 * that keeps to the protocol.
 */
#include <errno.h>
#include <stdlib.h>

#include "book.h"
#include "fuzz.h"
#include "protocol/timing.h"
#include "reference.h"
#include "witness.h"

enum event {
    EVENT_SYMBOL,      /* any plain signal, or any block */
    EVENT_WORD,        /* any word */
    EVENT_NOISE,       /* any other signal, from any slot */
    EVENT_PROBE,       /* a probe with the next nonce */
    EVENT_PROBE_AGAIN, /* a probe with the nonce of the last one */
    EVENT_SEND,        /* the next symbols of a valid frame */
    EVENT_SETTLE,      /* no signal is pending */
    EVENT_TIME,        /* time passes */
    EVENT_END,         /* a process ends */
    EVENT_BEGIN,       /* another process gets its PID */
    EVENT_NOTICE,      /* the owner notices the end of a process, perhaps of one closed before */
    EVENT_REACH,       /* a process can or cannot be told words, sent acks, or opened from now on */
    EVENT_LOG,         /* the log's result changes, for the messages that follow */
    EVENT_LOGGED,      /* the log finishes the message that is being committed */
    EVENT_MEMORY,      /* memory runs out, or is available again */
    EVENT_STOP,        /* the daemon is told to stop */
    EVENTS,
};

/* The fields of a message, from a literal without its terminating NUL. */
#define FIELDS(text) .fields = (const uint8_t *)(text), .fields_length = sizeof(text) - 1

/* The messages of senders that keep to the protocol, sent one after another. */
static const struct message messages[] = {
    {.priority = 6, .bytes = (uint8_t *)"hi", .length = 2},
    {.priority = 0},
    {.priority = 4, .bytes = (uint8_t *)"yo", .length = 2, FIELDS("\3tme\2f3\3i42\4A=\n\xff")},
    {.priority = 1, FIELDS("\2A=")},
    /* This message has a field with a reserved name, so it is refused at its last bit. */
    {.priority = 3, .bytes = (uint8_t *)"oh", .length = 2, FIELDS("\2tx\11MESSAGE=!")},
    {.priority = 5, .bytes = (uint8_t *)"\xff\xff\xff", .length = 3},
    {.priority = 7, .bytes = (uint8_t *)"\0\1\2\3\4\5\6\7\0\1\2\3\4\5\6\7", .length = 16},
};

#define MESSAGES (sizeof messages / sizeof messages[0])

/* Most PIDs are one of 5, so that events hit the same process. The others fill the tables. */
static pid_t read_pid(struct input *input)
{
    uint8_t octet = input_octet(input);

    return 1 + (octet < 224 ? octet % 5 : octet % BOOK_PIDS);
}

static void send_plain(pid_t pid, uid_t uid, enum lane lane, bool bit)
{
    witness_signal(&(struct lane_signal){.kind = SIGNAL_PLAIN,
                                         .slot = slot_of(lane, bit),
                                         .lane = lane,
                                         .bit = bit,
                                         .pid = pid,
                                         .uid = uid});
}

static void send_word(pid_t pid, uint32_t word, bool to_thread)
{
    witness_signal(&(struct lane_signal){.kind = SIGNAL_WORD,
                                         .slot = to_thread ? SLOT_THREAD_USR2 : SLOT_PROCESS_USR2,
                                         .pid = pid,
                                         .word = word});
}

static void send_block(pid_t pid, enum lane lane, uint64_t octets, uint64_t number)
{
    witness_signal(&(struct lane_signal){.kind = SIGNAL_BLOCK,
                                         .slot = SLOT_THREAD_USR1,
                                         .lane = lane,
                                         .pid = pid,
                                         .block = octets,
                                         .number = (uint32_t)number});
}

/* One in four is a block; half of these have the right number. */
static void any_symbol(struct input *input)
{
    pid_t pid = read_pid(input);
    uint8_t how = input_octet(input);
    enum lane lane = (enum lane)(how & 1);
    const struct peer *peer = book_session(pid);

    if (peer && !book_has_space(peer))
        return;
    if (how < 192)
        send_plain(pid, how >> 2, lane, how & 2);
    else
        send_block(pid, lane, UINT64_C(0x0101010101010101) * input_octet(input),
                   peer && how & 2 ? book_index_on(peer, lane) : how & 0x1f);
}

static void any_word(struct input *input)
{
    pid_t pid = read_pid(input);
    uint32_t word = 0;

    for (int i = 0; i < 4; i++)
        word = word << 8 | input_octet(input);
    send_word(pid, word, word & 1);
}

static void ask(struct input *input, unsigned argument, bool is_new)
{
    pid_t pid = read_pid(input);
    struct process *process = &book.processes[pid];

    process->nonce = (uint16_t)(process->nonce + is_new);
    send_word(pid,
              probe_pack((struct probe){.ask = argument & 1 ? ASK_RESUME : ASK_START,
                                        .nonce = process->nonce}),
              argument & 2);
}

/*
 * Sends as many symbols as the input says, or up to the end of the message. Processes with an even
 * PID send blocks.
 */
static void send_symbols(struct input *input)
{
    pid_t pid = read_pid(input);
    unsigned left = 1 + input_octet(input);
    const struct peer *peer = book_session(pid);
    uint8_t octets[2 * WITNESS_MESSAGE_MAX + REFERENCE_OVERHEAD];
    struct frame frame;

    if (!peer)
        return;
    frame = reference_frame(&messages[((unsigned)pid + peer->messages) % MESSAGES], pid % 2 == 0,
                            octets);
    for (uint64_t i = peer->state == SESSION_OPEN ? peer->symbols : 0;
         left > 0 && peer->is_session && book_takes_bits(peer) && book_has_space(peer) &&
         i < frame_symbols(&frame);
         left--, i++) {
        struct symbol symbol = frame_symbol(&frame, i);
        enum lane lane = (enum lane)(peer->count % LANES);

        if (symbol.kind == SYMBOL_BLOCK)
            send_block(pid, lane, symbol.value, i);
        else
            send_plain(pid, 1000 + (uid_t)pid, lane, symbol.value);
    }
}

static void begin_process(pid_t pid)
{
    struct process *process = &book.processes[pid];

    if (process->has_ended)
        *process = (struct process){.generation = process->generation + 1, .nonce = process->nonce};
}

static void change_reach(struct process *process, unsigned argument)
{
    process->is_deaf = argument & 1;
    process->is_numb = argument & 2;
    process->is_unsafe = argument & 4;
}

static int result_of(unsigned argument)
{
    static const int results[] = {0, -EINPROGRESS, -EIO};

    return results[argument % (sizeof results / sizeof results[0])];
}

/* Durations around those of the exchange: the repeated go, the lapse, the slices. */
static uint64_t duration_of(unsigned argument)
{
    static const uint64_t durations[] = {
        NSEC_PER_USEC,
        GO_REPEAT / 2,
        GO_REPEAT - NSEC_PER_USEC,
        GO_REPEAT,
        GO_REPEAT + NSEC_PER_USEC,
        2 * GO_REPEAT,
        TURN_LAPSE / 2 - NSEC_PER_USEC,
        TURN_LAPSE / 2,
        TURN_LAPSE - NSEC_PER_USEC,
        TURN_LAPSE,
        TURN_LAPSE + NSEC_PER_USEC,
        SLICE_SHORT - NSEC_PER_USEC,
        SLICE_SHORT,
        2 * SLICE_SHORT,
        SLICE_LONG + SLICE_SHORT,
        NSEC_PER_SEC,
    };

    return durations[argument % (sizeof durations / sizeof durations[0])];
}

static void happen(enum event event, unsigned argument, struct input *input)
{
    switch (event) {
    case EVENT_SYMBOL:
        any_symbol(input);
        return;
    case EVENT_WORD:
        any_word(input);
        return;
    case EVENT_NOISE:
        witness_signal(
            &(struct lane_signal){.kind = SIGNAL_NOISE, .slot = (enum slot)(argument % SLOTS)});
        return;
    case EVENT_PROBE:
    case EVENT_PROBE_AGAIN:
        ask(input, argument, event == EVENT_PROBE);
        return;
    case EVENT_SEND:
        send_symbols(input);
        return;
    case EVENT_SETTLE:
        witness_settle();
        return;
    case EVENT_TIME:
        witness_time(duration_of(argument));
        return;
    case EVENT_END:
        book.processes[read_pid(input)].has_ended = true;
        return;
    case EVENT_BEGIN:
        begin_process(read_pid(input));
        return;
    case EVENT_NOTICE:
        witness_ended(&book.peers[input_octet(input) % BOOK_PEERS]);
        return;
    case EVENT_REACH:
        change_reach(&book.processes[read_pid(input)], argument);
        return;
    case EVENT_LOG:
        book.log_result = result_of(argument);
        return;
    case EVENT_LOGGED:
        witness_committed(argument & 1 ? -EIO : 0);
        return;
    case EVENT_MEMORY:
        book.no_memory = argument & 1;
        return;
    case EVENT_STOP:
        witness_stop();
        return;
    case EVENTS:
        return;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {.at = data, .left = size};
    uint8_t first = input_octet(&input);
    static const unsigned session_limits[] = {1, 2, 4, 8, 3, 5, 6, 7};
    unsigned session_limit = session_limits[first % 4 + (first & 0x80 ? 4 : 0)];
    size_t room = first / 4;
    uint8_t second = input_octet(&input);
    size_t message_limit = second % (WITNESS_MESSAGE_MAX + 1);
    unsigned rate_messages = second / (WITNESS_MESSAGE_MAX + 1);

    witness_begin(message_limit, session_limit, room, (struct rate){rate_messages, SLICE_LONG});
    while (input.left > 0) {
        uint8_t octet = input_octet(&input);

        happen((enum event)(octet % EVENTS), octet / EVENTS, &input);
    }
    witness_end();
    return 0;
}
