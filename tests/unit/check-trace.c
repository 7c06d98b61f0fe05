/* SPDX-License-Identifier: MIT */
/* check-trace.c - tests the lines of a trace, as text and as JSON, and which lines are lost */

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/trace.h"
#include "suite.h"

#define PEER 4711

static uint64_t clock_ns;
static struct trace trace;
static int reader, writer;

static uint64_t now(void)
{
    return clock_ns;
}

static void begin(void)
{
    int fds[2];

    ck_assert_int_eq(pipe2(fds, O_NONBLOCK), 0);
    reader = fds[0];
    writer = fds[1];
    clock_ns = 5000000;
    trace = (struct trace){
        .format = TRACE_TEXT, .side = TRACE_SENDER, .fd = writer, .now = now, .start = 5000000};
}

static void end(void)
{
    close(reader);
    close(writer);
}

/* Returns all that was written since the last call. */
static const char *written(void)
{
    static char text[65536];
    ssize_t n = read(reader, text, sizeof text - 1);

    text[n > 0 ? n : 0] = '\0';
    return text;
}

static void expect(const char *text)
{
    ck_assert_str_eq(written(), text);
}

static void expect_json(const char *text)
{
    char line[512];

    snprintf(line, sizeof line, "{\"us\":%u,%s}\n", (unsigned)((clock_ns - trace.start) / 1000),
             text);
    expect(line);
}

/* ---- words, bits and acks ---- */

START_TEST(text_has_the_columns_of_the_manual)
{
    trace_head(&trace);
    clock_ns += 41999;
    trace_word(&trace, TRACE_SENDER, PEER, 0x61008b54);
    clock_ns += 1000000;
    trace_word(&trace, TRACE_DAEMON, PEER, 0x10008b54);
    trace_symbol(
        &trace, PEER,
        &(struct arq_symbol){.index = 0, .lane = LANE_THREAD, .symbol = symbol_bit(false)});
    trace_symbol(
        &trace, PEER,
        &(struct arq_symbol){.index = 1, .lane = LANE_PROCESS, .symbol = symbol_bit(true)});
    trace_ack(&trace, PEER,
              &(struct arq_symbol){.index = 1, .lane = LANE_PROCESS, .symbol = symbol_bit(false)});
    trace_symbol(
        &trace, PEER,
        &(struct arq_symbol){.index = 12345, .lane = LANE_THREAD, .symbol = symbol_bit(true)});
    expect("        us  sender              daemon\n"
           "        41  word 61008b54 ->                     start, nonce 8b54\n"
           "      1041                <-    word 10008b54    go, from count 0\n"
           "      1041  T SIGUSR1     ->                     bit  0 is 0\n"
           "      1041  P SIGUSR2     ->                     bit  1 is 1\n"
           "      1041                <-    P SIGUSR1        bit  1 is taken\n"
           "      1041  T SIGUSR2     ->                     bit 12345 is 1\n");
}
END_TEST

START_TEST(the_trace_of_the_daemon_names_the_peer)
{
    trace.side = TRACE_DAEMON;
    trace_head(&trace);
    trace_word(&trace, TRACE_SENDER, PEER, 0x62000001);
    trace_ack(&trace, 4194304,
              &(struct arq_symbol){.index = 7, .lane = LANE_THREAD, .symbol = symbol_bit(false)});
    trace_sleep(&trace, TRACE_UNLIMITED);
    expect("        us  process  sender              daemon\n"
           "         0     4711  word 62000001 ->                     resume, nonce 0001\n"
           "         0  4194304                <-    T SIGUSR1        bit  7 is taken\n"
           "         0                                                "
           "sleeping until a signal comes\n");
}
END_TEST

START_TEST(json_has_one_object_per_line)
{
    trace.format = TRACE_JSON;
    trace_head(&trace);
    expect("");
    clock_ns += 1234567;
    trace_symbol(
        &trace, PEER,
        &(struct arq_symbol){.index = 63, .lane = LANE_PROCESS, .symbol = symbol_bit(true)});
    expect_json("\"event\":\"bit\",\"from\":\"sender\",\"peer\":4711,\"lane\":\"process\","
                "\"signal\":\"SIGUSR2\",\"index\":63,\"value\":1");
    trace_ack(&trace, PEER,
              &(struct arq_symbol){.index = 62, .lane = LANE_THREAD, .symbol = symbol_bit(false)});
    expect_json("\"event\":\"ack\",\"from\":\"daemon\",\"peer\":4711,\"lane\":\"thread\","
                "\"signal\":\"SIGUSR1\",\"index\":62");
    trace_word(&trace, TRACE_SENDER, PEER, 0x61008b54);
    expect_json("\"event\":\"word\",\"from\":\"sender\",\"peer\":4711,\"word\":\"61008b54\","
                "\"says\":\"start\",\"nonce\":\"8b54\"");
    trace_word(&trace, TRACE_DAEMON, PEER, 0x40408b54);
    expect_json("\"event\":\"word\",\"from\":\"daemon\",\"peer\":4711,\"word\":\"40408b54\","
                "\"says\":\"committed\",\"nonce\":\"8b54\",\"count\":64");
}
END_TEST

