/* SPDX-License-Identifier: MIT */
/*
 * sink.h - where messages go: the journal, or standard output
 *
 * Policy: a message is either wholly in the log or refused; its sender is told which. A log that
 * is full for the moment does not hold up the daemon: the message stays in progress until the
 * sink's descriptor can be written again. One message is in progress at most.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "daemon/origin.h"
#include "protocol/frame.h"

/* A message and who sent it: pid and uid as the kernel attested, origin as far as it is known. */
struct entry {
    pid_t pid;
    uid_t uid;
    struct origin origin;
    struct message message;
};

/* What the daemon notes about itself, beside the messages. */
enum record {
    RECORD_STARTED,
    RECORD_STOPPED,
    RECORD_REFUSED, /* a sender's message was refused */
    RECORD_LOST,    /* a sender ended mid-message */
};

struct sink {
    const struct sink_ops *ops;
    const char *name;  /* of the log, for people */
    bool wants_origin; /* entries are to have one */
    int fd;            /* polls writable when a message in progress can go on */
    bool is_writing;   /* entry is in progress */
    struct entry entry;
    size_t written; /* octets of it, where it can be written in parts */
    int failure;    /* why the log did not take the newest entry, or none yet: an errno, or 0 */
};

struct sink_ops {
    /* Goes on writing sink->entry: 0, -EINPROGRESS, or another -errno if it is refused. */
    int (*write)(struct sink *sink);
    /* Whether it takes an entry now: 0, -EINPROGRESS if it is full for the moment, or why not. */
    int (*probe)(const struct sink *sink);
    /*
     * Notes text, where probe() says 0; pid and uid are those of the sender it is about, or pid is
     * 0. NULL: that is not for this log.
     */
    void (*record)(struct sink *sink, enum record record, pid_t pid, uid_t uid, const char *text);
};

/* Opens the sink of that kind: 0 or -errno, with *ret untouched. */
int journal_open(struct sink *ret);
int stdout_open(struct sink *ret);
void sink_close(struct sink *sink);

/*
 * Writes an entry and takes over its bytes and its origin. 0: it is in the log. -EINPROGRESS: call
 * sink_continue(), which returns the same, whenever sink->fd polls writable. Another -errno: it
 * is not in the log.
 */
int sink_write(struct sink *sink, const struct entry *entry);
int sink_continue(struct sink *sink);

/* Whether the log takes messages, as far as can be seen now: 0 or -errno. */
int sink_check(const struct sink *sink);

/*
 * Notes something about the daemon or a sender: in the log, or on standard error where the log is
 * for messages only or cannot be reached. Nobody waits for it, so it is not worth blocking for:
 * where either is full it is left out.
 */
__attribute__((format(printf, 5, 6))) void
sink_record(struct sink *sink, enum record record, pid_t pid, uid_t uid, const char *format, ...);
