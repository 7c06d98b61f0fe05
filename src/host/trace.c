/* SPDX-License-Identifier: MIT */
/* trace.c - see trace.h for the lines that can be lost */

#include "host/trace.h"

#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "host/descriptors.h"
#include "host/monotonic.h"

/* Widths in columns: of the sender's signals; of these, an arrow and the daemon's signals. */
#define SENT_WIDTH 13
#define PICTURE_WIDTH 37
/* Width that fits both the kernel's largest PID and the heading of its column. */
#define PEER_WIDTH 7

/* A line under construction. The longest possible line fits. */
struct line {
    size_t length;
    char text[256];
};

static const char *const sides[] = {[TRACE_SENDER] = "sender", [TRACE_DAEMON] = "daemon"};
static const char *const lanes[] = {[LANE_THREAD] = "thread", [LANE_PROCESS] = "process"};
static const char *const signals[] = {"SIGUSR1", "SIGUSR2"};
static const char *const asks[] = {[ASK_START] = "start", [ASK_RESUME] = "resume"};
static const char *const kinds[] = {[SIGNAL_PLAIN] = "plain",
                                    [SIGNAL_BLOCK] = "block",
                                    [SIGNAL_WORD] = "word",
                                    [SIGNAL_NOISE] = "noise"};
static const char *const symbols[] = {[SYMBOL_BIT] = "bit", [SYMBOL_BLOCK] = "block"};
static const char *const replies[] = {
    [REPLY_GO] = "go",
    [REPLY_WAIT] = "wait",
    [REPLY_PENDING] = "pending",
    [REPLY_COMMITTED] = "committed",
    [REPLY_TOO_LARGE] = "too large",
    [REPLY_VERSION] = "version",
    [REPLY_DAMAGED] = "damaged",
    [REPLY_UNLOGGED] = "unlogged",
    [REPLY_BUSY] = "busy",
    [REPLY_STOPPING] = "stopping",
    [REPLY_FORGOTTEN] = "forgotten",
    [REPLY_OUT_OF_STEP] = "out of step",
    [REPLY_NARROW] = "narrow",
};

/* ---- lines ---- */

__attribute__((format(printf, 2, 3))) static void add(struct line *line, const char *form, ...)
{
    size_t room = sizeof line->text - line->length;
    va_list values;
    int n;

    va_start(values, form);
    n = vsnprintf(line->text + line->length, room, form, values);
    va_end(values);
    if (n > 0 && (size_t)n < room)
        line->length += (size_t)n;
}

static uint64_t microseconds(uint64_t ns)
{
    return ns / NSEC_PER_USEC;
}

static bool is_json(const struct trace *trace)
{
    return trace->format == TRACE_JSON;
}

static void begin_object(const struct trace *trace, struct line *line, const char *event)
{
    line->length = 0;
    add(line, "{\"us\":%" PRIu64 ",\"event\":\"%s\"", microseconds(trace->now() - trace->start),
        event);
}

/* Begins with the time and, in the daemon's trace, with the PID of the peer, blank if that is 0. */
static void begin_row(const struct trace *trace, struct line *line, pid_t peer)
{
    line->length = 0;
    add(line, "%10" PRIu64 "  ", microseconds(trace->now() - trace->start));
    if (trace->side == TRACE_SENDER)
        return;
    if (peer > 0)
        add(line, "%*d  ", PEER_WIDTH, (int)peer);
    else
        add(line, "%*s  ", PEER_WIDTH, "");
}

static void draw(struct line *line, enum trace_side from, const char *what)
{
    if (from == TRACE_SENDER)
        add(line, "%-*s %-*s", SENT_WIDTH, what, PICTURE_WIDTH - SENT_WIDTH - 1, "->");
    else
        add(line, "%*s %-6s%-*s", SENT_WIDTH, "", "<-", PICTURE_WIDTH - SENT_WIDTH - 7, what);
}

static void draw_plain(struct line *line, enum trace_side from, enum lane lane, bool bit)
{
    char signal[SENT_WIDTH + 1];

    snprintf(signal, sizeof signal, "%c %s", lane == LANE_THREAD ? 'T' : 'P', signals[bit]);
    draw(line, from, signal);
}

static void begin_remark(const struct trace *trace, struct line *line, pid_t peer)
{
    begin_row(trace, line, peer);
    add(line, "%*s", PICTURE_WIDTH, "");
}

/* ---- writing ---- */

static bool has_room(const struct trace *trace)
{
    struct pollfd pollfd = {.fd = trace->fd, .events = POLLOUT};

    return poll(&pollfd, 1, trace->lost > 0 ? 0 : TRACE_WAIT_MAX) > 0 && pollfd.revents & POLLOUT;
}