/* ---- words ---- */

START_TEST(every_reply_is_explained)
{
    static const struct {
        enum reply_code reply;
        const char *text, *name;
    } replies[] = {
        {REPLY_GO, "go, from count 9", "go"},
        {REPLY_WAIT, "wait", "wait"},
        {REPLY_PENDING, "pending", "pending"},
        {REPLY_COMMITTED, "committed, at count 9", "committed"},
        {REPLY_TOO_LARGE, "refused: too large", "too large"},
        {REPLY_VERSION, "refused: version", "version"},
        {REPLY_DAMAGED, "refused: damaged", "damaged"},
        {REPLY_UNLOGGED, "refused: unlogged", "unlogged"},
        {REPLY_BUSY, "refused: busy", "busy"},
        {REPLY_STOPPING, "refused: stopping", "stopping"},
        {REPLY_FORGOTTEN, "refused: forgotten", "forgotten"},
        {REPLY_OUT_OF_STEP, "refused: out of step", "out of step"},
        {REPLY_NARROW, "refused: narrow", "narrow"},
    };

    ck_assert_uint_eq(sizeof replies / sizeof replies[0], REPLY_LAST);
    for (unsigned i = 0; i < sizeof replies / sizeof replies[0]; i++) {
        uint32_t word =
            reply_pack((struct reply){.code = replies[i].reply, .count = 9, .nonce = 1});
        char line[256];

        ck_assert_uint_eq(replies[i].reply, i + 1);
        trace.format = TRACE_TEXT;
        trace_word(&trace, TRACE_DAEMON, PEER, word);
        snprintf(line, sizeof line, "         0                <-    word %08x    %s\n", word,
                 replies[i].text);
        expect(line);
        trace.format = TRACE_JSON;
        trace_word(&trace, TRACE_DAEMON, PEER, word);
        snprintf(line, sizeof line,
                 "\"event\":\"word\",\"from\":\"daemon\",\"peer\":4711,\"word\":\"%08x\","
                 "\"says\":\"%s\",\"nonce\":\"0001\",\"count\":9",
                 word, replies[i].name);
        expect_json(line);
    }
}
END_TEST

/* Only a sender's word can be a probe, and only a daemon's word can be a reply. */
START_TEST(an_unknown_word_is_shown_as_dropped)
{
    trace_word(&trace, TRACE_SENDER, PEER, 0xffffffff);
    trace_word(&trace, TRACE_SENDER, PEER, 0x10008b54);
    trace_word(&trace, TRACE_DAEMON, PEER, 0xf0000000);
    expect("         0  word ffffffff ->                     unknown word: dropped\n"
           "         0  word 10008b54 ->                     unknown word: dropped\n"
           "         0                <-    word f0000000    unknown word: dropped\n");
    trace.format = TRACE_JSON;
    trace_word(&trace, TRACE_SENDER, PEER, 0);
    expect_json("\"event\":\"word\",\"from\":\"sender\",\"peer\":4711,\"word\":\"00000000\","
                "\"says\":null");
}
END_TEST

START_TEST(a_stale_word_is_shown_as_dropped)
{
    trace_stale(&trace, PEER, 0x10008b53);
    expect("         0                                       word 10008b53 is stale: dropped\n");
    trace.format = TRACE_JSON;
    trace_stale(&trace, PEER, 0x10008b53);
    expect_json("\"event\":\"stale\",\"peer\":4711,\"word\":\"10008b53\"");
}
END_TEST

/* ---- signals that do not count ---- */

#define REMARK "         0                                       "

static struct lane_signal plain = {
    .kind = SIGNAL_PLAIN, .lane = LANE_PROCESS, .bit = true, .pid = 815, .uid = 1000};

