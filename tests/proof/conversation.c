/* SPDX-License-Identifier: MIT */
/*
 * conversation.c - the module conversation as the proof sees it
 *
 * Calls of these functions get the contracts of conversation-contracts.h. In the copy of the source
 * that is proved, c->ops->NAME(c->owner, …) is op_NAME(c, c->owner, …): see check-conversation.sh.
 */
#include "conversation-contracts.h"

#define arq_sender_acked(sender, lane, ret_index) seen_acked(c, lane, ret_index)
#define arq_sender_asks seen_asks
#define arq_sender_word(sender, reply) seen_word(c, reply)
#define barrier_note(barrier, signal) seen_note(c, signal)
#define barrier_release(barrier, empty, ret_pid, ret_word) seen_release(c, empty, ret_pid, ret_word)
#define frame_is_wide seen_is_wide
#define frame_make_narrow seen_make_narrow
#define frame_symbol seen_symbol
#define frame_symbols seen_symbols

#include "protocol/conversation.c"
