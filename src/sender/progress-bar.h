/* SPDX-License-Identifier: MIT */
/*
 * progress-bar.h - shows the progress of a message, or of a file of messages, on a terminal
 *
 * The bar is one line that is redrawn in place. It appears once sending has taken half a second. It
 * is erased at the end, so that all other output has the line for itself.
 *
 * Policy: nothing depends on the bar. It is drawn only while it disturbs nobody: on the terminal of
 * this process, while the process is in the foreground there, and while the terminal takes output
 * without blocking. The width of the terminal is read before each drawing, so the program needs no
 * signal that reports a change.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROGRESS_BAR_SIZE 256

/* ---- text and timing: pure ---- */

struct progress_bar_state {
    uint64_t sent;    /* octets that were sent */
    uint64_t total;   /* octets of the whole message or file, > 0 */
    uint64_t time_ns; /* spent so far */
};

/*
 * Formats the state as a line of at most width columns, and returns the number of its columns. If
 * there is not enough room for all parts, they are left out in this order: the bar, the bytes sent,
 * their rate, the time left, everything.
 */
size_t progress_bar_format(const struct progress_bar_state *state, size_t width,
                           char ret[static PROGRESS_BAR_SIZE]);

/* Decides when the bar is drawn. Has no clock of its own. */
struct progress_bar_pace {
    bool is_running;
    uint64_t time_ns;  /* since it started, without the time in which the process was stopped */
    uint64_t told_ns;  /* time of the last report of progress */
    uint64_t shown_ns; /* time at which the bar was last drawn */
};

/*
 * Must be called for each report of progress. now_ns is monotonic_now(), in nanoseconds. Returns
 * true if the bar is to be drawn now.
 */
bool progress_bar_is_due(struct progress_bar_pace *pace, uint64_t now_ns);

/* ---- the terminal ---- */

struct progress_bar {
    int fd;
    bool is_visible;
    uint64_t size, from, to; /* octets of a file, and of the message in it; or all 0 */
    struct progress_bar_pace pace;
};

/*
 * Returns true if the descriptor is a terminal that can redraw a line. By $TERM, a dumb terminal
 * cannot: it prints characters over each other.
 */
bool progress_bar_is_possible(int fd);

/*
 * Prepares to draw on the terminal fd. The bar may open another descriptor for the terminal
 * (descriptors_unblocked()), which stays open.
 */
void progress_bar_init(struct progress_bar *bar, int fd);

/*
 * From now on, the messages are those of a file of size octets, and the bar shows the progress of
 * the file.
 */
void progress_bar_of_file(struct progress_bar *bar, uint64_t size);

/*
 * The next message ends at octet to of the file, and begins at the end of the message before. Does
 * nothing if the messages are not those of a file.
 */
void progress_bar_advance(struct progress_bar *bar, uint64_t to);

/*
 * Reports that sent octets of a message of total octets were sent; with a total of 0, that the
 * message has ended. Should be called often: usually it only reads the clock. owner is the struct
 * progress_bar.
 */
void progress_bar_tell(void *owner, uint64_t sent, uint64_t total);

/* Erases the bar. Must be called before other output, and once no message follows. */
void progress_bar_end(struct progress_bar *bar);
