/* SPDX-License-Identifier: MIT */
/* ledger.c - see ledger.h */

#include "ledger.h"

#include <string.h>

#include "fuzz.h"
#include "reference.h"

struct entry *ledger_entry(struct ledger *ledger)
{
    return &ledger->entries[ledger->current];
}

static uint64_t total(const struct ledger *ledger)
{
    return frame_symbols(&ledger->entries[ledger->current].frame);
}

void ledger_begin(struct ledger *ledger)
{
    struct entry *entry = ledger_entry(ledger);

    entry->was_unloggable = false;
    entry->is_hopeless = false;
    ledger->taken = 0;
    ledger->was_refused = false;
}

/* ---- bits ---- */

/* A sender never repeats a bit that the daemon has, and has one bit in flight on each lane. */
void ledger_send(struct ledger *ledger, const struct arq_symbol *bit, const struct process *daemon)
{
    PROMISE(bit->index < total(ledger));
    PROMISE(bit->symbol.value == frame_symbol(&ledger_entry(ledger)->frame, bit->index).value);
    PROMISE(!channel_holds(daemon, ledger->process, bit->lane));
    if (ledger->is_astray)
        return;
    PROMISE(bit->index >= ledger->taken);
    PROMISE(bit->index < ledger->taken + LANES);
}

void ledger_ack(const struct ledger *ledger, const struct arq_symbol *symbol)
{
    PROMISE(symbol->lane < LANES);
    PROMISE(symbol->index < total(ledger));
    PROMISE(ledger->is_astray || symbol->index < ledger->taken);
}

void ledger_take(struct ledger *ledger, const struct arq_symbol *bit)
{
    const struct parcel *truth = &ledger->newest[bit->lane];

    PROMISE(truth->from == ledger->process);
    PROMISE(truth->message == ledger->current);
    PROMISE(bit->symbol.value == frame_symbol(&ledger_entry(ledger)->frame, truth->index).value);
    ledger->is_astray |= ledger->was_refused;
    if (!ledger->is_astray) {
        PROMISE(bit->index == ledger->taken);
        PROMISE(bit->index == truth->index);
    }
    ledger->taken = bit->index + 1;
}

/* ---- the log ---- */

static bool is_same_row(const uint8_t *a, size_t a_length, const uint8_t *b, size_t b_length)
{
    return a_length == b_length && (a_length == 0 || memcmp(a, b, a_length) == 0);
}

void ledger_commit(struct ledger *ledger, pid_t pid, uid_t uid, const struct message *message)
{
    const struct entry *entry = ledger_entry(ledger);
    const struct message *meant = entry->message;

    PROMISE(pid == ledger->process->pid && uid == ledger->process->uid);
    PROMISE(ledger->taken == total(ledger));
    PROMISE(!entry->is_bad);
    PROMISE(message->priority == meant->priority);
    PROMISE(is_same_row(message->bytes, message->length, meant->bytes, meant->length));
    PROMISE(
        is_same_row(message->fields, message->fields_length, meant->fields, meant->fields_length));
    PROMISE(entry->logged == 0 && !entry->was_unloggable && !entry->is_cut_short);
    PROMISE(!entry->is_hopeless);
}

void ledger_log(struct entry *entry)
{
    PROMISE(entry->logged == 0);
    PROMISE(!entry->is_hopeless);
    entry->logged++;
}

/* Returns how many octets of the frame its first symbols carry. */
static size_t octets_of(const struct frame *frame, uint64_t symbols)
{
    uint64_t blocks = (frame->content + 7) / 8, past;

    if (frame->content == 0 || symbols <= frame->first_block)
        return (size_t)(symbols / 8);
    past = symbols - frame->first_block;
    if (past >= blocks)
        return (size_t)((frame->first_block + past - blocks) / 8) + frame->content;
    return (size_t)(frame->first_block / 8 + 8 * past);
}

void ledger_lose(struct ledger *ledger, pid_t pid, uid_t uid, size_t octets)
{
    const struct frame *frame = &ledger_entry(ledger)->frame;

    PROMISE(pid == ledger->process->pid && uid == ledger->process->uid);
    PROMISE(ledger->taken > 0);
    if (ledger->is_astray)
        return;
    PROMISE(ledger->taken < total(ledger));
    PROMISE(octets ==
            reference_read(frame->octets, octets_of(frame, ledger->taken), ledger->limit).received);
}

void ledger_refuse(struct ledger *ledger)
{
    ledger->was_refused = true;
}

void ledger_end_session(struct ledger *ledger)
{
    ledger->is_astray = true;
    ledger->taken = 0;
}

/* ---- outcomes ---- */

static bool is_just(const struct ledger *ledger, const struct entry *entry, enum reply_code reason)
{
    if (ledger->is_astray)
        return true;
    if (!(ledger->told & 1u << reason))
        return false;
    switch (reason) {
    case REPLY_TOO_LARGE:
        return entry->message->length > ledger->limit;
    case REPLY_DAMAGED:
        return entry->is_bad;
    case REPLY_UNLOGGED:
        return entry->was_unloggable;
    case REPLY_BUSY:
    case REPLY_STOPPING:
        return true;
    case REPLY_GO:
    case REPLY_WAIT:
    case REPLY_PENDING:
    case REPLY_COMMITTED:
    case REPLY_VERSION:
    case REPLY_FORGOTTEN:
    case REPLY_OUT_OF_STEP:
    case REPLY_NARROW:
        break;
    }
    return false;
}

static void refuse(const struct ledger *ledger, struct entry *entry, enum reply_code reason)
{
    PROMISE(is_just(ledger, entry, reason));
    /* The daemon does not know any more if the message was logged. */
    if (reason == REPLY_FORGOTTEN)
        return;
    PROMISE(entry->logged == 0 && !entry->is_cut_short);
    entry->is_hopeless = true;
}

static void end(struct entry *entry, bool may_retry, const struct process *daemon)
{
    PROMISE(daemon->life != LIFE_RUNNING);
    if (may_retry)
        PROMISE(entry->logged == 0 && !entry->is_cut_short);
    entry->is_hopeless = may_retry;
}

void ledger_conclude(struct ledger *ledger, const struct conversation *conversation,
                     const struct process *daemon)
{
    struct entry *entry = ledger_entry(ledger);
    bool may_retry = conversation_may_retry(conversation);

    switch (conversation->outcome) {
    case CONVERSATION_COMMITTED:
        PROMISE(!may_retry);
        PROMISE(entry->logged == 1);
        return;
    case CONVERSATION_REFUSED:
        refuse(ledger, entry, conversation->arq.refusal);
        return;
    case CONVERSATION_ENDED:
        end(entry, may_retry, daemon);
        return;
    case CONVERSATION_TIMED_OUT:
        PROMISE(!may_retry);
        return;
    case CONVERSATION_OPEN:
        break;
    }
    PROMISE(conversation->outcome != CONVERSATION_OPEN);
}
