/* SPDX-License-Identifier: MIT */
/* failure.c - see failure.h */

#include "sender/failure.h"

#include <assert.h>
#include <errno.h>
#include <sysexits.h>

#include "host/complaint.h"
#include "host/procstat.h"
#include "protocol/nsec.h"

static int daemon_ended(pid_t daemon)
{
    complain("the daemon, process %d, ended before it had confirmed the message; start it and send "
             "again",
             (int)daemon);
    return EX_TEMPFAIL;
}

static bool is_stopped(pid_t pid)
{
    struct procstat stat;

    return procstat_read(pid, &stat) == 0 && (stat.state == 'T' || stat.state == 't');
}

static int timed_out(const struct conversation *c)
{
    double seconds = (double)c->limit / (double)NSEC_PER_SEC;
    int pid = (int)c->daemon;

    if (is_stopped(c->daemon)) {
        complain("timed out after %g s: the daemon, process %d, is stopped; continue it with "
                 "'kill -CONT %d'",
                 seconds, pid, pid);
        return EX_TEMPFAIL;
    }
    if (c->is_stripped) {
        complain("timed out after %g s: signals arrive without their sender, because this user's "
                 "limit of pending signals is used up; raise it ('ulimit -i')",
                 seconds);
        return EX_TEMPFAIL;
    }
    if (!c->was_heard) {
        complain("timed out after %g s: process %d never answered; if it is minitalkd, try a "
                 "longer --timeout",
                 seconds, pid);
        return EX_PROTOCOL;
    }
    complain("timed out after %g s without progress%s; try again, or with a longer --timeout",
             seconds, c->is_log_full ? ": the daemon's log takes nothing" : "");
    return EX_TEMPFAIL;
}

static int refused(enum reply_code reason)
{
    switch (reason) {
    case REPLY_TOO_LARGE:
        complain("the message is larger than the daemon accepts; send less at once, or raise "
                 "minitalkd's --max-message");
        return EX_DATAERR;
    case REPLY_VERSION:
        complain("the daemon does not know this version of the protocol; upgrade minitalkd");
        return EX_PROTOCOL;
    case REPLY_UNLOGGED:
        complain("the daemon could not log the message; see 'systemctl status minitalk' or its own "
                 "messages for the reason, and whether journald is running");
        return EX_IOERR;
    case REPLY_BUSY:
        complain("the daemon has no room for another sender or for so large a message; try again "
                 "later");
        return EX_TEMPFAIL;
    case REPLY_STOPPING:
        complain("the daemon is stopping; start it and send again");
        return EX_TEMPFAIL;
    case REPLY_FORGOTTEN:
        complain(
            "the daemon had to forget this sender before it confirmed the message; see whether "
            "it is in the log, and send it again if it is not");
        return EX_TEMPFAIL;
    case REPLY_GO:
    case REPLY_WAIT:
    case REPLY_PENDING:
    case REPLY_COMMITTED:
    case REPLY_DAMAGED:
    case REPLY_OUT_OF_STEP:
        break;
    }
    complain("internal error: the daemon and the sender disagree about the message (%d); please "
             "report this",
             (int)reason);
    return EX_SOFTWARE;
}

int failure_of(const struct conversation *conversation)
{
    switch (conversation->outcome) {
    case CONVERSATION_REFUSED:
        return refused(conversation->arq.refusal);
    case CONVERSATION_ENDED:
        return daemon_ended(conversation->daemon);
    case CONVERSATION_TIMED_OUT:
        return timed_out(conversation);
    case CONVERSATION_OPEN:
    case CONVERSATION_COMMITTED:
        break;
    }
    assert(false);
    return EX_SOFTWARE;
}

int failure_before_sending(pid_t daemon)
{
    complain("the daemon, process %d, has ended; the message was not sent: start it and send it "
             "again",
             (int)daemon);
    return EX_UNAVAILABLE;
}

int failure_to_signal(pid_t daemon, int error)
{
    complain_of(error, "cannot signal the daemon, process %d", (int)daemon);
    return error == EPERM ? EX_NOPERM : EX_OSERR;
}

int failure_to_wait(int error)
{
    complain_of(error, "cannot wait for the daemon's answer");
    return EX_OSERR;
}

int failure_to_encode(size_t bytes)
{
    complain("there is no memory to send a message of %zu bytes", bytes);
    return EX_OSERR;
}
