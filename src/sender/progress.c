/* progress.c - see progress.h for what is shown when */

#include "sender/progress.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "host/descriptors.h"
#include "host/monotonic.h"

/* A message that takes less is not worth a look. */
#define MOMENT (500 * MONOTONIC_MSEC)
#define REDRAW (200 * MONOTONIC_MSEC)
/* A sender tells of itself more often, also where nothing goes on; else it was stopped. */
#define GAP_MAX (2 * MONOTONIC_SEC)

/* A bar of fewer cells tells nothing, one of more is no easier to read. */
#define CELLS_MIN 10
#define CELLS_MAX 50
#define BAR_FRAME 4 /* the columns around the cells */
#define BAR_SIZE (CELLS_MAX + BAR_FRAME + 1)
#define TEXT_SIZE 48

#define WIDTH_UNKNOWN 80
/* Columns that stay free for the cursor, and for what a key such as ^C leaves there. */
#define WIDTH_SPARED 2

#define BEGIN_LINE "\r"
#define ERASE_REST "\033[K"

/* ---- what there is to show ---- */

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

static double rate_of(const struct progress_state *state)
{
    double seconds = (double)state->time_ns / (double)MONOTONIC_SEC;

    return seconds > 0 ? (double)state->sent / 8 / seconds : 0;
}

static void format_time_left(const struct progress_state *state, char ret[static TEXT_SIZE])
{
    double left = (double)(state->total - state->sent) / 8 / rate_of(state) + 0.5;
    bool is_known = left < 100 * 3600; /* nor is what is not a number */
    unsigned seconds = is_known ? (unsigned)left : 0;

    if (!is_known)
        snprintf(ret, TEXT_SIZE, "-:-- left");
    else if (seconds < 3600)
        snprintf(ret, TEXT_SIZE, "%u:%02u left", seconds / 60, seconds % 60);
    else
        snprintf(ret, TEXT_SIZE, "%u:%02u:%02u left", seconds / 3600, seconds / 60 % 60,
                 seconds % 60);
}

/* Puts a text into its field, if there is room; else there is none any more for what comes later.
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

/* "  [====>     ]", as long as there is room for. */
static void format_bar(const struct progress_state *state, size_t width, char ret[static BAR_SIZE])
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
    memset(inside, ' ', cells);
    memset(inside, '=', full);
    if (full < cells)
        inside[full] = '>';
    inside[cells] = '\0';
    snprintf(ret, BAR_SIZE, "  [%s]", inside);
}

size_t progress_format(const struct progress_state *state, size_t width,
                       char ret[static PROGRESS_SIZE])
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
    format_bytes((double)state->sent / 8, "", bytes);
    take_room(&width, 8, bytes);
    format_bar(state, width, bar);
    return (size_t)snprintf(ret, PROGRESS_SIZE, "%3u%%%s%s%s%s", (unsigned)percent, bar, bytes,
                            rate, left);
}

bool progress_is_due(struct progress_pace *pace, uint64_t now_ns)
{
    uint64_t gap = now_ns - pace->told_ns;

    if (!pace->is_running) {
        *pace = (struct progress_pace){.is_running = true, .told_ns = now_ns};
        return false;
    }
    pace->told_ns = now_ns;
    pace->time_ns += gap < GAP_MAX ? gap : 0;
    if (pace->time_ns < MOMENT || now_ns - pace->shown_ns < REDRAW)
        return false;
    pace->shown_ns = now_ns;
    return true;
}

/* ---- where it is shown ---- */

static bool is_in_foreground(int fd)
{
    return tcgetpgrp(fd) == getpgrp();
}

/* A terminal that was told to pause (^S) would have the sender wait. */
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

/* The terminal shows it or does not: there is nobody to tell. */
static void put(int fd, const char *text, int length)
{
    (void)!write(fd, text, (size_t)length);
}

static void draw(struct progress *progress, const struct progress_state *state)
{
    char line[PROGRESS_SIZE], text[PROGRESS_SIZE + sizeof BEGIN_LINE + sizeof ERASE_REST];

    progress_format(state, width_of(progress->fd), line);
    put(progress->fd, text, snprintf(text, sizeof text, "%s%s%s", BEGIN_LINE, line, ERASE_REST));
    progress->is_visible = true;
}

static void erase(struct progress *progress)
{
    static const char text[] = BEGIN_LINE ERASE_REST;

    put(progress->fd, text, sizeof text - 1);
    progress->is_visible = false;
}

bool progress_is_possible(int fd)
{
    const char *terminal = getenv("TERM");

    return isatty(fd) && terminal && *terminal && strcmp(terminal, "dumb") != 0;
}

void progress_init(struct progress *progress, int fd)
{
    *progress = (struct progress){.fd = descriptors_unblocked(fd)};
}

void progress_of_file(struct progress *progress, uint64_t size)
{
    progress->size = size;
}

void progress_advance(struct progress *progress, uint64_t to)
{
    if (progress->size == 0)
        return;
    progress->from = progress->to;
    progress->to = to;
    /* It may have grown meanwhile. */
    if (progress->size < to)
        progress->size = to;
}

/* What there is to show when so much of a message is sent, with its head, and of all the file. */
static struct progress_state state_of(const struct progress *progress, uint64_t sent,
                                      uint64_t total)
{
    double share = (double)sent / (double)total;
    double octets = (double)(progress->to - progress->from) * share;

    if (progress->size == 0)
        return (struct progress_state){
            .sent = sent, .total = total, .time_ns = progress->pace.time_ns};
    return (struct progress_state){.sent = (progress->from + (uint64_t)octets) * 8,
                                   .total = progress->size * 8,
                                   .time_ns = progress->pace.time_ns};
}

void progress_tell(void *owner, uint64_t sent, uint64_t total)
{
    struct progress *progress = owner;
    struct progress_state state;

    if (total == 0) {
        if (progress->size == 0)
            progress_end(progress);
        return;
    }
    if (!progress_is_due(&progress->pace, monotonic_now()) || !may_write(progress->fd))
        return;
    state = state_of(progress, sent, total);
    draw(progress, &state);
}

void progress_end(struct progress *progress)
{
    progress->pace.is_running = false;
    if (progress->is_visible && may_write(progress->fd))
        erase(progress);
}