START_TEST(strangers_signals_are_shown_with_their_sender)
{
    trace_uncounted(&trace, &plain, true);
    expect(REMARK "a stranger's SIGUSR2 of process 815, user 1000: not counted\n");
    trace.format = TRACE_JSON;
    trace_uncounted(&trace, &plain, true);
    expect_json("\"event\":\"uncounted\",\"kind\":\"plain\",\"stranger\":true,\"pid\":815,"
                "\"uid\":1000,\"lane\":\"process\",\"signal\":\"SIGUSR2\"");
}
END_TEST

START_TEST(late_signals_are_distinguished_from_strangers_signals)
{
    trace_uncounted(&trace, &plain, false);
    expect(REMARK "a late SIGUSR2 of process 815, user 1000: not counted\n");
    trace.format = TRACE_JSON;
    trace_uncounted(&trace, &plain, false);
    expect_json("\"event\":\"uncounted\",\"kind\":\"plain\",\"stranger\":false,\"pid\":815,"
                "\"uid\":1000,\"lane\":\"process\",\"signal\":\"SIGUSR2\"");
}
END_TEST

START_TEST(queued_signals_and_signals_without_a_sender_are_distinguished)
{
    struct lane_signal queued = plain, stripped = plain;

    queued.kind = SIGNAL_WORD;
    stripped.kind = SIGNAL_NOISE;
    stripped.pid = 0;
    trace_uncounted(&trace, &queued, true);
    trace_uncounted(&trace, &stripped, true);
    expect(REMARK "a stranger's queued SIGUSR2 of process 815, user 1000: not counted\n" REMARK
                  "a SIGUSR2 without the PID of its sender: not counted\n");
}
END_TEST

/* ---- waiting ---- */

START_TEST(a_probe_timeout_tells_its_length_and_the_ask_that_follows)
{
    trace_timeout(&trace, 200000, ASK_RESUME);
    trace_timeout(&trace, 400000, ASK_START);
    expect(REMARK "no signal for 200 us: sending a probe to resume\n" REMARK
                  "no signal for 400 us: sending a probe to start\n");
    trace.format = TRACE_JSON;
    trace_timeout(&trace, 200000, ASK_RESUME);
    expect_json("\"event\":\"timeout\",\"waited_us\":200,\"asks\":\"resume\"");
}
END_TEST

START_TEST(a_repeat_tells_which_bits)
{
    trace_repeat(&trace, 7, 8);
    trace_repeat(&trace, 9, 9);
    expect(REMARK "symbols 7 to 8 are sent again\n" REMARK "symbol 9 is sent again\n");
    trace.format = TRACE_JSON;
    trace_repeat(&trace, 7, 8);
    expect_json("\"event\":\"repeat\",\"first\":7,\"last\":8");
}
END_TEST

START_TEST(a_sleep_tells_how_long_it_may_last)
{
    trace_sleep(&trace, 5000000);
    trace_sleep(&trace, TRACE_UNLIMITED);
    expect(REMARK "sleeping until a signal comes, for 5000 us at most\n" REMARK
                  "sleeping until a signal comes\n");
    trace.format = TRACE_JSON;
    trace_sleep(&trace, 5000000);
    expect_json("\"event\":\"sleep\",\"limit_us\":5000");
    trace_sleep(&trace, TRACE_UNLIMITED);
    expect_json("\"event\":\"sleep\",\"limit_us\":null");
}
END_TEST

/* ---- writing ---- */

static void trace_all(struct trace *t)
{
    struct lane_signal last = {.kind = SIGNAL_PLAIN, .pid = INT32_MAX, .uid = UINT32_MAX};

    trace_word(t, TRACE_SENDER, INT32_MAX, 0x6200ffff);
    trace_word(t, TRACE_DAEMON, INT32_MAX, 0xcfffffff);
    trace_stale(t, INT32_MAX, UINT32_MAX);
    trace_symbol(t, INT32_MAX,
                 &(struct arq_symbol){
                     .index = UINT64_MAX, .lane = LANE_PROCESS, .symbol = symbol_bit(true)});
    trace_ack(t, INT32_MAX,
              &(struct arq_symbol){
                  .index = UINT64_MAX, .lane = LANE_PROCESS, .symbol = symbol_bit(false)});
    trace_uncounted(t, &last, false);
    trace_timeout(t, UINT64_MAX, ASK_RESUME);
    trace_repeat(t, UINT64_MAX - 1, UINT64_MAX);
    trace_sleep(t, UINT64_MAX - 1);
}

