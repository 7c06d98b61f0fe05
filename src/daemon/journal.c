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
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include "daemon/entry.h"
#include "daemon/sink.h"

/*
 * The limits of journald for an entry of an ordinary user. journald drops a larger entry, and its
 * client does not learn of it. sink.h has the versions.
 */
#define ENTRY_SIZE_MAX ((size_t)32 << 20)
#define ENTRY_FIELDS_MAX 1024u

/*
 * Octets of a field in an entry beyond its octets in a message: the name that replaces a letter,
 * the length of 8 octets that a value with a newline has, and newlines.
 */
#define FIELD_OVERHEAD ((size_t)64)

static_assert(JOURNAL_MESSAGE_MAX + FIELDS_SIZE_MAX +
                      ENTRY_OWN_FIELDS_MAX * ENTRY_OWN_FIELD_SIZE_MAX +
                      (FIELDS_COUNT_MAX + ENTRY_OWN_FIELDS_MAX) * FIELD_OVERHEAD <=
                  ENTRY_SIZE_MAX,
              "journald would drop the largest message");
static_assert(FIELDS_COUNT_MAX + ENTRY_OWN_FIELDS_MAX <= ENTRY_FIELDS_MAX,
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

/*
 * Sends an entry as sd_journal_sendv(3): the first one of the process by libsystemd's socket, all
 * others by the sink's.
 */
static int send_vector(const struct sink *sink, const struct iovec *vector, unsigned count)
{
    static bool is_replaced;
    int theirs = is_replaced ? -1 : next_descriptor(sink);
    int r = sd_journal_sendv(vector, (int)count);

    if (theirs >= 0 && is_datagram_socket(theirs))
        is_replaced = dup3(sink->fd, theirs, O_CLOEXEC) >= 0;
    return r == -EAGAIN ? -EINPROGRESS : r;
}

/* Appends octets, and returns where the next ones go. memcpy(3) takes no NULL. */
static uint8_t *append(uint8_t *to, const void *octets, size_t length)
{
    return length > 0 ? mempcpy(to, octets, length) : to;
}

/* Sends a list of fields. libsystemd takes each as NAME=VALUE, in one piece of memory. */
static int send_fields(const struct sink *sink, const struct entry_fields *fields)
{
    struct iovec vector[sizeof fields->list / sizeof fields->list[0]];
    size_t size = 0;
    uint8_t *octets, *to;
    int r;

    for (unsigned i = 0; i < fields->count; i++)
        size += fields->list[i].name_length + 1 + fields->list[i].length;
    assert(size > 0);
    octets = to = malloc(size);
    if (!octets)
        return -ENOMEM;
    for (unsigned i = 0; i < fields->count; i++) {
        const struct entry_field *field = &fields->list[i];

        vector[i].iov_base = to;
        to = append(to, field->name, field->name_length);
        to = append(to, "=", 1);
        to = append(to, field->value, field->length);
        vector[i].iov_len = (size_t)(to - (uint8_t *)vector[i].iov_base);
    }
    r = send_vector(sink, vector, fields->count);
    free(octets);
    return r;
}

static int write_journal(struct sink *sink)
{
    struct entry_fields fields;
    int r = poll_journald(sink);

    if (r < 0)
        return r;
    entry_fields_begin(&fields);
    entry_fields_add_message(&fields, &sink->entry);
    return send_fields(sink, &fields);
}

static int record_journal(struct sink *sink, enum record record, const struct credentials *about,
                          const char *text)
{
    struct entry_fields fields;

    entry_fields_begin(&fields);
    entry_fields_add_record(&fields, record, about, text);
    return send_fields(sink, &fields);
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
