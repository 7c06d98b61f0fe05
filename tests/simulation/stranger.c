/* SPDX-License-Identifier: MIT */
/* stranger.c - see stranger.h */

#include "stranger.h"

#include "world.h"

static struct process *any_stranger(struct world *w)
{
    return w->strangers[random_below(&w->random, STRANGERS_MAX)];
}

static struct sender *any_sender(struct world *w)
{
    return w->senders[random_below(&w->random, w->nature.senders)];
}

static enum lane any_lane(struct world *w)
{
    return random_below(&w->random, 2) ? LANE_PROCESS : LANE_THREAD;
}

static void send_plain(struct world *w, struct process *target)
{
    kernel_send_plain(&w->kernel, any_stranger(w), target, any_lane(w), random_below(&w->random, 2),
                      0, 0);
}

/* Queues a word, in most cases as a SIGUSR2 to the process's set, as real words are. */
static void send_word(struct world *w, struct process *target, pid_t claimed, uint32_t word)
{
    bool is_odd = random_below(&w->random, 4) == 0;

    kernel_send_queued(&w->kernel, any_stranger(w), target, is_odd ? any_lane(w) : LANE_PROCESS,
                       !is_odd || random_below(&w->random, 2), claimed, word);
}

/* ---- forged words ---- */

/* Returns a nonce that the sender, whose nonce is given, does not use now or soon. */
static uint16_t wrong_nonce(struct world *w, uint16_t nonce)
{
    return (uint16_t)(nonce - 1 - random_below(&w->random, 32768));
}

/* Forges a probe in the name of a sender, a stranger, the daemon or the innocent process. */
static void forge_probe(struct world *w)
{
    struct sender *sender = any_sender(w);
    struct process *in_name_of = any_stranger(w);
    struct probe probe = {.ask = random_below(&w->random, 2) ? ASK_START : ASK_RESUME};
    uint32_t word;

    probe.nonce = (uint16_t)random_next(&w->random);
    switch (random_below(&w->random, 8)) {
    case 0:
        in_name_of = w->innocent;
        break;
    case 1:
        in_name_of = w->daemon.process;
        break;
    case 2:
    case 3:
        break;
    default:
        if (sender) {
            in_name_of = sender->process;
            probe.nonce = wrong_nonce(w, sender->conversation.arq.nonce);
        }
        break;
    }
    word = probe_pack(probe);
    if (random_below(&w->random, 8) == 0)
        word = (uint32_t)random_next(&w->random) | UINT32_C(1) << 31;
    send_word(w, w->daemon.process, in_name_of->pid, word);
}

static void forge_reply(struct world *w, struct sender *sender)
{
    pid_t claimed = w->daemon.process->pid;
    struct reply reply = {
        .code = (enum reply_code)(REPLY_GO + random_below(&w->random, REPLY_LAST)),
        .count = (uint16_t)random_next(&w->random),
        .nonce = wrong_nonce(w, sender->conversation.arq.nonce),
    };

    if (random_below(&w->random, 4) == 0) {
        reply.nonce = (uint16_t)(sender->conversation.arq.nonce + random_below(&w->random, 2));
        if (!w->nature.guesses_nonces)
            claimed = any_stranger(w)->pid;
        /* A stranger may have the PID of a daemon that has ended. */
        sender->ledger.is_misled |= claimed == w->daemon.process->pid;
    }
    send_word(w, sender->process, claimed, reply_pack(reply));
}

/* ---- steps and floods ---- */

static void renew(struct world *w)
{
    struct process **stranger = &w->strangers[random_below(&w->random, STRANGERS_MAX)];

    kernel_exit(&w->kernel, *stranger);
    *stranger = kernel_spawn(&w->kernel, "stranger", 2000, random_below(&w->random, 4) > 0);
}

void stranger_step(struct world *w)
{
    struct sender *sender = any_sender(w);

    if (random_below(&w->random, 64) == 0) {
        renew(w);
    } else if (sender && random_below(&w->random, 2)) {
        if (w->nature.forges_replies && random_below(&w->random, 4) == 0)
            forge_reply(w, sender);
        else
            send_plain(w, sender->process);
    } else if (w->nature.forges_probes && random_below(&w->random, 4) == 0) {
        forge_probe(w);
    } else {
        send_plain(w, w->daemon.process);
    }
}

static void flood_slot(struct world *w, struct process *target, unsigned slot)
{
    struct process *from = any_stranger(w);
    enum lane lane = slot < SLOT_PROCESS_USR1 ? LANE_THREAD : LANE_PROCESS;
    bool second = slot % 2;

    if (random_chance(&w->random, w->nature.storm_of_words))
        kernel_send_queued(&w->kernel, from, target, lane, second, from->pid,
                           (uint32_t)random_next(&w->random));
    else
        kernel_send_plain(&w->kernel, from, target, lane, second, 0, 0);
}

void stranger_flood(struct world *w, struct process *target, unsigned slots)
{
    while (!(target->full & slots))
        for (unsigned slot = 0; slot < SLOTS; slot++)
            if (slots & 1u << slot && random_below(&w->random, 2))
                flood_slot(w, target, slot);
}