static bool write_line(const struct trace *trace, const struct line *line)
{
    return has_room(trace) && write(trace->fd, line->text, line->length) == (ssize_t)line->length;
}

static bool write_lost(struct trace *trace)
{
    struct line line;

    if (is_json(trace)) {
        begin_object(trace, &line, "lost");
        add(&line, ",\"lines\":%" PRIu64 "}\n", trace->lost);
    } else {
        begin_remark(trace, &line, 0);
        add(&line, "lines lost here because they could not be written: %" PRIu64 "\n", trace->lost);
    }
    if (!write_line(trace, &line))
        return false;
    trace->lost = 0;
    return true;
}

static void end(struct trace *trace, struct line *line)
{
    add(line, is_json(trace) ? "}\n" : "\n");
    if ((trace->lost > 0 && !write_lost(trace)) || !write_line(trace, line))
        trace->lost++;
}

struct trace *trace_begin(struct trace *trace, enum trace_format format, enum trace_side side)
{
    if (format == TRACE_NONE)
        return NULL;
    descriptors_expect_failure();
    *trace = (struct trace){.format = format,
                            .side = side,
                            .fd = descriptors_unblocked(STDERR_FILENO),
                            .now = monotonic_now,
                            .start = monotonic_now()};
    trace_head(trace);
    return trace;
}

void trace_head(struct trace *trace)
{
    struct line line = {.length = 0};

    if (is_json(trace))
        return;
    add(&line, "%10s  ", "us");
    if (trace->side == TRACE_DAEMON)
        add(&line, "%*s  ", PEER_WIDTH, "process");
    add(&line, "%-*s       daemon", SENT_WIDTH, "sender");
    end(trace, &line);
}

/* ---- words ---- */

static void explain_probe(const struct trace *trace, struct line *line, struct probe probe)
{
    add(line, is_json(trace) ? ",\"says\":\"%s\",\"nonce\":\"%04x\"" : "%s, nonce %04x",
        asks[probe.ask], probe.nonce);
}

static void explain_reply(const struct trace *trace, struct line *line, struct reply reply)
{
    const char *says = replies[reply.code];

    if (is_json(trace))
        add(line, ",\"says\":\"%s\",\"nonce\":\"%04x\",\"count\":%u", says, reply.nonce,
            reply.count);
    else if (reply.code == REPLY_GO)
        add(line, "%s, from count %u", says, reply.count);
    else if (reply.code == REPLY_COMMITTED)
        add(line, "%s, at count %u", says, reply.count);
    else
        add(line, "%s%s", reply.code < REPLY_FIRST_REFUSAL ? "" : "refused: ", says);
}

static void explain(const struct trace *trace, struct line *line, enum trace_side from,
                    uint32_t word)
{
    struct reply reply;
    struct probe probe;

    if (from == TRACE_SENDER && probe_unpack(word, &probe))
        explain_probe(trace, line, probe);
    else if (from == TRACE_DAEMON && reply_unpack(word, &reply))
        explain_reply(trace, line, reply);
    else
        add(line, is_json(trace) ? ",\"says\":null" : "unknown word: dropped");
}

static void add_way(struct line *line, enum trace_side from, pid_t peer)
{
    add(line, ",\"from\":\"%s\",\"peer\":%d", sides[from], (int)peer);
}

void trace_word(struct trace *trace, enum trace_side from, pid_t peer, uint32_t word)
{
    struct line line;

    if (!trace)
        return;
    if (is_json(trace)) {
        begin_object(trace, &line, "word");
        add_way(&line, from, peer);
        add(&line, ",\"word\":\"%08" PRIx32 "\"", word);
    } else {
        char text[SENT_WIDTH + 1];

        snprintf(text, sizeof text, "word %08" PRIx32, word);
        begin_row(trace, &line, peer);
        draw(&line, from, text);
    }
    explain(trace, &line, from, word);
    end(trace, &line);
}

void trace_stale(struct trace *trace, pid_t peer, uint32_t word)
{
    struct line line;

    if (!trace)
        return;
    if (is_json(trace)) {
        begin_object(trace, &line, "stale");
        add(&line, ",\"peer\":%d,\"word\":\"%08" PRIx32 "\"", (int)peer, word);
    } else {
        begin_remark(trace, &line, peer);
        add(&line, "word %08" PRIx32 " is stale: dropped", word);
    }
    end(trace, &line);
}

/* ---- plain signals ---- */

static void add_plain(struct line *line, enum lane lane, bool bit)
{
    add(line, ",\"lane\":\"%s\",\"signal\":\"%s\"", lanes[lane], signals[bit]);
}

