/* SPDX-License-Identifier: MIT */
/* wire.c - see wire.h */

#include "doctor/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void wire_write(enum wire_kind kind, bool signal, uint64_t time_ns, char ret[WIRE_LINE_SIZE])
{
    snprintf(ret, WIRE_LINE_SIZE, "wire %u %d %llu\n", (unsigned)kind, signal,
             (unsigned long long)time_ns);
}

/* The time of the event is that by the clock of the record. */
static void add(struct wire *wire, const struct wire_event *event)
{
    struct wire_event *added = &wire->events[wire->count];

    if (wire->count == WIRE_MAX)
        return;
    if (wire->count == 0)
        wire->start_ns = event->time_ns;
    *added = *event;
    added->time_ns -= wire->start_ns;
    wire->count++;
}

/* Reads a line of a record. Returns false if wire_write() would write another one. */
static bool read_event(const char *line, struct wire_event *ret)
{
    static const char name[] = "wire ";
    unsigned long kind, signal;
    char expected[WIRE_LINE_SIZE];
    uint64_t time_ns;
    char *end;

    if (strncmp(line, name, strlen(name)) != 0)
        return false;
    kind = strtoul(line + strlen(name), &end, 10);
    signal = strtoul(end, &end, 10);
    time_ns = strtoull(end, &end, 10);
    if (kind > WIRE_GIVES_UP || signal > 1)
        return false;
    wire_write((enum wire_kind)kind, signal == 1, time_ns, expected);
    if (strncmp(line, expected, strlen(expected)) != 0)
        return false;
    *ret = (struct wire_event){time_ns, (enum wire_kind)kind, signal == 1};
    return true;
}

void wire_read(const char *record, struct wire *ret)
{
    ret->count = 0;
    ret->start_ns = 0;
    while (record && *record) {
        struct wire_event event;

        if (read_event(record, &event))
            add(ret, &event);
        record = strchr(record, '\n');
        record = record ? record + 1 : NULL;
    }
}

void wire_add(struct wire *wire, enum wire_kind kind, uint64_t time_ns)
{
    const struct wire_event event = {.time_ns = time_ns, .kind = kind};

    add(wire, &event);
}

size_t wire_count(const struct wire *wire, enum wire_kind kind)
{
    size_t count = 0;

    for (size_t i = 0; i < wire->count; i++)
        count += wire->events[i].kind == kind;
    return count;
}

size_t wire_longest_run(const struct wire *wire)
{
    size_t run = 0, longest = 0;

    for (size_t i = 0; i < wire->count; i++)
        if (wire->events[i].kind == WIRE_SIGNAL && ++run > longest)
            longest = run;
        else if (wire->events[i].kind == WIRE_ANSWER)
            run = 0;
    return longest;
}

size_t wire_left_out(const struct wire *wire, size_t first, size_t last)
{
    return wire->count > first + last ? wire->count - first - last : 0;
}

bool wire_is_signal(enum wire_kind kind)
{
    return kind == WIRE_SIGNAL || kind == WIRE_ANSWER;
}

const char *wire_signal_name(const struct wire_event *event)
{
    return event->signal ? "SIGUSR2" : "SIGUSR1";
}

const char *wire_text(enum wire_kind kind)
{
    static const char *const texts[] = {
        [WIRE_HELD] = "the answer is held back",
        [WIRE_STOPPED] = "the client is stopped before it can wait",
        [WIRE_GOES_ON] = "the client goes on",
        [WIRE_HANGS] = "the client still sleeps",
        [WIRE_GIVES_UP] = "the client has ended with an error",
    };

    return texts[kind];
}

void wire_format(const struct wire_event *event, char ret[WIRE_LINE_SIZE])
{
    double time_ms = (double)event->time_ns / 1e6;

    if (event->kind == WIRE_SIGNAL)
        snprintf(ret, WIRE_LINE_SIZE, "%9.3f ms  client --%s--> server", time_ms,
                 wire_signal_name(event));
    else if (event->kind == WIRE_ANSWER)
        snprintf(ret, WIRE_LINE_SIZE, "%9.3f ms  client <--%s-- server", time_ms,
                 wire_signal_name(event));
    else
        snprintf(ret, WIRE_LINE_SIZE, "%9.3f ms  %s", time_ms, wire_text(event->kind));
}
