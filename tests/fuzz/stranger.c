/* SPDX-License-Identifier: MIT */
/* stranger.c - see stranger.h */

#include "stranger.h"

#include "company.h"

/* The signal has a PID that may belong to a sender by the time it is taken. */
void stranger_send_plain(struct process *to, enum slot slot, struct input *input)
{
    uint8_t octet = input_octet(input);
    pid_t pid = company_free_pid(octet);

    if (octet % 2 || pid == 0)
        pid = BYSTANDER_PID;
    channel_send_plain(NULL, pid, 2000, to, slot, 0, 0);
}

static uint32_t read_raw(struct input *input)
{
    uint32_t word = 0;

    for (int i = 0; i < 4; i++)
        word = word << 8 | input_octet(input);
    return word;
}

/* A forged probe. Its nonce is one that no sender uses. */
static uint32_t read_probe(struct input *input)
{
    uint8_t octet = input_octet(input);
    struct probe probe = {.ask = octet & 1 ? ASK_RESUME : ASK_START, .nonce = octet};

    if (octet >= 192) {
        uint32_t word = read_raw(input);

        if (!probe_unpack(word, &probe))
            return word;
    }
    probe.nonce = (uint16_t)(probe.nonce % TALKER_NO_NONCE + TALKER_NO_NONCE);
    return probe_pack(probe);
}

/* A forged reply with the right nonce. It must be ignored, since its PID is not the daemon's. */
static uint32_t read_reply(const struct talker *talker, struct input *input)
{
    uint8_t octet = input_octet(input);

    return reply_pack((struct reply){.code = (enum reply_code)(REPLY_GO + octet % REPLY_LAST),
                                     .count = input_octet(input),
                                     .nonce = talker->conversation.arq.nonce});
}

void stranger_send_queued(struct process *to, enum slot slot, struct input *input)
{
    uint8_t octet = input_octet(input);
    pid_t pid = 1 + octet % NO_PID;

    if (to->talker)
        channel_send_queued(pid, to, slot, read_reply(to->talker, input));
    else
        channel_send_queued(octet == 255 ? LISTENER_PID : pid, to, slot, read_probe(input));
}
