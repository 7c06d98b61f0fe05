/* SPDX-License-Identifier: MIT */
/* check.c - see check.h */

#include "check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void check_fail(struct check *check, const char *format, ...)
{
    va_list arguments;

    if (check_failed(check))
        return;
    va_start(arguments, format);
    vsnprintf(check->failure, sizeof check->failure, format, arguments);
    va_end(arguments);
    kernel_trace(check->kernel, NULL, "BROKEN: %s", check->failure);
}

void check_bit(struct check *check, const struct process *process, const struct arq_symbol *bit,
               const struct pending *truth)
{
    struct ledger *ledger = process->program;

    check->counts.bits++;
    if (truth->sender != process) {
        check_fail(check, "a bit of another process was taken for a bit of process %d",
                   (int)process->pid);
        return;
    }
    if (!ledger || ledger->is_misled)
        return;
    if (bit->index != 0 && bit->index != ledger->next)
        check_fail(check, "process %d: bit %u was taken after %u bits", (int)process->pid,
                   (unsigned)bit->index, (unsigned)ledger->next);
    ledger->next = bit->index + 1;
    if (truth->message != ledger->current || truth->index != bit->index)
        check_fail(check, "process %d: bit %u of message %u was taken for bit %u of message %u",
                   (int)process->pid, (unsigned)truth->index, truth->message, (unsigned)bit->index,
                   ledger->current);
    else if (bit->symbol.value !=
             frame_symbol(&ledger->sent[ledger->current].frame, bit->index).value)
        check_fail(check, "process %d: bit %u was changed", (int)process->pid,
                   (unsigned)bit->index);
}

static bool are_same_octets(const uint8_t *a, size_t a_length, const uint8_t *b, size_t b_length)
{
    return a_length == b_length && (a_length == 0 || memcmp(a, b, a_length) == 0);
}

static bool is_same(const struct message *a, const struct message *b)
{
    return a->priority == b->priority &&
           are_same_octets(a->bytes, a->length, b->bytes, b->length) &&
           are_same_octets(a->fields, a->fields_length, b->fields, b->fields_length);
}

void check_logged(struct check *check, const struct process *process, pid_t pid, uid_t uid,
                  const struct message *message)
{
    struct ledger *ledger = process->program;
    struct sent *sent;

    if (pid != process->pid || uid != process->uid)
        check_fail(check, "a message of process %d, user %u, was logged as of process %d, user %u",
                   (int)process->pid, (unsigned)process->uid, (int)pid, (unsigned)uid);
    if (!ledger) {
        check_fail(check, "a message of process %d, which sends none, was logged", (int)pid);
        return;
    }
    sent = &ledger->sent[ledger->current];
    check->counts.logged++;
    if (ledger->is_misled)
        return;
    if (!is_same(message, &sent->message))
        check_fail(check, "process %d: something other than message %u was logged", (int)pid,
                   ledger->current);
    if (sent->was_refused)
        check_fail(check, "process %d: message %u was logged after its refusal", (int)pid,
                   ledger->current);
    if (sent->was_given_up)
        check_fail(check, "process %d: message %u was given up, but logged", (int)pid,
                   ledger->current);
    if (++sent->logged > 1)
        check_fail(check, "process %d: message %u was logged twice", (int)pid, ledger->current);
}

void check_confirmed(struct check *check, struct ledger *ledger)
{
    const struct sent *sent = &ledger->sent[ledger->current];

    check->counts.confirmed++;
    if (sent->logged != 1 && !ledger->is_misled)
        check_fail(check, "process %d: message %u was confirmed, but not logged",
                   (int)ledger->process->pid, ledger->current);
}

static bool is_justified(const struct check *check, const struct ledger *ledger,
                         enum reply_code reason)
{
    const struct sent *sent = &ledger->sent[ledger->current];

    switch (reason) {
    case REPLY_TOO_LARGE:
        return sent->message.length > check->message_limit;
    case REPLY_UNLOGGED:
        return sent->was_unloggable;
    case REPLY_BUSY:
        return ledger->was_told_busy;
    case REPLY_STOPPING:
        return ledger->was_told_to_stop;
    case REPLY_GO:
    case REPLY_WAIT:
    case REPLY_PENDING:
    case REPLY_COMMITTED:
    case REPLY_VERSION:
    case REPLY_DAMAGED:
    case REPLY_FORGOTTEN:
    case REPLY_OUT_OF_STEP:
    case REPLY_NARROW:
        break;
    }
    return false;
}

void check_refused(struct check *check, struct ledger *ledger, enum reply_code reason)
{
    struct sent *sent = &ledger->sent[ledger->current];

    check->counts.refused++;
    sent->was_refused = true;
    if (ledger->is_misled)
        return;
    /* The daemon has closed the session, so it no longer knows if the message was logged. */
    if (reason == REPLY_FORGOTTEN && ledger->session_has_ended)
        return;
    if (sent->logged > 0)
        check_fail(check, "process %d: message %u was refused (%d), but logged",
                   (int)ledger->process->pid, ledger->current, (int)reason);
    else if (!is_justified(check, ledger, reason))
        check_fail(check, "process %d: message %u was refused (%d) without a reason",
                   (int)ledger->process->pid, ledger->current, (int)reason);
}

void check_ended(struct check *check, struct ledger *ledger, const struct process *daemon,
                 bool is_certain)
{
    struct sent *sent = &ledger->sent[ledger->current];

    check->counts.ended++;
    if (daemon->life == LIFE_RUNNING)
        check_fail(check, "process %d took the running daemon for ended",
                   (int)ledger->process->pid);
    sent->was_given_up = is_certain;
    if (is_certain && sent->logged > 0 && !ledger->is_misled)
        check_fail(check, "process %d: message %u was given up, but logged",
                   (int)ledger->process->pid, ledger->current);
}
