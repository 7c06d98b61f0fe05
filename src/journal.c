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
#include <stdarg.h>
#include <stdint.h>
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

/* A field of an entry whose value has a known bound; how many of them there can be. */
struct field {
    char text[384]; /* unit names have 255 characters at most, records a few less */
};
#define FIELDS_MAX 10

/* The fields of one entry, as sd_journal_sendv() takes them. */
struct fields {
    struct iovec vector[FIELDS_MAX];
    struct field texts[FIELDS_MAX];
    int count;
};

static void add_bytes(struct fields *fields, const void *bytes, size_t length)
{
    fields->vector[fields->count++] = (struct iovec){.iov_base = (void *)bytes, .iov_len = length};
}

__attribute__((format(printf, 2, 3))) static void add(struct fields *fields, const char *format,
                                                      ...)
{
    char *text = fields->texts[fields->count].text;
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof fields->texts[0].text, format, arguments);
    va_end(arguments);
    add_bytes(fields, text, strlen(text));
}

static void add_head(struct fields *fields, unsigned priority, const char *message_id)
{
    add(fields, "PRIORITY=%u", priority);
    add(fields, "SYSLOG_IDENTIFIER=minitalk");
    add(fields, "MESSAGE_ID=%s", message_id);
}

static void add_sender(struct fields *fields, pid_t pid, uid_t uid)
{
    add(fields, "MINITALK_SENDER_PID=%d", (int)pid);
    add(fields, "MINITALK_SENDER_UID=%u", (unsigned)uid);
}

static void add_origin(struct fields *fields, const struct origin *origin)
{
    if (origin->command[0])
        add(fields, "MINITALK_SENDER_COMM=%s", origin->command);
    if (origin->unit)
        add(fields, "MINITALK_SENDER_UNIT=%s", origin->unit);
    if (origin->session)
        add(fields, "MINITALK_SENDER_SESSION=%s", origin->session);
}

static int write_journal(struct sink *sink)
{
    static const char name[] = "MESSAGE=";
    const struct entry *entry = &sink->entry;
    size_t length = sizeof name - 1 + entry->message.length;
    struct fields fields = {.count = 0};
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
    add_bytes(&fields, message, length);
    add_head(&fields, entry->message.priority, MESSAGE_ID_MESSAGE);
    add_sender(&fields, entry->pid, entry->uid);
    add_origin(&fields, &entry->origin);
    add(&fields, "MINITALK_BYTES=%zu", entry->message.length);
    r = sd_journal_sendv(fields.vector, fields.count);
    free(message);
    return r;
}

static const struct {
    const char *id;
    unsigned priority;
} records[] = {
    [RECORD_STARTED] = {MESSAGE_ID_STARTED, LOG_INFO},
    [RECORD_STOPPED] = {MESSAGE_ID_STOPPED, LOG_INFO},
    [RECORD_REFUSED] = {MESSAGE_ID_REFUSED, LOG_WARNING},
    [RECORD_LOST] = {MESSAGE_ID_LOST, LOG_NOTICE},
};

static void record_journal(struct sink *sink, enum record record, pid_t pid, uid_t uid,
                           const char *text)
{
    struct fields fields = {.count = 0};

    /* A record is not worth blocking for: nobody waits for it. */
    if (probe_journald(sink->fd) < 0)
        return;
    add(&fields, "MESSAGE=%s", text);
    add_head(&fields, records[record].priority, records[record].id);
    if (pid > 0)
        add_sender(&fields, pid, uid);
    sd_journal_sendv(fields.vector, fields.count);
}

static const struct sink_ops journal_ops = {.write = write_journal, .record = record_journal};

int journal_open(struct sink *ret)
{
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return -errno;
    *ret = (struct sink){.ops = &journal_ops, .name = "journald", .wants_origin = true, .fd = fd};
    return 0;
}
