/*
 * journal.c - the sink that puts each message into the systemd journal
 *
 * sd_journal_sendv(3) keeps the exact bytes, but it has two properties to work around. Where
 * there is no journald it returns success, so a message would vanish: the socket is connected to
 * beforehand, and a failure to do so refuses the message. And it blocks while journald's queue
 * is full: the same socket tells whether it is.
 */

#define SD_JOURNAL_SUPPRESS_LOCATION

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <syslog.h>
#include <systemd/sd-journal.h>

#include "message-ids.h"
#include "sink.h"

#define IDENTIFIER "SYSLOG_IDENTIFIER=minitalk"
#define FIELD_SIZE 64

/* A field that is given as text, without its terminating NUL. */
static struct iovec field(const char *text)
{
    return (struct iovec){.iov_base = (void *)(uintptr_t)text, .iov_len = strlen(text)};
}

/* 0 if journald takes an entry now; -EINPROGRESS if its queue is full; -errno if there is none. */
static int probe_journald(int fd)
{
    static const struct sockaddr_un journald = {.sun_family = AF_UNIX,
                                                .sun_path = "/run/systemd/journal/socket"};
    struct pollfd pollfd = {.fd = fd, .events = POLLOUT};

    if (connect(fd, (const struct sockaddr *)&journald, sizeof journald) < 0)
        return -errno;
    return poll(&pollfd, 1, 0) > 0 ? 0 : -EINPROGRESS;
}

static int write_journal(struct sink *sink)
{
    static const char name[] = "MESSAGE=";
    const struct entry *entry = &sink->entry;
    size_t length = sizeof name - 1 + entry->message.length;
    char priority[FIELD_SIZE], pid[FIELD_SIZE], uid[FIELD_SIZE], bytes[FIELD_SIZE];
    char *message, *payload;
    int r = probe_journald(sink->fd);

    if (r < 0)
        return r;
    message = malloc(length);
    if (!message)
        return -ENOMEM;
    payload = mempcpy(message, name, sizeof name - 1);
    if (entry->message.length > 0)
        memcpy(payload, entry->message.bytes, entry->message.length);
    snprintf(priority, sizeof priority, "PRIORITY=%u", entry->message.priority);
    snprintf(pid, sizeof pid, "MINITALK_SENDER_PID=%d", (int)entry->pid);
    snprintf(uid, sizeof uid, "MINITALK_SENDER_UID=%u", (unsigned)entry->uid);
    snprintf(bytes, sizeof bytes, "MINITALK_BYTES=%zu", entry->message.length);

    struct iovec fields[] = {
        {.iov_base = message, .iov_len = length},
        field(priority),
        field(IDENTIFIER),
        field("MESSAGE_ID=" MESSAGE_ID_MESSAGE),
        field(pid),
        field(uid),
        field(bytes),
    };

    r = sd_journal_sendv(fields, sizeof fields / sizeof fields[0]);
    free(message);
    return r;
}

static const struct {
    const char *id;
    int priority;
} records[] = {
    [RECORD_STARTED] = {"MESSAGE_ID=" MESSAGE_ID_STARTED, LOG_INFO},
    [RECORD_STOPPED] = {"MESSAGE_ID=" MESSAGE_ID_STOPPED, LOG_INFO},
    [RECORD_REFUSED] = {"MESSAGE_ID=" MESSAGE_ID_REFUSED, LOG_WARNING},
    [RECORD_LOST] = {"MESSAGE_ID=" MESSAGE_ID_LOST, LOG_NOTICE},
};

static void record_journal(struct sink *sink, enum record record, pid_t pid, uid_t uid,
                           const char *text)
{
    char message[512], priority[FIELD_SIZE], sender[FIELD_SIZE], user[FIELD_SIZE];

    /* A record is not worth blocking for: nobody waits for it. */
    if (probe_journald(sink->fd) < 0)
        return;
    snprintf(message, sizeof message, "MESSAGE=%s", text);
    snprintf(priority, sizeof priority, "PRIORITY=%d", records[record].priority);
    snprintf(sender, sizeof sender, "MINITALK_SENDER_PID=%d", (int)pid);
    snprintf(user, sizeof user, "MINITALK_SENDER_UID=%u", (unsigned)uid);

    struct iovec fields[] = {field(message),    field(priority),
                             field(IDENTIFIER), field(records[record].id),
                             field(sender),     field(user)};

    sd_journal_sendv(fields, pid > 0 ? 6 : 4);
}

static const struct sink_ops journal_ops = {.write = write_journal, .record = record_journal};

int journal_open(struct sink *ret)
{
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return -errno;
    *ret = (struct sink){.ops = &journal_ops, .fd = fd};
    return 0;
}
