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

static void add(struct wire *wire, const struct wire_event *event)
{
    if (wire->count < WIRE_MAX)
        wire->events[wire->count++] = *event;
}

/* Reads a line of a record. Returns false if it is none. */
static bool read_event(const char *line, struct wire_event *ret)
{
    static const char name[] = "wire ";
    struct wire_event event;
    unsigned long kind;
    char *end;

    if (strncmp(line, name, strlen(name)) != 0)
        return false;
    kind = strtoul(line + strlen(name), &end, 10);
    if (kind > WIRE_GIVES_UP)
        return false;
    event.kind = (enum wire_kind)kind;
    event.signal = strtoul(end, &end, 10) != 0;
    event.time_ns = strtoull(end, &end, 10);
    *ret = event;
    return true;
}

void wire_read(const char *record, struct wire *ret)
{
    ret->count = 0;
    ret->start_ns = 0;
    while (record && *record) {
        struct wire_event event;

        if (read_event(record, &event)) {
            if (ret->count == 0)
                ret->start_ns = event.time_ns;
            event.time_ns -= ret->start_ns;
            add(ret, &event);
        }
        record = strchr(record, '\n');
        record = record ? record + 1 : NULL;
    }
}

void wire_add(struct wire *wire, enum wire_kind kind, uint64_t time_ns)
{
    const struct wire_event event = {.time_ns = time_ns - wire->start_ns, .kind = kind};

    add(wire, &event);
}

size_t wire_count(const struct wire *wire, enum wire_kind kind)
{
    size_t count = 0;

    for (size_t i = 0; i < wire->count; i++)
        count += wire->events[i].kind == kind;
    return count;
}

const char *wire_text(enum wire_kind kind)
{
    static const char *const texts[] = {
        [WIRE_SIGNAL] = "to the server",
        [WIRE_ANSWER] = "to the client",
        [WIRE_HELD] = "the answer is held back",
        [WIRE_STOPPED] = "the client is stopped before it can wait",
        [WIRE_GOES_ON] = "the client goes on",
        [WIRE_HANGS] = "the client sleeps for ever",
        [WIRE_GIVES_UP] = "the client has ended with an error",
    };

    return texts[kind];
}

const char *wire_signal_name(const struct wire_event *event)
{
    return event->signal ? "SIGUSR2" : "SIGUSR1";
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
