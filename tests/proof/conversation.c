/* SPDX-License-Identifier: MIT */
/*
 * conversation.c - the module conversation as the proof sees it
 *
 * Calls of these functions get the contracts of conversation-contracts.h. In the copy of the source
 * that is proved, more calls do, such as c->ops->NAME(c->owner, …): see check-conversation.sh.
 */
#include "conversation-contracts.h"

#define frame_is_wide seen_is_wide
#define frame_make_narrow seen_make_narrow
#define frame_symbol seen_symbol
#define frame_symbols seen_symbols

#include "protocol/conversation.c"
