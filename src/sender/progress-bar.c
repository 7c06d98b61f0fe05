/* SPDX-License-Identifier: MIT */
/* progress-bar.c - see progress-bar.h */

#include "sender/progress-bar.h"

#include <assert.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "host/descriptors.h"
#include "host/monotonic.h"

/* The bar appears after MOMENT, since a shorter wait needs none, and is redrawn after REDRAW. */
#define MOMENT (500 * NSEC_PER_MSEC)
#define REDRAW (200 * NSEC_PER_MSEC)
/*
 * A running sender reports more often than this, even without progress. After a longer gap, the
 * process must have been stopped.
 */
#define GAP_MAX (2 * NSEC_PER_SEC)

/* A bar with fewer cells shows too little, and one with more cells is no easier to read. */
#define CELLS_MIN 10
#define CELLS_MAX 50
#define BAR_FRAME 4 /* the columns around the cells */
#define BAR_SIZE (CELLS_MAX + BAR_FRAME + 1)
#define TEXT_SIZE 48

#define WIDTH_UNKNOWN 80
/* Columns that stay free for the cursor, and for the echo of a key such as ^C. */
#define WIDTH_SPARED 2

#define BEGIN_LINE "\r"
#define ERASE_REST "\033[K"

/* ---- the text ---- */

static void format_bytes(double bytes, const char *per, char ret[static TEXT_SIZE])
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB"};
    size_t unit = 0;

    while (bytes >= 1023.5 && unit < sizeof units / sizeof *units - 1) {
        bytes /= 1024;
        unit++;
    }
    snprintf(ret, TEXT_SIZE, "%.*f %s%s", unit > 0 && bytes < 99.95, bytes, units[unit], per);
}

static double rate_of(const struct progress_bar_state *state)
{
    double seconds = (double)state->time_ns / (double)NSEC_PER_SEC;

    return seconds > 0 ? (double)state->sent / seconds : 0;
}

static void format_time_left(const struct progress_bar_state *state, char ret[static TEXT_SIZE])
{
    double left = (double)(state->total - state->sent) / rate_of(state) + 0.5;
    bool is_known = left < 100 * 3600; /* false also if left is not a number */
    unsigned seconds = is_known ? (unsigned)left : 0;

    if (!is_known)
        snprintf(ret, TEXT_SIZE, "-:-- left");
    else if (seconds < 3600)
        snprintf(ret, TEXT_SIZE, "%u:%02u left", seconds / 60, seconds % 60);
    else
        snprintf(ret, TEXT_SIZE, "%u:%02u:%02u left", seconds / 3600, seconds / 60 % 60,
                 seconds % 60);
}

/*
 * Pads a text to the width of its field, if the line has room for it. If not, empties the text and
 * sets *width to 0, so that later texts get no room either.
 */
static void take_room(size_t *width, int field, char text[static TEXT_SIZE])
{
    char padded[TEXT_SIZE];
    size_t length = (size_t)snprintf(padded, sizeof padded, "  %*.*s", field, TEXT_SIZE - 3, text);

    if (length > *width) {
        text[0] = '\0';
        *width = 0;
        return;
    }
    memcpy(text, padded, sizeof padded);
    *width -= length;
}

/* Formats "  [====>     ]", as wide as there is room for. */
static void format_bar(const struct progress_bar_state *state, size_t width,
                       char ret[static BAR_SIZE])
{
    size_t cells = width > BAR_FRAME ? width - BAR_FRAME : 0;
    char inside[CELLS_MAX + 1];
    size_t full;

    ret[0] = '\0';
    if (cells < CELLS_MIN)
        return;
    if (cells > CELLS_MAX)
        cells = CELLS_MAX;
    full = (size_t)((double)state->sent / (double)state->total * (double)cells);
    assert(full <= cells && cells <= CELLS_MAX);
    memset(inside, ' ', cells);
    memset(inside, '=', full);
    if (full < cells)
        inside[full] = '>';
    inside[cells] = '\0';
    snprintf(ret, BAR_SIZE, "  [%s]", inside);
}

size_t progress_bar_format(const struct progress_bar_state *state, size_t width,
                           char ret[static PROGRESS_BAR_SIZE])
{
    char bytes[TEXT_SIZE], rate[TEXT_SIZE], left[TEXT_SIZE], bar[BAR_SIZE];
    double percent = (double)state->sent * 100 / (double)state->total;

    ret[0] = '\0';
    if (width < 4)
        return 0;
    width -= 4;
    format_time_left(state, left);
    take_room(&width, 10, left);
    format_bytes(rate_of(state), "/s", rate);
    take_room(&width, 10, rate);
    format_bytes((double)state->sent, "", bytes);
    take_room(&width, 8, bytes);
    format_bar(state, width, bar);
    return (size_t)snprintf(ret, PROGRESS_BAR_SIZE, "%3u%%%s%s%s%s", (unsigned)percent, bar, bytes,
                            rate, left);
}