#define EVENTS 9

START_TEST(the_largest_numbers_fit)
{
    clock_ns = UINT64_MAX;
    trace.side = TRACE_DAEMON;
    for (int json = 0; json <= 1; json++) {
        unsigned lines = 0;
        char *text, *rest;

        trace.format = json ? TRACE_JSON : TRACE_TEXT;
        trace_all(&trace);
        text = strdup(written());
        for (char *line = strtok_r(text, "\n", &rest); line;
             line = strtok_r(NULL, "\n", &rest), lines++)
            ck_assert(!json || (line[0] == '{' && line[strlen(line) - 1] == '}'));
        free(text);
        ck_assert_uint_eq(lines, EVENTS);
    }
}
END_TEST

START_TEST(without_a_trace_nothing_is_written)
{
    ck_assert_ptr_null(trace_begin(&trace, TRACE_NONE, TRACE_SENDER));
    trace_all(NULL);
    expect("");
}
END_TEST

static void fill_pipe(void)
{
    char page[4096] = "";

    while (write(writer, page, sizeof page) > 0)
        ;
}

static void empty_pipe(void)
{
    while (*written() || read(reader, &(char){0}, 1) > 0)
        ;
}

START_TEST(lines_that_nobody_reads_are_lost_and_counted)
{
    fill_pipe();
    for (int i = 0; i < 1000; i++)
        trace_ack(
            &trace, PEER,
            &(struct arq_symbol){.index = 0, .lane = LANE_THREAD, .symbol = symbol_bit(false)});
    empty_pipe();
    trace_ack(&trace, PEER,
              &(struct arq_symbol){.index = 2, .lane = LANE_THREAD, .symbol = symbol_bit(false)});
    trace_ack(&trace, PEER,
              &(struct arq_symbol){.index = 4, .lane = LANE_THREAD, .symbol = symbol_bit(false)});
    expect(REMARK "lines lost here because they could not be written: 1000\n"
                  "         0                <-    T SIGUSR1        bit  2 is taken\n"
                  "         0                <-    T SIGUSR1        bit  4 is taken\n");
    trace.format = TRACE_JSON;
    fill_pipe();
    trace_ack(&trace, PEER,
              &(struct arq_symbol){.index = 0, .lane = LANE_THREAD, .symbol = symbol_bit(false)});
    empty_pipe();
    trace_repeat(&trace, 3, 3);
    expect("{\"us\":0,\"event\":\"lost\",\"lines\":1}\n"
           "{\"us\":0,\"event\":\"repeat\",\"first\":3,\"last\":3}\n");
}
END_TEST

START_TEST(lines_are_lost_when_the_reader_has_gone)
{
    ck_assert_int_eq(dup2(writer, STDERR_FILENO), STDERR_FILENO);
    ck_assert_ptr_eq(trace_begin(&trace, TRACE_TEXT, TRACE_SENDER), &trace);
    close(reader);
    trace_all(&trace);
    ck_assert_uint_eq(trace.lost, EVENTS);
}
END_TEST

START_TEST(lines_are_lost_on_a_full_device)
{
    trace.fd = open("/dev/full", O_WRONLY);
    ck_assert_int_ge(trace.fd, 0);
    trace_all(&trace);
    ck_assert_uint_eq(trace.lost, EVENTS);
    close(trace.fd);
}
END_TEST

Suite *make_suite(void)
{
    const TTest *const tests[] = {
        text_has_the_columns_of_the_manual,
        the_trace_of_the_daemon_names_the_peer,
        json_has_one_object_per_line,
        every_reply_is_explained,
        an_unknown_word_is_shown_as_dropped,
        a_stale_word_is_shown_as_dropped,
        strangers_signals_are_shown_with_their_sender,
        late_signals_are_distinguished_from_strangers_signals,
        queued_signals_and_signals_without_a_sender_are_distinguished,
        a_probe_timeout_tells_its_length_and_the_ask_that_follows,
        a_repeat_tells_which_bits,
        a_sleep_tells_how_long_it_may_last,
        the_largest_numbers_fit,
        without_a_trace_nothing_is_written,
        lines_that_nobody_reads_are_lost_and_counted,
        lines_are_lost_when_the_reader_has_gone,
        lines_are_lost_on_a_full_device,
        NULL,
    };

    return suite_around("trace", tests, begin, end);
}
