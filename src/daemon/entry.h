/* SPDX-License-Identifier: MIT */
/*
 * entry.h - an entry of the log: a message or a record, as a list of fields
 *
 * Every log that has fields gets the same list: the names and values of systemd.journal-fields(7)
 * and of minitalkd(8). Fields of the same name stand together, in the order in which the sender
 * gave them.
 *
 * Policy: a list points into the entry or the texts that it was made of, which must outlive it. It
 * allocates nothing, so it cannot fail. It points into itself, too, so it must not be copied.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/origin.h"
#include "protocol/credentials.h"
#include "protocol/fields.h"
#include "protocol/frame.h"

/* A message, and where it is from. The origin is known as far as /proc has told it. */
struct entry {
    struct credentials from;
    struct origin origin;
    struct message message;
};

/* Records: the daemon's own entries, beside the messages. */
enum record {
    RECORD_STARTED,
    RECORD_STOPPED,
    RECORD_REFUSED,  /* a sender's message was refused */
    RECORD_LIMITED,  /* a user is at the limit of messages */
    RECORD_LOST,     /* a sender ended in the middle of a message */
    RECORD_SHORTAGE, /* the daemon's user is at the limit of pending signals */
    RECORD_RELIEF,   /* the shortage is over */
    /* About a stream (stream.h) only, so the journal never has these: */
    RECORD_KEPT,   /* the file cannot be opened anew, so the old one is still in use */
    RECORD_PARTIAL /* a part of a message stays in the log */
};

/* The text of a record has less than this many octets. */
#define RECORD_SIZE 256

/*
 * The fields of an entry that are neither MESSAGE nor the sender's: how many they are at most, and
 * the octets of each. The values are numbers, and names that the kernel limits to 255 octets each.
 */
#define ENTRY_OWN_FIELDS_MAX 20u
#define ENTRY_OWN_FIELD_SIZE_MAX ((size_t)512)

struct entry_field {
    const char *name; /* name_length characters, without a NUL behind them */
    size_t name_length;
    const uint8_t *value; /* length octets of any value; may be NULL if length is 0 */
    size_t length;
};

struct entry_fields {
    struct entry_field list[ENTRY_OWN_FIELDS_MAX + FIELDS_COUNT_MAX];
    unsigned count;
    char texts[256]; /* values that are in no text that outlives the list */
    size_t texts_length;
};

/* Makes an empty list. */
void entry_fields_begin(struct entry_fields *ret);

/*
 * Adds what journald adds to an entry by itself, and a log without journald lacks: time, boot, host
 * and process (__REALTIME_TIMESTAMP and others). Leaves out the boot if it is unknown.
 */
void entry_fields_stamp(struct entry_fields *fields);

/*
 * Returns true if the ID of the boot is known: from /proc (sd_id128_get_boot(3)), or from
 * $MINITALK_BOOT_ID in a sandbox where /proc does not show it.
 */
bool entry_boot_is_known(void);

/* Adds the fields of a message. The first of them is MESSAGE. */
void entry_fields_add_message(struct entry_fields *fields, const struct entry *entry);

/*
 * Adds the fields of a record with this text. about is the sender that it is about, or NULL. The
 * first of them is MESSAGE.
 */
void entry_fields_add_record(struct entry_fields *fields, enum record record,
                             const struct credentials *about, const char *text);

/* Returns true if the field with this index has the same name as the one before. */
bool entry_fields_repeat(const struct entry_fields *fields, unsigned index);