bool progress_bar_is_due(struct progress_bar_pace *pace, uint64_t now_ns)
{
    uint64_t gap = now_ns - pace->told_ns;

    if (!pace->is_running) {
        *pace = (struct progress_bar_pace){.is_running = true, .told_ns = now_ns};
        return false;
    }
    pace->told_ns = now_ns;
    pace->time_ns += gap < GAP_MAX ? gap : 0;
    if (pace->time_ns < MOMENT || now_ns - pace->shown_ns < REDRAW)
        return false;
    pace->shown_ns = now_ns;
    return true;
}

/* ---- the terminal ---- */

static bool is_in_foreground(int fd)
{
    return tcgetpgrp(fd) == getpgrp();
}

/*
 * Returns true if the terminal takes output now. If it is paused (^S), a write would block the
 * sender.
 */
static bool takes_more(int fd)
{
    struct pollfd pollfd = {.fd = fd, .events = POLLOUT};

    return poll(&pollfd, 1, 0) > 0 && pollfd.revents & POLLOUT;
}

static bool may_write(int fd)
{
    return is_in_foreground(fd) && takes_more(fd);
}

static size_t width_of(int fd)
{
    struct winsize size;
    size_t width = WIDTH_UNKNOWN;

    if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        width = size.ws_col;
    return width > WIDTH_SPARED ? width - WIDTH_SPARED : 0;
}

/* Ignores errors: nothing depends on the bar. */
static void put(int fd, const char *text, int length)
{
    (void)!write(fd, text, (size_t)length);
}

static void draw(struct progress_bar *bar, const struct progress_bar_state *state)
{
    char line[PROGRESS_BAR_SIZE], text[PROGRESS_BAR_SIZE + sizeof BEGIN_LINE + sizeof ERASE_REST];

    progress_bar_format(state, width_of(bar->fd), line);
    put(bar->fd, text, snprintf(text, sizeof text, "%s%s%s", BEGIN_LINE, line, ERASE_REST));
    bar->is_visible = true;
}

static void erase(struct progress_bar *bar)
{
    static const char text[] = BEGIN_LINE ERASE_REST;

    put(bar->fd, text, sizeof text - 1);
    bar->is_visible = false;
}

bool progress_bar_is_possible(int fd)
{
    const char *terminal = getenv("TERM");

    return isatty(fd) && terminal && *terminal && strcmp(terminal, "dumb") != 0;
}

void progress_bar_init(struct progress_bar *bar, int fd)
{
    *bar = (struct progress_bar){.fd = descriptors_unblocked(fd)};
}

void progress_bar_of_file(struct progress_bar *bar, uint64_t size)
{
    bar->size = size;
}

void progress_bar_advance(struct progress_bar *bar, uint64_t to)
{
    if (bar->size == 0)
        return;
    bar->from = bar->to;
    bar->to = to;
    /* The file may have grown since its size was read. */
    if (bar->size < to)
        bar->size = to;
}

/*
 * Returns the state to show once sent of total octets of a frame were sent: the state of the file
 * if the messages are those of a file, else the state of the message.
 */
static struct progress_bar_state state_of(const struct progress_bar *bar, uint64_t sent,
                                          uint64_t total)
{
    double share = (double)sent / (double)total;
    double octets = (double)(bar->to - bar->from) * share;

    if (bar->size == 0)
        return (struct progress_bar_state){
            .sent = sent, .total = total, .time_ns = bar->pace.time_ns};
    return (struct progress_bar_state){
        .sent = bar->from + (uint64_t)octets, .total = bar->size, .time_ns = bar->pace.time_ns};
}

void progress_bar_tell(void *owner, uint64_t sent, uint64_t total)
{
    struct progress_bar *bar = owner;
    struct progress_bar_state state;

    if (total == 0) {
        if (bar->size == 0)
            progress_bar_end(bar);
        return;
    }
    if (!progress_bar_is_due(&bar->pace, monotonic_now()) || !may_write(bar->fd))
        return;
    state = state_of(bar, sent, total);
    draw(bar, &state);
}

void progress_bar_end(struct progress_bar *bar)
{
    bar->pace.is_running = false;
    if (bar->is_visible && may_write(bar->fd))
        erase(bar);
}
