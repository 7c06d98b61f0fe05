/* SPDX-License-Identifier: MIT */
/*
 * progress-bar.h - shows on a terminal how far a message is, or a file of messages
 *
 * One line that is drawn over and over, from the moment on that it takes long, and is erased at the
 * end: what else has to be said has the line for itself.
 *
 * Policy: nothing depends on it. It is drawn only where nobody is disturbed by it: on the terminal
 * of this process, while it is in the foreground there, and while the terminal takes something at
 * once. How wide that is, is asked each time, so that no signal has to tell.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROGRESS_BAR_SIZE 256

/* ---- what there is to show: pure ---- */

struct progress_bar_state {
    uint64_t sent;    /* bits that went out */
    uint64_t total;   /* bits that there are, > 0 */
    uint64_t time_ns; /* that it has taken */
};

/*
 * Makes a line of at most width columns out of it, and returns how many it takes. What has no room
 * is left out, in this order: the bar, the bytes sent, their rate, the time left, everything.
 */
size_t progress_bar_format(const struct progress_bar_state *state, size_t width,
                           char ret[static PROGRESS_BAR_SIZE]);

/* When to show it, without a clock of its own. */
struct progress_bar_pace {
    bool is_running;
    uint64_t time_ns;  /* since it started, but for what the process was stopped */
    uint64_t told_ns;  /* when it was told of last, */
    uint64_t shown_ns; /* and when it was shown */
};

/* It is now_ns (monotonic_now()), and there is something to tell: whether it is to be shown. */
bool progress_bar_is_due(struct progress_bar_pace *pace, uint64_t now_ns);

/* ---- where it is shown ---- */

struct progress_bar {
    int fd;
    bool is_visible;
    uint64_t size, from, to; /* octets of a file, and which of them are the message; or all 0 */
    struct progress_bar_pace pace;
};

/*
 * Whether this descriptor is a terminal that can show it: what $TERM says, an overprinting one
 * cannot.
 */
bool progress_bar_is_possible(int fd);

/* On this terminal, which is written to by a descriptor that stays open (descriptors.h). */
void progress_bar_init(struct progress_bar *bar, int fd);

/* From now on the messages are those of a file of so many octets, and what is shown is of that. */
void progress_bar_of_file(struct progress_bar *bar, uint64_t size);

/*
 * The next message is made of the octets of the file from behind the one before up to here. Nothing
 * where the messages are not a file's.
 */
void progress_bar_advance(struct progress_bar *bar, uint64_t to);

/*
 * So many bits of total are sent; with a total of 0, the message is over. To be called often: it
 * looks at the clock, and seldom does more. The owner is the struct progress_bar.
 */
void progress_bar_tell(void *owner, uint64_t sent, uint64_t total);

/* Nothing is under way any more. */
void progress_bar_end(struct progress_bar *bar);
