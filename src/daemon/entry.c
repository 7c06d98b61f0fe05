/* SPDX-License-Identifier: MIT */
/* entry.c - see entry.h */

#include "daemon/entry.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <syslog.h>
#include <systemd/sd-id128.h>
#include <time.h>
#include <unistd.h>

#include "daemon/message-ids.h"
#include "protocol/nsec.h"

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

void entry_fields_begin(struct entry_fields *ret)
{
    ret->count = 0;
    ret->texts_length = 0;
}

static void add_time(struct entry_fields *out, const char *name, clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    add_copy(out, name, "%llu",
             (unsigned long long)now.tv_sec * (NSEC_PER_SEC / NSEC_PER_USEC) +
                 (unsigned long long)now.tv_nsec / NSEC_PER_USEC);
}

static bool find_boot(sd_id128_t *ret)
{
    const char *text;

    if (sd_id128_get_boot(ret) >= 0)
        return true;
    text = getenv("MINITALK_BOOT_ID");
    return text && sd_id128_from_string(text, ret) >= 0;
}

bool entry_boot_is_known(void)
{
    sd_id128_t boot;

    return find_boot(&boot);
}

static void add_boot(struct entry_fields *out)
{
    sd_id128_t boot;

    if (find_boot(&boot))
        add_copy(out, "_BOOT_ID", SD_ID128_FORMAT_STR, SD_ID128_FORMAT_VAL(boot));
}

static void add_host(struct entry_fields *out)
{
    struct utsname system;

    uname(&system);
    add_copy(out, "_HOSTNAME", "%s", system.nodename);
}

void entry_fields_stamp(struct entry_fields *fields)
{
    add_time(fields, "__REALTIME_TIMESTAMP", CLOCK_REALTIME);
    add_time(fields, "__MONOTONIC_TIMESTAMP", CLOCK_MONOTONIC);
    add_boot(fields);
    add_host(fields);
    add_copy(fields, "_PID", "%d", (int)getpid());
}

void entry_fields_add_message(struct entry_fields *fields, const struct entry *entry)
{
    const struct message *message = &entry->message;

    add(fields, "MESSAGE", message->bytes, message->length);
    add_head(fields, message->priority, MESSAGE_ID_MESSAGE);
    add_fields(fields, message);
    add_credentials(fields, &entry->from);
    add_origin(fields, &entry->origin);
    add_copy(fields, "MINITALK_BYTES", "%zu", message->length);
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

void entry_fields_add_record(struct entry_fields *fields, enum record record,
                             const struct credentials *about, const char *text)
{
    assert(record < sizeof records / sizeof records[0]);
    add_text(fields, "MESSAGE", text);
    add_head(fields, records[record].priority, records[record].id);
    add_identifier(fields, TAG_OF_DAEMON);
    if (about)
        add_credentials(fields, about);
}

bool entry_fields_repeat(const struct entry_fields *fields, unsigned index)
{
    if (index == 0 || index >= fields->count)
        return false;
    return is_same_name(&fields->list[index - 1], &fields->list[index]);
}
