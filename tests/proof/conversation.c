/* SPDX-License-Identifier: MIT */
/*
 * conversation.c - the module conversation as the proof sees it
 *
 * Calls of these functions of arq and barrier keep account. In the copy of the source that is
 * proved, c->ops->NAME(c->owner, …) is op_NAME(c, c->owner, …): see check-conversation.sh.
 */
#include "conversation-contracts.h"

#define arq_sender_acked(sender, lane, ret_index) seen_acked(c, lane, ret_index)
#define arq_sender_word(sender, reply) seen_word(c, reply)
#define barrier_note(barrier, signal) seen_note(c, signal)
#define barrier_release(barrier, empty, ret_pid, ret_word) seen_release(c, empty, ret_pid, ret_word)

#include "protocol/conversation.c"