static void begin_symbol(struct trace *trace, struct line *line, enum trace_side from, pid_t peer,
                         const char *event, const struct arq_symbol *symbol, bool signal)
{
    if (is_json(trace)) {
        begin_object(trace, line, event);
        add_way(line, from, peer);
        add_plain(line, symbol->lane, signal);
        add(line, ",\"index\":%" PRIu64, symbol->index);
    } else {
        begin_row(trace, line, peer);
        draw_plain(line, from, symbol->lane, signal);
        add(line, "%s %2" PRIu64 " is ", symbols[symbol->symbol.kind], symbol->index);
    }
}

void trace_symbol(struct trace *trace, pid_t peer, const struct arq_symbol *symbol)
{
    uint64_t value = symbol->symbol.value;
    bool is_bit = symbol->symbol.kind == SYMBOL_BIT;
    struct line line;

    if (!trace)
        return;
    begin_symbol(trace, &line, TRACE_SENDER, peer, symbols[symbol->symbol.kind], symbol,
                 is_bit && value);
    if (!is_bit)
        add(&line, is_json(trace) ? ",\"value\":\"%016" PRIx64 "\"" : "%016" PRIx64, value);
    else
        add(&line, is_json(trace) ? ",\"value\":%d" : "%d", (int)value);
    end(trace, &line);
}

void trace_ack(struct trace *trace, pid_t peer, const struct arq_symbol *symbol)
{
    struct line line;

    if (!trace)
        return;
    begin_symbol(trace, &line, TRACE_DAEMON, peer, "ack", symbol, false);
    if (!is_json(trace))
        add(&line, "taken");
    end(trace, &line);
}

/* The PID and the user ID of a queued signal are only its sender's claim. */
static void describe(struct line *line, const struct lane_signal *signal, bool is_stranger)
{
    const char *name = signals[signal->bit];

    if (signal->pid <= 0) {
        add(line, "a %s without the PID of its sender: not counted", name);
        return;
    }
    add(line, "a %s %s%s of process %d, user %u: not counted", is_stranger ? "stranger's" : "late",
        signal->kind == SIGNAL_PLAIN ? "" : "queued ", name, (int)signal->pid,
        (unsigned)signal->uid);
}

void trace_uncounted(struct trace *trace, const struct lane_signal *signal, bool is_stranger)
{
    struct line line;

    if (!trace)
        return;
    if (is_json(trace)) {
        begin_object(trace, &line, "uncounted");
        add(&line, ",\"kind\":\"%s\",\"stranger\":%s,\"pid\":%d,\"uid\":%u", kinds[signal->kind],
            is_stranger ? "true" : "false", (int)signal->pid, (unsigned)signal->uid);
        add_plain(&line, signal->lane, signal->bit);
    } else {
        begin_remark(trace, &line, signal->pid);
        describe(&line, signal, is_stranger);
    }
    end(trace, &line);
}

/* ---- waiting ---- */

void trace_timeout(struct trace *trace, uint64_t waited_ns, enum ask ask)
{
    uint64_t waited = microseconds(waited_ns);
    struct line line;

    if (!trace)
        return;
    if (is_json(trace)) {
        begin_object(trace, &line, "timeout");
        add(&line, ",\"waited_us\":%" PRIu64 ",\"asks\":\"%s\"", waited, asks[ask]);
    } else {
        begin_remark(trace, &line, 0);
        add(&line, "no signal for %" PRIu64 " us: sending a probe to %s", waited, asks[ask]);
    }
    end(trace, &line);
}

void trace_repeat(struct trace *trace, uint64_t first, uint64_t last)
{
    struct line line;

    if (!trace)
        return;
    if (is_json(trace)) {
        begin_object(trace, &line, "repeat");
        add(&line, ",\"first\":%" PRIu64 ",\"last\":%" PRIu64, first, last);
    } else {
        begin_remark(trace, &line, 0);
        if (first == last)
            add(&line, "symbol %" PRIu64 " is sent again", first);
        else
            add(&line, "symbols %" PRIu64 " to %" PRIu64 " are sent again", first, last);
    }
    end(trace, &line);
}

void trace_sleep(struct trace *trace, uint64_t limit_ns)
{
    struct line line;

    if (!trace)
        return;
    if (is_json(trace)) {
        begin_object(trace, &line, "sleep");
        if (limit_ns == TRACE_UNLIMITED)
            add(&line, ",\"limit_us\":null");
        else
            add(&line, ",\"limit_us\":%" PRIu64, microseconds(limit_ns));
    } else {
        begin_remark(trace, &line, 0);
        add(&line, "sleeping until a signal comes");
        if (limit_ns != TRACE_UNLIMITED)
            add(&line, ", for %" PRIu64 " us at most", microseconds(limit_ns));
    }
    end(trace, &line);
}
