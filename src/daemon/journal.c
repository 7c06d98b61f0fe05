/* SPDX-License-Identifier: MIT */
/*
 * journal.c - the sink that puts each message into the systemd journal
 *
 * sd_journal_sendv(3) keeps the exact bytes of a message, but the sink has to work around two of
 * its properties:
 *
 * - Without journald, the call returns success, and the message would vanish. So the sink first
 *   connects a socket of its own, and refuses the message if that fails.
 * - The call blocks while the queue of journald or the socket of libsystemd is full. libsystemd
 *   opens that socket at the first call and keeps it. So the sink puts its own socket, which is
 *   non-blocking, in the place of that one.
 *
 * Only the very first entry, the record that the daemon has started, can still block: if journald
 * hangs, and somebody fills its queue right after the sink has seen room in it.
 */

#define SD_JOURNAL_SUPPRESS_LOCATION

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <syslog.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include "daemon/message-ids.h"
#include "daemon/sink.h"
#include "protocol/fields.h"

/*
 * The limits of journald for an entry of an ordinary user. journald drops a larger entry, and its
 * client does not learn of it. sink.h has the versions.
 */
#define ENTRY_SIZE_MAX ((size_t)32 << 20)
#define ENTRY_FIELDS_MAX 1024u

/*
 * The sink's own fields: how many they are at most, and their octets together. The values are
 * numbers, and names that the kernel limits to 255 octets each.
 */
#define OWN_FIELDS_MAX 16u
#define OWN_FIELDS_SIZE_MAX ((size_t)OWN_FIELDS_MAX * 512)

/*
 * Octets of a field in an entry beyond its octets in a message: the name that replaces a letter,
 * the length of 8 octets that a value with a newline has, and newlines.
 */
#define FIELD_OVERHEAD ((size_t)64)

static_assert(JOURNAL_MESSAGE_MAX + FIELDS_SIZE_MAX + OWN_FIELDS_SIZE_MAX +
                      (FIELDS_COUNT_MAX + OWN_FIELDS_MAX) * FIELD_OVERHEAD <=
                  ENTRY_SIZE_MAX,
              "journald would drop the largest message");
static_assert(FIELDS_COUNT_MAX + OWN_FIELDS_MAX <= ENTRY_FIELDS_MAX,
              "journald would drop the message with the most fields");

static int poll_journald(const struct sink *sink)
{
    static const struct sockaddr_un journald = {.sun_family = AF_UNIX,
                                                .sun_path = "/run/systemd/journal/socket"};
    struct pollfd pollfd = {.fd = sink->fd, .events = POLLOUT};

    if (connect(sink->fd, (const struct sockaddr *)&journald, sizeof journald) < 0)
        return -errno;
    return poll(&pollfd, 1, 0) > 0 ? 0 : -EINPROGRESS;
}

static bool is_datagram_socket(int fd)
{
    int domain, type;
    socklen_t length = sizeof(int);

    return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &length) == 0 && domain == AF_UNIX &&
           getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) == 0 && type == SOCK_DGRAM;
}

/* Returns the next descriptor to be opened, which is always the lowest free one (open(2)). */
static int next_descriptor(const struct sink *sink)
{
    int fd = fcntl(sink->fd, F_DUPFD_CLOEXEC, 0), number = fd;

    if (fd >= 0)
        close(fd);
    return number;
}

/* One journal entry, as sd_journal_sendv(3) takes it. The entry owns all octets of its fields. */
struct journal_entry {
    struct iovec *fields;
    int count;
    int room;  /* fields for which memory is allocated */
    int error; /* -ENOMEM: a field is missing, so the entry must not be sent */
};

static void free_fields(struct journal_entry *out)
{
    for (int i = 0; i < out->count; i++)
        free(out->fields[i].iov_base);
    free(out->fields);
}

static bool make_room(struct journal_entry *out)
{
    int room = out->room > 0 ? 2 * out->room : 16;
    struct iovec *fields;

    if (out->count < out->room)
        return true;
    fields = reallocarray(out->fields, (size_t)room, sizeof *fields);
    if (!fields)
        return false;
    out->fields = fields;
    out->room = room;
    return true;
}

/* Adds a field and takes over its octets. They are NULL if they could not be allocated. */
static void add_owned(struct journal_entry *out, void *octets, size_t length)
{
    if (!octets || !make_room(out)) {
        out->error = -ENOMEM;
        free(octets);
        return;
    }
    out->fields[out->count++] = (struct iovec){.iov_base = octets, .iov_len = length};
}

/* Adds a field made of two parts. Each of them may be empty. */
static void add_parts(struct journal_entry *out, const void *first, size_t first_length,
                      const void *second, size_t second_length)
{
    uint8_t *octets = malloc(first_length + second_length);

    if (octets && first_length > 0)
        memcpy(octets, first, first_length);
    if (octets && second_length > 0)
        memcpy(octets + first_length, second, second_length);
    add_owned(out, octets, first_length + second_length);
}

__attribute__((format(printf, 2, 3))) static void add(struct journal_entry *out, const char *format,
                                                      ...)
{
    char *text = NULL;
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vasprintf(&text, format, arguments);
    va_end(arguments);
    add_owned(out, length < 0 ? NULL : text, length < 0 ? 0 : (size_t)length);
}

