/* SPDX-License-Identifier: MIT */
/* peer.c - see peer.h */

#include "daemon/peer.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "daemon/account.h"
#include "host/procstat.h"

struct peer {
    struct pidref process;
    sd_event_source *end;
    peer_end_handler on_end;
    void *owner;
    uid_t uid, account;
    struct origin origin;
    bool has_origin;
};

static int on_end(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
    struct peer *peer = userdata;

    (void)source, (void)fd, (void)events;
    return peer->on_end(peer->owner, peer);
}

static int watch(struct peer *peer, sd_event *event, struct subids *subids)
{
    struct procstat stat;
    int r = procstat_read(peer->process.pid, &stat);

    if (r < 0)
        return r;
    peer->uid = stat.real_uid;
    peer->account = account_read(subids, peer->process.pid, stat.real_uid);
    /*
     * Check for the end last: if the process has not ended by now, /proc has described this
     * process, and no later one with the same PID.
     */
    if (!stat.is_shielded || pidref_ended(&peer->process))
        return -EINVAL;
    r = sd_event_add_io(event, &peer->end, peer->process.fd, EPOLLIN, on_end, peer);
    return r < 0 ? r : sd_event_source_set_exit_on_failure(peer->end, true);
}

int peer_new(sd_event *event, struct subids *subids, pid_t pid, peer_end_handler handler,
             void *owner, struct peer **ret)
{
    struct peer *peer;
    int r;

    if (pid == getpid())
        return -EINVAL;
    peer = calloc(1, sizeof *peer);
    if (!peer)
        return -ENOMEM;
    peer->process = PIDREF_NONE;
    peer->on_end = handler;
    peer->owner = owner;
    r = pidref_open(pid, &peer->process);
    if (r >= 0)
        r = watch(peer, event, subids);
    if (r < 0) {
        peer_free(peer);
        return r;
    }
    *ret = peer;
    return 0;
}

void peer_free(struct peer *peer)
{
    sd_event_source_unref(peer->end);
    pidref_close(&peer->process);
    origin_free(&peer->origin);
    free(peer);
}

const struct pidref *peer_process(const struct peer *peer)
{
    return &peer->process;
}

uid_t peer_user(const struct peer *peer)
{
    return peer->uid;
}

uid_t peer_account(const struct peer *peer)
{
    return peer->account;
}

const struct origin *peer_origin(struct peer *peer)
{
    if (!peer->has_origin) {
        peer->has_origin = true;
        peer->origin = origin_read(peer->process.pid);
        /* If the process has ended by now, parts of this may be those of another process. */
        if (pidref_ended(&peer->process))
            origin_free(&peer->origin);
    }
    return &peer->origin;
}
