/* SPDX-License-Identifier: MIT */
/* entry.c - see entry.h */

#include "daemon/entry.h"

#include <assert.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "daemon/message-ids.h"

static bool is_same_name(const struct entry_field *one, const struct entry_field *other)
{
    return one->name_length == other->name_length &&
           memcmp(one->name, other->name, one->name_length) == 0;
}

/* Inserts a field behind the last one of its name, or at the end. */
static void insert(struct entry_fields *out, struct entry_field field)
{
    unsigned at = out->count;

    assert(out->count < sizeof out->list / sizeof out->list[0]);
    while (at > 0 && !is_same_name(&out->list[at - 1], &field))
        at--;
    if (at == 0)
        at = out->count;
    memmove(out->list + at + 1, out->list + at, (out->count - at) * sizeof out->list[0]);
    out->list[at] = field;
    out->count++;
}

static void add(struct entry_fields *out, const char *name, const void *value, size_t length)
{
    insert(out, (struct entry_field){name, strlen(name), value, length});
}

static void add_text(struct entry_fields *out, const char *name, const char *text)
{
    add(out, name, text, strlen(text));
}

/* Adds a field with a short value, of which the list keeps a copy. */
__attribute__((format(printf, 3, 4))) static void
add_copy(struct entry_fields *out, const char *name, const char *format, ...)
{
    char *text = out->texts + out->texts_length;
    size_t room = sizeof out->texts - out->texts_length;
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(text, room, format, arguments);
    va_end(arguments);
    assert(length >= 0 && (size_t)length < room);
    out->texts_length += (size_t)length;
    add(out, name, text, (size_t)length);
}

static void add_head(struct entry_fields *out, unsigned priority, const char *message_id)
{
    add_copy(out, "PRIORITY", "%u", priority);
    add_text(out, "MESSAGE_ID", message_id);
}

static void add_identifier(struct entry_fields *out, const char *identifier)
{
    add_text(out, "SYSLOG_IDENTIFIER", identifier);
}

/* Adds the fields of the sender. Its tag, if any, replaces the default identifier. */
static void add_fields(struct entry_fields *out, const struct message *message)
{
    struct field field;
    bool is_tagged = false;
    size_t offset = 0;

    while (fields_next(message->fields, message->fields_length, &offset, &field)) {
        insert(out, (struct entry_field){field.name, field.name_length, field.value, field.length});
        is_tagged |= field.kind == FIELD_TAG;
    }
    if (!is_tagged)
        add_identifier(out, "minitalk");
}

static void add_credentials(struct entry_fields *out, const struct credentials *credentials)
{
    add_copy(out, "MINITALK_SENDER_PID", "%d", (int)credentials->pid);
    add_copy(out, "MINITALK_SENDER_UID", "%u", (unsigned)credentials->uid);
    add_copy(out, "MINITALK_SENDER_ACCOUNT", "%u", (unsigned)credentials->account);
}

static void add_origin(struct entry_fields *out, const struct origin *origin)
{
    if (origin->command[0])
        add_text(out, "MINITALK_SENDER_COMM", origin->command);
    if (origin->unit)
        add_text(out, "MINITALK_SENDER_UNIT", origin->unit);
    if (origin->user_unit)
        add_text(out, "MINITALK_SENDER_USER_UNIT", origin->user_unit);
    if (origin->login_session)
        add_text(out, "MINITALK_SENDER_SESSION", origin->login_session);
}

static void begin(struct entry_fields *out)
{
    out->count = 0;
    out->texts_length = 0;
}

void entry_fields_of_message(const struct entry *entry, struct entry_fields *ret)
{
    const struct message *message = &entry->message;

    begin(ret);
    add(ret, "MESSAGE", message->bytes, message->length);
    add_head(ret, message->priority, MESSAGE_ID_MESSAGE);
    add_fields(ret, message);
    add_credentials(ret, &entry->from);
    add_origin(ret, &entry->origin);
    add_copy(ret, "MINITALK_BYTES", "%zu", message->length);
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
    [RECORD_KEPT] = {MESSAGE_ID_KEPT, LOG_WARNING},
    [RECORD_PARTIAL] = {MESSAGE_ID_PARTIAL, LOG_ERR},
};

void entry_fields_of_record(enum record record, const struct credentials *about, const char *text,
                            struct entry_fields *ret)
{
    assert(record < sizeof records / sizeof records[0]);
    begin(ret);
    add_text(ret, "MESSAGE", text);
    add_head(ret, records[record].priority, records[record].id);
    add_identifier(ret, TAG_OF_DAEMON);
    if (about)
        add_credentials(ret, about);
}
