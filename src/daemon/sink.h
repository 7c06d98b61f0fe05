/* SPDX-License-Identifier: MIT */
/*
 * sink.h - the log that messages go to: the journal, standard output or a file
 *
 * Policy: a message is either completely in the log or refused, and its sender is told the verdict.
 * A log that is full for the moment does not block the daemon: the rest of the message is
 * written when the sink's descriptor polls writable again. At most one message is being written.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "daemon/entry.h"
#include "daemon/format.h"
#include "daemon/stream.h"

struct sink {
    const struct sink_ops *ops;
    const struct format *format; /* of a log that is a stream of octets (stream.h); else NULL */
    const char *name;            /* name of the log, for people */
    bool wants_origin;           /* entries need an origin */
    char *path;                  /* the absolute path of the file; NULL for another log */
    mode_t mode;                 /* of a file that is created */
    int fd;                      /* polls writable when the message being written can go on */
    bool is_writing;             /* entry is being written */
    struct entry entry;
    struct stream stream; /* progress of the message in such a log */
    bool is_torn;         /* the log ends in the middle of an entry (stream.h) */
    int failure; /* errno of the newest entry or, before the first, of sink_check(); else 0 */
};

struct sink_ops {
    /*
     * Writes what is left of sink->entry. Returns 0 once the entry is in the log, -EINPROGRESS if
     * the log is full for the moment, or another -errno if the entry is refused. A stream
     * also returns -ENOTRECOVERABLE: a part of the entry stays in the log.
     */
    int (*write)(struct sink *sink);
    /*
     * Returns 0 if the log takes an entry now; -EINPROGRESS if it is full for the moment; another
     * -errno if it cannot be reached.
     */
    int (*poll)(const struct sink *sink);
    /*
     * Writes a record, once poll() has returned 0. about is the sender that the text is about, or
     * NULL. The function is NULL if the log takes no records. Returns as write().
     */
    int (*record)(struct sink *sink, enum record record, const struct credentials *about,
                  const char *text);
    /* As sink_reopen(). NULL if the log cannot be opened anew. Is not called during a write. */
    int (*reopen)(struct sink *sink);
};

/*
 * The largest payload, in octets, that the journal is sure to take: 31 MiB, with all fields.
 *
 * journald reports nothing to its client: it takes an entry that is too large, and drops it. In
 * systemd 257.13 and newer versions, an entry of an ordinary user has at most 32 MiB
 * (ENTRY_SIZE_UNPRIV_MAX in systemd's journal-importer.h). In 252, and for root, each field has at
 * most 768 MiB (DATA_SIZE_MAX).
 *
 * The smallest limit applies to every daemon. It cannot know a larger one: its own user ID may be 0
 * in a user namespace and another one to journald, and an upgrade may replace journald while the
 * daemon runs.
 */
#define JOURNAL_MESSAGE_MAX ((size_t)31 << 20)

/*
 * Open the journal, or standard output for entries in this format. Return 0 with *ret; or -errno
 * with *ret untouched.
 */
int journal_open(struct sink *ret);
int stdout_open(const struct format *format, struct sink *ret);

/*
 * As stdout_open(), for the file at a path. It is created if it does not exist. Returns 0; or
 * -errno, with a reason for people in file_reason():
 *   -EINVAL   it is not a regular file;
 *   -EPERM    it belongs neither to the daemon's user nor to root;
 *   -EMLINK   it has several names, so that it may be another file than it seems;
 *   -EEXIST   another process holds the lock on it;
 *   -EBADMSG  it has other contents than whole entries of this format;
 *   other -errno.
 */
int file_open(const char *path, const struct format *format, struct sink *ret);
const char *file_reason(int error);

/* Returns what an errno of this sink means, for people. */
const char *sink_reason(const struct sink *sink, int error);

/*
 * Gives up the message being written, if any. If a part of it is in the log and cannot be taken
 * back, a record tells it.
 */
void sink_abandon(struct sink *sink);

/* Closes the sink, and frees the message being written, if any. */
void sink_close(struct sink *sink);

/*
 * sink_write() writes an entry and takes over its bytes and its origin. Returns 0 once the entry is
 * in the log; -EINPROGRESS if the caller must call sink_continue() whenever sink->fd polls
 * writable; another -errno if the entry is not in the log. -ENOTRECOVERABLE means that a part of it
 * stays there, which a record tells. sink_continue() returns the same.
 */
int sink_write(struct sink *sink, const struct entry *entry);
int sink_continue(struct sink *sink);

/*
 * Returns 0 if the log takes messages, as far as is known now, even if it is full for the moment;
 * else -errno.
 */
int sink_check(const struct sink *sink);

/*
 * Opens a file anew at its path, between two messages. If that fails, the old file stays in use,
 * and a record tells the reason. Does nothing for other logs.
 */
void sink_reopen(struct sink *sink);

/*
 * Writes a record about the daemon (NULL) or about a sender: to the log, or to standard error if
 * the log takes no records or cannot be reached. Never blocks, because nobody waits for a record:
 * if the log or standard error is full, the record is dropped. RECORD_KEPT and RECORD_PARTIAL go to
 * both: a program that looks at the path of the file does not see the old file, and the log with a
 * part of a message may take nothing more.
 */
__attribute__((format(printf, 4, 5))) void sink_record(struct sink *sink, enum record record,
                                                       const struct credentials *about,
                                                       const char *format, ...);