static void add_head(struct journal_entry *out, unsigned priority, const char *message_id)
{
    add(out, "PRIORITY=%u", priority);
    add(out, "MESSAGE_ID=%s", message_id);
}

static void add_identifier(struct journal_entry *out, const char *identifier)
{
    add(out, "SYSLOG_IDENTIFIER=%s", identifier);
}

/* Adds the fields of the sender. Its tag, if any, replaces the default identifier. */
static void add_fields(struct journal_entry *out, const struct message *message)
{
    struct field field;
    bool is_tagged = false;
    size_t offset = 0;

    while (fields_next(message->fields, message->fields_length, &offset, &field)) {
        if (field.kind == FIELD_OWN)
            add_parts(out, field.name, field.name_length + 1 + field.length, NULL, 0);
        else
            add(out, "%.*s=%.*s", (int)field.name_length, field.name, (int)field.length,
                (const char *)field.value);
        is_tagged |= field.kind == FIELD_TAG;
    }
    if (!is_tagged)
        add_identifier(out, "minitalk");
}

static void add_credentials(struct journal_entry *out, const struct credentials *credentials)
{
    add(out, "MINITALK_SENDER_PID=%d", (int)credentials->pid);
    add(out, "MINITALK_SENDER_UID=%u", (unsigned)credentials->uid);
    add(out, "MINITALK_SENDER_ACCOUNT=%u", (unsigned)credentials->account);
}

static void add_origin(struct journal_entry *out, const struct origin *origin)
{
    if (origin->command[0])
        add(out, "MINITALK_SENDER_COMM=%s", origin->command);
    if (origin->unit)
        add(out, "MINITALK_SENDER_UNIT=%s", origin->unit);
    if (origin->user_unit)
        add(out, "MINITALK_SENDER_USER_UNIT=%s", origin->user_unit);
    if (origin->login_session)
        add(out, "MINITALK_SENDER_SESSION=%s", origin->login_session);
}

/* Sends an entry: the first one of the process by libsystemd's socket, all others by the sink's. */
static int send_fields(const struct sink *sink, const struct journal_entry *out)
{
    static bool is_replaced;
    int theirs, r;

    if (out->error)
        return out->error;
    theirs = is_replaced ? -1 : next_descriptor(sink);
    r = sd_journal_sendv(out->fields, out->count);
    if (theirs >= 0 && is_datagram_socket(theirs))
        is_replaced = dup3(sink->fd, theirs, O_CLOEXEC) >= 0;
    return r == -EAGAIN ? -EINPROGRESS : r;
}

static int write_journal(struct sink *sink)
{
    static const char name[] = "MESSAGE=";
    const struct entry *entry = &sink->entry;
    struct journal_entry out = {.count = 0};
    int r = poll_journald(sink);

    if (r < 0)
        return r;
    add_parts(&out, name, sizeof name - 1, entry->message.bytes, entry->message.length);
    add_head(&out, entry->message.priority, MESSAGE_ID_MESSAGE);
    add_fields(&out, &entry->message);
    add_credentials(&out, &entry->from);
    add_origin(&out, &entry->origin);
    add(&out, "MINITALK_BYTES=%zu", entry->message.length);
    r = send_fields(sink, &out);
    free_fields(&out);
    return r;
}

static const struct {
    const char *id;
    unsigned priority;
} records[] = {
    [RECORD_STARTED] = {MESSAGE_ID_STARTED, LOG_INFO},
    [RECORD_STOPPED] = {MESSAGE_ID_STOPPED, LOG_INFO},
    [RECORD_REFUSED] = {MESSAGE_ID_REFUSED, LOG_WARNING},
    [RECORD_LIMITED] = {MESSAGE_ID_LIMITED, LOG_WARNING},
    [RECORD_LOST] = {MESSAGE_ID_LOST, LOG_NOTICE},
    [RECORD_SHORTAGE] = {MESSAGE_ID_SHORTAGE, LOG_WARNING},
    [RECORD_RELIEF] = {MESSAGE_ID_RELIEF, LOG_NOTICE},
};

static int record_journal(struct sink *sink, enum record record, const struct credentials *about,
                          const char *text)
{
    struct journal_entry out = {.count = 0};
    int r;

    assert(record <= RECORD_RELIEF);
    add(&out, "MESSAGE=%s", text);
    add_head(&out, records[record].priority, records[record].id);
    add_identifier(&out, TAG_OF_DAEMON);
    if (about)
        add_credentials(&out, about);
    r = send_fields(sink, &out);
    free_fields(&out);
    return r;
}

static const struct sink_ops journal_ops = {
    .write = write_journal,
    .poll = poll_journald,
    .record = record_journal,
};

int journal_open(struct sink *ret)
{
    /*
     * The send buffer keeps its default size. A larger buffer would hold more entries while
     * journald hangs, and all of them would be lost if the socket of journald went away. Nothing
     * needs a larger buffer, because libsystemd passes an entry that does not fit as a file.
     */
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return -errno;
    *ret = (struct sink){.ops = &journal_ops, .name = "journald", .wants_origin = true, .fd = fd};
    return 0;
}
