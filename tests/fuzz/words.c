/* SPDX-License-Identifier: MIT */
/* words.c - see words.h */

#include "words.h"

#include <string.h>

#include "fuzz.h"

/* Returns the index of a process's word, or the count if it has none. */
static unsigned find(const struct words *words, pid_t pid)
{
    unsigned i = 0;

    while (i < words->count && words->held[i].pid != pid)
        i++;
    return i;
}

/* The kernel empties the slots in order. So the slots before the slot of a signal were empty. */
static void note_slots(struct words *words, enum slot slot)
{
    for (unsigned i = 0; i < words->count; i++)
        memset(words->held[i].seen, true, slot + 1);
}

static void hold(struct words *words, pid_t pid, uint32_t word, bool is_again)
{
    unsigned i = find(words, pid);

    if (i == WORDS_MAX)
        return;
    if (i == words->count)
        words->count++;
    words->held[i].pid = pid;
    words->held[i].word = word;
    memset(words->held[i].seen, false, sizeof words->held[i].seen);
    words->held[i].is_held_again = is_again;
}

static void begin_event(struct words *words)
{
    for (unsigned i = 0; i < words->count; i++)
        words->held[i].is_held_again = false;
}

static bool is_free(const struct words *words, unsigned i)
{
    if (words->held[i].is_held_again)
        return false;
    for (unsigned slot = 0; slot < SLOTS; slot++)
        if (!words->held[i].seen[slot] && !words->is_settled)
            return false;
    return true;
}

static void release(struct words *words, unsigned i)
{
    words->held[i] = words->held[--words->count];
}

void words_note(struct words *words, const struct lane_signal *signal)
{
    begin_event(words);
    note_slots(words, signal->slot);
    if (signal->kind == SIGNAL_WORD)
        hold(words, signal->pid, signal->word, false);
}

void words_settle(struct words *words)
{
    begin_event(words);
    words->is_settled = true;
}

struct probe words_act_on(struct words *words, pid_t pid)
{
    unsigned i = find(words, pid);
    struct probe probe;

    PROMISE(i < words->count);
    PROMISE(is_free(words, i));
    PROMISE(probe_unpack(words->held[i].word, &probe));
    release(words, i);
    return probe;
}

void words_hold_again(struct words *words, pid_t pid, struct probe probe)
{
    hold(words, pid, probe_pack(probe), true);
}

void words_check(struct words *words)
{
    struct probe probe;

    for (unsigned i = words->count; i > 0; i--)
        if (is_free(words, i - 1)) {
            PROMISE(!probe_unpack(words->held[i - 1].word, &probe));
            release(words, i - 1);
        }
    words->is_settled = false;
}
