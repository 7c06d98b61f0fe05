/* SPDX-License-Identifier: MIT */
/* failure.c - see failure.h */

#include "sender/failure.h"

#include <assert.h>
#include <errno.h>
#include <sysexits.h>
#include <unistd.h>

#include "host/complaint.h"
#include "host/freezer.h"
#include "host/procstat.h"
#include "protocol/nsec.h"

static int daemon_ended(const struct conversation *c)
{
    if (conversation_is_unconfirmed(c))
        complain("the daemon, process %d, ended before it confirmed the message; start the daemon, "
                 "check the log, and send the message again if it is not there",
                 (int)c->daemon);
    else
        complain("the daemon, process %d, ended before it had the whole message; start the daemon "
                 "and send again",
                 (int)c->daemon);
    return EX_TEMPFAIL;
}

static bool is_stopped(const struct procstat *stat)
{
    return stat->state == 'T' || stat->state == 't';
}

/* Returns true if signals to this process can arrive without their sender. */
static bool lacks_room(void)
{
    struct procstat own;

    return procstat_read(getpid(), &own) == 0 && !procstat_has_room(&own);
}

static const char *how_to_thaw(enum target target)
{
    switch (target) {
    case TARGET_SYSTEM:
        return "'systemctl thaw minitalk'";
    case TARGET_USER:
        return "'systemctl --user thaw minitalk'";
    case TARGET_PIDFILE:
    case TARGET_PID:
        break;
    }
    return "see cgroup.freeze in cgroups(7)";
}

static int timed_out(const struct conversation *c, enum target target)
{
    double seconds = (double)c->limit / (double)NSEC_PER_SEC;
    int pid = (int)c->daemon;
    struct procstat daemon;
    bool is_known = procstat_read(c->daemon, &daemon) == 0;

    if (is_known && is_stopped(&daemon)) {
        complain("timed out after %g s: the daemon, process %d, is stopped; continue it with "
                 "'kill -CONT %d'",
                 seconds, pid, pid);
        return EX_TEMPFAIL;
    }
    if (freezer_holds(c->daemon)) {
        complain("timed out after %g s: the control group of the daemon, process %d, is frozen; "
                 "thaw it (%s)",
                 seconds, pid, how_to_thaw(target));
        return EX_TEMPFAIL;
    }
    /* Signals of other PID namespaces have no sender either, so this alone does not prove it. */
    if (c->is_stripped && lacks_room()) {
        complain("timed out after %g s: signals arrive without the PID of their sender, because "
                 "this user is at the limit of pending signals; raise it ('ulimit -i')",
                 seconds);
        return EX_TEMPFAIL;
    }
    if (is_known && !procstat_has_room(&daemon)) {
        complain("timed out after %g s: signals reach the daemon, process %d, without the PID of "
                 "their sender, because user %u is at the limit of pending signals; end the "
                 "process that has signals pending, or raise the daemon's LimitSIGPENDING=",
                 seconds, pid, (unsigned)daemon.real_uid);
        return EX_TEMPFAIL;
    }
    if (!c->was_heard && target == TARGET_PID) {
        complain("timed out after %g s: no reply from process %d; if it is minitalkd, try a longer "
                 "--timeout",
                 seconds, pid);
        return EX_PROTOCOL;
    }
    if (!c->was_heard) {
        complain("timed out after %g s: no reply from the daemon, process %d, which holds its "
                 "pidfile%s; try again, or with a longer --timeout",
                 seconds, pid, is_known && daemon.state == 'D' ? " and waits for a device" : "");
        return EX_TEMPFAIL;
    }
    if (c->is_log_full)
        complain("timed out after %g s without progress: the daemon's log is blocked; check the "
                 "log, and send the message again if it is not there",
                 seconds);
    else
        complain("timed out after %g s without progress; try again, or with a longer --timeout",
                 seconds);
    return EX_TEMPFAIL;
}

/* Returns the place of the daemon's own records. */
static const char *records_of(enum target target)
{
    switch (target) {
    case TARGET_SYSTEM:
        return "'systemctl status minitalk'";
    case TARGET_USER:
        return "'systemctl --user status minitalk'";
    case TARGET_PIDFILE:
    case TARGET_PID:
        break;
    }
    return "the daemon's own records";
}

static int refused(enum reply_code reason, enum target target, bool is_wide)
{
    switch (reason) {
    case REPLY_TOO_LARGE:
        complain("the message is larger than the daemon accepts; split it, or raise minitalkd's "
                 "--max-message");
        return EX_DATAERR;
    case REPLY_VERSION:
        if (is_wide) {
            complain("the daemon does not understand --wide; leave it out, or upgrade minitalkd "
                     "and restart it");
            return EX_PROTOCOL;
        }
        complain("the daemon does not support this version of the protocol; upgrade minitalkd and "
                 "restart it");
        return EX_PROTOCOL;
    case REPLY_UNLOGGED:
        complain("the daemon could not log the message; see the reason in %s, and check that its "
                 "log can be written",
                 records_of(target));
        return EX_IOERR;
    case REPLY_BUSY:
        complain(
            "the daemon is at its limit of senders, of memory, or of the messages of a user; try "
            "again later");
        return EX_TEMPFAIL;
    case REPLY_STOPPING:
        complain("the daemon is stopping; start it and send again");
        return EX_TEMPFAIL;
    case REPLY_FORGOTTEN:
        complain("the daemon evicted this sender before it confirmed the message; check the log, "
                 "and send the message again if it is not there");
        return EX_TEMPFAIL;
    case REPLY_GO:
    case REPLY_WAIT:
    case REPLY_PENDING:
    case REPLY_COMMITTED:
    case REPLY_DAMAGED:
    case REPLY_OUT_OF_STEP:
    case REPLY_NARROW:
        break;
    }
    complain("internal error: the daemon and the sender disagree about the message (%d); please "
             "report this",
             (int)reason);
    return EX_SOFTWARE;
}

int failure_of(const struct conversation *conversation, enum target target)
{
    switch (conversation->outcome) {
    case CONVERSATION_REFUSED:
        return refused(conversation->arq.refusal, target, frame_is_wide(conversation->frame));
    case CONVERSATION_ENDED:
        return daemon_ended(conversation);
    case CONVERSATION_TIMED_OUT:
        return timed_out(conversation, target);
    case CONVERSATION_OPEN:
    case CONVERSATION_COMMITTED:
        break;
    }
    assert(false);
    return EX_SOFTWARE;
}

int failure_before_sending(pid_t daemon)
{
    complain("the daemon, process %d, has ended, and the message was not sent; start the daemon "
             "and send again",
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
    complain_of(error, "cannot wait for a signal from the daemon");
    return EX_OSERR;
}

int failure_to_encode(size_t bytes)
{
    complain("out of memory for a message of %zu bytes; split it, or raise the limit ('ulimit -v')",
             bytes);
    return EX_OSERR;
}
