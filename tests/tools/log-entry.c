/* SPDX-License-Identifier: MIT */
/*
 * log-entry.c - puts a message into the journal with the daemon's own code, but without a daemon
 *
 *   log-entry          prints JOURNAL_MESSAGE_MAX
 *   log-entry LENGTH   logs a message of LENGTH octets with the most and largest fields
 *
 * By signals, the largest message takes several minutes at best.
 */

#include <err.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "daemon/sink.h"
#include "protocol/fields.h"

/* Octets of each field: together with the length before each field, they are FIELDS_SIZE_MAX. */
#define FIELD_SIZE (FIELDS_SIZE_MAX / FIELDS_COUNT_MAX - 2)

/* Returns length octets of text with newlines. The caller frees them. */
static void *text_of(size_t length)
{
    char *text = malloc(length);

    if (!text)
        err(EX_OSERR, "malloc");
    for (size_t i = 0; i < length; i++)
        text[i] = "0123456789\n"[i % 64 == 63 ? 10 : i / 64 % 10];
    return text;
}

static struct fields largest_fields(void)
{
    struct fields fields = {0};
    char *text = text_of(FIELD_SIZE);

    for (unsigned i = 0; i < FIELDS_COUNT_MAX; i++) {
        char name[16];
        int length = snprintf(name, sizeof name, "LARGE_%02u=", i);

        memcpy(text, name, (size_t)length);
        if (fields_add(&fields, text, FIELD_SIZE) != FIELDS_ADDED)
            errx(EX_SOFTWARE, "field %u was not added", i);
    }
    free(text);
    return fields;
}

int main(int argc, char **argv)
{
    struct fields fields;
    struct entry entry = {.from = {.pid = getpid(), .uid = getuid(), .account = getuid()}};
    struct sink sink;
    int r;

    if (argc != 2) {
        printf("%zu\n", JOURNAL_MESSAGE_MAX);
        return 0;
    }
    fields = largest_fields();
    entry.message.length = strtoul(argv[1], NULL, 10);
    entry.message.bytes = text_of(entry.message.length);
    entry.message.fields = fields.octets;
    entry.message.fields_length = fields.length;
    r = journal_open(&sink);
    if (r < 0)
        errx(EX_OSERR, "journal_open: %s", strerror(-r));
    for (r = sink_write(&sink, &entry); r == -EINPROGRESS; r = sink_continue(&sink))
        poll(&(struct pollfd){.fd = sink.fd, .events = POLLOUT}, 1, -1);
    if (r < 0)
        errx(EX_IOERR, "sink_write: %s", strerror(-r));
    sink_close(&sink);
    fields_free(&fields);
    return 0;
}
