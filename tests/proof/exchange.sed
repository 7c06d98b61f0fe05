# SPDX-License-Identifier: MIT
# exchange.sed - makes the copy of exchange.c that the proof reads: see check-exchange.sh
s/ex->ops->\([a-z_]*\)(ex->owner/op_\1(ex, ex->owner/
/^static void turn_away(/,/^}/s/op_send_word\(.*\)reply_pack(reply)/op_refuse_probe\1reply/
s/barrier_\(hold\|note\|release\)(&ex->barrier, /seen_\1(ex, /
s/sessions_find(&ex->sessions, /seen_find(ex, /
s/!s->member\.is_queued/!seen_is_queued(s)/
/TAILQ_FOREACH(member, &user->/i\
/*@ loop invariant is_member(ex, member) && (member != \\null ==> member->user == user);\
    loop assigns member; */
/TAILQ_FOREACH(member, &users_/i\
/*@ loop invariant is_member(ex, member);\
    loop assigns member; */
s/TAILQ_FOREACH(member, &\(.*\)->members, link)/\
for (member = seen_first(ex, \1); member; member = seen_after(ex, member))/

/while ((s = session_of(users_next(/i\
/*@ loop invariant is_between_turns(ex) && !ex->committing && ex->runner == \\null;\
    loop assigns TURN, TABLES, s; */
s/users_next(&ex->users)/seen_next(ex)/

/while (session_next(s, /i\
/*@ loop invariant s == \\at(s, Pre) && ex == \\at(ex, Pre) && uid == \\at(uid, Pre);\
    loop invariant \\valid(ex) && s == ex->runner && \\separated(ex, s);\
    loop invariant \\valid(s) && s->base <= s->arq.count;\
    loop invariant s->is_invited ==> !mid_message(s);\
    loop invariant mid_message(s) || s->decoder.message.bytes == \\null;\
    loop invariant \\valid_read(s->member.user);\
    loop invariant SESSION_IDLE <= s->state <= SESSION_REFUSED;\
    loop invariant !ex->committing && ex->committer == \\null;\
    loop invariant log_state != LOG_UNDER_WAY && acked_peer == \\null;\
    loop invariant log_state == LOG_WHOLE <==> s->state == SESSION_COMMITTING;\
    loop invariant session_may_take(s) || s->state == SESSION_COMMITTING ||\
      s->state == SESSION_REFUSED;\
    loop invariant same_signal{Here, Pre} && again == \\at(again, Pre);\
    loop invariant s->state == SESSION_OPEN ==> s->lost_blocks < SESSION_LOST_BLOCKS;\
    loop invariant s->pid == \\at(s->pid, Pre);\
    loop invariant s->is_invited ==> begins_with_taken(s, uid); */

/for (unsigned held = ex->barrier.count/i\
/*@ loop invariant is_exchange(ex) && may_release(empty);\
    loop invariant ex == \\at(ex, Pre) && empty == \\at(empty, Pre);\
    loop invariant empty ==> ex->barrier.count == held + again;\
    loop variant held; */

/session_hold(ex->runner/i\
/*@ assert \\valid(ex) && is_session(ex->runner) && \\separated(ex, ex->runner) &&\
      session_may_take(ex->runner); */
